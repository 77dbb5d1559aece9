"""Sources that were due and have not been polled, though nothing kept them from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from warehouse.budget import Room, used_sites
from warehouse.database import Connection, rows
from warehouse.hosts import known_rests
from warehouse.plan import is_due, polled_address, read_states

#: A source that was due so long before a cycle that ended well should have been polled by it.
OVERDUE_AFTER = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """How many `sources` of those that are `polled` at all were due and not polled, the first since `oldest_at`."""

    sources: int
    polled: int
    oldest_at: datetime
    ids: tuple[str, ...]


def read_overdue(
    con: Connection, cycle_at: datetime, now: datetime, budget: int | None = None
) -> Overdue | None:
    """Return the sources that a cycle which ended well at `cycle_at` should have polled, None where there are none.

    Left out is what was left alone on purpose, then or now: where the feed skips the hour, the host rests, or the site
    has got its `budget` of 24 hours (None: no bound).
    """
    before = cycle_at - OVERDUE_AFTER
    found = next(iter(rows(con, "overdue_sources", before=before)), None)
    if found is None:
        return None
    states = read_states(con)
    resting = {rest.host for rest in known_rests(con, before)}
    room = Room(() if budget is None else used_sites(con, before), budget)  # of then and all since
    late = [
        states[source_id]
        for source_id in found["ids"]
        if is_due(states[source_id], resting, before)
        and is_due(states[source_id], resting, now)
        and room.takes(polled_address(states[source_id], now), "poll")
    ]
    if not late:
        return None
    return Overdue(
        sources=len(late),
        polled=found["polled"],
        oldest_at=min(one.next_poll_at for one in late if one.next_poll_at is not None),
        ids=tuple(one.source_id for one in late),
    )
