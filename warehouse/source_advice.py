"""What the user is told of a source after a poll: what to do about it, or what to know though it works."""

from datetime import datetime, timedelta

from extractors.orders import Poll
from warehouse.source_states import SourceState

#: A possible loss is told for so long.
LOSS_TOLD = timedelta(days=7)
#: A source that works and brings nothing new for so long, or for so many of its paces, is told (the lights are on, and
#: nobody is at home): whichever is longer.
SILENT_FOR, SILENT_PACES = timedelta(days=14), 20
#: A gap so many paces long shows that the interval is not what made it.
_LONG_GAP = 2

_GONE = "The feed was closed for good (410): remove the source, or find its successor."
_CLOSED = "The feed says that it has ended: remove the source, or find its successor."


def advice_on(state: SourceState, poll: Poll) -> str | None:
    """Return what is to be told of a source that is in `state` after `poll`; None where nothing is."""
    if state.state == "gone":
        return poll.advice or _GONE
    if state.state == "closed":
        return _CLOSED
    if state.state == "failing":
        return poll.advice or state.advice
    told = [
        _elsewhere(state),
        _loss(state, poll.started_at),
        _silence(state, poll.started_at),
        poll.advice,
    ]
    return " ".join(part for part in told if part) or None


def _elsewhere(state: SourceState) -> str | None:
    if state.replaced_since is not None:
        why = "is gone for good" if state.gone_at else f"cannot be had ({state.replaced_for})"
        return (
            f"Its own address {why}; since {_day(state.replaced_since)} the {state.polled_kind} {state.polled_url} "
            "is read instead: put the right address into the watch file."
        )
    if state.polled_url != state.url:
        return f"It has moved for good: change its url to {state.polled_url} in the watch file."
    return None


def _loss(state: SourceState, now: datetime) -> str | None:
    if state.loss_at is None or now - state.loss_at > LOSS_TOLD:
        return None
    gap = timedelta(seconds=state.loss_gap_s or 0.0)
    times = "once" if state.losses == 1 else f"{state.losses} times so far"
    told = (
        f"On {_day(state.loss_at)} none of its {state.loss_items} items had been listed {_span(gap)} before: some may "
        f"have been missed ({times})"
    )
    if gap > _LONG_GAP * timedelta(seconds=max(state.pace_s, state.interval_s)):
        return f"{told}; it had not been read for that long."
    return f"{told}; its `every` ({_span(timedelta(seconds=state.interval_s))}) is too long."


def _silence(state: SourceState, now: datetime) -> str | None:
    if state.last_new_at is None:
        return "Nothing new has come from it so far." if state.quiet_polls >= SILENT_PACES else None
    if now - state.last_new_at <= max(SILENT_FOR, SILENT_PACES * timedelta(seconds=state.pace_s)):
        return None
    return (
        f"It works, but nothing new has come since {_day(state.last_new_at)}: look whether it is still kept."
    )


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _span(time: timedelta) -> str:
    minutes = round(time.total_seconds() / 60)
    for unit, size in (("days", 1440), ("hours", 60)):
        if minutes >= 2 * size:
            return f"{round(minutes / size)} {unit}"
    return f"{minutes} minutes"
