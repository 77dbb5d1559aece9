"""Once a day what is too old is cleared away, and warehouse and snapshot are checked.

A damaged warehouse is made anew before a cycle.
"""

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import structlog

from extractors.clock import Clock
from extractors.errors import DamagedWarehouseError, WarehouseError
from flows.settings import Settings
from warehouse import landing
from warehouse.database import (
    Connection,
    insert,
    open_snapshot,
    open_warehouse,
    run,
    suspicion_path,
    transaction,
)
from warehouse.integrity import Integrity, check_copy, check_warehouse, mend_summaries
from warehouse.journal import KEPT_BEYOND, KEPT_FOR, Journal
from warehouse.outbox import sent_alerts
from warehouse.rebuild import (
    Places,
    damage_of,
    missing_batches,
    note_in_journal,
    rebuild,
    return_batches,
)
from warehouse.retention import Archived, batches_to_drop, drop_rows, leftovers
from warehouse.vitals import Rebuilt

log = structlog.get_logger()

EVERY = timedelta(days=1)
#: After a longer pause nothing is cleared away until the next time, a day later: a clock that was wrong is set by then.
LONGEST_PAUSE = timedelta(days=7)


def places_of(settings: Settings) -> Places:
    """Return where the files of the home lie."""
    return Places(
        warehouse=settings.warehouse,
        snapshot=settings.snapshot,
        landing=settings.landing,
        archive=settings.archive,
        journal=settings.journal,
    )


def mend(settings: Settings, clock: Clock) -> Rebuilt | None:
    """Make the warehouse anew if it is damaged or gone; None where it is well. The caller holds the cycle's lock.

    Raises:
        WarehouseError: it cannot be opened and is not damaged: it is held, or a newer program wrote it.
        OSError: the disk is full, or a folder cannot be written.
    """
    places = places_of(settings)
    damage = damage_of(places)
    if damage is None:
        return None
    log.error("warehouse_damaged", path=str(places.warehouse), damage=damage)
    made = rebuild(places, damage, clock())
    log.error(
        "warehouse_rebuilt",
        made_from=made.made_from,
        as_of=made.as_of and made.as_of.isoformat(),
        batches_to_load=made.returned,
        set_aside=made.set_aside,
    )
    return made


def require_whole(settings: Settings) -> None:
    """Do nothing where the warehouse is well, or where there never was one.

    Raises:
        DamagedWarehouseError: it is damaged or gone; a new one in its place would hide what there was.
    """
    if damage := damage_of(places_of(settings)):
        raise DamagedWarehouseError(f"{damage}; `newswatch run` makes it anew")


def tidy_if_due(settings: Settings, clock: Clock) -> Integrity | None:
    """Do the work of the day, if a day has passed since the last time (or since the first run); else return None.

    The caller holds the cycle's lock, has published, and publishes again. What goes wrong is logged and leaves the
    cycle as it is.
    """
    now = clock()
    try:
        with open_warehouse(settings.warehouse) as con:
            ((due_at,),) = run(con, "housekeeping_due", now=now)
        if due_at is None or now < due_at + EVERY:
            return None
        return tidy(settings, now)
    except Exception:
        log.exception("housekeeping_failed")
        return None


def tidy(settings: Settings, now: datetime) -> Integrity:
    """Check warehouse and snapshot, mend the summaries, clear away what is too old, and write down what was done.

    A damaged warehouse loses nothing to this and should not be published; the next cycle makes it anew (`mend`).
    """
    started = time.perf_counter()
    places = places_of(settings)
    found = check_copy(places.warehouse, places.snapshot)
    if found.state != "whole":
        with suppress(OSError):
            places.snapshot.touch()  # another time than the warehouse's: it is published anew
    with open_warehouse(places.warehouse) as con:
        found = found.joined(check_warehouse(con))
        if found.state == "unreadable":
            suspicion_path(places.warehouse).write_text("\n".join(found.findings), encoding="utf-8")
            _note(con, _row(con, settings, now, found) | {"seconds": time.perf_counter() - started})
            return _told(found)
        found = found.joined(mend_summaries(con))
        missing = missing_batches(con, places.archive)
        goes_on = _clock_goes_on(con, now)
        done = _clear_away(con, settings, now) if goes_on else {}
        _tidy_journal(con, settings, now if goes_on else None)
        if missing:
            note_in_journal(con, Journal(places.journal), now)
        return_batches(missing, places.landing)
        row = _row(con, settings, now, found) | {"returned": len(missing)} | done
        _note(con, row | {"seconds": time.perf_counter() - started})
    return _told(found)


def _tidy_journal(con: Connection, settings: Settings, now: datetime | None) -> None:
    """Write the journal of sending anew, without what is too old at `now`; with all of it where that is None."""
    kept_for = max(KEPT_FOR, settings.retention.archive + KEPT_BEYOND)
    Journal(settings.journal).rewrite(sent_alerts(con), None if now is None else now - kept_for)


def _clock_goes_on(con: Connection, now: datetime) -> bool:
    """Tell whether the last time was a few days ago: else the clock may have jumped, and all would look too old."""
    ((before,),) = run(con, "last_housekeeping_at", now=now)
    return before is not None and now - before <= LONGEST_PAUSE


def _clear_away(con: Connection, settings: Settings, now: datetime) -> dict[str, object]:
    """Let go what is too old, and return what of the row of the day is about it."""
    dropped = drop_rows(con, now, settings.retention)
    gone = _drop_batches(con, settings, now)
    return {
        "polls": dropped.polls,
        "requests": dropped.requests,
        "items": dropped.items,
        "kept_from": dropped.kept_from,
        "batches": len(gone),
        "batch_bytes": sum(one.size for one in gone),
        "leftovers": _remove_leftovers(settings, now),
    }


def _told(found: Integrity) -> Integrity:
    if found.state == "whole":
        log.info("housekeeping_done")
    else:
        log.error("integrity_failed", state=found.state, findings=list(found.findings))
    return found


def _row(con: Connection, settings: Settings, now: datetime, found: Integrity) -> dict[str, object]:
    """Return the row of the day as far as it says how things are; nothing done yet."""
    ((_, unused, size),) = run(con, "blocks")
    ((kept_from,),) = run(con, "kept_from")
    done = ("polls", "requests", "items", "batches", "batch_bytes", "leftovers", "returned")
    return dict.fromkeys(done, 0) | {
        "started_at": now,
        "kept_from": kept_from,
        "warehouse_bytes": settings.warehouse.stat().st_size,
        "unused_bytes": unused * size,
        "integrity": found.state,
        "findings": list(found.findings),
        **_archive_row(con, settings),
    }


def _archive_row(con: Connection, settings: Settings) -> dict[str, object]:
    archive = _archived(con, settings.archive)
    return {
        "archived_from": min((one.loaded_at for one in archive), default=None),
        "archive_bytes": sum(one.size for one in archive),
    }


def _note(con: Connection, row: dict[str, object]) -> None:
    with transaction(con):
        insert(con, "housekeeping", [row])


def _archived(con: Connection, archive: Path) -> Sequence[Archived]:
    """Return the archived batches that the warehouse holds."""
    loaded_at = dict(run(con, "batches_loaded_at"))
    return [
        Archived(path=path, size=path.stat().st_size, loaded_at=loaded_at[path.stem])
        for path in archive.glob("*.parquet")
        if path.stem in loaded_at
    ]


def _drop_batches(con: Connection, settings: Settings, now: datetime) -> Sequence[Archived]:
    """Delete the archived batches that go; none that the checked copy of the warehouse does not hold."""
    held = _held(places_of(settings).verified)
    gone = batches_to_drop(_archived(con, settings.archive), now, settings.retention, held)
    for one in gone:
        one.path.unlink(missing_ok=True)
    return gone


def _held(verified: Path) -> frozenset[str]:
    """Return the ids of the batches in the checked copy; none where there is no copy that can be read."""
    if not verified.exists():
        return frozenset()
    try:
        with open_snapshot(verified) as con:
            return frozenset(batch_id for batch_id, _ in run(con, "batches_loaded_at"))
    except (WarehouseError, duckdb.Error) as error:
        log.error("verified_copy_not_readable", path=str(verified), error=str(error))
        return frozenset()


def _remove_leftovers(settings: Settings, now: datetime) -> int:
    orders = {path.stem for path in (settings.landing / "orders").glob("*.parquet")}
    folders = (settings.state, settings.archive, settings.landing / "orders", settings.landing / "batches")
    ours = (f".{settings.snapshot.name}.writing", "backup.restoring")  # the rest of the home is the user's
    found = [one for folder in folders for one in _files(folder, "*")]
    found += [one for name in ours for one in _files(settings.home, name)]
    found += _files(settings.report, "**/.*.writing")
    gone = leftovers(found, now, orders)
    for path in gone:
        log.info("leftover_removed", path=str(path))
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(gone)


def _files(folder: Path, pattern: str) -> Iterator[tuple[Path, datetime]]:
    for path in folder.glob(pattern):
        with suppress(FileNotFoundError):  # somebody has just renamed it
            yield path, datetime.fromtimestamp(path.lstat().st_mtime, UTC)


def keep_verified(settings: Settings) -> None:
    """Keep the published file, a copy of what was just read to its end, under a second name: it costs no copying.

    Nobody writes into a published file, the next one comes beside it and takes its name. Where it could not be
    published the last copy stays; what goes wrong is logged.
    """
    places = places_of(settings)
    try:
        if places.snapshot.stat().st_mtime_ns == places.warehouse.stat().st_mtime_ns:
            _link(places)
    except OSError as error:
        log.error("verified_copy_not_kept", path=str(places.verified), error=str(error))


def _link(places: Places) -> None:
    temporary = places.verified.with_name(f"{places.verified.name}.writing")
    temporary.unlink(missing_ok=True)
    try:
        try:
            temporary.hardlink_to(places.snapshot)
        except OSError:  # another disk, or one without links
            landing.copy_file(places.snapshot, temporary)
        landing.replace_file(temporary, places.verified)
    finally:
        temporary.unlink(missing_ok=True)
