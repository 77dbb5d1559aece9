"""The cycle in plain functions: plan → collect → load → publish → alert → report. No scheduler in sight.

Every step can be repeated: an order that was not finished is planned again, a batch that lies in the
landing zone is loaded by whoever comes next, and a batch that comes twice is loaded once. So a cycle may
be killed at any moment.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from extractors.clock import Clock
from extractors.errors import NewswatchError, WarehouseError
from extractors.orders import Batch, Order
from extractors.watch import Watch
from flows.housekeeping import keep_verified, mend, tidy_if_due
from flows.indexing import index_news
from flows.pulse import beating
from flows.settings import Settings
from warehouse import landing, snapshot
from warehouse.budget import used_sites
from warehouse.database import Connection, open_warehouse, suspect, suspicion_path
from warehouse.hosts import known_rests
from warehouse.journal import Journal
from warehouse.load import COUNTS, LoadResult, load
from warehouse.lock import exclusive, prolong
from warehouse.outbox import due_alerts
from warehouse.plan import plan

if TYPE_CHECKING:
    from extractors.articles.workers import ExtractionPool

log = structlog.get_logger()

#: Stands in place of a source where a batch itself could not be loaded.
LANDING = "landing"
#: So long is an order worth to be carried out of which nothing was answered; its sources are due again anyway.
RESUME_FOR = timedelta(hours=6)
#: So long may a cycle hold its home without progress, a step or a batch done: then it hangs, and whoever comes next
#: ends it. Collecting, the longest step, fetches for 10 minutes and reads what it has.
LEASE = timedelta(hours=1)
#: Seconds of a cycle in which messages may begin: with what the last may take, a minute for all channels together.
SENDING_S = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleResult:
    """What a cycle did.

    `outcome` is `idle` (nothing was due), `ok`, `partly` (some sources failed) or `failed` (all did).
    `failures` holds, for each source that failed, its id, the error and the advice (None where there is
    none). `sent` and `unsent` count the alerts that were and could not be delivered; `seconds` is the
    whole time.
    """

    outcome: str = "idle"
    polls: int = 0
    failed_polls: int = 0
    new_items: int = 0
    failed_items: int = 0
    articles: int = 0
    revisions: int = 0
    copies: int = 0
    relevant: int = 0
    developments: int = 0
    alerts: int = 0
    sent: int = 0
    unsent: int = 0
    failures: tuple[tuple[str, str, str | None], ...] = ()
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What loading the waiting batches brought: a result a batch, and the failures to tell."""

    results: tuple[LoadResult, ...] = ()
    failures: tuple[tuple[str, str, str | None], ...] = ()


def run_cycle(
    settings: Settings,
    watch: Watch,
    clock: Clock,
    *,
    pool: "ExtractionPool[Any, Any] | None" = None,
    with_report: bool = True,
    with_housekeeping: bool = True,
    bringing: "Callable[[Settings, Watch, Clock], Loaded] | None" = None,
) -> CycleResult:
    """Run one cycle: collect what is due, load, publish, alert, tidy up (once a day), report.

    A damaged warehouse is made anew before. `pool` None makes extraction workers for this cycle alone, if there is
    anything to extract. The report is written where something changed, and never with `with_report` False. `bringing`
    says what takes the place of planning, collecting and loading, None for these.

    Raises:
        WarehouseError: another cycle is running on this home, or the warehouse cannot be used.
    """
    started = time.perf_counter()
    with (
        exclusive(
            settings.cycle_lock,
            doing="running a cycle on this home",
            for_s=LEASE.total_seconds(),
        ),
        beating(settings.state, clock),
    ):
        mend(settings, clock)
        prolong(settings.cycle_lock)
        loaded = (
            bring(settings, watch, clock, pool=pool) if bringing is None else bringing(settings, watch, clock)
        )
        prolong(settings.cycle_lock)
        publish(settings, with_copy=False)  # elsewhere is slow, perhaps: alerts do not wait for it
        prolong(settings.cycle_lock)
        sent, unsent = send_alerts(settings, watch, clock, unattended=True)
        prolong(settings.cycle_lock)
        publish(settings)
        prolong(settings.cycle_lock)
        if with_housekeeping:
            tidy(settings, clock)
            prolong(settings.cycle_lock)
        if with_report and (loaded.results or sent):
            report(settings, watch, clock)
    return summed(loaded, sent, unsent, time.perf_counter() - started)


def bring(
    settings: Settings, watch: Watch, clock: Clock, *, pool: "ExtractionPool[Any, Any] | None" = None
) -> Loaded:
    """Finish what was begun, collect what is due, and load it; where machines share a place, as one of them."""
    if settings.landing_url is not None:
        from flows.distribution import bring_shared  # noqa: PLC0415 - one machine must not pay for many

        return bring_shared(settings, watch, clock, pool=pool)
    begun = finish_begun(settings, watch, clock, pool=pool)
    order = plan_order(settings, watch, clock)
    if order is not None:
        prolong(settings.cycle_lock)
        collect_order(settings, watch, order, clock, pool=pool)
    prolong(settings.cycle_lock)
    return joined(begun, load_waiting(settings, watch, clock))


def finish_begun(
    settings: Settings, watch: Watch, clock: Clock, *, pool: "ExtractionPool[Any, Any] | None" = None
) -> Loaded:
    """Load what waits, and carry out to the end and load what an earlier run had begun when it was ended.

    This comes before planning: a source that has been asked must not look as if it were due still. An order that is
    older than `RESUME_FOR` and of which nothing was answered is dropped; one that cannot be read or carried out is set
    aside, but where the disk is full or memory short: then it waits, with all that was answered.

    Raises:
        OSError, MemoryError, duckdb.Error: as said, disk or memory.
    """
    loaded = load_waiting(settings, watch, clock)
    for path in landing.unfinished_orders(settings.landing):
        try:
            order = landing.read_order(path)
            begun = landing.spool_path(settings.landing, order.order_id).exists()
            if order.created_at < clock() - RESUME_FOR and not begun:
                log.warning("order_dropped", order_id=order.order_id, created_at=order.created_at.isoformat())
                landing.remove_order(settings.landing, order.order_id)
                continue
            log.info("order_resumed", order_id=order.order_id)
            prolong(settings.cycle_lock)
            collect_order(settings, watch, _up_to_now(settings, order, clock), clock, pool=pool)
        except landing.MACHINE_ERRORS:
            raise
        except Exception:
            log.exception("order_set_aside", path=str(landing.set_aside(path)))
            continue
        loaded = joined(loaded, load_waiting(settings, watch, clock))
    return loaded


def _up_to_now(settings: Settings, order: Order, clock: Clock) -> Order:
    """Return `order` with what hosts have asked, and were asked, since it was planned: by a check by hand perhaps."""
    now = clock()
    with open_warehouse(settings.warehouse) as con:
        return replace(order, rests=(*order.rests, *known_rests(con, now)), used=used_sites(con, now))


def plan_order(settings: Settings, watch: Watch, clock: Clock) -> Order | None:
    """Write the order for all that is due into the landing zone and return it; None where nothing is due."""
    with open_warehouse(settings.warehouse) as con:
        order = plan(con, watch, clock(), budget=settings.budget)
    if order is not None:
        landing.write_order(settings.landing, order)
    return order


def collect_order(
    settings: Settings,
    watch: Watch,
    order: Order,
    clock: Clock,
    *,
    pool: "ExtractionPool[Any, Any] | None" = None,
) -> Batch:
    """Carry out `order` and leave its batch in the landing zone: network and processor, no other state."""
    from extractors.collect import collect  # noqa: PLC0415 - a cycle with nothing due must not pay for it

    spool = landing.spool_path(settings.landing, order.order_id)
    batch = collect(order, watch, settings.manners(), clock, pool, spool=spool)
    landing.write_batch(settings.landing, batch)
    return batch


def load_waiting(settings: Settings, watch: Watch, clock: Clock) -> Loaded:
    """Load every batch that waits in the landing zone, oldest first, each in a transaction of its own.

    A file that is no batch is set aside; one that cannot be loaded stays for the next time. Both are told,
    and stop no other one.
    """
    if not landing.waiting_batches(settings.landing):
        return Loaded()
    results: list[LoadResult] = []
    failures: list[tuple[str, str, str | None]] = []
    with open_warehouse(settings.warehouse) as con:
        for path in landing.waiting_batches(settings.landing):  # anew: whoever held the lock has taken some
            prolong(settings.cycle_lock)
            try:
                batch = landing.read_batch(path)
                results.append(load_batch(con, settings, watch, batch, clock))
            except WarehouseError as error:
                aside = landing.set_aside(path)
                log.error("batch_set_aside", path=str(aside), error=str(error))
                failures.append((LANDING, str(error), f"the file is kept as {aside.name}"))
                continue
            except Exception as error:
                log.exception("batch_not_loaded", path=str(path))
                suspect(settings.warehouse, error)
                told = (
                    f"{path}: cannot be loaded ({type(error).__name__}: {str(error).partition(chr(10))[0]})"
                )
                failures.append((LANDING, told, "it waits and is tried again in every cycle; see the log"))
                continue
            failures += [
                (poll.source_id, poll.error or "failed", poll.advice)
                for poll in batch.polls
                if poll.outcome == "failed"
            ]
            landing.archive_batch(path, settings.archive)
            landing.remove_order(settings.landing, batch.order_id)
    prolong(settings.cycle_lock)
    return Loaded(results=tuple(results), failures=tuple(failures))


def load_batch(
    con: Connection, settings: Settings, watch: Watch, batch: Batch, clock: Clock, *, alert: bool = True
) -> LoadResult:
    """Load one batch in one transaction; `alert` False keeps silent about what it brings."""
    from flows.alerts.desk import AlertDesk  # noqa: PLC0415 - only where something is loaded

    told = alert and bool(watch.alerts)
    desk = AlertDesk(con, watch, settings.environment) if told else None
    result = load(con, batch, watch, clock(), desk)
    log.info(
        "batch_loaded",
        batch_id=batch.batch_id,
        outcome="already" if result.already else result.outcome,
        polls=result.polls,
        articles=result.articles,
        developments=result.developments,
        alerts=result.alerts,
    )
    return result


def publish(settings: Settings, *, with_copy: bool = True) -> bool:
    """Replace the snapshot; False where nothing has changed or its folder cannot be written (logged).

    The copy elsewhere, where one is wanted, and the search index follow; not with `with_copy` False: then next time.

    It stays as it is while the warehouse is suspected to be damaged: it may be what that is made anew from.
    """
    if suspicion_path(settings.warehouse).exists():
        log.warning("snapshot_kept", path=str(settings.snapshot))
        return False
    try:
        published = replace_snapshot(settings, with_copy=with_copy)
    except OSError as error:
        log.error("snapshot_not_published", path=str(settings.snapshot), error=str(error))
        return False
    if with_copy:
        index_news(settings)
        prolong(settings.cycle_lock)
    return published


def replace_snapshot(settings: Settings, *, with_copy: bool = True) -> bool:
    """Replace the snapshot, and the copy elsewhere where one is wanted; False where nothing has changed.

    Raises:
        OSError: a place cannot be written.
    """
    published = snapshot.publish(settings.warehouse, settings.snapshot)
    prolong(settings.cycle_lock)
    if with_copy and settings.snapshot_url:
        noted = settings.state / "snapshot.copied"
        snapshot.copy_new(settings.snapshot, settings.snapshot_url, noted, settings.environment)
    return published


def send_alerts(
    settings: Settings, watch: Watch, clock: Clock, *, with_health: bool = True, unattended: bool = False
) -> tuple[int, int]:
    """Send what is due in the outbox; return how many alerts were sent, and how many could not be.

    Before that the pipeline looks at its own health and decides what is to be told of it; not with `with_health` False.
    With `unattended` all channels together have a minute, as the next cycle sends what is left; else all is sent.
    """
    with open_warehouse(settings.warehouse) as con:
        if with_health:
            from flows.troubles import look_at_health  # noqa: PLC0415 - as below

            look_at_health(con, settings, watch, clock())
        journal, sent, failed = Journal(settings.journal), 0, 0
        if due_alerts(con):
            from flows.alerts.deliver import deliver  # noqa: PLC0415 - only where something is sent

            until = time.monotonic() + SENDING_S if unattended else None

            def may_begin() -> bool:
                prolong(settings.cycle_lock)
                return until is None or time.monotonic() < until

            delivery = deliver(
                con, watch.alerts, settings.environment, clock(), journal=journal, may_begin=may_begin
            )
            sent, failed = delivery.sent, delivery.failed
        if not landing.waiting_batches(settings.landing):
            journal.note_complete(clock())
    return sent, failed


def tidy(settings: Settings, clock: Clock) -> None:
    """Once a day: clear away what is too old, check warehouse and snapshot, publish what was written down of it."""
    found = tidy_if_due(settings, clock)
    if found is None or found.state == "unreadable":
        return
    publish(settings)
    keep_verified(settings)


def report(settings: Settings, watch: Watch, clock: Clock, language: str | None = None) -> Path | None:
    """Do as `written_report`, but return None where it could not be written."""
    try:
        return written_report(settings, watch, clock, language)
    except (OSError, NewswatchError) as error:
        log.error("report_not_written", path=str(settings.report), error=str(error))
        return None


def written_report(settings: Settings, watch: Watch, clock: Clock, language: str | None = None) -> Path:
    """Write the report from the snapshot and return its path.

    `language` is that of the report, None for that of the settings, else of the watch.

    Raises:
        WarehouseError, OSError, ValueError: as `write_report`.
    """
    from flows.report.pages import write_report  # noqa: PLC0415 - only where something has changed

    told = language or settings.report_language
    return write_report(
        settings.snapshot, settings.report, clock(), watch.title, watch, told, settings.report_url
    )


def joined(first: Loaded, second: Loaded) -> Loaded:
    """Return what both brought."""
    return Loaded(results=first.results + second.results, failures=first.failures + second.failures)


def summed(loaded: Loaded, sent: int, unsent: int, seconds: float) -> CycleResult:
    """Return the result of a cycle that loaded `loaded` and delivered `sent` alerts."""
    fresh = [result for result in loaded.results if not result.already]
    total = _total(fresh)
    outcome = "failed" if any(failure[0] == LANDING for failure in loaded.failures) else "idle"
    if fresh:
        all_failed = total["polls"] > 0 and total["failed_polls"] == total["polls"]
        outcome = "failed" if all_failed else "partly" if loaded.failures else "ok"
    return CycleResult(
        outcome=outcome, **total, sent=sent, unsent=unsent, failures=loaded.failures, seconds=seconds
    )


def _total(results: Sequence[LoadResult]) -> dict[str, int]:
    return {name: sum(getattr(result, name) for result in results) for name in COUNTS}
