"""What is in the snapshot, counted for a monitor."""

from collections.abc import Mapping
from dataclasses import dataclass

from warehouse.database import Connection, rows, run
from warehouse.read import read_backlog

#: What counting may keep in memory.
_MEMORY = "128MB"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Articles and what was made of them, what waits, and what the last day brought.

    `polls` by outcome and `runs` are of the day before the newest run, `sources` by state, `failures` in a row by the
    id of a source that fails, `alerts` by kind and state.
    """

    articles: int
    relevant: int
    copies: int
    stories: int
    developments: int
    pending_items: int
    runs: int
    polls: Mapping[str, int]
    sources: Mapping[str, int]
    failures: Mapping[str, int]
    alerts: Mapping[tuple[str, str], int]


def read_counts(con: Connection) -> Counts:
    """Return what the open snapshot holds, with little memory and one thread: a monitor asks beside all the work."""
    con.execute(f"SET threads = 1; SET memory_limit = '{_MEMORY}'")
    backlog = read_backlog(con)
    ((runs, since),) = run(con, "count_last_runs")
    return Counts(
        articles=backlog.articles,
        relevant=backlog.relevant,
        copies=backlog.copies,
        stories=backlog.stories,
        developments=backlog.developments,
        pending_items=backlog.pending_items,
        runs=runs,
        polls=dict(run(con, "count_last_polls", since=since)),
        sources=dict(run(con, "count_sources")),
        failures=dict(run(con, "count_failures")),
        alerts={(row["kind"], row["state"]): row["alerts"] for row in rows(con, "count_alerts")},
    )
