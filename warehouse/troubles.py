"""Sources that bring nothing any more, or not as the watch has it: what the pipeline tells of its own health."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from warehouse.database import Connection, adapter, rows

#: A source that fails is told after so long, or so many polls in a row: what passes by itself has passed by then (most
#: outages of sites end within a day).
FAILING_FOR, FAILURES = timedelta(days=3), 30
#: Where nothing at all can be had, it is told as soon as so many sources (or all there are) failed twice: that is the
#: network here, not the sites.
MANY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A source in trouble; fields as the columns of `sources`, `since` when it began.

    `source_id`, `kind`, `url` and `polled_url` are None where nothing at all can be had (state `all-failing`): then
    `since` is the last poll that worked (or the first that failed, if none ever did), and `failures` counts the
    sources that fail. `since` is None where that is not known; `next_poll_at` where it is not polled any more.
    """

    state: Literal["failing", "gone", "closed", "duplicate", "replaced", "all-failing"]
    since: datetime | None
    failures: int
    source_id: str | None = None
    kind: str | None = None
    url: str | None = None
    polled_url: str | None = None
    cause: str | None = None
    error: str | None = None
    evidence: str | None = None
    tried: str | None = None
    advice: str | None = None
    next_poll_at: datetime | None = None


def read_troubles(con: Connection, now: datetime) -> tuple[Trouble, ...]:
    """Return all trouble that there is at `now`, told before or not, by source; what concerns all comes first."""
    found = rows(
        con,
        "read_troubles",
        now=now,
        failing_s=FAILING_FOR.total_seconds(),
        failures=FAILURES,
        many=MANY,
    )
    return tuple(adapter(Trouble).validate_python(row) for row in found)
