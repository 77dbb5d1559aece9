"""The search index as tantivy holds it: what it knows of an article, and the best articles for a query.

tantivy splits at blanks and nothing else: it is given our own terms, so that texts and what is typed are folded alike.
The texts themselves are not kept, only which terms stand where.
"""

import re
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice, product
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
import tantivy
from tantivy import FieldType, Occur
from tantivy import Query as Asked

from extractors.errors import NewswatchError
from warehouse.search_query import WEIGHTS, Narrowing, Part, Query, Ranked, Ranking, Slot
from warehouse.search_terms import is_paired, terms

log = structlog.get_logger()

#: What a longer word counts that begins so, beside the word itself; all that are not among the `_LONGER` most frequent
#: ones of a field count the second, however rare they are.
_GROWN, _GROWN_RARE = 0.5, 0.05
_LONGER = 64
#: Forms of a phrase that are looked for at the most.
_MOST_FORMS = 256
#: What a part can count at the most: BM25 is below 2.2 · ln(1 + articles), here of 100 million, in all three fields.
_MOST_OF_A_PART = 400
#: So many more than are wanted are looked at, so that of articles that fit equally well the newest are taken.
_TIES = 1_000
#: Bytes that a writer fills before it writes a segment.
_HEAP = 50_000_000
#: Seconds that putting segments together is waited for, however late it is.
_MERGING_S = 10.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SYSTEM_ERROR = re.compile(r"Os \{ code: (\d+)")


class UnreadableIndexError(NewswatchError):
    """The files of the index are not what was written, or there are none."""


class BusyIndexError(NewswatchError):
    """Somebody else is writing the index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is searched of an article: `number` is that of its fingerprint, which a revision has anew."""

    number: int
    article_id: str
    publisher: str
    language: str | None
    reported_at: datetime
    title: str
    lead: str | None
    text: str


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


@cache
def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("article_id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("number", fast=True)
    builder.add_integer_field("reported_at", fast=True)  # microseconds since 1970
    for name in ("language", "publisher"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in WEIGHTS:
        builder.add_text_field(name, tokenizer_name="terms", index_option="position")
    return builder.build()


def _opened(folder: Path | None) -> tantivy.Index:
    index = tantivy.Index(_schema(), None if folder is None else str(folder))
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
    return tantivy.Document(
        article_id=one.article_id,
        number=one.number,
        reported_at=microseconds(one.reported_at),
        language=(one.language or "").casefold(),
        publisher=one.publisher.casefold(),
        title=" ".join(terms(one.title)),
        lead=" ".join(terms(one.lead or "")),
        text=" ".join(terms(one.text)),
    )


def microseconds(moment: datetime) -> int:
    """Return the microseconds from 1970 to `moment`."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


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
            [(Occur.Must, _any_of(ids)), (Occur.Must, _between("number", after + 1, None))]
        )
        with told_apart():
            return _count(self._searcher.search(asked, 1))

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
        with told_apart():
            ahead = _ahead(len(query.wanted))
            found = self._searcher.search(self._asked(query, narrowing, only, without, ahead), most + _TIES)
            places = [place for _, place in found.hits]
            times = self._searcher.fast_field_values("reported_at", places)
            numbers = self._searcher.fast_field_values("number", places)
            order = sorted(
                zip((score for score, _ in found.hits), times, numbers, places, strict=True),
                key=lambda one: one[:3],
                reverse=True,
            )
            ranked = tuple(
                Ranked(
                    article_id=str(self._searcher.doc(place).get_first("article_id")),
                    reported_at=_EPOCH + timedelta(microseconds=int(time or 0)),
                    parts=int(score // ahead) if ahead else 1,
                    score=score % ahead if ahead else score,
                )
                for score, time, _, place in order[:most]
            )
            return ranked, _count(found)

    def _asked(
        self,
        query: Query,
        narrowing: Narrowing,
        only: Sequence[str] | None,
        without: Sequence[str],
        ahead: int,
    ) -> Asked:
        parts = []
        for part in query.wanted:
            held = self._part(part)
            parts.append((Occur.Should, held))
            if ahead:
                parts.append((Occur.Should, Asked.const_score_query(held, float(ahead))))
        clauses = [(Occur.Must, Asked.boolean_query(parts))]
        clauses += [(Occur.Must, Asked.const_score_query(one, 0.0)) for one in _narrowed(narrowing, only)]
        clauses += [(Occur.MustNot, self._part(part)) for part in query.unwanted]
        if without:
            clauses.append((Occur.MustNot, _any_of(without)))
        return Asked.boolean_query(clauses) if len(clauses) > 1 else clauses[0][1]

    def _part(self, part: Part) -> Asked:
        fields = [
            (Occur.Should, Asked.boost_query(self._in_field(field, part), weight))
            for field, weight in WEIGHTS.items()
        ]
        return Asked.boolean_query(fields)

    def _in_field(self, field: str, part: Part) -> Asked:
        """Ask for a part in one field: it counts as its best form does, and a phrase as one word."""
        if len(part.slots) == 1:
            return self._word(field, part.slots[0])
        forms = (self._forms(field, part.slots, place) for place in range(len(part.slots)))
        offsets = [slot.offset for slot in part.slots]
        phrases = [
            Asked.phrase_query(_schema(), field, list(zip(offsets, form, strict=True)))
            for form in islice(product(*forms), _MOST_FORMS)
        ]
        return Asked.boost_query(_best_of(phrases), 1 / len(offsets))

    def _forms(self, field: str, slots: Sequence[Slot], place: int) -> list[str]:
        """Return what may stand at one place of a phrase: a single Chinese character is the first of a pair, too."""
        slot = slots[place]
        forms = list(slot.spellings)
        if slot.grows and place == len(slots) - 1:
            forms += self._longer(field, slot)
        elif slot.grows and is_paired((following := slots[place + 1].spellings[0])[0]):
            forms += [spelling + following[0] for spelling in slot.spellings]
        return forms

    def _word(self, field: str, slot: Slot) -> Asked:
        schema = _schema()
        forms = [Asked.term_query(schema, field, term) for term in slot.spellings]
        if slot.grows:
            longer = (Asked.term_query(schema, field, term) for term in self._longer(field, slot))
            rarer = (
                Asked.fuzzy_term_query(schema, field, term, distance=0, prefix=True)
                for term in slot.spellings
            )
            forms += [Asked.boost_query(one, _GROWN) for one in longer]
            forms += [Asked.boost_query(one, _GROWN_RARE) for one in rarer]
        return _best_of(forms)

    def _longer(self, field: str, slot: Slot) -> list[str]:
        """Return the most frequent terms of a field that begin as a slot does, if it grows."""
        found = {
            term: None
            for spelling in (slot.spellings if slot.grows else ())
            for term, _ in self._searcher.terms_with_prefix(field, spelling, limit=_LONGER)
        }
        return [term for term in found if term not in slot.spellings]


def _count(found: tantivy.SearchResult) -> int:
    return int(found.count)  # type: ignore[attr-defined]  # its stubs do not know it


def _ahead(parts: int) -> int:
    """Return what holding one more part counts: more than all parts together by how well they fit; 0 for one alone.

    A power of two, so that what is added to it keeps as many digits as single precision has left.
    """
    return 1 << (_MOST_OF_A_PART * parts).bit_length() if parts > 1 else 0


def _narrowed(narrowing: Narrowing, only: Sequence[str] | None) -> Iterator[Asked]:
    for name in ("language", "publisher"):
        if (value := getattr(narrowing, name)) is not None:
            known = str(value).casefold().encode("utf-8", "replace").decode()
            yield Asked.term_query(_schema(), name, known)
    if narrowing.since is not None or narrowing.before is not None:
        since, before = (
            None if at is None else microseconds(at) for at in (narrowing.since, narrowing.before)
        )
        yield _between("reported_at", since, before)
    if only is not None:
        yield _any_of(only)


def _between(field: str, since: int | None, before: int | None) -> Asked:
    open_end = before is None
    return Asked.range_query(_schema(), field, FieldType.Integer, since, before, include_upper=open_end)


def _any_of(ids: Sequence[str]) -> Asked:
    return Asked.term_set_query(_schema(), "article_id", list(ids)) if ids else Asked.empty_query()


def _best_of(asked: Sequence[Asked]) -> Asked:
    return asked[0] if len(asked) == 1 else Asked.disjunction_max_query(asked)
