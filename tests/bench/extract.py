"""How well and how fast pages become articles: `python -m tests.bench.extract [FOLDER]`.

Real pages with hand-made truth, read from beside the project at run time: `pages_aeb` (scrapinghub's
article-extraction-benchmark: text alone) and `pages_fundus` (the parser tests of flairNLP/fundus: text, title,
authors, date). No feed and no watch helps: a page has its bytes and its address, so that what is measured is the page's
reading alone. Rules are chosen on the pages whose name has a crc32 with an even
second byte; the others are for reporting.

| measure | as |
| --- | --- |
| text F1 | the benchmark's own: runs of four words, mean precision and recall over pages |
| same day | the day of the moment, in the zone that the truth is written in, else in that of the language |
| within 2 min | the moment |
| title exact | the same letters, spaces folded |
| any author | at least one name of the truth; of pages that have any |
| refused | pages taken for a wall, a teaser or empty; with the causes below the table |
| pages a CPU second | bytes to `Article`; the reference is trafilatura with metadata, on the decoded page, in turns |
| two workers | pages a second of the clock, packing and sending included; needs two idle processors |
"""

import asyncio
import gzip
import json
import math
import re
import statistics
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from trafilatura import bare_extraction

from extractors.articles.extract import Page, read_article
from extractors.articles.workers import ExtractionPool
from extractors.decoding import decode
from extractors.errors import ExtractionError
from extractors.moments import zone_of
from extractors.records import Article, Item, Source

DATA = Path(__file__).parents[3] / "shared/data"
#: After every page of the sets was stored.
NOW = datetime(2027, 1, 1, tzinfo=UTC)
SHINGLE_WORDS = 4
PASSES = 3
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A page and what is true of it; title and date None, authors empty where the set does not tell."""

    name: str
    page: Page
    text: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None

    @property
    def even(self) -> bool:
        """Tell whether rules may be chosen on this page."""
        return not zlib.crc32(self.name.encode()) >> 8 & 1


def read_aeb(folder: Path) -> list[Known]:
    """Return the pages of scrapinghub's benchmark; none where there is no such folder."""
    truth = json.loads((folder / "ground-truth.json").read_text("utf-8")) if folder.exists() else {}
    pages = ((folder / "html" / f"{name}.html.gz", name, told) for name, told in sorted(truth.items()))
    return [
        Known(name=name, page=_page(told["url"], path), text=told["articleBody"])
        for path, name, told in pages
        if path.exists()
    ]


def read_fundus(folder: Path) -> list[Known]:
    """Return the pages of Fundus's parser tests; none where there is no such folder.

    The k-th page of a publisher, by date, belongs to the k-th version of its parser.
    """
    known = []
    for truth in sorted(folder.glob("*/*.json")):
        pages = sorted(truth.parent.glob(f"{truth.stem}_[0-9]*.html.gz"), key=lambda path: path.name)
        told = json.loads(truth.read_text("utf-8"))
        info = json.loads((truth.parent / "meta.info").read_text("utf-8"))
        known += [
            _fundus_page(path, version, str(info[path.name]["url"]))
            for path, version in zip(pages, told.values(), strict=False)
            if version.get("body")
        ]
    return known


def _fundus_page(path: Path, told: dict[str, Any], url: str) -> Known:
    body = told["body"]
    parts = [*body.get("summary", ())]
    for section in body.get("sections", ()):
        parts += [*section.get("headline", ()), *section.get("paragraphs", ())]
    date = told.get("publishing_date")
    return Known(
        name=path.name,
        page=_page(url, path),
        text="\n".join(parts),
        title=told.get("title"),
        authors=tuple(told.get("authors") or ()),
        published_at=datetime.fromisoformat(date) if date else None,
    )


def _page(url: str, path: Path) -> Page:
    return Page(url=url, body=gzip.decompress(path.read_bytes()), content_type="text/html; charset=utf-8")


def read(known: Known) -> Article | str:
    """Return the article of the page, or the cause why there is none."""
    item = Item(source_id="bench", url=known.page.url)
    source = Source(source_id="bench", kind="feed", url=known.page.url, every=timedelta(hours=1))
    try:
        return read_article(known.page, item, source, NOW)
    except ExtractionError as error:
        return error.cause


def text_f1(pairs: Iterable[tuple[str, str]]) -> float:
    """Return F1 of texts (true, found), by runs of four words: harmonic mean of mean precision and mean recall."""
    precisions, recalls = [], []
    for true, found in pairs:
        wanted, had = _shingles(true), _shingles(found)
        both = (wanted & had).total()
        if had:
            precisions.append(both / had.total())
        if wanted:
            recalls.append(both / wanted.total())
    precision, recall = statistics.fmean(precisions or [0]), statistics.fmean(recalls or [0])
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    starts = range(max(1, len(words) - SHINGLE_WORDS + 1)) if words else ()
    return Counter(tuple(words[start : start + SHINGLE_WORDS]) for start in starts)


def same_day(known: Known, found: Article) -> bool:
    """Tell whether both dates are one day where the page was written."""
    true, moment = known.published_at, found.published_at
    if true is None or moment is None:
        return False
    place = true.tzinfo or zone_of(found.language)
    return moment.astimezone(place).date() == true.date()


def in_time(known: Known, found: Article) -> bool:
    """Tell whether both moments are within two minutes."""
    true, moment = known.published_at, found.published_at
    if true is None or moment is None:
        return False
    aware = true if true.tzinfo else true.replace(tzinfo=zone_of(found.language))
    return abs(moment - aware) <= timedelta(minutes=2)


def same_title(known: Known, found: Article) -> bool:
    """Tell whether the titles are the same, spaces folded."""
    return " ".join((known.title or "").split()) == found.title


def any_author(known: Known, found: Article) -> bool:
    """Tell whether one author at least is right."""
    return bool({name.casefold() for name in known.authors} & {name.casefold() for name in found.authors})


def share(
    pairs: Sequence[tuple[Known, Article | str]],
    asked: Callable[[Known], bool],
    right: Callable[[Known, Article], bool],
) -> str:
    """Return which share of the pages that are `asked` is `right`, as it is printed."""
    those = [(known, found) for known, found in pairs if asked(known)]
    good = sum(isinstance(found, Article) and right(known, found) for known, found in those)
    return f"{good / len(those):.3f}" if those else "-"


def ratio(pages: Sequence[Known]) -> tuple[float, float]:
    """Return pages per CPU second of our own path, and of trafilatura's with metadata.

    Both read all pages in turns, several times; of each page the fastest of its times counts, as the least disturbed.
    """
    texts = [decode(one.page.body, one.page.content_type) for one in pages]
    own_s, reference_s = [math.inf] * len(pages), [math.inf] * len(pages)
    for _ in range(PASSES):
        for index, (one, text) in enumerate(zip(pages, texts, strict=True)):
            own_s[index] = min(own_s[index], _cpu_s(read, one))
            reference_s[index] = min(reference_s[index], _cpu_s(_reference, one, text))
    return len(pages) / sum(own_s), len(pages) / sum(reference_s)


def packed(known: Known) -> tuple[Article | str, bytes]:
    """Do what a worker does with a page, but for its signals."""
    return read(known), gzip.compress(known.page.body, compresslevel=6, mtime=0)


def workers_rate(pages: Sequence[Known], workers: int) -> float:
    """Return pages a second of the clock with so many worker processes: of several passes the fastest."""

    async def every() -> None:
        await asyncio.gather(*(pool.run(one, one.name) for one in pages))

    seconds = []
    with ExtractionPool(packed, workers, preload=("extractors.articles.extract",)) as pool:
        for _ in range(PASSES + 1):
            started = time.perf_counter()
            asyncio.run(every())
            seconds.append(time.perf_counter() - started)
    return len(pages) / min(seconds[1:])


def _reference(known: Known, text: str) -> None:
    bare_extraction(text, url=known.page.url, with_metadata=True)


def _cpu_s(work: Callable[..., object], *arguments: object) -> float:
    started = time.process_time()
    work(*arguments)
    return time.process_time() - started


def show(name: str, pages: Sequence[Known], found: Sequence[Article | str]) -> None:
    """Print the table of one set, by half and together."""
    table = Table(
        *("half", "pages", "text F1", "same day", "within 2 min", "title exact", "any author", "refused"),
        title=name,
    )
    both = list(zip(pages, found, strict=True))
    halves = {"chosen on": (True,), "reported": (False,), "all": (True, False)}
    for half, which in halves.items():
        pairs = [(known, one) for known, one in both if known.even in which]
        texts = ((known.text, one.text if isinstance(one, Article) else "") for known, one in pairs)
        table.add_row(
            half,
            str(len(pairs)),
            f"{text_f1(texts):.3f}",
            share(pairs, _has_date, same_day),
            share(pairs, _has_date, in_time),
            share(pairs, lambda known: bool(known.title), same_title),
            share(pairs, lambda known: bool(known.authors), any_author),
            str(sum(isinstance(one, str) for _, one in pairs)),
        )
    Console(width=110).print(table)
    for known, one in both:
        if isinstance(one, str):
            print(f"refused as {one}: {known.page.url}")


def _has_date(known: Known) -> bool:
    return known.published_at is not None


def main(folder: Path = DATA) -> int:
    """Print what is measured; 0 also where there are no pages."""
    sets = {
        "article-extraction-benchmark": read_aeb(folder / "pages_aeb"),
        "fundus": read_fundus(folder / "pages_fundus"),
    }
    every = [one for pages in sets.values() for one in pages]
    if not every:
        print(f"{folder}: no pages there (pages_aeb, pages_fundus): nothing measured")
        return 0
    for name, pages in sets.items():
        show(name, pages, [read(one) for one in pages])
    own, reference = ratio(every)
    print(
        f"pages a CPU second: {own:.1f}, trafilatura with metadata {reference:.1f}, ratio {own / reference:.2f}"
    )
    one, two = workers_rate(every, 1), workers_rate(every, 2)
    print(f"pages a second: one worker {one:.1f}, two {two:.1f}, ratio {two / one:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
