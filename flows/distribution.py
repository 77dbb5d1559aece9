"""Beyond one machine, the one that writes: a plan in orders for many collectors, and what they bring, loaded.

The place that the machines share (`NEWSWATCH_LANDING` as a URL) is all that they have in common. What was collected is
taken from there into the writer's own landing zone, so loading it is the same as on one machine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import structlog

from extractors.clock import Clock
from extractors.errors import ELSEWHERE, WarehouseError
from extractors.orders import Batch, Order, batch_id_of
from extractors.watch import Watch
from flows import cycle as steps
from flows.collecting import Collector, zone_of
from flows.settings import Settings
from warehouse import claims, landing, rounds
from warehouse.database import open_warehouse, run
from warehouse.joining import joined
from warehouse.leases import MOST_TAKEN, standings
from warehouse.lock import prolong
from warehouse.plan import plan, read_states
from warehouse.source_states import SourceState
from warehouse.splitting import MOST_ORDERS, Ground, Piece, round_of, split
from warehouse.writers import Desk, writing
from warehouse.zone import Listing, Zone

if TYPE_CHECKING:
    from extractors.articles.workers import ExtractionPool

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How it stands with the orders: `free` ones may be taken, `waiting` ones have no batch yet, free ones included."""

    free: int
    waiting: int


def bring_shared(
    settings: Settings, watch: Watch, clock: Clock, *, pool: "ExtractionPool[Any, Any] | None" = None
) -> steps.Loaded:
    """Load what collectors have finished, plan, be a collector until no order is free, and load again.

    What other collectors have in hand is loaded the next time.

    Raises:
        ZoneError: the place cannot be used.
    """
    begun = load_finished(settings, watch, clock)
    plan_round(settings, watch, clock)
    prolong(settings.cycle_lock)
    with Collector(settings, clock, pool) as collector:
        while collector.collect_one() is not None:
            prolong(settings.cycle_lock)
    prolong(settings.cycle_lock)
    return steps.joined(begun, load_finished(settings, watch, clock))


def plan_round(settings: Settings, watch: Watch, clock: Clock) -> tuple[str, ...]:
    """Write orders for all that is due where no collector is now, and return their ids; none where nothing is.

    Only one process of a home may plan or load at a time.

    Raises:
        ConfigurationError, WarehouseError, LeaseLostError, ZoneError: as `warehouse.writers.writing`.
    """
    zone = zone_of(settings)
    with writing(zone, desk_of(settings)) as listing:
        away = _away(zone, _tidied(zone, listing))
        with open_warehouse(settings.warehouse) as con:
            order = plan(con, watch, clock(), budget=settings.budget)
            states = read_states(con)
        pieces = _split(order, away, states) if order is not None else ()
        if pieces:
            rounds.write_round(zone, pieces, watch, settings.manners(), version("newswatch"))
            log.info("round_planned", round_id=round_of(pieces[0].order.order_id), orders=len(pieces))
    return tuple(piece.order.order_id for piece in pieces)


def load_finished(settings: Settings, watch: Watch, clock: Clock) -> steps.Loaded:
    """Load what collectors have finished: the batches of one round together, as if one machine had brought them.

    A batch that cannot be read is set aside and told; its order is closed, so its sources are due still. Only one
    process of a home may plan or load at a time.

    Raises:
        ConfigurationError, WarehouseError, LeaseLostError, ZoneError: as `warehouse.writers.writing`.
    """
    zone = zone_of(settings)
    failures: list[tuple[str, str, str | None]] = []
    with writing(zone, desk_of(settings)):
        loaded = steps.load_waiting(settings, watch, clock)
        for orders in rounds.ready(_without_loaded(zone, settings)):
            batches = _read(zone, orders, settings.landing, failures)
            if batches:
                landing.write_batch(settings.landing, joined(batches))
            del batches  # before they are read again as one
            loaded = steps.joined(loaded, steps.load_waiting(settings, watch, clock))
        if loaded.results:
            _without_loaded(zone, settings)
    return steps.joined(loaded, steps.Loaded(failures=tuple(failures)))


def desk_of(settings: Settings) -> Desk:
    """Return what this home is to the place that it writes from."""
    return Desk(home=settings.home, notes=settings.writer_keys)


def progress(settings: Settings) -> Progress:
    """Return how it stands with the orders."""
    found = standings(zone_of(settings).look())
    return Progress(free=sum(one.is_free for one in found), waiting=len(found))


def _tidied(zone: Zone, listing: Listing) -> Listing:
    """Return what the place holds, without what a killed plan has left and orders that are given up.

    An order that nobody has is given up when it has waited for longer than `steps.RESUME_FOR`, or was taken up too
    often: its sources are due still.
    """
    left = rounds.unplanned(listing)
    for name in left:
        zone.remove(name)
    given_up = 0
    for one in standings(listing):
        since = listing.written[rounds.order_name(one.order_id)]
        if one.held:
            continue
        if one.taken >= MOST_TAKEN:
            log.error("order_set_aside", order_id=one.order_id, taken=one.taken)
        elif since < listing.now - steps.RESUME_FOR:
            log.warning("order_dropped", order_id=one.order_id, created_at=since.isoformat())
        else:
            continue
        _close(zone, listing, one.order_id)
        given_up += 1
    return _swept(zone, zone.look() if left or given_up else listing)


def _away(zone: Zone, listing: Listing) -> Ground:
    """Return where collectors are or will be for the orders that are open; a round that cannot be read is given up."""
    away, waiting = Ground(sites=claims.claimed(listing)), rounds.open_orders(listing)
    for round_id in rounds.planned(listing):
        orders = [order_id for order_id in waiting if round_of(order_id) == round_id]
        try:
            grounds = rounds.read_commission(zone, round_id).grounds
        except WarehouseError as error:
            log.error("round_set_aside", round_id=round_id, error=str(error))
            for order_id in orders:
                rounds.close_order(zone, listing, order_id)
            rounds.close_round(zone, round_id)
            continue
        for order_id in orders:
            away |= grounds[order_id]
    return away


def _split(order: Order, away: Ground, states: Mapping[str, SourceState]) -> tuple[Piece, ...]:
    """Return the orders of a round: one alone where a source has led to a site of another order, unforeseen."""
    met = any((state.evidence or "").startswith(ELSEWHERE) for state in states.values())
    moved = {key: state.moved_to for key, state in states.items() if state.moved_to}
    return split(order, away, moved, most=1 if met else MOST_ORDERS)


def _without_loaded(zone: Zone, settings: Settings) -> Listing:
    """Close the orders whose batches have been loaded, and return what the place holds then."""
    listing = zone.look()
    finished = rounds.finished(listing)
    if not finished:
        return listing
    with open_warehouse(settings.warehouse) as con:
        ids = [batch_id_of(order_id) for order_id in finished]
        loaded = {batch_id for (batch_id,) in run(con, "batch_is_loaded", ids=ids)}
    closed = [order_id for order_id in finished if batch_id_of(order_id) in loaded]
    for order_id in closed:
        _close(zone, listing, order_id)
    return _swept(zone, zone.look() if closed else listing)


def _close(zone: Zone, listing: Listing, order_id: str) -> None:
    """Close an order, having noted for those that are out still where it was."""
    claims.note_past(zone, listing, order_id)
    rounds.close_order(zone, listing, order_id)


def _swept(zone: Zone, listing: Listing) -> Listing:
    """Remove what is left of rounds and orders that are not open any more, and return what the place holds then."""
    alive = {round_of(order_id) for order_id in rounds.open_orders(listing)}
    empty = [round_id for round_id in rounds.planned(listing) if round_id not in alive]
    for round_id in empty:
        rounds.close_round(zone, round_id)
    swept = claims.sweep(zone, listing)
    return zone.look() if empty or swept else listing


def _read(
    zone: Zone, orders: Sequence[str], folder: Path, failures: list[tuple[str, str, str | None]]
) -> list[Batch]:
    """Return the batches of `orders`; one that cannot be read is kept in `folder`, and told in `failures`."""
    batches = []
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix="fetched-") as place:
        for order_id in orders:
            path = Path(place, f"{order_id}.parquet")
            try:
                rounds.fetch_batch(zone, order_id, path)
                batches.append(landing.read_batch(path))
            except FileNotFoundError:
                continue
            except WarehouseError as error:
                aside = folder / "batches" / f"{order_id}.broken"
                aside.parent.mkdir(exist_ok=True)
                path.replace(aside)
                _close(zone, zone.look(), order_id)
                log.error("batch_set_aside", path=str(aside), error=str(error))
                failures.append((steps.LANDING, str(error), f"the file is kept as {aside.name}"))
    return batches
