"""Beyond one machine, those that collect: take an order from the place that all share, and leave a batch there."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import structlog

from extractors.clock import Clock
from extractors.errors import ELSEWHERE, ConfigurationError, WarehouseError
from extractors.orders import Manners, Poll, batch_id_of
from extractors.watch import Watch
from flows.settings import Settings
from warehouse import landing, rounds
from warehouse.claims import Claims
from warehouse.leases import MOST_TAKEN, LeaseLostError, Standing, kept, standings, take
from warehouse.lock import exclusive
from warehouse.splitting import round_of
from warehouse.zone import Listing, Zone, open_zone

if TYPE_CHECKING:
    from extractors.articles.workers import ExtractionPool

log = structlog.get_logger()


def zone_of(settings: Settings) -> Zone:
    """Return the place that the machines share.

    Raises:
        ConfigurationError: none is set.
    """
    if settings.landing_url is None:
        raise ConfigurationError(
            "NEWSWATCH_LANDING: is not set or a folder of this machine, expected a URL that all machines reach, "
            "such as s3://bucket/newswatch or file:///mnt/newswatch"
        )
    return open_zone(settings.landing_url, settings.environment)


def _soon_again(poll: Poll) -> Poll:
    """Return `poll`; one that led to the site of another order without the wait that no host has asked for."""
    met = poll.cause == "resting" and (poll.evidence or "").startswith(ELSEWHERE)
    return replace(poll, retry_after_s=0.0) if met else poll


class Collector:
    """Takes orders, one after the other; used in a `with` block.

    It needs the place and a folder of its own, where it keeps the answers to its order: ended over it, it goes on with
    them. Everything else comes with the order. `pool` None makes extraction workers for each watch that it meets.
    """

    def __init__(
        self, settings: Settings, clock: Clock, pool: "ExtractionPool[Any, Any] | None" = None
    ) -> None:
        """Look for the place; nothing is taken yet.

        Raises:
            ConfigurationError: no place is set, or nothing here knows such URLs.
        """
        self._zone = zone_of(settings)
        self._folder = settings.state / "collector"
        self._workers = settings.workers
        self._clock = clock
        self._given = pool
        self._pools: list[tuple[Watch, ExtractionPool[Any, Any]]] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the extraction workers."""
        self._stack.close()

    def collect_one(self) -> str | None:
        """Take the longest waiting order that is free, carry it out, and return its id; None where none is free.

        Raises:
            ZoneError, OSError, MemoryError, duckdb.Error: place, disk or memory; the order is given out again.
        """
        listing = self._zone.look()
        self._sweep(listing)
        for standing in standings(listing):
            with self._alone(standing) as may:
                if may and self._collected(standing):
                    return standing.order_id
        return None

    def _collected(self, standing: Standing) -> bool:
        """Carry out an order; False where it is in other hands before that is done, or not there any more."""
        order_id = standing.order_id
        lease = take(self._zone, standing)
        if lease is None:
            return False
        self._path(order_id, ".held").write_text(str(lease.number))
        try:
            with kept(lease):
                batch = self._carry_out(order_id, lease.number)
        except LeaseLostError as error:
            log.warning("lease_lost", order_id=order_id, error=str(error))
            return False
        except FileNotFoundError:
            log.info("order_closed", order_id=order_id)
            return False
        except landing.MACHINE_ERRORS:
            raise
        except Exception:  # others may try; after `MOST_TAKEN` times it is set aside
            log.exception("order_failed", order_id=order_id, number=lease.number)
            return False
        rounds.send_batch(self._zone, order_id, batch)
        self._forget(order_id)
        return True

    def _carry_out(self, order_id: str, number: int) -> Path:
        """Return the path of the batch that the order in our hands has brought."""
        from extractors.collect import collect  # noqa: PLC0415 - where nothing is free, none of it is needed

        commission = rounds.read_commission(self._zone, round_of(order_id))
        order = rounds.read_piece(self._zone, order_id)
        if commission.version != (ours := version("newswatch")):
            log.warning("planned_by_another_version", theirs=commission.version, ours=ours)
        log.info("order_taken", order_id=order_id, number=number, sources=len(order.sources))
        manners = replace(commission.manners, workers=self._workers)
        pool = self._given or self._pool(commission.watch, manners)
        spool = self._path(order_id, ".spool")
        claims = Claims(self._zone, order_id, commission.grounds)
        batch = collect(order, commission.watch, manners, self._clock, pool, spool=spool, admit=claims.admit)
        polls = tuple(_soon_again(poll) for poll in batch.polls)
        return landing.write_batch(self._folder, replace(batch, polls=polls))

    def _pool(self, watch: Watch, manners: Manners) -> "ExtractionPool[Any, Any]":
        """Return workers that read for `watch`: those of an order before, if it was the same."""
        from extractors.collect import extraction_pool  # noqa: PLC0415 - as above

        for known, pool in self._pools:
            if known == watch:
                return pool
        pool = self._stack.enter_context(extraction_pool(watch, manners))
        self._pools.append((watch, pool))
        return pool

    @contextmanager
    def _alone(self, standing: Standing) -> Iterator[bool]:
        """Tell whether an order may be taken: it is free, or was in the hands of a process here that is no more.

        Of the processes that share the folder, one looks at an order at a time.
        """
        mine = self._number(standing.order_id) == standing.taken
        if standing.taken >= MOST_TAKEN or (standing.held and not mine):
            yield False
            return
        with ExitStack() as stack:
            try:
                stack.enter_context(exclusive(self._path(standing.order_id, ".lock"), doing="collecting"))
            except WarehouseError:
                yield False
            else:
                yield True

    def _number(self, order_id: str) -> int | None:
        """Return which of the leases of an order was given to this folder last, None for none."""
        try:
            return int(self._path(order_id, ".held").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def _path(self, order_id: str, ending: str) -> Path:
        path = self._folder / "orders" / f"{order_id}{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _sweep(self, listing: Listing) -> None:
        """Forget orders that are not open any more: others have finished them."""
        known = {path.stem for path in (self._folder / "orders").glob("*")}
        for order_id in known - set(rounds.open_orders(listing)):
            with suppress(WarehouseError), exclusive(self._path(order_id, ".lock"), doing="collecting"):
                self._forget(order_id)

    def _forget(self, order_id: str) -> None:
        """Remove what is kept of an order, its lock last."""
        (self._folder / "batches" / f"{batch_id_of(order_id)}.parquet").unlink(missing_ok=True)
        for ending in (".spool", ".held", ".lock"):
            self._path(order_id, ending).unlink(missing_ok=True)
