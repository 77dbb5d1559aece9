"""The search index beside the warehouse: which words stand in which articles, in a folder that tantivy keeps.

It is derived from the snapshot and kept up to date after it has been published: `catch_up` goes on from the position
that is noted beside it, so that a kill costs nothing. Whoever searches reads it at the same time, and nobody waits. One
that is missing, damaged, of another form, or of another warehouse is begun anew: docs/decisions/0012-the-file.md.
"""

import json
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from extractors.records import Claim, Figure, Mention, Signals, content_hash
from warehouse.database import HEADERS, Connection, open_snapshot, rows, run
from warehouse.landing import replace_file

if TYPE_CHECKING:
    from warehouse.search_engine import Document
    from warehouse.search_reader import Reader

# The engine is imported where something is indexed or searched: most runs bring nothing.
# ruff: noqa: PLC0415

log = structlog.get_logger()

#: The number of this form: the fields, how texts become terms, what is kept of an article and the portraits that it is
#: made by, the note beside them. Another one is begun anew.
FORM = 3
#: Articles that are read and added at once: some 15 MB of text.
CHUNK = 5_000
#: So many articles are indexed for one search at the most, where the index is behind: about a second.
INDEXED_AT_ONCE = 2_000
#: Seconds that catching up may take at a time; what is left comes the next time.
WITHIN_S = 20.0
#: What `search_signals` reads of a claim and of a figure.
_OF_CLAIM = ("event_type", "status", "basis", "part", "start", "stop", "is_news", "score")
_OF_FIGURE = ("kind", "value", "number", "unit", "surface", "part", "start", "stop", "claim")
#: So many of the last documents are compared with what is stored: of another warehouse they are others, and so are the
#: last ones of a state of this one that went on from an earlier one.
_COMPARED = 20


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
    all was, None where there was none. `reprocessed` tells when the articles were read anew with other rules, after
    which the same numbers may stand for others; None where they never were.
    """

    form: int = FORM
    position: int = 0
    stamp: str | None = None
    reprocessed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far an index is: `position` as noted, `rest` articles that came since or were revised.

    `unnumbered` articles have no fingerprint and so no place in the order: none in a file that has been migrated.
    """

    position: int
    rest: int
    unnumbered: int = 0
    reprocessed: str | None = None


class StaleIndexError(Exception):
    """The index is of another form, or of another warehouse than what is read, or of a later state of it."""


class BehindError(Exception):
    """The index lacks more articles than are indexed at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """The index in `folder` for reading, and one in memory of what it lacks (None: nothing), which are `newer`."""

    folder: Path
    index: "Reader"
    rest: "Reader | None" = None
    newer: tuple[str, ...] = ()


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
        note = Note(
            form=int(told["form"]),
            position=int(told["position"]),
            stamp=told["stamp"],
            reprocessed=told.get("reprocessed"),
        )
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
    from warehouse.search_faults import UnreadableIndexError

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
        found = position_in(writer.reader(), note, con)
        left = found.rest
        while left and (not indexed or time.monotonic() < until):
            documents, reached = read_documents(con, after=note.position, most=CHUNK)
            if reached == note.position:
                break
            writer.add(documents)
            note = Note(position=reached, reprocessed=found.reprocessed)
            _note(folder, note)
            indexed += len(documents)
            left = max(0, left - CHUNK)
        if not left:
            _note(folder, replace(note, stamp=stamp, reprocessed=found.reprocessed))
    return CaughtUp(indexed=indexed, left=left, anew=anew)


def read_documents(
    con: Connection, *, after: int, most: int, compared: bool = True
) -> "tuple[tuple[Document, ...], int]":
    """Return at most `most` articles that came or were revised after a position, in that order, and the one reached.

    They come without signals where they are not `compared`, but only searched.
    """
    from warehouse.search_engine import Document

    numbers = {article_id: number for number, article_id in run(con, "search_new", after=after, most=most)}
    found = rows(con, "search_articles", ids=list(numbers)) if numbers else []
    signals = _signals(con, list(numbers)) if numbers and compared else {}
    documents = (
        Document(number=numbers[row["article_id"]], signals=signals.get(row["article_id"]), **row)
        for row in found
    )
    return tuple(sorted(documents, key=lambda document: document.number)), max(
        numbers.values(), default=after
    )


def _signals(con: Connection, ids: Sequence[str]) -> dict[str, Signals]:
    """Return what likeness looks at in some articles, without the sentences: it takes a third of the time of all."""
    return {
        row["article_id"]: Signals(
            words=0,
            mentions=tuple(
                Mention(entity_id=entity, surface="", part=part, start=start, stop=stop)
                for entity, part, start, stop in row["mentions"]
            ),
            claims=tuple(
                Claim(**dict(zip(_OF_CLAIM, one, strict=True)), participants=(), sentence="")
                for one in row["claims"]
            ),
            figures=tuple(Figure(**dict(zip(_OF_FIGURE, one, strict=True))) for one in row["figures"]),
        )
        for row in rows(con, "search_signals", ids=ids)
    }


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


@contextmanager
def readers_of(folder: Path, con: Connection, *, compared: bool) -> Iterator[Readers]:
    """Open the index in `folder` for reading, with all that the open snapshot has.

    What it lacks is indexed in memory, to be `compared` or only to be searched, which is made faster.

    Raises:
        BehindError: it lacks too much of it.
        UnreadableIndexError, OSError, StaleIndexError: as `for_searching` says.
    """
    from warehouse.search_engine import in_memory

    with for_searching(folder, con) as (reader, position):
        if position.rest > INDEXED_AT_ONCE:
            raise BehindError(f"it lacks {position.rest} articles")
        if position.unnumbered:
            raise BehindError(f"{position.unnumbered} articles have no place in its order")
        if not position.rest:
            yield Readers(folder=folder, index=reader)
            return
        rest, _ = read_documents(con, after=position.position, most=INDEXED_AT_ONCE, compared=compared)
        newer = tuple(one.article_id for one in rest)
        yield Readers(folder=folder, index=reader, rest=in_memory(rest), newer=newer)


@contextmanager
def usable_index(folder: Path, con: Connection) -> Iterator[Readers | None]:
    """Open the index in `folder` to compare articles; None where there is none or it cannot be used."""
    from warehouse.search_faults import UnreadableIndexError

    with ExitStack() as stack:
        found = None
        try:
            if folder.exists():
                found = stack.enter_context(readers_of(folder, con, compared=True))
        except (StaleIndexError, BehindError, OSError) as error:
            log.debug("search_index_not_used", path=str(folder), error=str(error))
        except UnreadableIndexError as error:
            suspect(folder, str(error))
        yield found


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
        or (documents and note.reprocessed != stored["reprocessed"])
    ):
        raise StaleIndexError("it is of another warehouse, or of a later state of this one")
    unnumbered = max(0, stored["articles"] - stored["held"] - stored["rest"])
    return Position(
        position=note.position, rest=stored["rest"], unnumbered=unnumbered, reprocessed=stored["reprocessed"]
    )
