"""What a batch says of sources and items: polls → source states and validators, outcomes → known or pending."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from extractors.orders import Batch, ItemOutcome, Poll, Validator
from extractors.records import Item, item_keys, withdrawn_keys
from warehouse.archives import archived_until, is_of_archive
from warehouse.database import Connection, insert, rows, run
from warehouse.plan import save_sources
from warehouse.reached import save_reached
from warehouse.scheduling import after_poll
from warehouse.source_states import SourceState, settled

#: A page that failed is asked for again after this, then after twice as long, and so on: eight tries in 63 hours.
RETRY_AFTER = timedelta(minutes=30)
#: Keys of a listing that are kept while only what is new is sent: more than twice those of the longest that is read.
_MOST_KEYS = 10_000


def silent_articles(con: Connection, batch: Batch, states: Mapping[str, SourceState]) -> frozenset[str]:
    """Return the canonical URLs of the articles in `batch` that belong to the first import of their listing.

    Those of a source that had never been polled with success before, and those whose page was listed then
    and could not be had until now. Of a source that another listing is read for since this batch, those that were
    published before it was read last (or nobody knows when). What older parts of a feed list is old. `states` are the
    sources as they were before this batch.
    """
    read, waiting = _read_until(batch, states), _listed_at_first(con)
    own = {
        found.article.url
        for found in batch.articles
        if _is_old(found.article.source_id, found.article.published_at, read)
    }
    until = archived_until(batch)
    late = {
        out.url
        for out in batch.outcomes
        if (out.item.source_id, out.item.url) in waiting or is_of_archive(out.item, until)
    }
    return frozenset(own | {url for url in late if url is not None})


def save_polls(con: Connection, polls: Sequence[Poll], states: Mapping[str, SourceState]) -> None:
    """Write down the polls, the states of their sources after them, and the validators of the used answers.

    `states` are all sources as they were before: one that moved to the address of another stands aside for it.
    """
    known = [poll for poll in polls if poll.source_id in states]
    after = dict(states) | {poll.source_id: after_poll(states[poll.source_id], poll) for poll in known}
    if known:
        after = settled(after, max(poll.started_at for poll in known))
    names = ("source_id", "started_at", "outcome", "http_status", "items", "new_items", "bytes", "seconds")
    kept = (*names, "cause", "error", "url")
    insert(con, "polls", [_row(poll, kept) | {"next_poll_at": _next(after, poll)} for poll in polls])
    save_reached(con, known, states)
    save_sources(con, [state for key, state in after.items() if state != states[key]])
    # A failed poll brings those it was given, or what was said by an answer that could not be read.
    used = [poll for poll in known if poll.outcome != "failed" or poll.validators]
    _save_validators(con, used, states, after)


def _save_validators(
    con: Connection, used: Sequence[Poll], before: Mapping[str, SourceState], after: Mapping[str, SourceState]
) -> None:
    """Write down what the used answers said of themselves; addresses of the source that were not asked keep theirs."""
    kept = []
    for poll in used:
        told = before[poll.source_id]
        others = {told.url, told.polled_url, after[poll.source_id].polled_url}
        if poll.instead is None:
            others.discard(poll.url or told.polled_url)
        others -= {validator.url for validator in poll.validators}
        kept += [[poll.source_id, url] for url in sorted(others)]
    run(con, "delete_validators", ids=[poll.source_id for poll in used], kept=kept)
    rows = [
        _row(validator, Validator.__slots__) | {"source_id": poll.source_id, "more": list(validator.more)}
        for poll in used
        for validator in {one.url: one for one in poll.validators}.values()
    ]
    insert(con, "state.validators", rows)


def save_items(con: Connection, batch: Batch, states: Mapping[str, SourceState], now: datetime) -> None:
    """Write down which items need no fetch any more, and which are tried again; `states` as they were before."""
    _save_listings(con, batch.polls)
    run(con, "touch_items", keys=sorted({key for poll in batch.polls for key in poll.keys}), now=now)
    done = [outcome for outcome in batch.outcomes if outcome.state != "failed"]
    used = [outcome.item for outcome in done if not outcome.item.is_withdrawn]
    run(con, "forget_items", keys=sorted({key for item in used for key in withdrawn_keys(item)}))
    run(
        con,
        "remember_items",
        keys=sorted({key for outcome in done for key in item_keys(outcome.item)}),
        now=now,
    )
    read, waiting = _read_until(batch, states), _listed_at_first(con)
    run(con, "forget_pending", keys=[[out.item.source_id, out.item.url] for out in batch.outcomes])
    _forget_absent(con, batch.polls)
    until, visited_at = archived_until(batch), _visited_at(batch)
    failed = {(out.item.source_id, out.item.url): out for out in batch.outcomes if out.state == "failed"}
    stopped = {key for key, state in states.items() if state.next_poll_at is None}
    insert(
        con,
        "state.pending_items",
        [
            _pending_row(out, now, stopped=key[0] in stopped)
            | {
                # What was under embargo when it was listed is news after that, though its source was new then.
                "first_import": not out.item.is_embargoed(visited_at.get(key[0], batch.collected_at))
                and (
                    key in waiting
                    or _is_old(key[0], out.item.published_at, read)
                    or is_of_archive(out.item, until)
                )
            }
            for key, out in failed.items()
        ],
    )


def _read_until(batch: Batch, states: Mapping[str, SourceState]) -> dict[str, datetime | None]:
    """Return the sources whose listing is read for the first time in `batch`, and until when another one was read.

    None where none was: then all that it lists is old.
    """
    found: dict[str, datetime | None] = {}
    for poll in batch.polls:
        state = states.get(poll.source_id)
        if state is None:
            continue
        if state.last_ok_at is None or (poll.instead is not None and poll.instead.url != state.polled_url):
            found[state.source_id] = state.last_ok_at
    return found


def _visited_at(batch: Batch) -> dict[str, datetime]:
    """Return when the sources in `batch` were asked, or an older part of their feed."""
    parts = {one.source_id: one.visited_at for one in batch.archives}
    return parts | {poll.source_id: poll.started_at for poll in batch.polls}


def _is_old(source_id: str, published_at: datetime | None, read: Mapping[str, datetime | None]) -> bool:
    if source_id not in read:
        return False
    until = read[source_id]
    return until is None or published_at is None or published_at <= until


def _listed_at_first(con: Connection) -> set[tuple[str, str]]:
    return {(source_id, url) for source_id, url in run(con, "first_import_items")}


def _forget_absent(con: Connection, polls: Iterable[Poll]) -> None:
    """Forget what is still to be asked for of feeds that list all there is, and it no more (RFC 5005, section 2).

    The articles stay: that something was reported is not undone by its deletion.
    """
    listed = {poll.source_id: frozenset(poll.keys) for poll in polls if poll.complete}
    absent = [
        [row["source_id"], row["url"]]
        for row in rows(con, "listed_before", ids=list(listed))
        if listed[row["source_id"]].isdisjoint((*item_keys(one := Item(**row)), *withdrawn_keys(one)))
    ]
    run(con, "forget_pending", keys=absent)
    run(con, "forget_absent", keys=absent)


def _row(record: object, names: Iterable[str]) -> dict[str, object]:
    return {name: getattr(record, name) for name in names}


def _next(after: Mapping[str, SourceState], poll: Poll) -> datetime | None:
    state = after.get(poll.source_id)
    return None if state is None else state.next_poll_at


def _save_listings(con: Connection, polls: Iterable[Poll]) -> None:
    """Write down what the sources list that were read; one that is as it was lists what it did.

    What a partial listing lists comes before what was listed: of that, the oldest goes once there are too many.
    """
    listings = {poll.source_id: list(poll.keys) for poll in polls if poll.keys and not poll.partial}
    for poll in polls:
        if poll.keys and poll.partial:
            run(con, "extend_listing", source_id=poll.source_id, keys=list(poll.keys), most=_MOST_KEYS)
    run(con, "delete_listings", ids=sorted(listings))
    insert(
        con,
        "state.listings",
        [{"source_id": source_id, "keys": keys} for source_id, keys in listings.items()],
    )


def _pending_row(outcome: ItemOutcome, now: datetime, *, stopped: bool) -> dict[str, object]:
    """Return the row of an item to be tried again: after ½ hour, 1, 2 …; with the next poll where it was not asked for.

    One that is embargoed waits for the end of that. Of a source that is polled no more (`stopped`), half an hour stands
    for the time to the next poll.
    """
    item = outcome.item
    next_try_at = now + RETRY_AFTER if stopped else None
    if item.release and item.is_embargoed(now):
        next_try_at = item.release.embargoed
    elif item.attempts >= 0:
        next_try_at = now + RETRY_AFTER * 2**item.attempts
    row = {name: getattr(item, name) for name in type(item).__slots__}
    changed = {
        "authors": list(item.authors),
        "attempts": item.attempts + 1,
        "next_try_at": next_try_at,
        "release": asdict(item.release) if item.release else None,
        "error": outcome.error or "unknown",
    }
    return row | changed
