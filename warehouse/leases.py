"""Leases: who carries out an order, until when, told to machines that share nothing but a place for objects.

`leases/ORDER.N.json` is created by whoever takes the order for the N-th time, which works for one only, and written
anew by the same as long as it lives. It holds for `LEASE` after it was last written, both by the place's own clock: no
two machines' clocks are ever compared. Nobody removes or replaces another one's lease; who comes after it takes number
N + 1, and the one before sees that, or stops by itself when it could not renew in time.
"""

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import structlog

from extractors.errors import NewswatchError
from warehouse.rounds import finished, open_orders, order_name
from warehouse.zone import Listing, Zone

log = structlog.get_logger()

#: How long an order is in the hands of whoever was last heard of.
LEASE = timedelta(minutes=2)
#: Seconds between two renewals, and without one after which the holder stops: a quarter of a lease before it ends,
#: reckoned from before the last renewal was asked for.
RENEW_S, GIVE_UP_S = LEASE.total_seconds() / 6, LEASE.total_seconds() * 3 / 4
#: An order that was taken so often and never finished is set aside.
MOST_TAKEN = 5


class LeaseLostError(NewswatchError):
    """The order is in other hands, or may be: what was being done for it is to be given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How it stands with an open order: how often it was taken, and whether it is in somebody's hands now."""

    order_id: str
    taken: int = 0
    held: bool = False

    @property
    def is_free(self) -> bool:
        """Whether a collector may take it."""
        return not self.held and self.taken < MOST_TAKEN


def standings(listing: Listing) -> list[Standing]:
    """Return how it stands with every order that is to be carried out still, the longest waiting first."""
    done = set(finished(listing))
    leases: dict[str, dict[int, str]] = {}
    for name in listing.names("leases"):
        order_id, number, _ = name.split(".")
        leases.setdefault(order_id, {})[int(number)] = f"leases/{name}"
    found = []
    for order_id in open_orders(listing):
        taken = leases.get(order_id, {})
        last = max(taken, default=0)
        held = bool(last) and listing.now < listing.written[taken[last]] + LEASE
        found.append(Standing(order_id=order_id, taken=last, held=held))
    waiting = [one for one in found if one.order_id not in done]
    return sorted(waiting, key=lambda one: (listing.written[order_name(one.order_id)], one.order_id))


class Lease:
    """An order in our hands."""

    def __init__(self, zone: Zone, order_id: str, number: int, data: bytes, since: float) -> None:
        """Keep what `take` has created; `since` is the moment before that, on the monotonic clock."""
        self._zone = zone
        self._data = data
        self._renewed = since
        self.order_id = order_id
        self.number = number

    def renew(self) -> None:
        """Go on holding it.

        Raises:
            LeaseLostError: another one has taken the order.
            ZoneError: nothing could be told; it holds until `outlived`.
        """
        since = time.monotonic()
        self._zone.write(_name(self.order_id, self.number), self._data)
        listing = self._zone.look()
        later = _name(self.order_id, self.number + 1)
        if later in listing.written:
            raise LeaseLostError(f"order {self.order_id}: has been taken over by another collector")
        self._renewed = since

    @property
    def outlived(self) -> bool:
        """Whether it was renewed so long ago that it may be taken over any moment."""
        return time.monotonic() - self._renewed > GIVE_UP_S


def take(zone: Zone, standing: Standing) -> Lease | None:
    """Take an order that is free; None where another one was quicker, or has finished it."""
    number, since = standing.taken + 1, time.monotonic()
    holder = {"host": socket.gethostname(), "pid": os.getpid(), "key": uuid4().hex}
    data = json.dumps(holder).encode()
    if not zone.create(_name(standing.order_id, number), data):
        return None
    if standing.order_id in finished(zone.look()):
        return None
    return Lease(zone, standing.order_id, number, data, since)


@contextmanager
def kept(lease: Lease) -> Iterator[None]:
    """Renew `lease` during the block; where it is lost, interrupt the block as Ctrl-C does.

    Raises:
        LeaseLostError: it was lost, and what the block did is not to be used.
    """
    # Whoever is started in the background by a shell is deaf to interruptions: not in this block.
    deaf = signal.getsignal(signal.SIGINT) == signal.SIG_IGN and _in_main_thread()
    if deaf:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    keeping = _Keeping(lease)
    try:
        yield
    except KeyboardInterrupt:
        if not keeping.lost.is_set():
            raise
    finally:
        keeping.over.set()
        if deaf:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    if keeping.lost.is_set() or lease.outlived:
        raise LeaseLostError(f"order {lease.order_id}: could not be held; it is given out again")


class _Keeping:
    """Two threads until `over` is set: one renews, one looks whether the lease is `lost`.

    They are apart because a renewal may hang as long as the place does.
    """

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self.over, self.lost = threading.Event(), threading.Event()
        for work in (self._renew, self._watch):
            threading.Thread(target=work, name=f"lease of {lease.order_id}", daemon=True).start()

    def _renew(self) -> None:
        while not self.over.wait(RENEW_S):
            try:
                self._lease.renew()
            except LeaseLostError:
                self.lost.set()
                return
            except OSError as error:
                log.warning("lease_not_renewed", order_id=self._lease.order_id, error=str(error))

    def _watch(self) -> None:
        while not self.over.wait(min(RENEW_S, 1.0)):
            if self.lost.is_set() or self._lease.outlived:
                self.lost.set()
                os.kill(os.getpid(), signal.SIGINT)
                return


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _name(order_id: str, number: int) -> str:
    return f"leases/{order_id}.{number}.json"
