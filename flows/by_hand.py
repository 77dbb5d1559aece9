"""Asking sites by hand, on a home that knows them: its rests, spacing and budget hold, its ledger has each request."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from extractors.clock import Clock
from extractors.orders import Learned, Order
from flows.settings import Settings
from warehouse.budget import used_sites
from warehouse.database import open_warehouse, transaction
from warehouse.hosts import known_rests, known_robots, save_rests, save_robots
from warehouse.lock import exclusive
from warehouse.requests import save_by_hand

#: Seconds to wait for a running cycle to end.
_WAIT_S = 60.0


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Let no cycle run on this home during the block.

    Raises:
        WarehouseError: one runs, and did not end within a minute.
    """
    with exclusive(settings.cycle_lock, wait_s=_WAIT_S, doing="running a cycle on this home"):
        yield


@contextmanager
def known_at_home(
    settings: Settings, clock: Clock
) -> Iterator[tuple[Order | None, Callable[[Learned], None] | None]]:
    """Give what this home knows of hosts, and what takes what is asked and learned; None for both where there is none.

    Raises:
        WarehouseError: as `alone`.
    """
    if not settings.home.is_dir():
        yield None, None
        return
    with alone(settings):
        yield (
            known_of_hosts(settings, clock()),
            lambda learned: save_learned(settings, learned, clock()),
        )


def known_of_hosts(settings: Settings, now: datetime) -> Order:
    """Return an order for nothing, with what is known of hosts."""
    with open_warehouse(settings.warehouse) as con:
        return Order(
            order_id="by-hand",
            created_at=now,
            sources=(),
            rests=known_rests(con, now),
            robots=known_robots(con, now),
            used=used_sites(con, now),
        )


def save_learned(settings: Settings, learned: Learned, now: datetime) -> None:
    """Write what was asked by hand into the ledger, and what hosts said where the next cycle heeds it."""
    with open_warehouse(settings.warehouse) as con, transaction(con):
        save_by_hand(con, learned.requests, now)
        save_rests(con, learned.rests, now)
        save_robots(con, learned.robots, now)
