"""The search index as tantivy holds it: what it knows of an article, and the best articles for a query.

tantivy splits at blanks and nothing else: it is given our own terms, so that texts and what is typed are folded alike.
The texts themselves are not kept, only which terms stand where.
"""

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import structlog
import tantivy
from tantivy import Occur
from tantivy import Query as Asked

from extractors.errors import NewswatchError
from extractors.records import Article, Signals
from warehouse.search_asked import (
    Asking,
    any_of,
    between,
    counting,
    having,
    microseconds,
    moment,
    narrowed,
    schema,
)
from warehouse.search_kept import (
    COPY,
    Compared,
    compared,
    features,
    packed,
    packed_texts,
    unpacked,
    unpacked_texts,
)
from warehouse.search_query import Narrowing, Query, Ranked, Ranking
from warehouse.search_terms import terms

log = structlog.get_logger()

_Read = TypeVar("_Read")

#: What a part can count at the most: BM25 is below 2.2 · ln(1 + articles), here of 100 million, in all three fields.
_MOST_OF_A_PART = 400
#: So many more than are wanted are looked at, so that of articles that fit equally well the newest are taken.
_TIES = 1_000
#: Bytes that a writer fills before it writes a segment.
_HEAP = 50_000_000
#: Seconds that putting segments together is waited for, however late it is.
_MERGING_S = 10.0
_SYSTEM_ERROR = re.compile(r"Os \{ code: (\d+)")


class UnreadableIndexError(NewswatchError):
    """The files of the index are not what was written, or there are none."""


class BusyIndexError(NewswatchError):
    """Somebody else is writing the index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is searched of an article: `number` is that of its fingerprint, which a revision has anew.

    `signals` are None where nothing is to be compared with it.
    """

    number: int
    article_id: str
    publisher: str
    language: str | None
    reported_at: datetime
    title: str
    lead: str | None
    text: str
    copy_of: str | None = None
    signals: Signals | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An article of the index, and what it is compared by."""

    article_id: str
    reported_at: datetime
    compared: Compared


@contextmanager
def told_apart() -> Iterator[None]:
    """Tell apart what the engine raises, which is a `ValueError` for nearly all.

    Raises:
        UnreadableIndexError: the files are damaged; so it is where the engine panics.
        BusyIndexError: somebody else is writing.
        OSError: the disk is full, the folder cannot be written.
    """
    try:
        yield
    except ValueError as error:
        told = str(error)
        if "LockBusy" in told:
            raise BusyIndexError("somebody else is writing the search index") from error
        if code := _SYSTEM_ERROR.search(told):
            raise OSError(int(code[1]), told) from error
        raise UnreadableIndexError(told) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableIndexError(str(error)) from error


def _opened(folder: Path | None) -> tantivy.Index:
    index = tantivy.Index(schema(), None if folder is None else str(folder))
    index.register_tokenizer("terms", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index


@contextmanager
def for_reading(folder: Path) -> "Iterator[Reader]":
    """Open one state of the index in `folder`, also where nothing can be written.

    Raises:
        UnreadableIndexError, OSError: as `told_apart` says.
    """
    with ExitStack() as stack:
        with told_apart():
            if not tantivy.Index.exists(str(folder)):
                raise UnreadableIndexError("there is none")
            try:
                searcher = _opened(folder).searcher()
            except ValueError as error:
                if "Lockfile: IoError" not in str(error):
                    raise
                searcher = _opened(stack.enter_context(_beside(folder))).searcher()
        yield Reader(searcher)


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """Show another folder with the same files: the engine locks one to read it, so that it has to be writable."""
    with TemporaryDirectory(prefix="newswatch-search-") as other:
        for file in folder.iterdir():
            if file.suffix != ".lock":
                Path(other, file.name).symlink_to(file.absolute())
        yield Path(other)


@contextmanager
def for_writing(folder: Path, until: float) -> "Iterator[Writer]":
    """Open the index in `folder`, made where there is none; nobody else can write it meanwhile.

    At the end it is waited for segments that are being put together, to `until` of the monotonic clock or a little
    longer; what is not done by then, the next one to write does again.

    Raises:
        UnreadableIndexError, BusyIndexError, OSError: as `told_apart` says.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with told_apart():
        index = _opened(folder)
        writer = index.writer(heap_size=_HEAP, num_threads=1)
    try:
        yield Writer(index, writer)
    finally:
        merging = threading.Thread(target=_put_together, args=(writer,), name="search-merging", daemon=True)
        merging.start()
        merging.join(max(until - time.monotonic(), _MERGING_S))
        _open_to_readers(folder)


def _open_to_readers(folder: Path) -> None:
    """Let whoever may read the folder read all of it: the engine keeps two of its files to the user who wrote them."""
    for name in ("meta.json", ".managed.json"):
        with suppress(OSError):  # it is read without, by whoever wrote it
            folder.joinpath(name).chmod(folder.stat().st_mode & 0o666)


def _put_together(writer: tantivy.IndexWriter) -> None:
    try:
        with told_apart():
            writer.wait_merging_threads()
    except (OSError, UnreadableIndexError) as error:  # what has been added is there
        log.warning("search_index_not_merged", error=str(error))


def in_memory(documents: Iterable[Document]) -> "Reader":
    """Return an index of these documents that is gone when it is not used any more."""
    index = _opened(None)
    writer = Writer(index, index.writer(heap_size=_HEAP, num_threads=1))
    writer.add(documents)
    return writer.reader()


class Writer:
    """An index that is being written."""

    def __init__(self, index: tantivy.Index, writer: tantivy.IndexWriter) -> None:
        """Write `index` with `writer`."""
        self._index = index
        self._writer = writer

    def add(self, documents: Iterable[Document]) -> None:
        """Add documents in the place of those of the same articles: all of them or, at a kill, none."""
        with told_apart():
            for one in documents:
                self._writer.delete_documents_by_term("article_id", one.article_id)
                self._writer.add_document(_stored(one))
            self._writer.commit()

    def reader(self) -> "Reader":
        """Return what has been added."""
        with told_apart():
            self._index.reload()
            return Reader(self._index.searcher())


def _stored(one: Document) -> tantivy.Document:
    article = Article(
        url="",
        source_id="",
        publisher=one.publisher,
        title=one.title,
        text=one.text,
        seen_at=one.reported_at,
        lead=one.lead,
        language=one.language,
    )
    signals = one.signals or Signals(words=0)
    return tantivy.Document(
        article_id=one.article_id,
        number=one.number,
        reported_at=microseconds(one.reported_at),
        language=(one.language or "").casefold(),
        publisher=one.publisher.casefold(),
        title=" ".join(terms(one.title)),
        lead=" ".join(terms(one.lead or "")),
        text=" ".join(terms(one.text)),
        features=[*features(signals), *([COPY] if one.copy_of else [])],
        texts=packed_texts(one.title, one.text),
        compared=packed(compared(article, signals)),
    )


class Reader:
    """One state of an index."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        """Read with `searcher`."""
        self._searcher = searcher

    def size(self) -> int:
        """Return how many articles it holds."""
        return int(self._searcher.num_docs)

    def holds(self, ids: Sequence[str], *, after: int) -> int:
        """Return how many of these articles it holds with a number higher than `after`."""
        asked = Asked.boolean_query(
            [(Occur.Must, any_of(ids)), (Occur.Must, between("number", after + 1, None))]
        )
        with told_apart():
            return _count(self._searcher.search(asked, 1))

    def holders(self, field: str, term: str) -> int:
        """Return how many articles hold a term in a field, those among them that have been revised since."""
        with told_apart():
            return int(self._searcher.doc_freq(field, term))

    def find(self, article_id: str) -> tuple[Held, str, str] | None:
        """Return an article by its id with its title and text, None where it is not there."""
        with told_apart():
            found = self._searcher.search(any_of([article_id]), 1, count=False).hits
            if not found:
                return None
            places = [place for _, place in found]
            ((_, _, (title, text)),) = self._stored(places, "texts", unpacked_texts)
            return self._held(places)[0], title, text

    def nearest(self, weights: Iterable[tuple[Asked, float]], most: int, without: Sequence[str]) -> "Weighed":
        """Return at most `most` originals with the highest sum of the weights of what they fit, the newest first.

        Each with its sum. `without` are articles to pass over.
        """
        clauses = [(Occur.Should, counting(asked, weight)) for asked, weight in weights]
        asked = Asked.boolean_query(
            [
                (Occur.Must, Asked.boolean_query(clauses)),
                (Occur.MustNot, having(COPY)),
                (Occur.MustNot, any_of(without)),
            ]
        )
        with told_apart():
            ordered = self._newest_first(self._searcher.search(asked, most + _TIES, count=False))[:most]
            held = self._held([place for _, _, place in ordered])
            return tuple((score, one) for (score, _, _), one in zip(ordered, held, strict=True))

    def best(
        self,
        query: Query,
        narrowing: Narrowing,
        most: int,
        *,
        only: Sequence[str] | None = None,
        without: Sequence[str] = (),
    ) -> Ranking:
        """Return at most `most` articles, the best first, and how many there are in all.

        Those with most parts of the query come first; of these, those with the highest sum of BM25 over the parts; then
        the newest. `only` are the articles to choose from (None: all), `without` are some to pass over.
        """
        asking = Asking(self._searcher)
        others = [(Occur.Must, counting(one, 0.0)) for one in narrowed(narrowing, only)]
        others += [(Occur.MustNot, asking.held(part)) for part in query.unwanted]
        if without:
            others.append((Occur.MustNot, any_of(without)))
        with told_apart(), ThreadPoolExecutor(max_workers=1) as beside:
            scored = [asking.scored(part) for part in query.wanted]
            held = [asking.held(part) for part in query.wanted]
            # the engine works without Python's lock: one processor counts while the other one ranks
            counted = beside.submit(self._searcher.search, _counted(held, others), 1)
            all_parts = Asked.boolean_query([*((Occur.Must, one) for one in scored), *others])
            found = self._searcher.search(all_parts, most + _TIES, count=False)
            ahead = 0
            if len(scored) > 1 and len(found.hits) < most:  # so that those with some of them follow
                ahead = _ahead(len(scored))
                some = [
                    clause
                    for one, there in zip(scored, held, strict=True)
                    for clause in ((Occur.Should, one), (Occur.Should, counting(there, float(ahead))))
                ]
                asked = Asked.boolean_query([(Occur.Must, Asked.boolean_query(some)), *others])
                found = self._searcher.search(asked, most + _TIES, count=False)
            order = self._newest_first(found)[:most]
            texts = self._stored([place for _, _, place in order], "texts", unpacked_texts)
            ranked = tuple(
                Ranked(
                    article_id=article_id,
                    reported_at=reported_at,
                    parts=int(score // ahead) if ahead else len(scored),
                    score=score % ahead if ahead else score,
                    text=text,
                )
                for (score, _, _), (article_id, reported_at, (_, text)) in zip(order, texts, strict=True)
            )
            return ranked, _count(counted.result())

    def _newest_first(self, found: tantivy.SearchResult) -> list[tuple[float, int, tantivy.DocAddress]]:
        """Return score, number and place of what was found: the best first, of equal ones the newest."""
        places = [place for _, place in found.hits]
        times = self._searcher.fast_field_values("reported_at", places)
        numbers = self._searcher.fast_field_values("number", places)
        order = sorted(
            zip((score for score, _ in found.hits), times, numbers, places, strict=True),
            key=lambda one: one[:3],
            reverse=True,
        )
        return [(score, int(number or 0), place) for score, _, number, place in order]

    def _held(self, places: Sequence[tantivy.DocAddress]) -> list[Held]:
        return [
            Held(article_id=article_id, reported_at=reported_at, compared=found)
            for article_id, reported_at, found in self._stored(places, "compared", unpacked)
        ]

    def _stored(
        self, places: Sequence[tantivy.DocAddress], field: str, read: Callable[[bytes], _Read]
    ) -> list[tuple[str, datetime, _Read]]:
        """Return id and time of the articles at some places, and what `read` makes of a field of theirs."""
        times = self._searcher.fast_field_values("reported_at", list(places))
        found = []
        for place, passed in zip(places, times, strict=True):
            stored = self._searcher.doc(place)
            body = bytes(stored.get_first(field) or b"")
            found.append((str(stored.get_first("article_id")), moment(int(passed or 0)), read(body)))
        return found


#: Articles, each with what it weighs.
Weighed = tuple[tuple[float, Held], ...]


def _counted(held: Sequence[Asked], others: Sequence[tuple[Occur, Asked]]) -> Asked:
    """Ask for what holds any of the parts, without a weight: to count takes half as long then (measured)."""
    any_part = Asked.boolean_query([(Occur.Should, one) for one in held])
    return counting(Asked.boolean_query([(Occur.Must, any_part), *others]), 0.0)


def _count(found: tantivy.SearchResult) -> int:
    return int(found.count)  # type: ignore[attr-defined]  # its stubs do not know it


def _ahead(parts: int) -> int:
    """Return what holding one more part counts: more than all parts together by how well they fit.

    A power of two, so that what is added to it keeps as many digits as single precision has left.
    """
    return 1 << (_MOST_OF_A_PART * parts).bit_length()
