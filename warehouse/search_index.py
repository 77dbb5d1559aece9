"""The search index beside the warehouse: which words stand in which articles, in a folder that tantivy keeps.

It is derived from the snapshot and kept up to date after it has been published: `catch_up` goes on from the position
that is noted beside it, so that a kill costs nothing. Whoever searches reads it at the same time, and nobody waits. One
that is missing, damaged, of another form, or of another warehouse is begun anew: docs/decisions/0012-the-file.md.
"""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from extractors.records import content_hash
from warehouse.database import HEADERS, Connection, open_snapshot, rows, run
from warehouse.landing import replace_file

if TYPE_CHECKING:
    from warehouse.search_engine import Document, Reader

# The engine is imported where something is indexed or searched: most runs bring nothing.
# ruff: noqa: PLC0415

log = structlog.get_logger()

#: The number of this form: the fields, how texts become terms, the note beside them. Another one is begun anew.
FORM = 1
#: Articles that are read and added at once: some 15 MB of text.
CHUNK = 5_000
#: Seconds that catching up may take at a time; what is left comes the next time.
WITHIN_S = 20.0
#: So many of the last documents are compared with what is stored: of another warehouse they are others.
_COMPARED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CaughtUp:
    """What catching up did: articles that were indexed, how many are left, and why it began anew (None: it did not)."""

    indexed: int = 0
    left: int = 0
    anew: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What lies beside the index, written after each chunk: a kill between the two only does that chunk again.

    `position` is the `state.fingerprints.number` up to which all is indexed; `stamp` is of the last snapshot of which
    all was, None where there was none.
    """

    form: int = FORM
    position: int = 0
    stamp: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far an index is: `position` as noted, `rest` articles that came since or were revised.

    `unnumbered` articles have no fingerprint and so no place in the order: none in a file that has been migrated.
    """

    position: int
    rest: int
    unnumbered: int = 0


class StaleIndexError(Exception):
    """The index is of another form, or of another warehouse than what is read, or of a later state of it."""


def suspicion_path(folder: Path) -> Path:
    """Return where the note lies that the index in `folder` may be damaged."""
    return folder / "suspect.txt"


def suspect(folder: Path, told: str) -> None:
    """Leave a note that an index cannot be read, so that it is begun anew; where that cannot be written, nothing."""
    try:
        suspicion_path(folder).write_text(told, encoding="utf-8")
    except OSError as error:
        log.warning("search_index_suspect", path=str(folder), told=told, error=str(error))


def drop(folder: Path) -> None:
    """Remove an index; the next `catch_up` makes it anew."""
    if folder.is_dir():
        shutil.rmtree(folder)
    else:
        folder.unlink(missing_ok=True)


def is_current(folder: Path, snapshot: Path) -> bool:
    """Tell whether the index in `folder` has all of the published `snapshot`; also where there is no snapshot."""
    if not snapshot.exists():
        return True
    if suspicion_path(folder).exists():
        return False
    try:
        return _noted(folder).stamp == _stamp(snapshot)
    except StaleIndexError:
        return False


def _stamp(snapshot: Path) -> str:
    """Return what tells one state of a snapshot from all others: DuckDB counts in the headers what it has written."""
    with snapshot.open("rb") as file:
        return content_hash(file.read(HEADERS))


def _noted(folder: Path) -> Note:
    """Return what lies beside the index; nothing is indexed where nothing is there.

    Raises:
        StaleIndexError: it is of another form, or cannot be read.
    """
    try:
        told = json.loads((folder / "note.json").read_bytes())
        note = Note(form=int(told["form"]), position=int(told["position"]), stamp=told["stamp"])
    except FileNotFoundError:
        return Note()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StaleIndexError(f"its note cannot be read ({error})") from error
    if note.form != FORM:
        raise StaleIndexError(f"it is of form {note.form}, not {FORM}")
    return note


def _note(folder: Path, note: Note) -> None:
    beside = folder / "note.json.new"
    beside.write_text(json.dumps(asdict(note)), encoding="utf-8")
    replace_file(beside, folder / "note.json")


def catch_up(snapshot: Path, folder: Path, *, within_s: float = WITHIN_S) -> CaughtUp:
    """Bring the index in `folder` up to the published `snapshot`, or as near as it gets in about `within_s` seconds.

    Raises:
        WarehouseError: the snapshot cannot be opened.
        BusyIndexError: somebody else is writing it.
        UnreadableIndexError, OSError: the disk is full, the folder cannot be written.
    """
    from warehouse.search_engine import UnreadableIndexError

    until = time.monotonic() + within_s
    anew = None
    if suspicion_path(folder).exists():
        anew = "it could not be read"
        drop(folder)
    stamp = _stamp(snapshot)
    with open_snapshot(snapshot) as con:
        try:
            return _caught_up(con, folder, stamp, until, anew)
        except StaleIndexError as error:
            anew = str(error)
        except UnreadableIndexError as error:
            anew = f"it is damaged ({error})"
        drop(folder)
        return _caught_up(con, folder, stamp, until, anew)


def _caught_up(con: Connection, folder: Path, stamp: str, until: float, anew: str | None) -> CaughtUp:
    from warehouse.search_engine import for_writing

    indexed = 0
    with for_writing(folder, until) as writer:
        note = _noted(folder)
        left = position_in(writer.reader(), note, con).rest
        while left and (not indexed or time.monotonic() < until):
            documents, reached = read_documents(con, after=note.position, most=CHUNK)
            if reached == note.position:
                break
            writer.add(documents)
            note = Note(position=reached)
            _note(folder, note)
            indexed += len(documents)
            left = max(0, left - CHUNK)
        if not left:
            _note(folder, Note(position=note.position, stamp=stamp))
    return CaughtUp(indexed=indexed, left=left, anew=anew)


def read_documents(con: Connection, *, after: int, most: int) -> "tuple[tuple[Document, ...], int]":
    """Return at most `most` articles that came or were revised after a position, in that order, and the one reached."""
    from warehouse.search_engine import Document

    numbers = {article_id: number for number, article_id in run(con, "search_new", after=after, most=most)}
    found = rows(con, "search_articles", ids=list(numbers)) if numbers else []
    documents = (Document(number=numbers[row["article_id"]], **row) for row in found)
    return tuple(sorted(documents, key=lambda document: document.number)), max(
        numbers.values(), default=after
    )


@contextmanager
def for_searching(folder: Path, con: Connection) -> "Iterator[tuple[Reader, Position]]":
    """Open the index in `folder`, also where nothing can be written, and tell how far it is in the open snapshot.

    Raises:
        UnreadableIndexError, OSError: it cannot be read.
        StaleIndexError: it is of another form, or of another warehouse.
    """
    from warehouse.search_engine import for_reading

    note = _noted(folder)  # first: what is indexed meanwhile is at most taken for what came since
    with for_reading(folder) as reader:
        yield reader, position_in(reader, note, con)


def position_in(reader: "Reader", note: Note, con: Connection) -> Position:
    """Return how far an open index is in the open snapshot.

    Raises:
        StaleIndexError: it is of another one.
    """
    after = note.position - _COMPARED
    documents = reader.size()
    (stored,) = rows(con, "search_stored", position=note.position, after=after)
    newest = [row["article_id"] for row in stored["newest"] or ()]
    if (
        note.position > stored["last"]
        or reader.holds(newest, after=after) != len(newest)
        or not 0 <= documents - stored["held"] <= stored["rest"]
    ):
        raise StaleIndexError("it is of another warehouse, or of a later state of this one")
    unnumbered = max(0, stored["articles"] - stored["held"] - stored["rest"])
    return Position(position=note.position, rest=stored["rest"], unnumbered=unnumbered)
