"""How often a source is asked while it works: slower while nothing new comes, at its own interval when much does.

By the overlap of two polls, as Media Cloud does, with less lengthening: see docs/decisions/0008-collecting.md.
"""

from dataclasses import replace
from datetime import timedelta

from extractors.orders import Poll
from warehouse.source_states import SourceState

#: A poll that began so long after it was due, or later, says nothing of the pace (Media Cloud).
ON_TIME = timedelta(minutes=20)
#: Polls on time and in a row without anything new that lengthen the pace, and by how much (Media Cloud).
QUIET_POLLS, STEP = 2, timedelta(minutes=10)
#: The longest pace: what comes after a silence is late by that much at the most (Media Cloud, an archive: 24 h).
MOST_TIMES, MOST_PACE = 4, timedelta(hours=6)
#: With so small a part of the listing known before, the pace goes back to the interval at once (Media Cloud: 33 %).
LITTLE_KNOWN = 1 / 3
#: A listing of fewer items may well be all new; of so many, something has likely been pushed out between.
FULL_LISTING = 5
#: News sitemaps list what is two days old at the most: younger gaps lose nothing, however much is new.
SITEMAP_HOLDS = timedelta(days=2)


def adapted(state: SourceState, poll: Poll) -> SourceState:
    """Return the state with pace and signs of loss after a `poll` that worked.

    A listing of nothing but news says how much is new, and not how much of the whole: it shows no loss.
    """
    if poll.new_items:
        news = replace(state, quiet_polls=0, last_new_at=poll.started_at, pace_s=_after_news(state, poll))
        return news if poll.partial else _with_loss(state, news, poll)
    due = state.next_poll_at
    if due is None or poll.started_at - due > ON_TIME:
        return replace(state, quiet_polls=0)
    quiet = replace(state, quiet_polls=state.quiet_polls + 1)
    if quiet.quiet_polls < QUIET_POLLS:
        return quiet
    longer = min(state.pace_s + STEP.total_seconds(), longest_pace_s(state.interval_s))
    return replace(quiet, pace_s=max(state.interval_s, longer))


def longest_pace_s(interval_s: float) -> float:
    """Return the longest pace of a source with this interval, both in seconds."""
    return max(interval_s, min(MOST_TIMES * interval_s, MOST_PACE.total_seconds()))


def _after_news(state: SourceState, poll: Poll) -> float:
    known = 1.0 if poll.partial else 1 - poll.new_items / max(poll.items, poll.new_items)
    if known <= LITTLE_KNOWN or state.last_ok_at is None:
        return state.interval_s
    return state.interval_s + max(0.0, state.pace_s - state.interval_s) / 2


def _with_loss(before: SourceState, after: SourceState, poll: Poll) -> SourceState:
    """Return `after` with what may have been missed: all that is listed is new, though there was a listing before."""
    if poll.items < FULL_LISTING or poll.new_items < poll.items or poll.instead is not None:
        return after
    if before.last_ok_at is None or before.last_new_at is None or before.full_at is None:
        return after
    gap = poll.started_at - before.last_ok_at
    if before.polled_kind == "sitemap" and gap < SITEMAP_HOLDS:
        return after
    return replace(
        after,
        loss_at=poll.started_at,
        losses=before.losses + 1,
        loss_gap_s=gap.total_seconds(),
        loss_items=poll.items,
    )
