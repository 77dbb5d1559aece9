"""How fast, against a named reference in the same run: `make bench`.

| measure | reference |
| --- | --- |
| an idle `newswatch run` | a process that imports what it cannot do without: DuckDB, httpx, pydantic, click |
| signals of the gold articles on one core | reading the same texts as JSON |
| the word lists and weights of claims, in a new process | a process that imports numpy and pydantic |
| looking for notes of correction in the gold articles | tagging them, of which it is a part |
| which of ten stories an article belongs to, with their fifty articles | looking up the traits of these articles |
| importing a gold set | tagging its articles alone |
| publishing the snapshot | copying the file |
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from extractors.clock import system_clock
from extractors.records import Article
from extractors.signals.corrections import find_correction
from extractors.signals.tagger import Tagger
from extractors.watch import read_watch
from flows.importing import import_files
from flows.newsroom.gold import read_gold
from flows.settings import read_settings
from flows.starter import default_watch_file
from tests.score import SETS, gold_rows
from warehouse.snapshot import publish
from warehouse.stories import Tags, Traits, closest, traits

PASSES = 3
IDLE_WATCH = """
name = "idle"
title = "Idle"
languages = ["en"]

[[entities]]
id = "company:x"
names = { en = ["Xx"] }
"""


def median_s(work: Callable[[], object], passes: int = PASSES) -> float:
    """Return the median wall time of `work` in seconds."""
    times = []
    for _ in range(passes):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def idle_run(folder: Path) -> tuple[float, float]:
    """Return the seconds of an idle run, and of its reference."""
    home = folder / "idle"
    home.mkdir()
    (home / "watch.toml").write_text(IDLE_WATCH, encoding="utf-8")
    told = {**os.environ, "NEWSWATCH_HOME": str(home)}

    def run(*arguments: str) -> None:
        subprocess.run([sys.executable, *arguments], env=told, check=True, capture_output=True)

    run("-m", "flows.cli", "run")
    return (
        median_s(lambda: run("-m", "flows.cli", "run")),
        median_s(lambda: run("-c", "import duckdb, httpx, pydantic, click")),
    )


def gold_articles() -> list[Article]:
    """Return the articles of all gold sets."""
    return [
        _article(row, gold.language)
        for name in SETS
        for row, gold in zip(gold_rows(read_gold(name)), read_gold(name).articles, strict=True)
    ]


def signals(articles: Sequence[Article]) -> tuple[float, float, float]:
    """Return the seconds to tag the articles, to look for corrections in them alone, and to read them as JSON."""
    texts = [json.dumps(row) for name in SETS for row in gold_rows(read_gold(name))]
    tagger = Tagger(read_watch(default_watch_file()))
    return (
        median_s(lambda: [tagger.tag(article) for article in articles]),
        median_s(lambda: [find_correction(one, one.language) for one in articles]),
        median_s(lambda: [json.loads(text) for text in texts]),
    )


def decision(articles: Sequence[Article]) -> tuple[float, float]:
    """Return the seconds to choose among ten stories of five articles each, and to look up the traits of those."""

    def members() -> list[Traits]:
        return [
            traits(at=one.seen_at, language=one.language or "en", title=one.title, lead=one.lead, tags=Tags())
            for one in articles[:51]
        ]

    newest, *others = members()
    stories = {f"s{number}": others[number::10] for number in range(10)}
    even: defaultdict[str, float] = defaultdict(lambda: 1.0)
    return median_s(lambda: closest(newest, stories, even), 50), median_s(members, 50)


def _article(row: dict[str, object], language: str) -> Article:
    return Article(
        url=str(row["url"]),
        source_id="bench",
        publisher=str(row["publisher"]),
        title=str(row["title"]),
        text=str(row["text"]),
        lead=str(row["lead"]),
        language=language,
        seen_at=system_clock(),
    )


def start_of_claims() -> tuple[float, float]:
    """Return the seconds to build the word lists of three languages and load the weights, and of the reference."""

    def run(code: str) -> None:
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)

    lists = "from extractors.signals.lexicon import lexicon; [lexicon(one) for one in ('de', 'en', 'zh')]; "
    weights = "from extractors.signals.claim_model import claim_model; claim_model()"
    return median_s(lambda: run(lists + weights)), median_s(lambda: run("import numpy, pydantic"))


def importing(folder: Path) -> tuple[float, Path]:
    """Return the seconds to import a gold set into a new home, and its warehouse."""
    rows = folder / "rows.jsonl"
    rows.write_text("\n".join(json.dumps(row) for row in gold_rows(read_gold(SETS[0]))), encoding="utf-8")
    settings = read_settings({}, home=folder / "home", watch=default_watch_file())
    watch = read_watch(settings.watch_file)
    started = time.perf_counter()
    import_files(settings, watch, [rows], system_clock)
    return time.perf_counter() - started, settings.warehouse


def publishing(warehouse: Path, folder: Path) -> tuple[float, float]:
    """Return the seconds to publish the warehouse, and to copy its file."""
    snapshot = folder / "published.duckdb"

    def anew() -> None:
        snapshot.unlink(missing_ok=True)
        publish(warehouse, snapshot)

    return median_s(anew), median_s(lambda: shutil.copyfile(warehouse, folder / "copied.duckdb"))


def main() -> None:
    """Print the table."""
    table = Table("measure", "seconds", "reference, seconds", "ratio", "note", title="newswatch, measured")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        idle, bare = idle_run(folder)
        table.add_row("idle run", f"{idle:.2f}", f"{bare:.2f}", f"{idle / bare:.1f}", "whole process")
        articles = gold_articles()
        tagging, correcting, reading = signals(articles)
        note = f"{len(articles) / tagging:.0f} articles/s"
        table.add_row("signals", f"{tagging:.2f}", f"{reading:.3f}", f"{tagging / reading:.0f}", note)
        note = f"{correcting / len(articles) * 1e3:.2f} ms an article"
        table.add_row(
            "corrections", f"{correcting:.3f}", f"{tagging:.2f}", f"{correcting / tagging:.3f}", note
        )
        deciding, making = decision(articles)
        note = f"{deciding * 1e3:.2f} ms"
        table.add_row("a story chosen", f"{deciding:.4f}", f"{making:.4f}", f"{deciding / making:.1f}", note)
        started, bare = start_of_claims()
        table.add_row(
            "claims, start", f"{started:.2f}", f"{bare:.2f}", f"{started / bare:.1f}", "whole process"
        )
        seconds, warehouse = importing(folder)
        table.add_row("import", f"{seconds:.2f}", f"{tagging:.2f}", f"{seconds / tagging:.1f}", SETS[0])
        published, copied = publishing(warehouse, folder)
        note = f"{warehouse.stat().st_size / 1e6:.1f} MB"
        table.add_row("publish", f"{published:.3f}", f"{copied:.3f}", f"{published / copied:.1f}", note)
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
