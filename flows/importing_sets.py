"""Articles of an exported set: the versions of each, as they were seen, through the same tag, load and detect path.

They keep their addresses (and so their ids), publishers, sources, authors and times. What was made of them is made
anew, by the rules and the watch of today: in the batches in which they were loaded first, so that the same rules and
the same watch find the same copies, stories and developments.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, get_args

from extractors.clock import Clock
from extractors.errors import Fault
from extractors.moments import FURTHEST_AHEAD
from extractors.records import (
    Article,
    PublishedFrom,
    PubStatus,
    Release,
    RightsNotice,
    RightsPlace,
    TextFrom,
    article_id,
)
from extractors.signals.tagger import Tagger
from extractors.watch import Watch
from flows.cycle import CycleResult, Loaded, load_batch
from flows.housekeeping import require_whole
from flows.importing import (
    BATCH,
    EARLIEST,
    MAX_TEXT,
    MAX_TITLE,
    address,
    batch_of,
    fault_of_time,
    finish_import,
    language_code,
    storable,
)
from flows.settings import Settings
from warehouse.database import Connection, open_warehouse
from warehouse.exported import last_seen, opened_set, read_manifest
from warehouse.exporting import MANIFEST

#: Times of what has happened: none lies ahead.
_PAST = frozenset({"seen_at", "published_at"})


def import_sets(
    settings: Settings, watch: Watch, folders: Sequence[Path], clock: Clock, *, alert: bool = False
) -> CycleResult:
    """Load the articles of exported sets, one set after the other; `alert` True sends alerts as for collected ones.

    Versions that are no newer than what the home has of the article are passed over, so that a set can be brought
    again with more in it. Rows that cannot be used are told in `failures` and the others are loaded. Only articles are
    taken: what was polled, asked, sent and run is the other home's.

    Raises:
        ConfigurationError: a folder is no exported set, is of a newer program, or not whole; nothing is loaded then.
    """
    started = time.perf_counter()
    sets = [(folder, read_manifest(folder)) for folder in folders]
    require_whole(settings)
    loaded, faults = Loaded(), []
    with open_warehouse(settings.warehouse) as con, ExitStack() as opened:
        found = [(folder, opened.enter_context(opened_set(folder, told))) for folder, told in sets]
        for folder, rows in found:
            versions = _Versions(folder, rows, clock)
            loaded = Loaded(
                results=(*loaded.results, *_load(con, settings, watch, versions, clock, alert=alert).results)
            )
            faults += versions.faults
    loaded = replace(loaded, failures=tuple(("import", str(fault), None) for fault in faults))
    return finish_import(settings, watch, loaded, clock, started, alert=alert)


class _Versions:
    """The usable versions of a set in batches, and the faults of the others."""

    def __init__(self, folder: Path, rows: Iterator[Mapping[str, Any]], clock: Clock) -> None:
        self._folder, self._rows = folder, rows
        self._latest = clock() + FURTHEST_AHEAD
        self.faults: list[Fault] = []

    def batches(self) -> Iterator[Sequence[Article]]:
        """Yield the articles in the batches in which they were loaded, small ones put together.

        A load takes the articles of its batch in the order of their reports: runs are put together only where that
        leaves the order as it was.
        """
        batch: list[Article] = []
        for run in self._runs():
            urls = {article.url for article in batch}
            fits = len(batch) + len(run) <= BATCH and not any(article.url in urls for article in run)
            if batch and not (fits and _order(batch[-1]) < _order(run[0])):
                yield batch
                batch = []
            batch += run
        if batch:
            yield batch

    def _runs(self) -> Iterator[list[Article]]:
        """Yield the usable articles of each run in the order in which a load takes them, `BATCH` at the most.

        Where the set does not tell the runs, those count as one that were seen at the same moment.
        """
        for _, rows in groupby(self._rows, key=lambda row: row["loaded_at"] or row["seen_at"]):
            run = sorted(filter(None, map(self._article, rows)), key=_order)
            for start in range(0, len(run), BATCH):
                yield run[start : start + BATCH]

    def _article(self, row: Mapping[str, Any]) -> Article | None:
        faults = list(_faults(row, str(self._folder / MANIFEST), self._latest))
        self.faults += faults
        return None if faults else _read(row)


def _load(
    con: Connection, settings: Settings, watch: Watch, versions: _Versions, clock: Clock, *, alert: bool
) -> Loaded:
    tagger, results = Tagger(watch), []
    for batch in versions.batches():
        # What this home has of an article already, from another set perhaps, would look like a change and its undoing.
        known = last_seen(con, {article_id(article.url) for article in batch})
        fresh = [one for one in batch if one.seen_at > known.get(article_id(one.url), EARLIEST)]
        if fresh:
            results.append(
                load_batch(con, settings, watch, batch_of(tagger, watch, fresh), clock, alert=alert)
            )
    return Loaded(results=tuple(results))


def _order(article: Article) -> tuple[datetime, str]:
    return article.reported_at, article.url


def _faults(row: Mapping[str, Any], file: str, latest: datetime) -> Iterator[Fault]:
    """Yield what is wrong with a row: a set may have come from anywhere."""
    name = f"articles {row['article_id']}"
    for key in ("url", "source_id", "publisher", "title", "text", "seen_at"):
        if row[key] is None or not str(row[key]).strip():
            yield Fault(file=file, key=name, message=f"{key} is missing or empty")
    if row["url"] and address(row["url"]) != row["url"]:
        yield Fault(file=file, key=name, message="url: an http(s) address as newswatch writes it is expected")
    for key in ("seen_at", "published_at", "versioncreated", "embargoed"):
        if row[key] is not None and not _is_moment(row[key]):
            yield Fault(file=file, key=name, message=f"{key}: a time is expected, this is {row[key]}")
        elif row[key] is not None and key in _PAST and (message := fault_of_time(row[key], latest)):
            yield Fault(file=file, key=name, message=f"{key}: {message}")


def _is_moment(value: Any) -> bool:
    """Tell whether `value` is an aware moment; DuckDB gives others for infinity and for years beyond 9999."""
    return isinstance(value, datetime) and value.tzinfo is not None


def _short(value: str | None) -> str | None:
    return value and value[:MAX_TITLE]


def _read(row: Mapping[str, Any]) -> Article:
    text, lead = storable(row["text"])[:MAX_TEXT], storable(row["lead"])
    published_from = _known(row["published_from"], PublishedFrom)
    published_at = row["published_at"] if published_from else None
    return Article(
        url=row["url"],
        source_id=row["source_id"][:MAX_TITLE],
        publisher=storable(row["publisher"])[:MAX_TITLE],
        title=" ".join(storable(row["title"]).split())[:MAX_TITLE],
        text=text,
        seen_at=row["seen_at"],
        lead=lead if lead and lead in text else None,
        language=language_code(row["language"]),
        authors=tuple(name[:MAX_TITLE] for name in map(storable, row["authors"] or ()) if name),
        published_at=published_at,
        published_from=published_from,
        text_from=_known(row["text_from"], TextFrom) or "page",
        date_clamped=bool(row["date_clamped"]),
        section=_short(row["section"]),
        rights=tuple(
            RightsNotice(place=place, policy=_short(row["rights_policy"]))
            for place in row["rights_from"] or ()
            if place in get_args(RightsPlace)
        ),
        release=_release(row) if row["newest"] else None,
    )


def _release(row: Mapping[str, Any]) -> Release | None:
    """Return what the newsroom said of the newest version; what it said of those before is not kept."""
    found = Release(
        pubstatus=_known(row["pubstatus"], PubStatus),
        version=_short(row["version"]),
        versioncreated=row["versioncreated"],
        embargoed=row["embargoed"],
        ednote=row["ednote"] and row["ednote"][:MAX_TEXT],
    )
    return None if found == Release() else found


def _known(value: Any, kind: Any) -> Any:
    """Return `value` where it is one of the words of `kind`, else None."""
    return value if value in get_args(kind) else None
