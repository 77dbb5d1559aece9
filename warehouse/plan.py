"""What is due: what the warehouse knows of sources, hosts and items → an order, all that a collector needs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from extractors.hosts import host_of
from extractors.orders import Order, SourceOrder, Validator
from extractors.records import Item, Source, SourceKind, item_keys, stable_id
from extractors.watch import Watch
from warehouse import scheduling
from warehouse.database import Connection, insert, rows, run, transaction
from warehouse.hosts import known_rests, known_robots
from warehouse.pages import due_rechecks, quarantined
from warehouse.source_states import SourceState, settled

#: An item that no source has listed for so long is forgotten; its article is still known by its URL.
ITEM_MEMORY = timedelta(days=60)


def plan(con: Connection, watch: Watch, now: datetime) -> Order | None:
    """Return the order for all sources and known pages that are due at `now`, None where none is.

    Sources that are new in the watch, changed or removed are noted in the warehouse first. Those of a host that asked
    to be left alone are not due before it has rested.
    """
    states = note_sources(con, watch, now)
    rests = known_rests(con, now)
    hosts = {rest.host for rest in rests}
    due = [source for source in watch.sources if _is_due(states[source.source_id], hosts, now)]
    rechecks = tuple(one for one in due_rechecks(con, watch, now) if host_of(one.validator.url) not in hosts)
    if not due and not rechecks:
        return None
    ids = [source.source_id for source in due]
    validators, (pending, waiting) = known_validators(con, ids), _pending(con, now)
    sources = tuple(
        source_order(source, states[source.source_id], now, validators.get(source.source_id, ()))
        for source in due
    )
    return Order(
        order_id=stable_id("o", now.isoformat(), *ids, *(one.item.url for one in rechecks)),
        created_at=now,
        sources=tuple(replace(told, pending=pending.get(told.source.source_id, ())) for told in sources),
        known=(*(key for (key,) in run(con, "known_item_keys", since=now - ITEM_MEMORY, ids=ids)), *waiting),
        rests=rests,
        robots=known_robots(con, now),
        rechecks=rechecks,
        quarantined=quarantined(con),
    )


def source_order(
    source: Source, state: SourceState, now: datetime, validators: Iterable[Validator]
) -> SourceOrder:
    """Return what is asked at `now` of a source, as the watch file has it, that is in `state`.

    The address is the one it moved to or the listing that is read in its place, but for a look once a week whether its
    own address works again.
    """
    asked = source
    own = scheduling.own_due(state, now)
    if not own and (state.polled_url, state.polled_kind) != (source.url, source.kind):
        asked = replace(source, url=state.polled_url)
        if state.replaced_since is not None:
            asked = replace(asked, kind=cast("SourceKind", state.polled_kind), links=None, text=None)
    return SourceOrder(
        source=asked,
        asked_at=state.last_ok_at,
        validators=tuple(validators),
        trusted=scheduling.trusts(state, now),
        audit=scheduling.audit_due(state, now) and not own,
        lost=own or scheduling.is_lost(state, now),
    )


def note_sources(con: Connection, watch: Watch, now: datetime) -> dict[str, SourceState]:
    """Bring the table `sources` in line with the watch and return it.

    A source whose address changed starts anew: no validators, due at once. One that left the watch is kept
    with the state `removed`, and resumes where it was if it comes back, be it under another id.
    """
    before = read_states(con)
    watched = {source.source_id for source in watch.sources}
    renamed = {state.url: state for key, state in before.items() if key not in watched}
    after = before | {
        source.source_id: _noted(source, before.get(source.source_id) or renamed.get(source.url), now)
        for source in watch.sources
    }
    left = {key: state for key, state in after.items() if key not in watched and state.state != "removed"}
    after |= {key: replace(state, state="removed") for key, state in left.items()}
    after = settled(after, now)
    changed = [
        state for key, state in after.items() if before.get(key) is not state and before.get(key) != state
    ]
    if changed:
        anew = [one.source_id for one in changed if _starts_anew(before.get(one.source_id), one)]
        names = [
            [renamed[one.url].source_id, one.source_id]
            for one in changed
            if one.source_id not in before and one.url in renamed
        ]
        with transaction(con):
            run(con, "delete_validators", ids=anew, kept=[])
            run(
                con, "forget_reading", ids=[one.source_id for one in changed if _reads_otherwise(before, one)]
            )
            run(con, "rename_validators", ids=names)
            save_sources(con, changed)
    return after


def known_validators(con: Connection, ids: Sequence[str]) -> dict[str, tuple[Validator, ...]]:
    """Return what the addresses of these sources said of themselves last, by source."""
    found: dict[str, list[Validator]] = {}
    for row in rows(con, "validators", ids=ids):
        source_id = row.pop("source_id")
        found.setdefault(source_id, []).append(Validator(**row | {"more": tuple(row["more"] or ())}))
    return {source_id: tuple(validators) for source_id, validators in found.items()}


def read_states(con: Connection) -> dict[str, SourceState]:
    """Return the state of every source ever watched, by id."""
    found = {}
    for row in rows(con, "source_states"):
        row["skip_hours"], row["skip_days"] = tuple(row["skip_hours"] or ()), tuple(row["skip_days"] or ())
        found[row["source_id"]] = SourceState(**row)
    return found


def save_sources(con: Connection, states: Sequence[SourceState]) -> None:
    """Replace the rows of these sources."""
    run(con, "delete_sources", ids=[state.source_id for state in states])
    insert(con, "sources", [_row(state) for state in states])


def _row(state: SourceState) -> dict[str, object]:
    row = {name: getattr(state, name) for name in SourceState.__slots__}
    return row | {"skip_hours": list(state.skip_hours), "skip_days": list(state.skip_days)}


def _is_due(state: SourceState, resting_hosts: set[str], now: datetime) -> bool:
    if state.next_poll_at is None or state.next_poll_at > now:
        return False
    address = state.url if scheduling.own_due(state, now) else state.polled_url
    # It became due outside the hours that the feed skips; the cycle that comes to it may be late.
    return host_of(address) not in resting_hosts and scheduling.out_of_skipped(now, state) == now


def _noted(source: Source, before: SourceState | None, now: datetime) -> SourceState:
    every = source.every.total_seconds()
    fresh = SourceState(
        source_id=source.source_id,
        kind=source.kind,
        url=source.url,
        publisher=source.publisher,
        language=source.language,
        state="new",
        interval_s=every,
        polled_url=source.url,
        polled_kind=source.kind,
        pace_s=every,
        next_poll_at=now,
        selector=source.links or source.text,
    )
    if before is None or before.url != source.url or before.kind != source.kind:
        return fresh
    back = before.state == "removed"
    told = (source.source_id, source.publisher, source.language, every, fresh.selector)
    was = (before.source_id, before.publisher, before.language, before.interval_s, before.selector)
    if not back and told == was:
        return before
    if back and before.next_poll_at is None:  # it was gone or closed, and somebody wants it looked at again
        return replace(
            fresh,
            state="ok" if before.last_ok_at else "new",
            last_ok_at=before.last_ok_at,
            last_new_at=before.last_new_at,
            polled_at=before.polled_at,
            next_poll_at=_not_early(now, before, source.every),
        )
    same = replace(
        before,
        source_id=source.source_id,
        publisher=source.publisher,
        language=source.language,
        state=_resumed(before) if back else before.state,
        polled_kind=before.polled_kind if before.replaced_since else source.kind,
        interval_s=every,
        selector=fresh.selector,
    )
    if before.interval_s == every:
        return same
    return replace(same, pace_s=every, next_poll_at=_rescheduled(before, source.every, now))


def _resumed(before: SourceState) -> str:
    if before.failures:
        return "failing"
    return "replaced" if before.replaced_since else "ok" if before.last_ok_at else "new"


def _rescheduled(before: SourceState, every: timedelta, now: datetime) -> datetime | None:
    """Return when a source whose interval is now `every` is due: where that is shorter, sooner if nothing forbids."""
    due = before.next_poll_at
    if due is None:
        return None
    if every.total_seconds() > before.interval_s:
        return _not_early(due, before, every)
    if before.failures or before.polled_at is None:
        return due if before.failures else min(due, now + every)
    sooner = max(now + every, before.polled_at + scheduling.asked(before.asked_s))
    return min(due, scheduling.out_of_skipped(sooner, before))


def _not_early(due: datetime, before: SourceState, every: timedelta) -> datetime:
    return due if before.polled_at is None else max(due, before.polled_at + every)


def _reads_otherwise(before: Mapping[str, SourceState], after: SourceState) -> bool:
    """Whether the same bytes of the source may list something else: the selector in the watch file has changed."""
    was = before.get(after.source_id)
    return was is not None and was.selector != after.selector


def _starts_anew(before: SourceState | None, after: SourceState) -> bool:
    return before is not None and (before.url, before.kind) != (after.url, after.kind)


def _pending(con: Connection, now: datetime) -> tuple[dict[str, tuple[Item, ...]], list[str]]:
    """Return the items whose page is to be asked for again, by source; and the keys of those that must wait."""
    found: dict[str, list[Item]] = {}
    waiting: list[str] = []
    for row in rows(con, "pending_items"):
        next_try_at = row.pop("next_try_at")
        item = Item(**row | {"authors": tuple(row["authors"]), "redirector": bool(row["redirector"])})
        if next_try_at is not None and next_try_at > now:
            waiting.extend(item_keys(item))
        else:
            found.setdefault(item.source_id, []).append(item)
    return {source_id: tuple(items) for source_id, items in found.items()}, waiting
