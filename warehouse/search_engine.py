"""The search index as tantivy writes it, and opens it: what it is given of an article.

tantivy splits at blanks and nothing else: it is given our own terms, so that texts and what is typed are folded alike.
What is kept beside these is in `search_kept`, what is asked in `search_reader`.
"""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
import tantivy

from extractors.records import Article, Signals
from warehouse.search_asked import microseconds, schema
from warehouse.search_faults import UnreadableIndexError, told_apart
from warehouse.search_kept import COPY, compared, features, packed, packed_texts
from warehouse.search_reader import Reader
from warehouse.search_terms import terms

log = structlog.get_logger()
#: Bytes that a writer fills before it writes a segment.
_HEAP = 50_000_000
#: Seconds that putting segments together is waited for, however late it is.
_MERGING_S = 10.0


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


def _opened(folder: Path | None) -> tantivy.Index:
    index = tantivy.Index(schema(), None if folder is None else str(folder))
    index.register_tokenizer("terms", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index


@contextmanager
def for_reading(folder: Path) -> Iterator[Reader]:
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


def in_memory(documents: Iterable[Document]) -> Reader:
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

    def reader(self) -> Reader:
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
