"""What a batch says of sources and items: polls → source states and validators, outcomes → known or pending."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from extractors.records import Batch, ItemOutcome, Poll, item_keys
from warehouse.database import Connection, insert, run
from warehouse.plan import SourceState, after_poll, save_sources


def silent_articles(con: Connection, batch: Batch, states: Mapping[str, SourceState]) -> frozenset[str]:
    """Return the canonical URLs of the articles in `batch` that belong to the first import of their source.

    Those of a source that had never been polled with success before, and those whose page was listed then
    and could not be had until now. `states` are the sources as they were before this batch.
    """
    first, waiting = _first_polled(batch, states), _listed_at_first(con)
    own = {found.article.url for found in batch.articles if found.article.source_id in first}
    late = {out.url for out in batch.outcomes if (out.item.source_id, out.item.url) in waiting}
    return frozenset(own | {url for url in late if url is not None})


def save_polls(con: Connection, polls: Sequence[Poll], states: Mapping[str, SourceState]) -> None:
    """Write down the polls, the states of their sources after them, and the validators of the used answers."""
    names = ("source_id", "started_at", "outcome", "http_status", "items", "new_items", "bytes", "seconds")
    insert(con, "polls", [{n: getattr(poll, n) for n in (*names, "cause", "error")} for poll in polls])
    known = [poll for poll in polls if poll.source_id in states]
    save_sources(con, [after_poll(states[poll.source_id], poll) for poll in known])
    used = [poll for poll in known if poll.outcome != "failed"]
    run(con, "delete_validators", ids=[poll.source_id for poll in used])
    kept = ("source_id", "etag", "last_modified", "body_hash")
    insert(
        con,
        "state.validators",
        [{n: getattr(poll, n) for n in kept} | {"url": states[poll.source_id].url} for poll in used],
    )


def save_items(con: Connection, batch: Batch, states: Mapping[str, SourceState], now: datetime) -> None:
    """Write down which items need no fetch any more, and which are tried again; `states` as they were before."""
    run(con, "touch_items", keys=sorted({key for poll in batch.polls for key in poll.keys}), now=now)
    done = [outcome for outcome in batch.outcomes if outcome.state != "failed"]
    run(
        con,
        "remember_items",
        keys=sorted({key for outcome in done for key in item_keys(outcome.item)}),
        now=now,
    )
    first, waiting = _first_polled(batch, states), _listed_at_first(con)
    run(con, "forget_pending", keys=[[out.item.source_id, out.item.url] for out in batch.outcomes])
    failed = {(out.item.source_id, out.item.url): out for out in batch.outcomes if out.state == "failed"}
    insert(
        con,
        "state.pending_items",
        [
            _pending_row(out) | {"first_import": key[0] in first or key in waiting}
            for key, out in failed.items()
        ],
    )


def _first_polled(batch: Batch, states: Mapping[str, SourceState]) -> set[str]:
    known = {poll.source_id: states[poll.source_id] for poll in batch.polls if poll.source_id in states}
    return {key for key, state in known.items() if state.last_ok_at is None and state.state != "removed"}


def _listed_at_first(con: Connection) -> set[tuple[str, str]]:
    return {(source_id, url) for source_id, url in run(con, "first_import_items")}


def _pending_row(outcome: ItemOutcome) -> dict[str, object]:
    item = outcome.item
    row = {name: getattr(item, name) for name in type(item).__slots__}
    changed = {
        "authors": list(item.authors),
        "attempts": item.attempts + 1,
        "error": outcome.error or "unknown",
    }
    return row | changed
