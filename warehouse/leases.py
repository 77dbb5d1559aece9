"""Leases: who carries out an order (or writes), until when, told to machines that share only a place for objects.

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
#: Seconds between two interruptions of a block that goes on, and until one that was sent has surely arrived.
_AGAIN_S, _ON_ITS_WAY_S = 1.0, 0.05
#: An order that was taken so often and never finished is set aside.
MOST_TAKEN = 5


class LeaseLostError(NewswatchError):
    """What was held is in other hands, or may be: what was being done for it is to be given up."""


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
    """What was taken for the `number`-th time, in our hands; `data` is what its object holds."""

    def __init__(self, zone: Zone, stem: str, number: int, data: bytes, since: float, lost: str) -> None:
        """Keep what has been created; `since` is the moment before that, on the monotonic clock.

        Its name is `stem`.`number`.json; `lost` is what to say where it is lost.
        """
        self._zone = zone
        self._stem = stem
        self._renewed = since
        self.data = data
        self.number = number
        self.lost = lost

    def renew(self) -> None:
        """Go on holding it.

        Raises:
            LeaseLostError: another one has taken it.
            ZoneError: nothing could be told; it holds until `outlived`.
        """
        since = time.monotonic()
        self._zone.write(f"{self._stem}.{self.number}.json", self.data)
        listing = self._zone.look()
        if any(number > self.number for number in _numbers(listing, self._stem)):
            raise LeaseLostError(self.lost)
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
    stem = f"leases/{standing.order_id}"
    if not zone.create(f"{stem}.{number}.json", data):
        return None
    if standing.order_id in finished(zone.look()):
        return None
    lost = f"order {standing.order_id}: has been taken over by another collector, or may be any moment"
    return Lease(zone, stem, number, data, since, lost)


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
        try:
            yield
        finally:
            keeping.end()
    except BaseException:  # what an interruption becomes on its way: DuckDB makes a RuntimeError of it
        if not keeping.lost.is_set():
            raise
    finally:
        if deaf:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    if keeping.lost.is_set() or lease.outlived:
        raise LeaseLostError(lease.lost)


class _Keeping:
    """Two threads until `over` is set: one renews, one looks whether the lease is `lost`.

    They are apart because a renewal may hang as long as the place does.
    """

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self.over, self.lost = threading.Event(), threading.Event()
        self._gate = threading.Lock()
        for work in (self._renew, self._watch):
            threading.Thread(target=work, name="lease", daemon=True).start()

    def _renew(self) -> None:
        while not self.over.wait(RENEW_S):
            try:
                self._lease.renew()
            except LeaseLostError:
                self.lost.set()
                return
            except OSError as error:
                log.warning("lease_not_renewed", lost=self._lease.lost, error=str(error))

    def end(self) -> None:
        """End both; an interruption that is on its way here meanwhile is part of the block still."""
        while True:
            try:
                with self._gate:
                    self.over.set()
                if self.lost.is_set():
                    time.sleep(_ON_ITS_WAY_S)
            except KeyboardInterrupt:
                if not self.lost.is_set():
                    raise
            else:
                return

    def _watch(self) -> None:
        while not self.over.wait(min(RENEW_S, 1.0)):
            if self.lost.is_set() or self._lease.outlived:
                self.lost.set()
                self._interrupt()
                return

    def _interrupt(self) -> None:
        """Interrupt the block until it ends: what goes on after any error goes on after this one too."""
        while True:
            with self._gate:
                if self.over.is_set():
                    return
                os.kill(os.getpid(), signal.SIGINT)
            if self.over.wait(_AGAIN_S):
                return


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _numbers(listing: Listing, stem: str) -> Iterator[int]:
    """Yield how often something was taken, for each time."""
    folder, _, name = stem.rpartition("/")
    for one in listing.names(folder):
        order_id, _, rest = one.partition(".")
        number = rest.removesuffix(".json")
        if order_id == name and number.isascii() and number.isdigit():
            yield int(number)
