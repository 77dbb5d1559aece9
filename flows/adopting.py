"""Put a warehouse that was made by reading history again in the place of the old one."""

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import structlog

from extractors.clock import Clock
from extractors.collect import extraction_pool
from extractors.errors import WarehouseError
from extractors.watch import Watch
from flows.cycle import LEASE, publish, report
from flows.housekeeping import places_of, require_whole
from flows.indexing import index_path
from flows.reprocessing import (
    NEW,
    Prepared,
    Progress,
    Reading,
    Room,
    Tally,
    copy_old,
    files_in,
    finish,
    note_ready,
    read_again,
)
from flows.settings import Settings
from warehouse.carried_over import carry_over, let_go, note_reprocessing
from warehouse.database import Connection, attached, run
from warehouse.differences import Difference
from warehouse.journal import Journal
from warehouse.landing import flush_folder, replace_file
from warehouse.lock import exclusive, prolong
from warehouse.rebuild import aside_name
from warehouse.reprocess import Position, begin, continues, position_of
from warehouse.search_index import drop

log = structlog.get_logger()

#: Seconds that adopting waits for a cycle to end: longer than collecting takes.
WAIT_FOR_CYCLE_S = 1800.0
#: Others write too, an import perhaps: so often what came in meanwhile is read before adopting gives up.
TRIES = 5
#: Seconds that the swap waits for whoever writes at that moment.
_WAIT_FOR_WRITER_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """What was done: `later` versions had come in since; `aside` is the name of the old file in the state folder."""

    adopted_at: datetime
    later: int
    gone: int
    unsent: int
    aside: str


def adopt(
    settings: Settings, watch: Watch, made: Prepared, clock: Clock, progress: Progress | None = None
) -> Adopted:
    """Put the prepared warehouse in the place of the old one, with what came in since; publish it and the report.

    Waits for a running cycle to end, and none begins meanwhile. Nobody is told of anything: alerts that were sent stay
    sent, what is found in the past is no news, and that something is gone is not told either.

    A stop at any moment, a kill too, leaves the old one or the new one in place. What was ready stays ready, for
    `reprocessing.prepared`, but where it came in the middle of reading what came in since.

    Raises:
        WarehouseError: a cycle does not end, others keep writing, or what was made is not whole: the old one stays.
        OSError: the disk is full: likewise.
    """
    room, now = Room(settings.state), clock()
    with exclusive(
        settings.cycle_lock,
        wait_s=WAIT_FOR_CYCLE_S,
        doing="running a cycle on this home",
        for_s=LEASE.total_seconds(),
    ):
        require_whole(settings)
        room.prepared.rename(room.writing)
        try:
            done = _adopt(settings, watch, made, now, progress)
        except BaseException:
            room.take_up()
            shutil.rmtree(room.writing, ignore_errors=True)
            raise
        room.clear()
        publish(settings)
        prolong(settings.cycle_lock)
        report(settings, watch, clock)
    log.info("reprocessing_adopted", set_aside=done.aside, later=done.later)
    return done


def _adopt(
    settings: Settings, watch: Watch, made: Prepared, now: datetime, progress: Progress | None
) -> Adopted:
    folder, position, tally = Room(settings.state).writing, made.position, Tally()
    for _ in range(TRIES):
        copy_old(settings, folder)
        with files_in(folder) as con, extraction_pool(watch, settings.manners()) as pool:
            if position_of(con) != position:
                # Until it is whole again it is nothing: half of what came since would be in it twice.
                Room.note(folder).unlink(missing_ok=True)
                flush_folder(folder)
            _require_continuation(con, settings, position)
            begin(con, watch)
            read_again(con, Reading(settings, watch, pool, folder, tally, progress), position)
            finish(con, settings, now)
            position = position_of(con)
        note_ready(folder, replace(made, position=position))
        swapped = _swap(settings, folder, made.differences, now)
        if swapped is not None:
            aside, gone, unsent = swapped
            later = position.versions - made.position.versions
            return Adopted(adopted_at=now, later=later, gone=gone, unsent=unsent, aside=aside)
    raise WarehouseError(f"{settings.warehouse}: others keep writing to it; stop them and try again")


def _swap(
    settings: Settings, folder: Path, found: Sequence[Difference], now: datetime
) -> tuple[str, int, int] | None:
    """Carry over all that is not derived, and rename; None where somebody has loaded something since it was read.

    Nobody writes meanwhile: what stands in the old file when its place is taken stands in the new one.
    """
    live, new = settings.warehouse, folder / NEW
    _forget_second_names(live)
    with exclusive(live.with_name("writer.lock"), wait_s=_WAIT_FOR_WRITER_S):
        if live.with_name(f"{live.name}.wal").exists():
            return None  # a writer was killed just now; copying the file takes in what it left
        with files_in(folder) as con, attached(con, live, "current"):
            ((since,),) = run(con, "reprocess_came_since")
            if since:
                return None
            carry_over(con, "current")
            gone, unsent = let_go(con, Journal(settings.journal), now)
            note_reprocessing(con, found, now)
        aside = aside_name(places_of(settings), "replaced", now) or f"{live.stem}.replaced-{live.suffix}"
        drop(index_path(settings))  # it holds the texts of the old file; what is published next makes it anew
        try:
            _keep_old(live, live.with_name(aside))
            replace_file(new, live)
        except BaseException:
            _forget_second_name(live, live.with_name(aside))
            raise
    return aside, gone, unsent


def _keep_old(live: Path, aside: Path) -> None:
    """Give the old file a second name, under which it stays when its own is taken; there is no moment without one."""
    try:
        aside.hardlink_to(live)
    except OSError:  # a disk without links
        try:
            shutil.copyfile(live, aside)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
    os.utime(aside)  # it is kept for some time from now on


def _forget_second_name(live: Path, aside: Path) -> None:
    """Let the old file have one name again, where it has kept its own."""
    with suppress(OSError):
        if aside.samefile(live):
            aside.unlink()


def _forget_second_names(live: Path) -> None:
    """Let the warehouse in use have one name alone, where a kill came between giving it a second and taking its own."""
    for path in live.parent.glob(f"{live.stem}.replaced-*{live.suffix}"):
        _forget_second_name(live, path)


def _require_continuation(con: Connection, settings: Settings, position: Position) -> None:
    """Refuse to go on where the warehouse is not the one, some time later, that was read."""
    if not continues(con, position):
        raise WarehouseError(
            f"{settings.warehouse}: was replaced since it was read; `newswatch reprocess` reads it anew"
        )
