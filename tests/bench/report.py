"""How fast the report is written and opened, and how large it is: `make bench-report`.

The warehouse is that of `tests.bench.warehouse` with 100,000 articles: some 15,000 stories and 40,000 developments, far
more than so many real articles tell. Written are: the first report of it, in which nothing is there yet; the next one,
where nothing has changed; and how many it takes until every story has its page. Opening is the time to the event `load`
of a page in chromium on this machine, at the widths of a phone and a desk: the first page, and a page of a month.

`--articles N` makes another number, `--keep DIR` keeps what was made there, or uses it again.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.table import Table

from tests.bench.growth import START, watch
from tests.bench.measured import Measured
from tests.bench.warehouse import made
from warehouse.snapshot import publish

ARTICLES = 100_000
OPENED = 5
#: Seconds to write it.
WRITTEN_S = 15
MB = 1e6


def written(snapshot: Path, folder: Path) -> Iterator[Measured]:
    """Yield how long the first reports take, and how large they are."""
    from flows.report.pages import write_report  # noqa: PLC0415 - its time is part of a command's, not of a cycle's

    now = START + timedelta(days=400)
    rounds, pages, took = 0, -1, []
    while (there := len(list(folder.glob("stories/*.html")))) != pages:
        pages = there
        started, used = time.perf_counter(), time.process_time()
        write_report(snapshot, folder, now, "Growth", watch())
        took.append((time.perf_counter() - started, time.process_time() - used))
        rounds += 1
    for name, (seconds, used) in (("first report", took[0]), ("report where nothing has changed", took[-1])):
        beside = f"processor {used:.1f} s, load {os.getloadavg()[0]:.0f}"
        yield Measured(name=name, value=seconds, limit=WRITTEN_S, unit="s", beside=beside)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / MB
    told = f"{pages:,} pages of stories, {size:,.0f} MB in all"
    yield Measured(name="reports until all pages are there", value=rounds - 1, unit="", beside=told)
    yield Measured(name="first page", value=(folder / "index.html").stat().st_size / MB, limit=3, unit="MB")


def opened(folder: Path) -> Iterator[Measured]:
    """Yield how long chromium takes to open pages."""
    month = max((folder / "months").glob("*.html"), key=lambda path: path.stat().st_size)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, path in (("first page", folder / "index.html"), ("page of a month", month)):
            for width in (360, 1440):
                times = []
                for _ in range(OPENED):
                    page = browser.new_page(viewport={"width": width, "height": 900})
                    started = time.perf_counter()
                    page.goto(path.as_uri())
                    times.append(time.perf_counter() - started)
                    page.close()
                yield Measured(
                    name=f"{name} opened, {width} px",
                    value=statistics.median(times),
                    limit=2,
                    unit="s",
                    beside=f"slowest {max(times):.2f} s, load {os.getloadavg()[0]:.0f}",
                )
        browser.close()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = (options.keep or Path(name)).absolute()
        snapshot, report = folder / "report.duckdb", folder / "report"
        publish(made(folder, options.articles) / "warehouse.duckdb", snapshot)
        shutil.rmtree(report, ignore_errors=True)
        table = Table(title=f"the report of {options.articles:,} articles")
        for column in ("what", "measured", "limit", "", "beside"):
            table.add_column(column, justify="right" if column in ("measured", "limit") else "left")
        for one in (*written(snapshot, report), *opened(report)):
            limit = "" if one.limit is None else f"{one.limit:g} {one.unit}"
            mark = "" if one.limit is None else ("kept" if one.kept else "MISSED")
            table.add_row(one.name, f"{one.value:,.2f} {one.unit}", limit, mark, one.beside)
        Console(width=140).print(table)


if __name__ == "__main__":
    main()
