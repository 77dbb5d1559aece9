"""Back up a home while it runs, and restore it: what goes into the file, and what becomes of it."""

import re
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import duckdb
import structlog

from extractors.clock import Clock
from extractors.errors import ConfigurationError, DamagedWarehouseError, WarehouseError
from extractors.orders import batch_id_of
from flows.housekeeping import places_of
from flows.settings import Settings
from flows.settings_file import FILE_NAME, LINE, unquoted
from warehouse import snapshot
from warehouse.backup import MANIFEST, BackupError, Manifest, Packer, unpack, writing
from warehouse.database import Connection, damage_in, open_snapshot, open_warehouse, run, suspicion_path
from warehouse.integrity import check_warehouse, require_readable
from warehouse.journal import Journal
from warehouse.landing import move_whole, remove_order
from warehouse.lock import exclusive
from warehouse.rebuild import aside_name, missing_batches, note_in_journal, put_in_place, return_batches

log = structlog.get_logger()

WAREHOUSE, WATCH, JOURNAL, KEYS = "warehouse.duckdb", "watch.toml", "alerts.journal", "writer.keys"
#: Settings whose values go into a backup. The others may be secret, or belong to the machine.
KEPT_SETTINGS = (
    "NEWSWATCH_CONTACT",
    "NEWSWATCH_HOST_SPACING",
    "NEWSWATCH_HOST_BUDGET",
    "NEWSWATCH_WORKERS",
    "NEWSWATCH_LOG",
    "NEWSWATCH_ARCHIVE_DAYS",
    "NEWSWATCH_ARCHIVE_BYTES",
    "NEWSWATCH_LEDGER_DAYS",
)
_LEFT_OUT = re.compile(r"#(?P<name>[A-Za-z_][A-Za-z0-9_]*)=  \(its value was left out of the backup\)")
#: What a backup may hold beside the examples of its watch file, by folder: the ends of names.
_FOLDERS = {
    "landing/orders": (".parquet", ".spool"),
    "landing/batches": (".parquet",),
    "archive": (".parquet",),
}
#: First parts of paths that no example may have: they are the program's own.
_OWN = frozenset(
    {"state", "landing", "archive", "report", WAREHOUSE, WATCH, JOURNAL, KEYS, FILE_NAME, MANIFEST}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """A backup that was made: the file, its bytes, articles in it, and when (UTC)."""

    path: Path
    size: int
    articles: int
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A home that was restored.

    `returned` counts archived batches that are newer than the backup and will be loaded again by the next run; `aside`
    is the name under which the warehouse that was replaced lies in the state folder, None where there was none.
    `notes` are sentences for the operator.
    """

    home: Path
    made_at: datetime
    articles: int
    returned: int
    aside: str | None
    notes: tuple[str, ...]


def back_up(settings: Settings, target: Path, clock: Clock, *, with_archive: bool = False) -> BackedUp:
    """Write a backup of the home to `target`, whatever runs in it meanwhile; what was there is replaced at the end.

    In it: the warehouse as it is now, the watch file with its examples, settings without what may be
    secret, what waits in the landing zone, the journal of sending, the keys with which a moved home goes on writing
    from a shared place, and `with_archive` the stored batches.

    The warehouse is read to its end before anything takes the place of an older backup.

    Raises:
        ConfigurationError: there is nothing to back up, or `target` is a folder.
        WarehouseError: the warehouse is damaged, or may be, or held.
        OSError: the file cannot be written.
    """
    if not settings.warehouse.exists():
        raise ConfigurationError(
            f"{settings.home}: nothing to back up yet; `newswatch run` makes a warehouse"
        )
    if target.is_dir():
        raise ConfigurationError(f"{target}: is a folder; name a file")
    if suspicion_path(settings.warehouse).exists():
        raise DamagedWarehouseError(
            f"{settings.warehouse}: may be damaged; the next `newswatch run` looks at all of it"
        )
    now = clock()
    with writing(target, program=version("newswatch"), made_at=now) as made:
        # In the order in which things move on: what has left one place by now has come to one that is still to be read.
        _pack_folder(made, "landing/orders", settings.landing / "orders")
        _pack_folder(made, "landing/batches", settings.landing / "batches")
        with TemporaryDirectory(dir=settings.state, prefix="backup-", suffix=".writing") as folder:
            copy = Path(folder, WAREHOUSE)
            snapshot.publish(settings.warehouse, copy)
            made.articles = _articles_in(copy, settings.warehouse)
            made.add(WAREHOUSE, copy)
        made.add(JOURNAL, settings.journal)
        made.add(KEYS, settings.writer_keys)
        _pack_watch(made, settings)
        if with_archive:
            _pack_folder(made, "archive", settings.archive)
    return BackedUp(path=target, size=target.stat().st_size, articles=made.articles, made_at=now)


def restore(settings: Settings, file: Path, clock: Clock, *, replace: bool = False) -> Restored:
    """Make the home what the backup `file` holds; nothing is changed before all of it was read and checked.

    A home that holds anything is refused without `replace`. With it the warehouse is replaced and the old one set
    aside; the watch file, its examples and settings stay where there are any, and so does all that was collected since:
    archived batches are given back to be loaded, what waits in the landing zone stays.

    Raises:
        ConfigurationError: the home is not empty.
        BackupError: `file` is no backup, not whole, or of a newer program.
        WarehouseError: the home is in use, or the warehouse in the backup cannot be read.
        OSError: the file cannot be read, or the home not written.
    """
    staging = settings.home / "backup.restoring"
    _refuse_full(settings.home, staging, replace=replace)
    with _only_us(settings):
        shutil.rmtree(staging, ignore_errors=True)
        try:
            manifest = unpack(file, staging)
            _refuse_strange(file, staging, settings)
            notes = _checked(file, staging)
            aside = _put_in_place(settings, staging, manifest, clock())
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        with open_warehouse(settings.warehouse) as con:
            missing = missing_batches(con, settings.archive)
            _forget_loaded(con, settings.landing)
            if missing:
                note_in_journal(con, Journal(settings.journal), clock())
        return_batches(missing, settings.landing)
        snapshot.publish(settings.warehouse, settings.snapshot)
    log.info("restored", home=str(settings.home), made_at=manifest.made_at.isoformat())
    return Restored(
        home=settings.home,
        made_at=manifest.made_at,
        articles=manifest.articles,
        returned=len(missing),
        aside=aside,
        notes=(*notes, *_settings_to_set(settings)),
    )


def _pack_folder(packer: Packer, name: str, folder: Path) -> None:
    """Add the files of `folder` that a restore takes as those of the folder `name`."""
    for path in sorted(folder.glob("*")):
        if path.suffix in _FOLDERS[name]:
            packer.add(f"{name}/{path.name}", path)


def _articles_in(copy: Path, warehouse: Path) -> int:
    """Read the copy of the warehouse to its end and return how many articles it holds.

    Raises:
        DamagedWarehouseError: it cannot be read; nothing is published until the next cycle has looked at it.
    """
    try:
        with open_snapshot(copy) as con:
            require_readable(con)
            ((articles,),) = run(con, "count_articles")
    except (WarehouseError, duckdb.Error) as error:
        cause = error if isinstance(error, duckdb.Error) else error.__cause__
        damage = str(error) if isinstance(error, DamagedWarehouseError) else damage_in(cause)
        if damage is None:
            raise
        suspicion_path(warehouse).write_text(damage, encoding="utf-8")
        raise DamagedWarehouseError(
            f"{warehouse}: is damaged; the next `newswatch run` makes it anew ({damage})"
        ) from error
    return int(articles)


def _pack_watch(packer: Packer, settings: Settings) -> None:
    """Add the watch file, the examples in or below its folder, and the settings."""
    if packer.add(WATCH, settings.watch_file):
        for name in sorted(_examples_of(settings.watch_file, settings)):
            if (path := settings.watch_file.parent / name).is_file():  # a watch with faults is kept as it is
                packer.add(name, path)
    path = settings.home / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8-sig")
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (FileNotFoundError, UnicodeDecodeError):
        return
    packer.add_bytes(FILE_NAME, without_values(text).encode(), changed)


def _examples_of(watch_file: Path, settings: Settings) -> frozenset[str]:
    """Return the examples that a watch file names in or below its folder; none of one that cannot be read."""
    try:
        told = tomllib.loads(watch_file.read_text(encoding="utf-8-sig")).get("examples", [])
    except (FileNotFoundError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return frozenset()
    names = (PurePosixPath(name) for name in told if isinstance(name, str)) if isinstance(told, list) else ()
    own = _OWN | {settings.snapshot.name}
    return frozenset(
        str(name)
        for name in names
        if name.parts and not name.is_absolute() and ".." not in name.parts and name.parts[0] not in own
    )


def without_values(text: str) -> str:
    """Return a file of settings without comments, and without values that may be secret or belong to the machine."""
    return "".join(f"{line}\n" for line in map(_without_value, text.splitlines()) if line)


def _without_value(line: str) -> str:
    """Return what is kept of a line; nothing of a comment."""
    if _LEFT_OUT.fullmatch(line):
        return line
    found = LINE.fullmatch(line.strip())
    if found is None or not (value := unquoted(found["value"].strip())):
        return ""
    if found["name"] in KEPT_SETTINGS and not re.search(r"[\"']|\s#", value):
        return f"{found['name']}={value}"
    return f"#{found['name']}=  (its value was left out of the backup)"


def _refuse_full(home: Path, staging: Path, *, replace: bool) -> None:
    if home.exists() and not home.is_dir():
        raise ConfigurationError(f"{home}: exists and is no folder")
    if replace or not home.exists():
        return
    if held := sorted(path.name for path in home.iterdir() if path != staging and not _is_bare(path)):
        raise ConfigurationError(
            f"{home}: is not empty (it holds {held[0]}); name another home, or use --replace"
        )


def _is_bare(path: Path) -> bool:
    """Whether `path` is the state folder with nothing but locks in it, as a restore that failed leaves it."""
    return path.name == "state" and all(one.suffix == ".lock" for one in path.iterdir())


@contextmanager
def _only_us(settings: Settings) -> Iterator[None]:
    with (
        exclusive(settings.serve_lock, doing="serving this home"),
        exclusive(settings.cycle_lock, doing="running a cycle on this home"),
    ):
        yield


def _refuse_strange(file: Path, staging: Path, settings: Settings) -> None:
    """Refuse a backup with files that no backup has, and clean the settings in it: whoever made it may have meant ill.

    Raises:
        BackupError: it holds such a file.
    """
    known = {WAREHOUSE, WATCH, JOURNAL, KEYS, FILE_NAME} | _examples_of(staging / WATCH, settings)
    for path in (one for one in staging.rglob("*") if one.is_file()):
        name = path.relative_to(staging)
        if str(name) not in known and path.suffix not in _FOLDERS.get(str(name.parent), ()):
            raise BackupError(f"{file}: {str(name)!r} is nothing that a backup holds")
    if (path := staging / FILE_NAME).exists():
        path.write_text(without_values(path.read_text(encoding="utf-8", errors="replace")), encoding="utf-8")


def _checked(file: Path, staging: Path) -> tuple[str, ...]:
    """Bring the warehouse in `staging` up to this program, read all of it, and return what is to be told of it."""
    if not (staging / WAREHOUSE).is_file():
        raise BackupError(f"{file}: holds no warehouse")
    try:
        with open_warehouse(staging / WAREHOUSE) as con:
            found = check_warehouse(con)
            _forget_loaded(con, staging / "landing")
    except WarehouseError as error:
        raise BackupError(f"{file}: its warehouse cannot be used: {error}") from error
    except Exception as error:
        if (damage := damage_in(error)) is None:
            raise
        raise BackupError(f"{file}: its warehouse is damaged: {damage}") from error
    if found.state == "unreadable":
        raise BackupError(f"{file}: its warehouse is damaged: {found.findings[0]}")
    return tuple(f"in the warehouse: {finding}" for finding in found.findings)


def _forget_loaded(con: Connection, zone: Path) -> None:
    """Remove orders and batches that the open warehouse has loaded: they came into the backup on their way."""
    orders = {batch_id_of(path.stem): path for path in (zone / "orders").glob("*.parquet")}
    batches = {path.stem: path for path in (zone / "batches").glob("*.parquet")}
    for (batch_id,) in run(con, "batch_is_loaded", ids=[*orders, *batches]):
        if (order := orders.get(batch_id)) is not None:
            remove_order(zone, order.stem)
        if (batch := batches.get(batch_id)) is not None:
            batch.unlink(missing_ok=True)


def _put_in_place(settings: Settings, staging: Path, manifest: Manifest, now: datetime) -> str | None:
    """Move the files of `staging` to where there are none yet, and the warehouse to its place in any case, last.

    Return the name under which the old one lies in the state folder, None where there was none.
    """
    places = places_of(settings)
    # What is not known of sending is written down before the journal lies there: a restore that is killed is repeated.
    Journal(settings.journal).restore(Journal(staging / JOURNAL), manifest.made_at, now)
    bases = {"landing": settings.landing, "archive": settings.archive, KEYS: settings.writer_keys}
    for path in sorted(one for one in staging.rglob("*") if one.is_file()):
        head, *rest = path.relative_to(staging).parts
        target = bases.get(head, settings.home / head).joinpath(*rest)
        if head not in {WAREHOUSE, JOURNAL, "writer.lock"} and not target.exists():
            move_whole(path, target)
    aside = aside_name(places, "replaced", now)
    put_in_place(places, staging / WAREHOUSE, aside)
    for old in (places.verified, suspicion_path(settings.warehouse)):
        old.unlink(missing_ok=True)
    return aside


def _settings_to_set(settings: Settings) -> tuple[str, ...]:
    """Say which settings had a value when the backup was made and have none now."""
    try:
        text = (settings.home / FILE_NAME).read_text(encoding="utf-8")
    except OSError:
        return ()
    left = [found["name"] for line in text.splitlines() if (found := _LEFT_OUT.fullmatch(line))]
    return tuple(f"{name}: its value is not in the backup; set it in {FILE_NAME}" for name in left)
