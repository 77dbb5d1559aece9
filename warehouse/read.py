"""Reading the snapshot: what people ask of it, as frozen records. Every function takes an open snapshot.

Stories and developments are read in `read_stories`.
"""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from extractors.errors import ConfigurationError
from warehouse.database import Connection, adapter, rows
from warehouse.judged import Alert

#: Rows at the most where a caller names no limit.
ALL = 1_000_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """How a source is; fields as the columns of `sources`, where each is explained.

    `cause`, `evidence` and `tried` tell what it failed of, and what was done about it at once: all None where it works,
    but for a source that another listing is read for (`replaced_since` is not None). `advice` is there for sources
    that work too: it has moved, has been silent for long, items may have been missed. `next_poll_at` is None where
    it is not polled any more.
    """

    source_id: str
    kind: str
    url: str
    state: str
    failures: int
    last_ok_at: datetime | None
    last_poll_at: datetime | None
    next_poll_at: datetime | None
    polls: int
    new_items: int
    cause: str | None
    error: str | None
    advice: str | None
    polled_url: str | None
    polled_kind: str | None
    interval_s: float
    pace_s: float | None
    failure_weight: float
    failing_since: datetime | None
    evidence: str | None
    tried: str | None
    moved_to: str | None
    gone_at: datetime | None
    replaced_since: datetime | None
    robots: str | None
    last_new_at: datetime | None
    untrusted_since: datetime | None
    losses: int
    loss_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One cycle; fields as the columns of `runs`."""

    run_id: str
    started_at: datetime
    finished_at: datetime
    outcome: str
    polls: int
    failed_polls: int
    new_items: int
    failed_items: int
    articles: int
    revisions: int
    copies: int
    relevant: int
    developments: int
    alerts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What is there and what waits. `newest_at` is None in an empty warehouse."""

    articles: int
    relevant: int
    copies: int
    stories: int
    developments: int
    newest_at: datetime | None
    pending_items: int
    pending_alerts: int
    held_alerts: int
    failed_alerts: int
    sent_alerts: int


def records(record: type[T], found: Sequence[dict[str, Any]]) -> tuple[T, ...]:
    """Return rows as records of the given type, every field checked; columns that it does not name are left out."""
    check: Callable[[object], T] = adapter(cast("type", record)).validate_python
    return tuple(check(row) for row in found)


def require_entity(con: Connection, entity_id: str) -> None:
    """Make sure that `entity_id` is an entity or topic of the snapshot.

    Raises:
        ConfigurationError: it is none; names one that looks like it.
    """
    known = [str(row["entity_id"]) for row in rows(con, "all_entities")]
    if entity_id not in known:
        close = difflib.get_close_matches(entity_id, known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else "`newswatch query 'FROM entities'` lists them"
        raise ConfigurationError(f"there is no entity or topic {entity_id!r}; {hint}")


def read_alerts(con: Connection, *, state: str | None = None, most: int = ALL) -> tuple[Alert, ...]:
    """Return at most `most` alerts of the ledger in `state` (None: any), the newest first."""
    return records(Alert, rows(con, "read_alerts", state=state, most=most))


def read_sources(con: Connection) -> tuple[SourceRow, ...]:
    """Return the sources of the watch, the failing ones first."""
    return records(SourceRow, rows(con, "read_sources"))


def read_runs(con: Connection, *, most: int = 5) -> tuple[RunRow, ...]:
    """Return the last runs, the newest first."""
    return records(RunRow, rows(con, "read_runs", most=most))


def read_backlog(con: Connection) -> Backlog:
    """Return what is in the snapshot, and what waited when it was published."""
    (backlog,) = records(Backlog, rows(con, "read_backlog"))
    return backlog
