"""How loading grows with what is stored: `make bench-growth`; `python -m tests.bench.growth --small` for a quick one.

Batches of 1,000 articles are loaded into a warehouse of 10,000 and into one of 1,000,000, each in a new process. The
reference is the first warehouse, in the same run.

Real are the articles that all is made of (those of `tests.streams`, tagged as collected ones are and judged by
loading them), the way of the batches through `load`, and the last `BEFORE` articles before them, loaded so too.
Synthetic is the rest: each article comes again and again, with other ids, `A_DAY` of them a day, each stream over
`LASTS`, so that some 60 rounds run at any time. From round to round most of its words and numbers are others: `LEVELS`
says for how many rounds a word stays the same, which gives few words that are everywhere and many that are rare. One
in ten of the fingerprints' numbers stays the same for ever, as the footers of publishers do. Entities stay the
same. In the stored rows the words are others in the index alone; their texts are told apart by a number at the end,
so the file is smaller than that of as many real articles.
"""

import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zlib import crc32

from rich.console import Console
from rich.table import Table

from extractors.orders import Batch, ItemOutcome, Poll
from extractors.records import Article, CollectedArticle, Item, Mention, Source, article_id, item_keys
from extractors.signals.tagger import Tagger
from extractors.watch import Watch
from tests.streams.reading import read_stream, stream_names
from warehouse.database import Connection, open_warehouse
from warehouse.judged import Report
from warehouse.landing import read_batch, write_batch
from warehouse.load import load
from warehouse.reports import hash_of, read_reports
from warehouse.stories import tokens_of, traits_of
from warehouse.summaries import refill

STORED = (10_000, 1_000_000)
SMALL = (2_000, 20_000)
#: Articles of a batch, as many before the measured ones, batches measured.
BATCH, BEFORE, MEASURED = 1_000, 2_000, 3
A_DAY = 1_000
LASTS = timedelta(days=28)
START = datetime(2023, 1, 1, tzinfo=UTC)
SOURCES = 20
#: For so many rounds a word stays the same, 0 for ever; each as likely as it stands here.
LEVELS = (1, 1, 1, 1, 1, 10, 10, 100, 100, 0)
#: A word in so many articles of one round is one of those that are everywhere.
EVERYWHERE = 10
#: The texts of an article are told apart by the number of their round.
TOLD_APART = "CREATE TEMP MACRO longer(text, id, language, k) AS text || ' ' || k;\n"
#: The bit of a fingerprint's number that says whether there is a digit.
_DIGIT = 1 << 31
_WORD = re.compile(r"[^\W\d_\u3400-\u9fff]{4,}|[\u3400-\u9fff]|\d")


@cache
def watch() -> Watch:
    """Return one watch for all streams: an article that names any of their entities is relevant."""
    watches = [read_stream(name).watch for name in stream_names()]
    return Watch(
        name="growth",
        title="Growth",
        languages=("de", "en", "zh"),
        entities=tuple({one.entity_id: one for each in watches for one in each.entities}.values()),
        topics=tuple({one.topic_id: one for each in watches for one in each.topics}.values()),
        sources=tuple(
            Source(source_id=_source(number), kind="feed", url=f"https://{number}.example/", every=_HOUR)
            for number in range(SOURCES)
        ),
    )


_HOUR = timedelta(hours=1)


def _source(number: int) -> str:
    return f"source-{number % SOURCES}"


def tagged() -> Batch:
    """Return the articles of all streams with their signals, each stream spread over `LASTS` from `START` on."""
    tagger = Tagger(watch())
    found: list[CollectedArticle] = []
    for name in stream_names():
        articles = read_stream(name).gold.articles
        for number, one in enumerate(articles):
            # odd seconds, so that no two come at the same time
            at = START + timedelta(seconds=int(LASTS.total_seconds() * number / len(articles)) + len(found))
            article = Article(
                url=one.url,
                source_id=_source(len(found)),
                publisher=one.publisher,
                title=one.title,
                text=f"{one.lead}\n\n{one.body}",
                lead=one.lead,
                language=one.language,
                seen_at=at,
                published_at=at,
                published_from="feed",
            )
            found.append(CollectedArticle(article=article, signals=tagger.tag(article)))
    return Batch(batch_id="b-tagged", order_id="tagged", collected_at=START + LASTS, articles=tuple(found))


def make_warehouse(folder: Path, stored: int, *, before: str = TOLD_APART, after: str = "") -> None:
    """Make `folder`/warehouse.duckdb of so many stored articles, and the batches that come next.

    `before` and `after` are statements to run before and after those of `growth.sql`: the first define `longer`.
    """
    batches = [read_batch(path) for path in sorted((folder.parent / "batches").glob("b-tagged*.parquet"))]
    template = replace(batches[-1], articles=tuple(article for one in batches for article in one.articles))
    with open_warehouse(folder / "template.duckdb") as con:
        for one in batches:
            load(con, one, watch(), one.collected_at)
        levels = _token_levels(read_reports(con, [article_id(one.article.url) for one in template.articles]))
    different = len({one.article.url for one in template.articles})
    step = round(different / A_DAY * 86_400)
    rounds = stored // different + round(LASTS.total_seconds() / step) + 2
    with open_warehouse(folder / "warehouse.duckdb") as con:
        con.execute("RESET memory_limit")  # what a load has would not do for a million rows at once
        con.execute(f"ATTACH '{folder / 'template.duckdb'}' AS template (READ_ONLY)")
        for name, value in (("step", step), ("rounds", rounds), ("stored", stored)):
            con.execute(f"SET VARIABLE {name} = {value}")
        con.execute("CREATE TEMP TABLE levels (token BIGINT, level BIGINT)")
        con.execute(
            "INSERT INTO levels SELECT unnest($levels::STRUCT(token BIGINT, level BIGINT)[], max_depth := 2)",
            {"levels": [{"token": hash_of(token), "level": level} for token, level in levels.items()]},
        )
        for text in (before, Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"), after):
            _multiply(con, text)
        refill(con)
        (last,) = con.execute("SELECT max(reported_at) FROM articles").fetchone() or (START,)
        con.execute("DETACH template")
        coming = _coming(template, last, step)
        for number in range(MEASURED + BEFORE // BATCH):
            batch = _batch(number, [next(coming) for _ in range(BATCH)])
            if number < BEFORE // BATCH:
                load(con, batch, watch(), batch.collected_at)
            else:
                write_batch(folder, batch)


def _multiply(con: Connection, text: str) -> None:
    for statement in text.split(";\n"):
        if not statement.strip():
            continue
        started = time.perf_counter()
        con.execute(statement)
        if "INSERT" in statement:
            told = statement.partition("INSERT INTO ")[2].split()[0]
            print(f"  {told}: {time.perf_counter() - started:.1f} s", file=sys.stderr)


def _token_levels(reports: Iterable[Report]) -> dict[str, int]:
    """Return for how many rounds each token of the index stays the same; names and what is everywhere do for ever."""
    often = Counter(token for report in reports for token in tokens_of(traits_of(report)))
    kept = watch().by_id.keys()
    return {
        token: 0 if token in kept or count >= EVERYWHERE else _level(token) for token, count in often.items()
    }


def _level(word: str) -> int:
    return LEVELS[crc32(word.encode()) % len(LEVELS)]


def _coming(template: Batch, last: datetime, step: int) -> Iterator[CollectedArticle]:
    """Yield the articles that come after `last`, in the order of time, with the words of their rounds."""
    ordered = sorted(template.articles, key=lambda one: one.article.seen_at)
    since = last
    while True:
        until = since + timedelta(days=1)
        newest = int((until - START).total_seconds()) // step
        oldest = max(0, newest - int(LASTS.total_seconds()) // step - 3)
        day = [
            (at, number, one)
            for number in range(oldest, newest + 1)
            for one in ordered
            if since < (at := one.article.seen_at + timedelta(seconds=number * step)) <= until
        ]
        for at, number, one in sorted(day, key=lambda each: (each[0], each[1], each[2].article.url)):
            yield _varied(one, number, at)
        since = until


def _varied(one: CollectedArticle, number: int, at: datetime) -> CollectedArticle:
    """Return the article as it comes in round `number`, at that time; every word keeps its length and so its place."""
    article, signals = one.article, one.signals
    title = _other_words(article.title, number, [m for m in signals.mentions if m.part == "title"])
    text = _other_words(article.text, number, [m for m in signals.mentions if m.part != "title"])

    def said(part: str, start: int, stop: int) -> str:
        return (title if part == "title" else text)[start:stop]

    return CollectedArticle(
        article=replace(
            article,
            url=f"{article.url}?round={number}",
            title=title,
            text=text,
            lead=text[: len(article.lead or "")],
            seen_at=at,
            published_at=at,
        ),
        signals=replace(
            signals,
            claims=tuple(replace(c, sentence=said(c.part, c.start, c.stop)) for c in signals.claims),
            figures=tuple(
                replace(
                    f, value=value, number=f.number and float(value), surface=said(f.part, f.start, f.stop)
                )
                for f in signals.figures
                for value in [f.value if f.kind == "date" else _other_words(f.value, number, [])]
            ),
            shingles=tuple(sorted(_other_shingle(shingle, number) for shingle in signals.shingles)),
        ),
    )


def _other_words(text: str, number: int, kept: list[Mention]) -> str:
    changed = _WORD.sub(lambda found: _other_word(found[0], number), text)
    for one in kept:
        changed = changed[: one.start] + text[one.start : one.stop] + changed[one.stop :]
    return changed


@cache
def _other_word(word: str, number: int) -> str:
    """Return another word as long; digits change alike wherever they stand, so that values fit their words."""
    if word.isdigit():
        return word if word == "0" else str((int(word) - 1 + number) % 9 + 1)
    level = _level(word.casefold())
    if not level:
        return word
    by = crc32(f"{word.casefold()} {number // level}".encode())
    if word >= "\u3400" and len(word) == 1:
        return chr(0x4E00 + (ord(word) + by) % 5_000)
    return "".join(
        chr(ord("a") + (ord(letter) + (by >> place % 24)) % 26) if letter.islower() else letter
        for place, letter in enumerate(word)
    )


def _other_shingle(shingle: int, number: int) -> int:
    if shingle % 10 == 0:
        return shingle
    return crc32(f"{shingle} {number}".encode()) & (_DIGIT - 1) | shingle & _DIGIT


def _batch(number: int, articles: list[CollectedArticle]) -> Batch:
    """Return a batch as a cycle makes it: every source was polled, and each article was listed."""
    items = [
        Item(source_id=one.article.source_id, url=one.article.url, guid=one.article.url) for one in articles
    ]
    now = articles[-1].article.seen_at
    return Batch(
        batch_id=f"b-{number}",
        order_id=f"o-{number}",
        collected_at=now,
        polls=tuple(
            Poll(
                source_id=source.source_id,
                started_at=now,
                outcome="new",
                items=len(items) // SOURCES,
                keys=tuple(
                    key for item in items if item.source_id == source.source_id for key in item_keys(item)
                ),
            )
            for source in watch().sources
        ),
        outcomes=tuple(ItemOutcome(item=item, state="article", url=item.url) for item in items),
        articles=tuple(articles),
    )


def load_one(folder: Path, number: int) -> dict[str, float]:
    """Load batch `number`; return the seconds of opening, loading, closing and of the processor, and memory's peak."""
    batch = read_batch(folder / "batches" / f"b-{number}.parquet")
    watch()
    started = time.perf_counter()
    with open_warehouse(folder / "warehouse.duckdb") as con:
        opened = time.perf_counter()
        result = load(con, batch, watch(), batch.collected_at)
        loaded = time.perf_counter()
    closed = time.perf_counter()
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "articles": len(batch.articles),
        "new": result.articles,
        "revisions": result.revisions,
        "copies": result.copies,
        "developments": result.developments,
        "open_s": opened - started,
        "load_s": loaded - opened,
        "close_s": closed - loaded,
        "cpu_s": used.ru_utime + used.ru_stime,
        "peak_mb": _peak_mb(used.ru_maxrss),
    }


def _peak_mb(most: int) -> float:
    """Return the most memory that this process held, in MB; `most` is what `getrusage` says of it, in KB.

    On Linux that may be what whoever started it held: a new program keeps the figure. Its own stands in /proc.
    """
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    own = (int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return next(own, most) / 1024


def _elsewhere(*arguments: object) -> str:
    """Run a step of this in a new process, so that its time and memory are its own; return what it prints."""
    command = [sys.executable, "-m", "tests.bench.growth", *map(str, arguments)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def main(*steps: str) -> None:
    """Print the table; `steps` name what a process of its own is to do."""
    match steps:
        case ("--tag", folder):
            write_batch(Path(folder), tagged())
        case ("--make", folder, stored):
            make_warehouse(Path(folder), int(stored))
        case ("--load", folder, number):
            print(json.dumps(load_one(Path(folder), int(number))))
        case _:
            with tempfile.TemporaryDirectory() as name:
                _compare(Path(name), SMALL if "--small" in steps else STORED)


def _compare(folder: Path, sizes: tuple[int, ...]) -> None:
    table = Table(title="loading batches of 1,000 articles, each in a new process")
    times = ("open s", "load s", "close s", "cpu s")
    for column in ("stored", "batch", *times, "articles/s", "ratio", "peak MB", "what"):
        table.add_column(column, justify="right")
    _elsewhere("--tag", folder)
    reference = 0.0
    for stored in sizes:
        home = folder / str(stored)
        _make(home, stored)
        coming = range(BEFORE // BATCH, BEFORE // BATCH + MEASURED)
        found = [json.loads(_elsewhere("--load", home, number)) for number in coming]
        reference = reference or sum(map(_seconds, found)) / MEASURED
        for number, one in enumerate(found, start=1):
            table.add_row(f"{stored:,}", str(number), *_cells(one, reference))
    Console(width=140).print(table)


def _make(home: Path, stored: int) -> None:
    """Make the warehouse of so many articles in `home`, and tell how long it took."""
    home.mkdir()
    started = time.perf_counter()
    _elsewhere("--make", home, stored)
    size = (home / "warehouse.duckdb").stat().st_size / 1e6
    told = f"{stored:,} articles made in {time.perf_counter() - started:.0f} s, {size:,.0f} MB"
    print(told, file=sys.stderr)


def _seconds(one: Mapping[str, float]) -> float:
    """Return the seconds from opening to loaded, which the rate and the ratio are of."""
    return one["open_s"] + one["load_s"]


def _cells(one: Mapping[str, float], reference: float) -> tuple[str, ...]:
    counts = ("new", "copies", "revisions", "developments")
    return (
        *(f"{one[name]:.2f}" for name in ("open_s", "load_s", "close_s", "cpu_s")),
        f"{one['articles'] / _seconds(one):.0f}",
        f"{_seconds(one) / reference:.2f}",
        f"{one['peak_mb']:.0f}",
        ", ".join(f"{one[name]:.0f} {name}" for name in counts),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
