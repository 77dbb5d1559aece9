"""Articles from files: JSON Lines or Parquet → the same tag, load and detect path as collected ones."""

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb

from extractors.articles.metadata import canonical_url
from extractors.clock import Clock, to_utc
from extractors.errors import ConfigurationError, Fault
from extractors.moments import FURTHEST_AHEAD
from extractors.orders import Batch
from extractors.records import Article, CollectedArticle, content_hash, stable_id
from extractors.signals.language import detect_language
from extractors.signals.tagger import Tagger
from extractors.watch import Watch
from flows.alerts.message import is_link
from flows.cycle import CycleResult, Loaded, load_batch, publish, report, send_alerts, summed
from flows.housekeeping import require_whole
from flows.log import without_secrets
from flows.settings import Settings
from warehouse.database import open_scratch, open_warehouse

#: Articles that are tagged and loaded in one transaction.
BATCH = 2_000
#: Longest text and title taken, in characters: the limits of collected pages.
MAX_TEXT, MAX_TITLE = 1_000_000, 1_000
#: An archive may be old, but not as old as the times that programs write where they know none (year 1).
EARLIEST = datetime(1800, 1, 1, tzinfo=UTC)
#: What a row must have.
REQUIRED = ("url", "title", "text", "published")


def import_files(
    settings: Settings, watch: Watch, paths: Sequence[Path], clock: Clock, *, alert: bool = False
) -> CycleResult:
    """Load the articles of `paths` in the order of publication, each detected at its time of publication.

    Rows that cannot be used are told in `failures` and the others are loaded. `alert` True sends alerts
    as for collected articles.

    Raises:
        ConfigurationError: a file is missing or of another kind, or holds no row that can be used.
    """
    started = time.perf_counter()
    articles: list[Article] = []
    faults: list[Fault] = []
    latest = clock() + FURTHEST_AHEAD
    for path in paths:
        for number, row in _rows(path):
            if isinstance(row, Fault):
                faults.append(row)
                continue
            found = _article(row, str(path), number, latest)
            if isinstance(found, Article):
                articles.append(found)
            else:
                faults += found
    if not articles:
        shown = "\n".join(str(fault) for fault in faults[:20]) or "the files hold no articles"
        raise ConfigurationError(shown)
    articles.sort(key=lambda article: (article.seen_at, article.url))
    loaded = _load(settings, watch, articles, clock, alert=alert)
    loaded = replace(loaded, failures=tuple(("import", str(fault), None) for fault in faults))
    return finish_import(settings, watch, loaded, clock, started, alert=alert)


def finish_import(
    settings: Settings, watch: Watch, loaded: Loaded, clock: Clock, started: float, *, alert: bool
) -> CycleResult:
    """Publish what was imported, tell of it where `alert` says so, and return what was done since `started`.

    `started` is a moment of `time.perf_counter`.
    """
    sent, unsent = 0, 0
    publish(settings)
    if alert:
        sent, unsent = send_alerts(settings, watch, clock, with_health=False)
        publish(settings)
    report(settings, watch, clock)
    return summed(loaded, sent, unsent, time.perf_counter() - started)


def _load(
    settings: Settings, watch: Watch, articles: Sequence[Article], clock: Clock, *, alert: bool
) -> Loaded:
    tagger = Tagger(watch)
    results = []
    require_whole(settings)
    with open_warehouse(settings.warehouse) as con:
        for start in range(0, len(articles), BATCH):
            batch = batch_of(tagger, watch, articles[start : start + BATCH])
            results.append(load_batch(con, settings, watch, batch, clock, alert=alert))
    return Loaded(results=tuple(results))


def batch_of(tagger: Tagger, watch: Watch, articles: Sequence[Article]) -> Batch:
    """Return a batch of `articles`, tagged, in their order; its id follows from what they say."""
    collected = []
    for article in articles:
        language = article.language or detect_language(f"{article.title}\n{article.text}", watch.languages)
        tagged = replace(article, language=language)
        collected.append(CollectedArticle(article=tagged, signals=tagger.tag(tagged)))
    seed = content_hash(
        "\x1e".join(f"{article.url}\x1f{article.title}\x1f{article.text}" for article in articles)
    )
    return Batch(
        batch_id=stable_id("b", "import", seed),
        order_id="import",
        collected_at=max(article.seen_at for article in articles),
        articles=tuple(collected),
    )


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any] | Fault]]:
    """Yield (line or row number from 1, row), a Fault in the place of a row that cannot be read."""
    if not path.is_file():
        raise ConfigurationError(f"{path}: there is no such file")
    if path.suffix.lower() == ".parquet":
        yield from _parquet_rows(path)
        return
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                row = _fault(path, number, "", f"not JSON ({error}); one article a line is expected")
            if not isinstance(row, dict | Fault):
                row = _fault(path, number, "", f"an object is expected, this is {type(row).__name__}")
            yield number, row


def _parquet_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        with open_scratch() as con:
            result = con.execute("SELECT * FROM read_parquet($path)", {"path": str(path)})
            names = [column[0] for column in result.description or []]
            for number, row in enumerate(result.fetchall(), start=1):
                yield number, dict(zip(names, row, strict=True))
    except duckdb.Error as error:
        raise ConfigurationError(f"{path}: is not Parquet ({str(error).splitlines()[0]})") from error


def _article(row: Mapping[str, Any], file: str, line: int, latest: datetime) -> Article | list[Fault]:
    """Return the article of a row, or all that is wrong with the row; `latest` is the last time that can be."""
    faults = [
        Fault(file=file, line=line, key=key, message="is missing or empty")
        for key in REQUIRED
        if row.get(key) is None or not str(row[key]).strip()
    ]
    faults += [
        Fault(file=file, line=line, key=key, message=f"text is expected, this is {type(row[key]).__name__}")
        for key in ("url", "title", "text", "publisher", "language", "lead")
        if row.get(key) is not None and not isinstance(row[key], str)
    ]
    if faults:
        return faults
    published, url = _moment(row["published"]), address(row["url"].strip())
    if published is None:
        message = f"an ISO 8601 time with a zone is expected (2024-03-28T19:00+08:00): {row['published']}"
        faults.append(Fault(file=file, line=line, key="published", message=message))
    elif wrong := fault_of_time(published, latest):
        faults.append(Fault(file=file, line=line, key="published", message=f"{wrong}: {row['published']}"))
    if url is None:
        message = f"an http(s) address without user and password is expected: {without_secrets(row['url'])}"
        faults.append(Fault(file=file, line=line, key="url", message=message))
    if faults or published is None or url is None:
        return faults
    return _read_article(row, url, published)


def fault_of_time(moment: datetime, latest: datetime) -> str | None:
    """Return what is wrong with the time of an article, None where nothing is; `latest` is the last that can be."""
    return None if EARLIEST <= moment <= latest else f"a time between {EARLIEST:%Y} and now is expected"


def address(written: str) -> str | None:
    """Return the address that is the identity of the article, as for collected ones; None for no address.

    One with a user or password is none: the snapshot would show it to everyone.
    """
    try:
        parts = urlsplit(written)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return None
    usable = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    return canonical_url(written, None) if usable and is_link(written) else None


def _read_article(row: Mapping[str, Any], url: str, published: datetime) -> Article:
    title, text, lead, publisher = (storable(row.get(key)) for key in ("title", "text", "lead", "publisher"))
    text = text[:MAX_TEXT]
    if lead and lead not in text:
        text = f"{lead}\n\n{text}"
    return Article(
        url=url,
        source_id="import",
        publisher=publisher or urlsplit(url).hostname or "unknown",
        title=" ".join(title.split())[:MAX_TITLE],
        text=text,
        seen_at=published,
        lead=lead if lead and text.startswith(lead) else None,
        language=language_code(row.get("language")),
        authors=_authors(row.get("author")),
        published_at=published,
        published_from="import",
    )


def storable(value: str | None) -> str:
    """Return `value` without space around it, and without what UTF-8 cannot hold: halves of surrogate pairs."""
    return (value or "").encode(errors="replace").decode().strip()


def language_code(value: str | None) -> str | None:
    """Return the ISO 639-1 code that `value` begins with (`de`, `zh-CN`), None for all else: the text tells."""
    found = re.match(r"\s*([A-Za-z]{2})(?![A-Za-z])", value or "")
    return found[1].lower() if found else None


def _authors(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    return tuple(name for name in (storable(one) for one in listed if isinstance(one, str)) if name)


def _moment(value: object) -> datetime | None:
    """Return the moment in UTC; a date without a time is its start in UTC, a time without a zone is None."""
    written = str(value).strip()
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(written)
        if moment.tzinfo is None:
            return moment.replace(tzinfo=UTC) if len(written) == len("2024-03-28") else None
        return to_utc(moment)
    except (ValueError, OverflowError):
        return None


def _fault(path: Path, line: int, key: str, message: str) -> Fault:
    return Fault(file=str(path), line=line, key=key, message=message)
