"""Sources that bring nothing any more, or not as the watch has it, in words."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from flows.alerts.message import counted, is_link, plain_line, shown_time
from flows.conditions import Condition, Lasting
from warehouse.troubles import Trouble

#: What a source can be of which nothing, or not what the watch says, is read: one at a time.
STATES = frozenset({"failing", "gone", "closed", "duplicate", "replaced"})
_TITLES = {
    "failing": "has been failing for {span}",
    "gone": "is gone for good",
    "closed": "has ended",
    "duplicate": "has become another source",
    "replaced": "cannot be had, another listing is read",
}
_SAYS = {
    "failing": "Nothing could be had from it since {since}, in {polls} in a row.",
    "gone": "Its address answered that it is gone for good (410), on {since}.",
    "closed": "It said that it will list nothing any more, on {since}.",
    "duplicate": "Since {since} it leads to the address of another source of the watch.",
    "replaced": "Since {since} another listing of its site is read in its place: {instead}",
}


def ailing_sources(troubles: Sequence[Trouble], now: datetime, last: Lasting = ()) -> tuple[Condition, ...]:
    """Return a condition for each trouble with sources; `last` are name and subject of what lasts already."""
    return tuple(
        _all_failing(one, now, last) if one.source_id is None else _ailing(one, now) for one in troubles
    )


def _ailing(trouble: Trouble, now: datetime) -> Condition:
    what = _TITLES[trouble.state].format(span=_span(trouble, now))
    return Condition(
        name=trouble.state,
        subject=trouble.source_id,
        since=trouble.since,
        title=f"source {plain_line(trouble.source_id or '')} {what}",
        says=tuple(_lines(trouble)),
        advice=trouble.advice or "See `newswatch status` and `newswatch check --network`",
    )


def _lines(trouble: Trouble) -> Iterator[str]:
    since = shown_time(trouble.since) if trouble.since else "a time that is not known"
    instead = trouble.polled_url or ""
    yield _SAYS[trouble.state].format(
        since=since,
        polls=counted(trouble.failures, "poll"),
        instead=instead if is_link(instead) else "",
    )
    yield f"Source: {plain_line(trouble.source_id or '')} ({plain_line(trouble.kind or '')})"
    if trouble.url and is_link(trouble.url):
        yield trouble.url
    for name, told in (
        ("Cause", trouble.error or trouble.cause),
        ("Seen", trouble.evidence),
        ("Tried", trouble.tried),
    ):
        if told:
            yield f"{name}: {told}"
    if trouble.next_poll_at is None:
        yield "It is not polled any more."
    else:
        yield f"It is polled again on {shown_time(trouble.next_poll_at)}."


def _all_failing(trouble: Trouble, now: datetime, last: Lasting) -> Condition:
    since = f"since {shown_time(trouble.since)}" if trouble.since else "so far"
    failed = counted(trouble.failures, "source")
    return Condition(
        name=trouble.state,
        # what lasts is the same also where the source that worked last has left the watch
        since=None if (trouble.state, None) in last else trouble.since,
        title="no source can be read",
        says=(
            f"No source could be read {since}: {failed} failed twice or more, none worked.",
            "No news can be found while this lasts.",
        ),
        advice=f"Look at the network of the machine first, then at `newswatch status` ({shown_time(now)}).",
        grave=True,
    )


def _span(trouble: Trouble, now: datetime) -> str:
    days = (now - trouble.since).days if trouble.since else 0
    return counted(days, "day") if days else counted(trouble.failures, "poll")
