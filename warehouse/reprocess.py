"""History read again: what was collected, in the order in which it came → a new warehouse beside the old one.

The order is that of the versions of articles in the old file. What a batch of the archive brought is read from the
batch; what is in no batch that is kept, from the texts in the old file. Three files are open: the new one that is
written, and for reading the copy of the old one, which queries call `before`.
"""

import glob
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import duckdb
import structlog

from extractors.errors import WarehouseError
from extractors.orders import Batch
from extractors.records import CollectedArticle, Item, Source, article_id
from extractors.rereading import Kept
from extractors.watch import Watch
from warehouse.database import Connection, rows, run, transaction
from warehouse.landing import MACHINE_ERRORS, read_batch
from warehouse.load import order_of_arrival, take_again
from warehouse.notices import with_notices
from warehouse.rights import note_rights_of_same
from warehouse.stored import save_entities
from warehouse.versions_kept import kept_versions

log = structlog.get_logger()

#: Versions of articles that are read and written at a time where there is no batch to go by.
CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How much of the old warehouse has been read: so many versions of articles, and so many batches.

    `last` names the last of the versions, None where there is none.
    """

    versions: int = 0
    batches: int = 0
    last: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A piece of history: the versions `first` to `last`, or what one batch of the archive brought.

    `batch_id` is None where no batch is kept; `last` is below `first` where a batch brought nothing that was new then.
    """

    batch_id: str | None
    first: int
    last: int

    @property
    def versions(self) -> int:
        """How many versions it covers, at most."""
        return max(0, self.last - self.first + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What is to be read again of one step: `batch` is None where it is not kept, or damaged."""

    kept: Sequence[Kept]
    batch: Batch | None = None


def position_of(con: Connection) -> Position:
    """Return how much the file `before` holds."""
    ((versions, batches, last),) = run(con, "reprocess_position")
    return Position(versions=versions, batches=batches, last=last)


def continues(con: Connection, position: Position) -> bool:
    """Tell whether the file `before` holds what was read up to `position`, in the same order, and perhaps more."""
    now = position_of(con)
    if now.versions < position.versions or now.batches < position.batches:
        return False
    if not position.versions:
        return True
    ((found,),) = run(con, "reprocess_version_at", number=position.versions)
    return bool(found == position.last)


def steps(con: Connection, archive: Path, after: Position) -> Sequence[Step]:
    """Return what is to be read of the file `before` beyond `after`, in the order in which it came.

    A batch that cannot be read is left out (logged), and what it brought is read from the texts. So is one that brought
    no article.
    """
    loaded = [batch_id for (batch_id,) in run(con, "reprocess_loaded")]
    run(con, "reprocess_begin")
    # What a batch without articles says of others, as a newsroom that takes one back, stands among the versions.
    kept = {
        batch_id: place
        for place, batch_id in enumerate(loaded)
        if _articles_in(con, archive / f"{batch_id}.parquet", batch_id, place)
    }
    run(con, "reprocess_versions")
    waiting = [batch_id for batch_id, place in kept.items() if place >= after.batches]
    runs = run(con, "reprocess_runs", after=after.versions)
    with_versions = {batch_id for batch_id, _, _ in runs}
    return tuple(_in_order(runs, waiting, with_versions, kept))


def _in_order(
    runs: Sequence[tuple[str | None, int, int]],
    waiting: Sequence[str],
    with_versions: set[str | None],
    places: dict[str, int],
) -> Iterator[Step]:
    """Yield the steps of `runs`; batches that brought no version come before those that were loaded after them."""
    empty = [batch_id for batch_id in waiting if batch_id not in with_versions]
    done: set[str] = set()
    for batch_id, first, last in runs:
        if batch_id is None:
            for start in range(first, last + 1, CHUNK):
                yield Step(batch_id=None, first=start, last=min(start + CHUNK - 1, last))
            continue
        while empty and places[empty[0]] < places[batch_id]:
            yield Step(batch_id=empty.pop(0), first=first, last=first - 1)
        if batch_id not in done:
            done.add(batch_id)
            yield Step(batch_id=batch_id, first=first, last=last)
    for batch_id in empty:
        yield Step(batch_id=batch_id, first=1, last=0)


def _articles_in(con: Connection, path: Path, batch_id: str, place: int) -> int:
    """Note which versions stand in the batch at `path`; return how many, 0 where it cannot be read or is not there."""
    if not path.exists():
        return 0
    try:
        told = run(con, "reprocess_archived", path=glob.escape(str(path)), batch_id=batch_id, place=place)
    except duckdb.Error as error:
        if _is_of_the_machine(error, path):
            raise
        return 0
    return int(told[0][0])


def _is_of_the_machine(error: Exception, path: Path) -> bool:
    """Tell whether the batch at `path` was not read for lack of memory, say; where it is to blame itself, log that."""
    if isinstance(error, MACHINE_ERRORS) and path.exists() and path.name not in str(error):
        return True
    log.warning("batch_not_read_again", path=str(path), error=str(error).partition("\n")[0])
    return False


def read_step(con: Connection, step: Step, archive: Path, watch: Watch) -> Read:
    """Return what is to be read again of `step`: its batch, or where that is gone or damaged, the stored texts."""
    if step.batch_id is None:
        return Read(kept=kept_versions(con, step.first, step.last, None))
    path = archive / f"{step.batch_id}.parquet"
    try:
        batch = read_batch(path)
    except (WarehouseError, duckdb.Error) as error:
        if _is_of_the_machine(error, path):
            raise
        ((first, last),) = run(con, "reprocess_batch_span", batch_id=step.batch_id)
        return Read(kept=() if first is None else kept_versions(con, first, last, step.batch_id))
    return Read(kept=_kept_in(con, batch, watch), batch=batch)


def take_step(con: Connection, read: Read, articles: Sequence[CollectedArticle], watch: Watch) -> None:
    """Take in what was read again (`articles`, in the order of `read.kept`): all in one transaction."""
    with transaction(con):
        if read.batch is None:
            take_again(con, articles, watch)
            return
        batch = replace(read.batch, articles=tuple(articles))
        coming = sorted(with_notices(con, batch), key=order_of_arrival)
        note_rights_of_same(con, batch, take_again(con, coming, watch))


def begin(con: Connection, watch: Watch) -> None:
    """Make the new warehouse ready: the entities of the watch, and what is known of pages."""
    with transaction(con):
        save_entities(con, watch)
        run(con, "reprocess_pages_forget")
        run(con, "reprocess_pages")


def _kept_in(con: Connection, batch: Batch, watch: Watch) -> Sequence[Kept]:
    """Return the articles of a batch with what they were read from.

    One of which another version is known by its text alone is read from its text too: what the rules of then and those
    of now make of the same page would else look like an edit of it.
    """
    ids = [article_id(one.article.url) for one in batch.articles]
    texts = {key for (key,) in run(con, "reprocess_texts", ids=ids)}
    items, sources = _items(batch), _sources(con, batch, watch)
    return tuple(
        Kept(
            article=one.article,
            signals=one.signals,
            page=one.page,
            item=None if key in texts else items.get(one.article.url),
            source=None if key in texts else sources.get(one.article.source_id),
        )
        for key, one in zip(ids, batch.articles, strict=True)
    )


def _items(batch: Batch) -> dict[str, Item]:
    """Return by address of the article what the source had listed, as the one had it that was read."""
    found: dict[str, Item] = {}
    fed = {one.article.url for one in batch.articles if one.article.text_from == "feed"}
    for outcome in batch.outcomes:
        if outcome.url is None:
            continue
        before = found.setdefault(outcome.url, outcome.item)
        if outcome.url in fed and len(outcome.item.summary or "") > len(before.summary or ""):
            found[outcome.url] = outcome.item
    visited: set[str] = set()
    for visit in batch.pages:
        url = visit.article_url
        # A page that was fetched and looked at again in one collection counts as it was fetched.
        if url is not None and visit.outcome == "read" and url not in visited and url not in fed:
            visited.add(url)
            found[url] = visit.item
    return found


def _sources(con: Connection, batch: Batch, watch: Watch) -> dict[str, Source]:
    """Return the sources of the articles by id: as the watch has them, else what is known of those it had.

    Of a page that was watched itself, the selector of its text is not known any more: it is left out.
    """
    watched = {source.source_id: source for source in watch.sources}
    left = {one.article.source_id for one in batch.articles} - watched.keys()
    return watched | {
        row["source_id"]: Source(every=timedelta(seconds=row.pop("interval_s")), **row)
        for row in (rows(con, "reprocess_sources", ids=sorted(left)) if left else ())
        if row["kind"] != "page"
    }
