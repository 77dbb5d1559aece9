"""Derive signals, stories and developments anew: read history again into a new warehouse, and compare.

Reading and comparing leave the home as it is, and need no lock: `serve` goes on meanwhile. What came in since is read
when the new warehouse is adopted, between two cycles. A kill at any moment leaves the old warehouse or the new one.
"""

import asyncio
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Protocol

import structlog

from extractors.articles.workers import ExtractionPool
from extractors.clock import Clock
from extractors.collect import extraction_pool
from extractors.errors import ConfigurationError, WarehouseError
from extractors.reading import Job, Result
from extractors.records import article_id, content_hash
from extractors.rereading import Kept, Reread, reread
from extractors.watch import Watch
from flows.housekeeping import require_whole
from flows.settings import Settings
from warehouse import snapshot
from warehouse.carried_over import carry_over, let_go
from warehouse.database import Connection, adapter, attached, open_warehouse, run
from warehouse.differences import Difference, differences
from warehouse.integrity import check_warehouse
from warehouse.journal import Journal
from warehouse.landing import flush_folder, replace_file
from warehouse.lock import exclusive, prolong
from warehouse.reprocess import Position, begin, position_of, read_step, steps, take_step
from warehouse.reprocess_ids import keep_ids
from warehouse.retention import PREPARED_FOR

log = structlog.get_logger()

#: What a new warehouse takes beside the old one, in sizes of that: a copy of it, the new one, and its log of changes.
ROOM = 2.5


class Progress(Protocol):
    """Told how far reading is: so many of `total` versions are done, `pages` of them were read from their page."""

    def __call__(self, done: int, total: int, pages: int) -> None:
        """Take note."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """From what versions were read again: their page, what the feed said, the text that was kept.

    `failed` are those of which a page or feed text is kept, and today's rules make no article of it: these stay as they
    were, and are counted under `texts` too. `unread` are those whose signals stay too, for no worker could read them.
    """

    pages: int = 0
    feeds: int = 0
    texts: int = 0
    failed: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A new warehouse that is ready, and what is other in it.

    `as_of` is when the old warehouse was copied that it was made from. `gone` counts the developments that were not
    found again, `unsent` the alerts about them that would not be sent any more.
    """

    key: str
    as_of: datetime
    position: Position
    counts: Counts
    seconds: float
    gone: int
    unsent: int
    differences: tuple[Difference, ...] = ()

    @property
    def is_other(self) -> bool:
        """Whether anything differs from what there is."""
        return any(self.differences)


@dataclass(slots=True)
class Tally:
    """Counts what is read; `texts` are the articles whose pages today's rules cannot read."""

    counts: Counts = field(default_factory=Counts)
    texts: set[str] = field(default_factory=set)

    def add(self, read: Sequence[Reread]) -> None:
        """Count these."""
        told = self.counts
        failed = [one for one in read if one.cause is not None]
        self.texts |= {article_id(one.collected.article.url) for one in failed}
        self.counts = Counts(
            pages=told.pages + sum(one.way == "page" for one in read),
            feeds=told.feeds + sum(one.way == "feed" for one in read),
            texts=told.texts + sum(one.way == "text" for one in read),
            failed=told.failed + len(failed),
            unread=told.unread + sum(one.way == "unread" for one in read),
        )


@dataclass(frozen=True, slots=True)
class Room:
    """Where the new warehouse lies while it is made (`writing`) and once it is ready (`prepared`)."""

    state: Path

    @property
    def writing(self) -> Path:
        """The folder while the file is made in it."""
        return self.state / "reprocess.writing"

    @property
    def prepared(self) -> Path:
        """The same folder once the file is whole."""
        return self.state / "reprocess.prepared"

    @staticmethod
    def note(folder: Path) -> Path:
        """Where it is written what is ready in `folder`; there is no such note while the file there is not whole."""
        return folder / "prepared.json"

    def take_up(self) -> None:
        """Call ready what is whole, and was being put in place when that was stopped."""
        whole = self.note(self.writing).exists() and (self.writing / NEW).exists()
        if whole and not self.prepared.exists():
            self.writing.rename(self.prepared)

    def clear(self) -> None:
        """Remove both, whatever of them is there."""
        for folder in (self.writing, self.prepared):
            shutil.rmtree(folder, ignore_errors=True)


NEW, BEFORE = "warehouse.duckdb", "before.duckdb"


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Keep others from reprocessing this home during the block.

    Raises:
        WarehouseError: another process does.
    """
    with exclusive(settings.state / "reprocess.lock", doing="reprocessing this home"):
        yield


def prepared(settings: Settings, watch: Watch, clock: Clock) -> Prepared | None:
    """Return the new warehouse that was made before with the rules and the watch of now, None where there is none."""
    room = Room(settings.state)
    room.take_up()
    folder = room.prepared
    try:
        found: Prepared = adapter(Prepared).validate_json(room.note(folder).read_bytes())
    except (OSError, ValueError):
        return None
    usable = (folder / NEW).exists() and found.key == key_of(watch) and clock() - found.as_of < PREPARED_FOR
    return found if usable else None


def prepare(settings: Settings, watch: Watch, clock: Clock, progress: Progress | None = None) -> Prepared:
    """Make a new warehouse of all that was collected, beside the one there is, and compare them.

    Nothing else is changed, and where nothing is other, nothing is kept. What is left of an earlier call that was ended
    is removed first.

    Raises:
        ConfigurationError: there is no warehouse.
        WarehouseError: it is damaged, held or newer than this program; there is no room; what was made is not whole.
        OSError: the disk is full.
    """
    started, now = time.perf_counter(), clock()
    require_whole(settings)
    if not settings.warehouse.exists():
        raise ConfigurationError(f"{settings.home}: nothing to reprocess yet; there is no warehouse")
    room = Room(settings.state)
    room.clear()
    _require_room(settings)
    room.writing.mkdir()
    try:
        copy_old(settings, room.writing)
        tally = Tally()
        with files_in(room.writing) as con, extraction_pool(watch, settings.manners()) as pool:
            begin(con, watch)
            read_again(con, Reading(settings, watch, pool, room.writing, tally, progress), Position())
            gone, unsent = finish(con, settings, now)
            found = tuple(differences(con))
            position = position_of(con)
        made = Prepared(
            key=key_of(watch),
            as_of=now,
            position=position,
            counts=tally.counts,
            seconds=time.perf_counter() - started,
            gone=gone,
            unsent=unsent,
            differences=found,
        )
        if made.is_other:
            note_ready(room.writing, made)
            room.writing.rename(room.prepared)
            flush_folder(settings.state)
        else:
            room.clear()
    except BaseException:
        room.clear()
        raise
    log.info("reprocessed", pages=tally.counts.pages, texts=tally.counts.texts, changed=made.is_other)
    return made


def note_ready(folder: Path, made: Prepared) -> None:
    """Write down that the new warehouse in `folder` is whole, and what is in it."""
    path = Room.note(folder)
    temporary = path.with_suffix(".new")
    temporary.write_bytes(adapter(Prepared).dump_json(made))
    replace_file(temporary, path)


def key_of(watch: Watch) -> str:
    """Return what stands for the rules and the watch of now: another program or another watch has another one."""
    told = [version("newswatch"), repr(watch)]
    for package in ("extractors", "warehouse"):
        root = Path(str(files(package)))
        for path in sorted(root.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                told += [str(path.relative_to(root)), content_hash(path.read_bytes())]
    return content_hash("\x1f".join(told))


@contextmanager
def files_in(folder: Path) -> Iterator[Connection]:
    """Open the new file in `folder`, with the copy of the old one as `before`."""
    with open_warehouse(folder / NEW) as con, attached(con, folder / BEFORE, "before"):
        yield con


def copy_old(settings: Settings, folder: Path) -> None:
    """Copy the warehouse as it is now, whoever uses it; the copy becomes as this program reads it."""
    with open_warehouse(settings.warehouse):
        pass  # one that an older version wrote becomes as this one reads it
    with suppress(FileNotFoundError):
        (folder / BEFORE).unlink()
    snapshot.publish(settings.warehouse, folder / BEFORE)


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading again works with; `folder` is touched as it goes on, so that nobody takes it for a leftover."""

    settings: Settings
    watch: Watch
    pool: ExtractionPool[Job, Result]
    folder: Path
    tally: Tally
    progress: Progress | None


def read_again(con: Connection, reading: Reading, after: Position) -> None:
    """Read all that came after `after` again, piece by piece in its order, and take it in."""
    settings, tally = reading.settings, reading.tally
    todo = steps(con, settings.archive, after)
    total, done = sum(step.versions for step in todo), 0
    for step in todo:
        read = read_step(con, step, settings.archive, reading.watch)
        kept = [_as_text(one) if article_id(one.article.url) in tally.texts else one for one in read.kept]
        again = asyncio.run(reread(kept, reading.pool, settings.workers))
        take_step(con, read, [one.collected for one in again], reading.watch)
        tally.add(again)
        done += step.versions
        os.utime(reading.folder)
        prolong(settings.cycle_lock)
        if reading.progress is not None:
            reading.progress(done, total, tally.counts.pages)


def _as_text(kept: Kept) -> Kept:
    """Return a version to be read from its text, as the one before it was: else the rules would look like an edit."""
    return replace(kept, item=None, source=None)


def finish(con: Connection, settings: Settings, now: datetime) -> tuple[int, int]:
    """Make the new file whole: all other tables, the ids that were known; return what `let_go` does.

    Raises:
        WarehouseError: something in it does not fit together.
    """
    carry_over(con, "before")
    keep_ids(con, now)
    let = let_go(con, Journal(settings.journal), now)
    found = check_warehouse(con)
    if found.state != "whole":
        raise WarehouseError(f"{settings.home}: what reprocessing made is not whole ({found.findings[0]})")
    ((lost,),) = run(con, "reprocess_lost")
    if lost:
        raise WarehouseError(
            f"{settings.home}: reprocessing lost {lost} articles; the warehouse stays as it is"
        )
    return let


def _require_room(settings: Settings) -> None:
    size, free = settings.warehouse.stat().st_size, shutil.disk_usage(settings.state).free
    if free < ROOM * size:
        needed = ROOM * size / 1e6
        raise WarehouseError(
            f"{settings.state}: reprocessing needs about {needed:.0f} MB there, and {free / 1e6:.0f} MB are free"
        )
