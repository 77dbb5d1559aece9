"""What is due: what the warehouse knows of sources and items → an order, all that a collector needs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import xxhash

from extractors.records import Item, Order, Poll, Source, SourceOrder, stable_id
from extractors.watch import Watch
from warehouse.database import Connection, insert, rows, run, transaction

#: Longest wait after failures, as Media Cloud does: a source that seems dead often comes back.
MAX_BACKOFF = timedelta(hours=24)
#: Longest wait that a server may ask for and get; 88 h have been seen in the wild (Media Cloud).
MAX_ASKED = timedelta(days=7)
#: Wait before a source that answered 410 Gone is looked at again.
GONE_WAIT = timedelta(days=30)
#: An item that no source has listed for so long is forgotten; its article is still known by its URL.
ITEM_MEMORY = timedelta(days=60)
#: Largest part of the interval that is added, so that sources do not all fall due in the same second.
JITTER = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How a source is; fields as the columns of the table `sources`."""

    source_id: str
    kind: str
    url: str
    publisher: str | None
    language: str | None
    state: str
    failures: int
    last_ok_at: datetime | None
    next_poll_at: datetime
    interval_s: float
    error: str | None = None
    advice: str | None = None


def plan(con: Connection, watch: Watch, now: datetime) -> Order | None:
    """Return the order for all sources that are due at `now`, None where none is.

    Sources that are new in the watch, changed or removed are noted in the warehouse first.
    """
    states = note_sources(con, watch, now)
    due = [source for source in watch.sources if states[source.source_id].next_poll_at <= now]
    if not due:
        return None
    validators = {row["source_id"]: row for row in rows(con, "validators")}
    pending = _pending(con)
    known = tuple(key for (key,) in run(con, "known_item_keys", since=now - ITEM_MEMORY))
    return Order(
        order_id=stable_id("o", now.isoformat(), *(source.source_id for source in due)),
        created_at=now,
        sources=tuple(
            _source_order(source, validators.get(source.source_id), pending.get(source.source_id, ()))
            for source in due
        ),
        known=known,
    )


def note_sources(con: Connection, watch: Watch, now: datetime) -> dict[str, SourceState]:
    """Bring the table `sources` in line with the watch and return it.

    A source whose address changed starts anew: no validators, due at once. One that left the watch is kept
    with the state `removed`, and resumes where it was if it comes back, be it under another id.
    """
    before = {row["source_id"]: SourceState(**row) for row in rows(con, "source_states")}
    watched = {source.source_id for source in watch.sources}
    renamed = {state.url: state for key, state in before.items() if key not in watched}
    after = before | {
        source.source_id: _noted(source, before.get(source.source_id) or renamed.get(source.url), now)
        for source in watch.sources
    }
    after |= {key: replace(state, state="removed") for key, state in after.items() if key not in watched}
    changed = [state for key, state in after.items() if before.get(key) != state]
    if changed:
        moved = [state.source_id for state in changed if _moved(before.get(state.source_id), state)]
        with transaction(con):
            run(con, "delete_validators", ids=moved)
            save_sources(con, changed)
    return after


def save_sources(con: Connection, states: Sequence[SourceState]) -> None:
    """Replace the rows of these sources."""
    run(con, "delete_sources", ids=[state.source_id for state in states])
    insert(
        con, "sources", [{name: getattr(state, name) for name in SourceState.__slots__} for state in states]
    )


def after_poll(state: SourceState, poll: Poll) -> SourceState:
    """Return the state of a source after `poll`."""
    if poll.outcome == "failed":
        gone = poll.http_status == 410  # noqa: PLR2004 - Gone, RFC 9110 section 15.5.11
        failed = replace(
            state,
            state="gone" if gone else "failing",
            failures=state.failures + 1,
            error=poll.error,
            advice=poll.advice,
        )
        return replace(failed, next_poll_at=poll.started_at + _wait(failed, poll.wait_s))
    worked = replace(
        state, state="ok", failures=0, last_ok_at=poll.started_at, error=None, advice=poll.advice
    )
    return replace(worked, next_poll_at=poll.started_at + _wait(worked, poll.wait_s))


def _wait(state: SourceState, asked_s: float | None) -> timedelta:
    """Return the wait until the next poll: at least the interval and what was asked, jitter only upward."""
    interval = timedelta(seconds=state.interval_s)
    if state.state == "gone":
        return GONE_WAIT
    asked = min(timedelta(seconds=asked_s or 0.0), MAX_ASKED)
    backoff = max(interval, min(interval * (1 + state.failures), MAX_BACKOFF))
    seed = f"{state.source_id}{state.next_poll_at.isoformat()}".encode()
    share = xxhash.xxh3_64_intdigest(seed) % 1000 / 1000
    return max(backoff, asked) + interval * JITTER * share


def _noted(source: Source, before: SourceState | None, now: datetime) -> SourceState:
    fresh = SourceState(
        source_id=source.source_id,
        kind=source.kind,
        url=source.url,
        publisher=source.publisher,
        language=source.language,
        state="new",
        failures=0,
        last_ok_at=None,
        next_poll_at=now,
        interval_s=source.every.total_seconds(),
    )
    if before is None or before.url != source.url:
        return fresh
    shortened = fresh.interval_s < before.interval_s
    return replace(
        fresh,
        state=("ok" if before.last_ok_at else "new") if before.state == "removed" else before.state,
        failures=before.failures,
        last_ok_at=before.last_ok_at,
        next_poll_at=min(before.next_poll_at, now + source.every) if shortened else before.next_poll_at,
        error=before.error,
        advice=before.advice,
    )


def _moved(before: SourceState | None, after: SourceState) -> bool:
    return before is not None and before.url != after.url


def _pending(con: Connection) -> dict[str, tuple[Item, ...]]:
    found: dict[str, tuple[Item, ...]] = {}
    for row in rows(con, "pending_items"):
        item = Item(**row | {"authors": tuple(row["authors"])})
        found[item.source_id] = (*found.get(item.source_id, ()), item)
    return found


def _source_order(
    source: Source, validators: Mapping[str, Any] | None, pending: Iterable[Item]
) -> SourceOrder:
    if validators is None or validators["url"] != source.url:
        return SourceOrder(source=source, pending=tuple(pending))
    return SourceOrder(
        source=source,
        etag=validators["etag"],
        last_modified=validators["last_modified"],
        body_hash=validators["body_hash"],
        pending=tuple(pending),
    )
