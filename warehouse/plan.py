"""What is due: what the warehouse knows of sources, hosts and items → an order, all that a collector needs."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from typing import cast

from extractors.hosts import host_of
from extractors.orders import Archive, Order, Recheck, SourceOrder, Validator
from extractors.records import Item, Source, SourceKind, item_keys, stable_id
from extractors.watch import Watch
from warehouse import scheduling
from warehouse.archives import due_archives
from warehouse.budget import Room, used_sites
from warehouse.database import Connection, insert, rows, run, transaction
from warehouse.hosts import known_rests, known_robots
from warehouse.pages import due_rechecks, quarantined
from warehouse.pending import pending_items
from warehouse.rights import known_rights
from warehouse.source_states import SourceState, settled

#: What goes with a source that gets another id.
_RENAMINGS = ("rename_validators", "rename_listings", "rename_pending", "rename_pages", "rename_archives")
#: An item that no source has listed for so long is forgotten; its article is still known by its URL.
ITEM_MEMORY = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """What is to be asked now.

    `polled` are the sources that are due; `others` those of which something else is to be had: what is `pending` of
    them (pages, by source), or an older part of the feed (`archives`). `waiting` are items that must wait, `past` those
    that are no news (source and address).
    """

    polled: tuple[Source, ...]
    others: tuple[Source, ...]
    pending: Mapping[str, tuple[Item, ...]]
    waiting: tuple[Item, ...]
    past: frozenset[tuple[str, str]]
    archives: Mapping[str, Archive]
    rechecks: tuple[Recheck, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        return (*self.polled, *self.others)

    def past_of(self, source: Source) -> tuple[str, ...]:
        """Return the addresses of what is pending of `source` and is no news."""
        pending = self.pending.get(source.source_id, ())
        return tuple(item.url for item in pending if (item.source_id, item.url) in self.past)

    def __bool__(self) -> bool:
        return bool(self.polled or self.others or self.rechecks)


def plan(con: Connection, watch: Watch, now: datetime, *, budget: int | None = None) -> Order | None:
    """Return the order for all sources and known pages that are due at `now`, None where none is.

    Sources that are new in the watch, changed or removed are noted in the warehouse first. Those of a host that asked
    to be left alone are not due before it has rested, nor is anything of a site that got `budget` requests in 24 hours
    (None: no bound); what has waited longest comes first then, and polls before pages.
    """
    states = note_sources(con, watch, now)
    rests = known_rests(con, now)
    due = _due(con, watch, states, {rest.host for rest in rests}, now)
    if not due:
        return None
    used = used_sites(con, now)
    due = _with_room(due, states, Room(used, budget), now)
    if not due:
        return None
    ids = [source.source_id for source in due.sources]
    validators, others = known_validators(con, ids), {source.source_id for source in due.others}
    waiting: dict[str, list[Item]] = {}
    for item in due.waiting:
        waiting.setdefault(item.source_id, []).append(item)
    sources = tuple(
        replace(
            source_order(source, states[source.source_id], now, validators.get(source.source_id, ())),
            pending=due.pending.get(source.source_id, ()),
            past=due.past_of(source),
            waiting=tuple(waiting.get(source.source_id, ())),
            archive=due.archives.get(source.source_id),
            polled=source.source_id not in others,
        )
        for source in due.sources
    )
    known = (key for (key,) in run(con, "known_item_keys", since=now - ITEM_MEMORY, ids=ids))
    return Order(
        order_id=stable_id("o", now.isoformat(), *ids, *(one.item.url for one in due.rechecks)),
        created_at=now,
        sources=sources,
        known=(*known, *(key for item in due.waiting for key in item_keys(item))),
        rests=rests,
        robots=known_robots(con, now),
        rechecks=due.rechecks,
        quarantined=quarantined(con),
        rights=known_rights(con, now),
        used=used,
    )


def _due(
    con: Connection, watch: Watch, states: Mapping[str, SourceState], resting_hosts: set[str], now: datetime
) -> _Due:
    """Return what is due at `now` of hosts that do not rest."""
    polled = tuple(one for one in watch.sources if is_due(states[one.source_id], resting_hosts, now))
    pending, archives = pending_items(con, now), due_archives(con, now)
    archives = {key: one for key, one in archives.items() if host_of(one.url) not in resting_hosts}
    ids = {source.source_id for source in polled}
    return _Due(
        polled=polled,
        others=tuple(_others(watch, states, ids, pending.due, archives, resting_hosts)),
        pending=pending.due,
        waiting=pending.waiting,
        past=pending.past,
        archives=archives,
        rechecks=tuple(
            one for one in due_rechecks(con, watch, now) if host_of(one.validator.url) not in resting_hosts
        ),
    )


def _with_room(due: _Due, states: Mapping[str, SourceState], room: Room, now: datetime) -> _Due:
    """Return what is due and has room in the budget of its site; the longest due first, polls before pages.

    Sources take turns with their pages, so that one with many does not keep those of others away; pages are asked for
    also where there is no room to poll their source. An item whose page has none must wait, or its source would list it
    as new; all else simply stays due.
    """
    by_wait = sorted(due.sources, key=lambda one: states[one.source_id].next_poll_at or now)
    asked = {one.source_id for one in due.polled}
    longest = [one for one in by_wait if one.source_id in asked]
    taken = {
        one.source_id for one in longest if room.takes(polled_address(states[one.source_id], now), "poll")
    }
    polled = tuple(one for one in due.polled if one.source_id in taken)
    others = (*due.others, *(one for one in due.polled if one.source_id not in taken))
    pending: dict[str, list[Item]] = {one.source_id: [] for one in by_wait}
    waiting = list(due.waiting)
    items = [due.pending.get(source_id, ()) for source_id in pending]
    for item in (one for turn in zip_longest(*items) for one in turn if one is not None):
        if room.takes(item.url, "page"):
            pending[item.source_id].append(item)
        else:
            waiting.append(item)
    archives = {key: one for key, one in due.archives.items() if room.takes(one.url, "archive")}
    return replace(
        due,
        polled=polled,
        others=tuple(one for one in others if pending[one.source_id] or one.source_id in archives),
        pending={source_id: tuple(items) for source_id, items in pending.items()},
        waiting=tuple(waiting),
        archives=archives,
        rechecks=tuple(one for one in due.rechecks if room.takes(one.validator.url, "recheck")),
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
    renamed = _renamed(watch, before)
    after = before | {
        source.source_id: _noted(source, renamed.get(source.source_id) or before.get(source.source_id), now)
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
        names = [[state.source_id, source_id] for source_id, state in renamed.items()]
        anew += renamed.keys() - set(anew)  # what is left of an id that comes back is older
        with transaction(con):
            run(con, "delete_validators", ids=anew, kept=[])
            run(con, "delete_archives", ids=anew)
            run(con, "delete_listings", ids=sorted(renamed))
            for query in _RENAMINGS:
                run(con, query, ids=names)
            was = before | renamed
            run(con, "forget_reading", ids=[one.source_id for one in changed if _reads_otherwise(was, one)])
            save_sources(con, changed)
    return after


def _renamed(watch: Watch, before: Mapping[str, SourceState]) -> dict[str, SourceState]:
    """Return the sources of the watch that went by another id until now, by their new id.

    Of the ids that an address had before, the one that leaves the watch now knows the most of it, else the one that was
    polled last.
    """
    watched = {source.source_id for source in watch.sources}
    left: dict[tuple[str, str], list[SourceState]] = {}
    for key, state in before.items():
        if key not in watched:
            left.setdefault((state.url, state.kind), []).append(state)
    found = {}
    for source in watch.sources:
        own = before.get(source.source_id)
        is_own = own is not None and (own.url, own.kind) == (source.url, source.kind)
        others = left.get((source.url, source.kind), ())
        if not others or (own is not None and is_own and own.state != "removed"):
            continue
        newest = max((*others, own) if own is not None and is_own else others, key=_newest)
        if newest is not own:
            found[source.source_id] = newest
    return found


def _newest(state: SourceState) -> tuple[bool, datetime]:
    return state.state != "removed", state.polled_at or datetime.min.replace(tzinfo=UTC)


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


def is_due(state: SourceState, resting_hosts: Container[str], now: datetime) -> bool:
    """Tell whether a source may be polled at `now`, as far as it and its host are concerned."""
    if state.next_poll_at is None or state.next_poll_at > now:
        return False
    resting = host_of(polled_address(state, now)) in resting_hosts
    # It became due outside the hours that the feed skips; the cycle that comes to it may be late.
    return not resting and scheduling.out_of_skipped(now, state) == now


def polled_address(state: SourceState, now: datetime) -> str:
    """Return what is asked at `now` where the source is polled."""
    return state.url if scheduling.own_due(state, now) else state.polled_url


def _others(
    watch: Watch,
    states: Mapping[str, SourceState],
    due: Container[str],
    pending: Mapping[str, Sequence[Item]],
    archives: Container[str],
    resting_hosts: Container[str],
) -> list[Source]:
    """Return the sources that are not to be polled now, but of which something else is to be had.

    That is an older part of a feed; and of those that are polled no more, what they had listed before.
    """

    def is_wanted(source: Source) -> bool:
        if source.source_id in archives:
            return True
        items = pending.get(source.source_id, ()) if states[source.source_id].next_poll_at is None else ()
        return any(host_of(item.url) not in resting_hosts for item in items)

    return [one for one in watch.sources if one.source_id not in due and is_wanted(one)]


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
