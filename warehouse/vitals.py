"""What decisions on the pipeline's own health look at, as of now: facts from the open warehouse or snapshot."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from warehouse.database import Connection, rows, run
from warehouse.habits import READ_FROM, SHORTEST
from warehouse.overdue import Overdue, read_overdue
from warehouse.read import records
from warehouse.troubles import Trouble, read_troubles

#: An alert that has waited for so long, and was tried so often (the fourth time after 36 minutes), should have gone
#: out. What waits untried, because the machine was off, is about to go.
UNDELIVERED_AFTER, TRIES = timedelta(hours=1), 4
#: Pages of a source are looked at that were asked for lately, the newest of them.
PAGES_LATELY, PAGES = timedelta(days=7), 20
#: The longest time between two tries of an alert (`flows.alerts.rules.BACKOFF`).
BETWEEN_TRIES = timedelta(hours=12)
#: Runs are looked at of so long a time.
RUNS_LATELY = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """Alerts of a rule that should have gone out: how many, since when, and why the last try failed.

    `attempts` is how often the one was tried that was tried most.
    """

    rule: str
    alerts: int
    oldest_at: datetime
    attempts: int
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesRead:
    """Of the last pages of a source that were `asked` for since `since`: how many gave an article's text.

    `cause` is the most frequent failure of a request (None: they were answered), `host` the host most asked.
    """

    source_id: str
    asked: int
    read: int
    since: datetime
    cause: str | None
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A source that answers and has had nothing new from `last_new_at` to its last poll, `last_ok_at`.

    `news` are the polls before that brought something new, in order.
    """

    source_id: str
    last_new_at: datetime
    last_ok_at: datetime
    news: tuple[datetime, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the last daily check found; `findings` a sentence each, `state` is `whole` where there are none."""

    started_at: datetime
    state: str
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """How the warehouse was made anew; fields as the columns of `rebuilds`."""

    rebuilt_at: datetime
    cause: str
    made_from: str
    as_of: datetime | None
    returned: int
    set_aside: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """All of it. `backlogs` are moment and waiting items after each of the last runs, in order."""

    troubles: tuple[Trouble, ...] = ()
    undelivered: tuple[Undelivered, ...] = ()
    pages: tuple[PagesRead, ...] = ()
    silences: tuple[Silence, ...] = ()
    backlogs: tuple[tuple[datetime, int], ...] = ()
    overdue: Overdue | None = None
    checked: Checked | None = None
    rebuilt: Rebuilt | None = None


def loaded_since(con: Connection, moment: datetime) -> bool:
    """Tell whether anything was loaded at `moment` or later."""
    ((newest,),) = run(con, "last_run_at")
    return newest is not None and newest >= moment


def read_vitals(
    con: Connection,
    now: datetime,
    cycle_at: datetime | None = None,
    *,
    with_listings: bool = True,
    budget: int | None = None,
) -> Vitals:
    """Return the facts at `now`; without `pages` and `silences` where `with_listings` is False.

    `cycle_at` is when the cycle before this one came to its end well, None where there was none; `budget` what a site
    gets in 24 hours, None where it has no bound. The two that may be
    left out read the ledgers of weeks (0.1 s of processor time with 100 sources), and only a load can change them.
    """
    listings: dict[str, Any] = {}
    if with_listings:
        shortest_s, history_s = SHORTEST.total_seconds(), READ_FROM.total_seconds()
        listings = {
            "pages": records(PagesRead, rows(con, "read_pages", since=now - PAGES_LATELY, most=PAGES)),
            "silences": records(
                Silence, rows(con, "silent_sources", shortest_s=shortest_s, history_s=history_s)
            ),
        }
    return Vitals(
        troubles=read_troubles(con, now),
        undelivered=records(
            Undelivered,
            rows(
                con,
                "undelivered_alerts",
                before=now - UNDELIVERED_AFTER,
                between_s=BETWEEN_TRIES.total_seconds(),
            ),
        ),
        **listings,
        backlogs=tuple(
            (row["finished_at"], row["backlog"])
            for row in rows(con, "last_backlogs", since=now - RUNS_LATELY)
        ),
        overdue=None if cycle_at is None else read_overdue(con, cycle_at, now, budget),
        checked=next(iter(records(Checked, rows(con, "last_check"))), None),
        rebuilt=next(iter(records(Rebuilt, rows(con, "last_rebuild"))), None),
    )
