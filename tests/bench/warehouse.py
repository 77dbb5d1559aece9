"""How fast the file answers with a million articles in it: `make bench-warehouse`.

The articles are those of `tests.bench.growth`, with copies and second versions among them, and as long as those of
newspapers (`warehouse_texts.sql`, `warehouse_rest.sql`). All numbers that make them are fixed. What is asked: each view
whole, the dashboards' views as dashboards ask them, each question of `docs/questions.md`, searches, and what is like an
article; each `RUNS` times on the published file, opened as users open it, after a first time that does not count. For
searches and what is like an article the file and the index are opened anew each time, and that counts. The machine is
often not alone: the load average stands beside the times, and so does the time of the processor.

`--articles N` makes another number, `--keep DIR` keeps what was made there, or uses it again, `--others` asks SQLite
and PostgreSQL the same (`other_databases`), `--readers SECONDS` adds eight readers and a writer (`readers`).
"""

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from extractors.orders import Batch
from extractors.records import CollectedArticle
from tests.bench import growth
from tests.bench.measured import Measured
from warehouse.database import Connection, open_snapshot
from warehouse.landing import flush_file, write_batch
from warehouse.like import find_stored, like
from warehouse.search import search
from warehouse.search_index import catch_up, usable_index
from warehouse.snapshot import publish

ARTICLES, REFERENCE = 1_000_000, 10_000
RUNS = 20
#: What takes so many seconds is not run more often, but three times: its limit is missed anyway.
PATIENCE_S = 60
#: So many of the articles come again as a copy of another publisher, and in a second version.
COPIES_OF, EDITED_OF = 10, 20
#: What a day of the template brings is a batch: rows that are replaced leave what was so before.
PIECE = 25
MS, MB, KB = 1e-3, 1e6, 1e3
HERE = Path(__file__).parent
QUESTIONS = HERE.parents[1] / "docs" / "questions.md"
#: Each view, so that every row and column of it is made, without the time that Python takes for them.
WHOLE = "SELECT count(*), bit_xor(hash(v)) FROM {view} AS v"
#: Those of the surface that are not among the dashboards' below.
VIEWS = ("co_mentions", "first_reports", "coverage")
#: As dashboards ask; `{entity}` stands for the one with most articles, `{story}` for one of the largest.
DASHBOARDS = {
    "trend_daily, an entity, 12 weeks": "SELECT * FROM trend_daily WHERE entity_id = '{entity}'"
    " AND day > (SELECT max(day) FROM trend_daily) - 84 ORDER BY day",
    "trend_daily, all by month": "SELECT date_trunc('month', day) AS month, entity_id, sum(articles), sum(copies)"
    " FROM trend_daily GROUP BY ALL",
    "share_of_voice, 26 weeks": "SELECT * FROM share_of_voice"
    " WHERE week > (SELECT max(week) FROM share_of_voice) - 182 AND entity_id LIKE 'company:%' ORDER BY week",
    "share_of_voice, an entity": "SELECT * FROM share_of_voice WHERE entity_id = '{entity}' ORDER BY week",
    "trend_events, 12 weeks": "SELECT * FROM trend_events WHERE week > (SELECT max(week) FROM trend_events) - 84",
    "trend_events, all by kind": "SELECT event_type, status, sum(developments) FROM trend_events GROUP BY ALL",
    "story_timeline, a story": "SELECT * FROM story_timeline WHERE story_id = '{story}' ORDER BY happened_at",
    "story_timeline, all by kind": "SELECT kind, count(*) FROM story_timeline GROUP BY kind",
    "trend_daily, whole": WHOLE.format(view="trend_daily"),
    "share_of_voice, whole": WHOLE.format(view="share_of_voice"),
    "trend_events, whole": WHOLE.format(view="trend_events"),
}
#: Rare words and those that most articles of a language hold, phrases, and a whole sentence.
SEARCHES = (
    "battery plant",
    "Werk Batterie",
    "电池 工厂",
    '"electric car" partnership',
    "Gericht",
    "said",
    "der die das",
    "the company said it would build a battery plant in Germany",
)
#: So many articles for which others like them are looked for.
ALIKE = 5


def tagged_batches() -> Iterator[Batch]:
    """Yield the articles that all is made of in the order of time, copies and second versions among them."""
    found: list[CollectedArticle] = []
    for number, one in enumerate(growth.tagged().articles):
        found.append(one)
        article, at = one.article, one.article.seen_at
        if number % COPIES_OF == 0:
            later = at + timedelta(hours=1 + number % 7, seconds=1)
            publisher = f"Agenturpresse {number % 50}"
            copy = replace(
                article, url=f"{article.url}-copy", publisher=publisher, seen_at=later, published_at=later
            )
            found.append(replace(one, article=copy))
        if number % EDITED_OF == 1:
            later = at + timedelta(hours=2 + number % 9, seconds=2)
            edited = replace(article, text=f"{article.text}\n\nUpdate {number}.", seen_at=later)
            found.append(replace(one, article=edited))
    found.sort(key=lambda one: (one.article.seen_at, one.article.url))
    for start in range(0, len(found), PIECE):
        some = found[start : start + PIECE]
        yield Batch(
            batch_id=f"b-tagged-{start:05}",
            order_id="tagged",
            collected_at=some[-1].article.seen_at,
            articles=tuple(some),
        )


def make(folder: Path, stored: int) -> None:
    """Make `folder`/warehouse.duckdb of so many articles, and the batches that come next."""
    texts, rest = (
        (HERE / name).read_text(encoding="utf-8") for name in ("warehouse_texts.sql", "warehouse_rest.sql")
    )
    growth.make_warehouse(folder, stored, before=texts, after=rest)


def questions() -> dict[str, str]:
    """Return the SQL of each question of the document, by its number and title; none where it is not there."""
    if not QUESTIONS.exists():
        return {}
    found = re.findall(
        r"^## (\d+\. .+?)\n.*?```sql\n(.*?)```",
        QUESTIONS.read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    return dict(found)


def timed(name: str, work: Callable[[], object], limit: float | None) -> Measured:
    """Run `work` once, then `RUNS` times; return the 95th percentile, with the median and the processor's time."""
    work()
    times: list[float] = []
    used = time.process_time()
    while len(times) < RUNS and (len(times) < 3 or sum(times) < PATIENCE_S):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    used = (time.process_time() - used) / len(times)
    p95 = statistics.quantiles(times, n=20)[-1]
    beside = f"median {statistics.median(times) / MS:.1f}, processor {used / MS:.1f}, load {os.getloadavg()[0]:.0f}"
    return Measured(name=name, value=p95 / MS, limit=limit, beside=beside)


def asked(con: Connection) -> Iterator[Measured]:
    """Yield how fast the open snapshot answers what is asked in SQL."""
    (entity,) = con.execute(
        "SELECT entity_id FROM trend_daily GROUP BY ALL ORDER BY sum(articles) DESC, entity_id LIMIT 1"
    ).fetchone() or ("",)
    (story,) = con.execute(
        "SELECT story_id FROM stories ORDER BY articles DESC, story_id LIMIT 1 OFFSET 10"
    ).fetchone() or ("",)

    def ask(statement: str) -> Callable[[], object]:
        return lambda: con.execute(statement).fetchall()

    for name, statement in DASHBOARDS.items():
        yield timed(name, ask(statement.format(entity=entity, story=story)), 50)
    for view in VIEWS:
        yield timed(f"{view}, whole", ask(WHOLE.format(view=view)), 200)
    # a row an event, with titles: nobody asks for all of it at once, so it has no limit
    yield timed("story_timeline, whole", ask(WHOLE.format(view="story_timeline")), None)
    for title, statement in questions().items():
        yield timed(f"question {title}", ask(statement), 200)


def looked_for(snapshot: Path, index: Path) -> Iterator[Measured]:
    """Yield how fast searches are, and how fast the index of all is made; nobody else may have the file open."""
    started = time.perf_counter()
    while catch_up(snapshot, index, within_s=600).left:
        pass
    size = sum(file.stat().st_size for file in index.iterdir()) / MB
    seconds = time.perf_counter() - started
    yield Measured(name="the search index of all, made", value=seconds, unit="s", beside=f"{size:,.0f} MB")

    def searched(words: str) -> object:
        with open_snapshot(snapshot) as con:
            return search(con, words, index=index)

    def alike(article_id: str) -> object:
        with open_snapshot(snapshot) as con, usable_index(index, con) as readers:
            sought = find_stored(con, article_id, readers=readers)
            return sought and like(con, sought, readers=readers)

    for words in SEARCHES:
        yield timed(f"search {words}", partial(searched, words), 150)
    with open_snapshot(snapshot) as con:
        ids = con.execute(
            "SELECT article_id FROM articles WHERE relevant AND copy_of IS NULL ORDER BY hash(article_id) LIMIT $most",
            {"most": ALIKE},
        ).fetchall()
    for number, (article_id,) in enumerate(ids, start=1):
        yield timed(f"like, article {number}", partial(alike, article_id), 300)


def published(warehouse: Path, snapshot: Path) -> Iterator[Measured]:
    """Yield how fast the snapshot is replaced, and how fast the disk writes such a file with nothing else to do.

    Both in turn, three times, each when the disk has written what came before: so it is after a load, which flushes.
    """
    size = warehouse.stat().st_size
    copy = snapshot.with_name("copy")

    def copied() -> None:
        shutil.copyfile(warehouse, copy)
        flush_file(copy)

    disk, ours = [], []
    for _ in range(3):
        disk.append(size / _rested_s(copied) / MB)
        copy.unlink()  # before the next one: the two together take room enough
        snapshot.unlink(missing_ok=True)
        ours.append(size / _rested_s(lambda: publish(warehouse, snapshot)) / MB)
    # as a time per GB, so that less is better as everywhere
    each, alone = (", ".join(f"{speed:,.0f}" for speed in speeds) for speeds in (ours, disk))
    told = f"{each} MB/s; the disk alone, by copy and flush: {alone} MB/s"
    yield Measured(
        name="publish, seconds a GB", value=1000 / statistics.median(ours), limit=1.0, unit="s", beside=told
    )


def _rested_s(work: Callable[[], object]) -> float:
    """Return the seconds that `work` takes once the disk has written all that came before."""
    os.sync()
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def sized(con: Connection, snapshot: Path) -> Iterator[Measured]:
    """Yield the bytes that an article takes in the file, against those of its text and title, compressed one by one."""
    (stored,) = con.execute("SELECT count(*) FROM articles").fetchone() or (0,)
    sample = con.execute(
        "SELECT title || chr(10) || text FROM articles ORDER BY hash(article_id) LIMIT 2000"
    ).fetchall()
    plain = statistics.mean(len(text.encode()) for (text,) in sample)
    packed = statistics.mean(len(zlib.compress(text.encode(), 9)) for (text,) in sample)
    yield Measured(
        name="bytes an article",
        value=snapshot.stat().st_size / stored,
        limit=1.2 * packed + 2 * KB,
        unit="B",
        beside=f"{stored:,} articles of {plain:,.0f} B, compressed {packed:,.0f} B",
    )


def loaded(home: Path, reference: Path) -> Iterator[Measured]:
    """Yield how long batches of 1,000 take, against the same into the few articles of `reference`, and their memory."""
    numbers = range(growth.BEFORE // growth.BATCH, growth.BEFORE // growth.BATCH + growth.MEASURED)
    found: dict[Path, list[dict[str, float]]] = {home: [], reference: []}
    for number in numbers:  # in turn, for the machine is not always as busy
        for folder, results in found.items():
            told = _elsewhere("tests.bench.growth", "--load", folder, number)
            results.append(json.loads(told))
    seconds = {
        folder: statistics.median(one["open_s"] + one["load_s"] for one in ones)
        for folder, ones in found.items()
    }
    used = {folder: statistics.median(one["cpu_s"] for one in ones) for folder, ones in found.items()}
    yield Measured(
        name="load of 1,000, times that into 10,000",
        value=seconds[home] / seconds[reference],
        limit=1.3,
        unit="×",
        beside=f"{seconds[home]:.1f} s and {seconds[reference]:.1f} s; processor {used[home]:.1f} s and "
        f"{used[reference]:.1f} s",
    )
    yield Measured(
        name="memory of a load", value=max(one["peak_mb"] for one in found[home]), limit=1000, unit="MB"
    )


def measured(folder: Path, stored: int, options: argparse.Namespace) -> Iterator[Measured]:
    """Make what is not there yet in `folder`, and yield all that is measured."""
    home, reference = (made(folder, number) for number in (stored, REFERENCE))
    snapshot = folder / "newswatch.duckdb"
    snapshot.unlink(missing_ok=True)
    yield from published(home / "warehouse.duckdb", snapshot)
    with open_snapshot(snapshot) as con:
        yield from sized(con, snapshot)
        yield from asked(con)
        if options.others:
            from tests.bench.other_databases import compared  # noqa: PLC0415 - asked for

            yield from compared(con, folder)
    yield from looked_for(snapshot, folder / "search")
    if options.readers:
        from tests.bench.readers import read_and_publish  # noqa: PLC0415 - asked for

        yield from read_and_publish(folder, home / "warehouse.duckdb", options.readers)
    snapshot.unlink()
    if options.keep:
        for one in (home, reference):
            copy = folder / "loading" / one.name
            copy.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(one / "warehouse.duckdb", copy / "warehouse.duckdb")
            shutil.copytree(one / "batches", copy / "batches", dirs_exist_ok=True)
        home, reference = (folder / "loading" / one.name for one in (home, reference))
    yield from loaded(home, reference)
    shutil.rmtree(folder / "loading", ignore_errors=True)


def made(folder: Path, stored: int) -> Path:
    """Return the folder with the warehouse of so many articles, made in a process of its own if it is not there."""
    home = folder / str(stored)
    if (home / "made").exists():
        return home
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    if not list((folder / "batches").glob("b-tagged*.parquet")):
        for batch in tagged_batches():
            write_batch(folder, batch)
    started = time.perf_counter()
    _elsewhere("tests.bench.warehouse", "--make", home, "--articles", stored)
    (home / "made").touch()
    size = (home / "warehouse.duckdb").stat().st_size / MB
    print(
        f"{stored:,} articles made in {time.perf_counter() - started:.0f} s, {size:,.0f} MB", file=sys.stderr
    )
    return home


def _elsewhere(module: str, *arguments: object) -> str:
    """Run a step in a new process, so that its time and memory are its own; return what it prints."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def main() -> None:
    """Print the table; exit with 1 where a limit is not kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--keep", type=Path, metavar="DIR")
    parser.add_argument("--others", action="store_true")
    parser.add_argument("--readers", type=float, default=0, metavar="SECONDS")
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        make(options.make, options.articles)
        return
    table = Table(
        title=f"a file of {options.articles:,} articles; times of {RUNS} runs each: the 95th percentile"
    )
    for column in ("what", "measured", "limit", "", "beside"):
        table.add_column(column, justify="right" if column in ("measured", "limit") else "left")
    missed = 0
    with tempfile.TemporaryDirectory() as name:
        for one in measured(options.keep or Path(name), options.articles, options):
            missed += not one.kept
            cells = [
                f"{one.value:,.1f} {one.unit}",
                "" if one.limit is None else f"{one.limit:,.1f} {one.unit}",
            ]
            mark = "" if one.limit is None else ("kept" if one.kept else "MISSED")
            print(one.name, *cells, mark, one.beside, sep=" | ", file=sys.stderr)
            table.add_row(one.name, *cells, mark, one.beside)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    Console(width=180).print(table)
    print(f"{missed} limits missed; {peak:,.0f} MB of memory where the questions were asked")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
