"""Which days without a poll lack nothing: the next listing of the source still held what was known before."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from extractors.clock import to_utc
from extractors.orders import Poll
from warehouse.database import Connection, insert
from warehouse.pacing import SITEMAP_HOLDS
from warehouse.source_states import SourceState


def save_reached(con: Connection, polls: Iterable[Poll], before: Mapping[str, SourceState]) -> None:
    """Write down the days over which these polls reached back; `before` are the sources as they were."""
    found = [
        {"day": day, "source_id": poll.source_id}
        for poll in polls
        if poll.source_id in before
        for day in reached_days(before[poll.source_id], poll)
    ]
    insert(con, "state.reached_days", found)


def reached_days(before: SourceState, poll: Poll) -> Iterator[date]:
    """Yield the days (UTC) between the last poll that worked and `poll`, where it shows that nothing was missed.

    It does where not all that it lists is new, where it asked for news alone and got them, and where the time was so
    short that a news sitemap holds all of it. A poll that failed reaches nowhere.
    """
    if poll.outcome == "failed" or before.last_ok_at is None:
        return
    short = before.polled_kind == "sitemap" and poll.started_at - before.last_ok_at < SITEMAP_HOLDS
    if poll.new_items and poll.new_items >= poll.items and not poll.partial and not short:
        return
    day = to_utc(before.last_ok_at).date() + timedelta(days=1)
    while day < to_utc(poll.started_at).date():
        yield day
        day += timedelta(days=1)
