"""Rounds: what one plan asked for, in pieces for many collectors, as objects of the place that they share.

```
rounds/ROUND.parquet        what all pieces need: known keys, robots.txt files, use of sites, quarantined bytes
orders/ROUND-3of8.parquet   one piece: sources, known pages, rests
rounds/ROUND.json           the commission; written last: what has none is not planned yet
leases/ROUND-3of8.1.json    who carries the piece out, for the first time (`warehouse.leases`)
batches/ROUND-3of8.parquet  what came of it
```
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import TypeAdapter, ValidationError

from extractors.errors import WarehouseError
from extractors.orders import Manners, Order
from extractors.watch import Watch
from warehouse import landing
from warehouse.splitting import Ground, Piece, round_of
from warehouse.zone import Listing, Zone

#: What all pieces of an order need, and what of each is its own.
_OWN = ("order_id", "created_at", "sources", "rechecks", "rests")
_SHARED = tuple(field.name for field in fields(Order) if field.name not in _OWN)
#: A finished piece waits so long for the others of its round, then what there is is loaded without them.
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission:
    """What a collector needs besides its order: the watch without sources, alerts and examples, and how to behave.

    `version` is that of the program that planned; `grounds` says where each piece goes, by order id.
    """

    round_id: str
    planned_at: datetime
    version: str
    watch: Watch
    manners: Manners
    grounds: Mapping[str, Ground]


_COMMISSION = TypeAdapter(Commission)


def write_round(zone: Zone, pieces: Sequence[Piece], watch: Watch, manners: Manners, version: str) -> None:
    """Write the pieces of one order, and at last the commission that makes them valid."""
    first = pieces[0].order
    round_id = round_of(first.order_id)
    with TemporaryDirectory() as folder:
        place = Path(folder)
        shared = replace(first, order_id=round_id, sources=(), rechecks=(), rests=())
        zone.send(landing.write_order(place, shared), f"rounds/{round_id}.parquet")
        for piece in pieces:
            nothing: dict[str, Any] = dict.fromkeys(_SHARED, ())
            own = replace(piece.order, **nothing)
            zone.send(landing.write_order(place, own), order_name(own.order_id))
    commission = Commission(
        round_id=round_id,
        planned_at=first.created_at,
        version=version,
        watch=replace(watch, sources=(), alerts=(), examples=()),
        manners=manners,
        grounds={piece.order.order_id: piece.ground for piece in pieces},
    )
    data = _COMMISSION.dump_json(commission, exclude={"watch": {"by_id"}})
    zone.write(f"rounds/{round_id}.json", data)


def read_commission(zone: Zone, round_id: str) -> Commission:
    """Return the commission of a round.

    Raises:
        WarehouseError: it is damaged, or of a program that this one does not understand.
        FileNotFoundError: there is none.
    """
    data = zone.read(f"rounds/{round_id}.json")
    try:
        return _COMMISSION.validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise WarehouseError(f"{zone.shown}: rounds/{round_id}.json: {place}: {first['msg']}") from error


def read_piece(zone: Zone, order_id: str) -> Order:
    """Return a piece as `split` had made it.

    Raises:
        WarehouseError: it is damaged.
        FileNotFoundError: it is there no more.
    """
    with TemporaryDirectory() as folder:
        own, shared = Path(folder, "own.parquet"), Path(folder, "shared.parquet")
        zone.fetch(order_name(order_id), own)
        zone.fetch(f"rounds/{round_of(order_id)}.parquet", shared)
        whole = landing.read_order(shared)
        piece = landing.read_order(own)
    return replace(piece, **{name: getattr(whole, name) for name in _SHARED})


def planned(listing: Listing) -> list[str]:
    """Return the ids of the rounds that are planned and not over."""
    return _ids(listing, "rounds", ".json")


def open_orders(listing: Listing) -> list[str]:
    """Return the ids of all orders of planned rounds that have not been loaded, be their batch there or not."""
    rounds = set(planned(listing))
    return [order_id for order_id in _ids(listing, "orders", ".parquet") if round_of(order_id) in rounds]


def unplanned(listing: Listing) -> list[str]:
    """Return the names of objects that a killed plan has left, or a round that is over."""
    rounds, orders = set(planned(listing)), set(_ids(listing, "orders", ".parquet"))
    left = [order_name(one) for one in orders if round_of(one) not in rounds]
    left += [f"rounds/{one}.parquet" for one in _ids(listing, "rounds", ".parquet") if one not in rounds]
    left += [f"leases/{name}" for name in listing.names("leases") if name.partition(".")[0] not in orders]
    return sorted(left)


def finished(listing: Listing) -> list[str]:
    """Return the ids of the orders whose batch is there."""
    return _ids(listing, "batches", ".parquet")


def ready(listing: Listing) -> list[tuple[str, ...]]:
    """Return the orders whose batches are to be loaded now, those of one round together, longest waiting first.

    A round is ready with its last batch, or when one of them has waited for `PATIENCE`.
    """
    waiting = set(open_orders(listing))
    brought: dict[str, list[str]] = {}
    for order_id in finished(listing):
        brought.setdefault(round_of(order_id), []).append(order_id)
    found = []
    for orders in brought.values():
        since = min(listing.written[_batch_name(order_id)] for order_id in orders)
        missing = {one for one in waiting if round_of(one) == round_of(orders[0])} - set(orders)
        if not missing or listing.now - since >= PATIENCE:
            found.append((since, tuple(sorted(orders))))
    return [orders for _, orders in sorted(found)]


def send_batch(zone: Zone, order_id: str, path: Path) -> None:
    """Put the finished batch of an order where it is loaded from."""
    zone.send(path, _batch_name(order_id))


def fetch_batch(zone: Zone, order_id: str, path: Path) -> None:
    """Write the batch of an order to `path`.

    Raises:
        FileNotFoundError: it is there no more.
    """
    zone.fetch(_batch_name(order_id), path)


def close_order(zone: Zone, listing: Listing, order_id: str) -> None:
    """Remove an order with its batch and leases, and its round with the last of them.

    The order goes first: whoever is killed here leaves a batch that has been loaded, which the next one removes.
    """
    zone.remove(order_name(order_id))
    zone.remove(_batch_name(order_id))
    for name in listing.names("leases"):
        if name.partition(".")[0] == order_id:
            zone.remove(f"leases/{name}")


def close_round(zone: Zone, round_id: str) -> None:
    """Remove what is left of a round none of whose orders is open."""
    zone.remove(f"rounds/{round_id}.json")
    zone.remove(f"rounds/{round_id}.parquet")


def order_name(order_id: str) -> str:
    """Return the name of an order."""
    return f"orders/{order_id}.parquet"


def _batch_name(order_id: str) -> str:
    return f"batches/{order_id}.parquet"


def _ids(listing: Listing, folder: str, ending: str) -> list[str]:
    return [name.removesuffix(ending) for name in listing.names(folder) if name.endswith(ending)]
