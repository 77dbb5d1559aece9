"""Writes the report: `index.html`, `developments.atom` and the pages of articles, each whole or not at all."""

from datetime import datetime
from pathlib import Path

from extractors.watch import Watch
from flows.alerts.message import plain_line
from flows.log import without_secrets
from flows.report.articles import ARTICLES, write_articles
from flows.report.atom import atom_feed
from flows.report.data import DAYS, ReportData, read_report
from flows.report.files import replace_file, templates
from warehouse.database import open_snapshot
from warehouse.explained import read_kept

PAGE = "index.html"
FEED = "developments.atom"


def write_report(snapshot: Path, folder: Path, now: datetime, title: str, watch: Watch | None = None) -> Path:
    """Write the report of `snapshot` into `folder` and return the path of the page.

    The first report of each development shown has a page of its own in `articles/`; without `watch` it shows the
    signals but not why they are what they are.

    Raises:
        WarehouseError: there is no snapshot, or it cannot be read.
        OSError: the folder cannot be written.
    """
    with open_snapshot(snapshot) as con:
        data = read_report(con)
        kept = read_kept(con, data.explained)
    folder.mkdir(parents=True, exist_ok=True)
    explained = write_articles(folder / ARTICLES, kept, watch, plain_line(title))
    replace_file(folder / FEED, atom_feed(data.entries, plain_line(title), now))
    shown = page(data, plain_line(title), now, explained)
    replace_file(folder / PAGE, shown.encode("utf-8", "replace"))
    return folder / PAGE


def page(data: ReportData, title: str, now: datetime, explained: frozenset[str] = frozenset()) -> str:
    """Return the report as one self-contained HTML page; everything from `data` is escaped.

    `explained` are the ids of the articles that have a page of their own.
    """
    environment = templates()
    environment.filters["told"] = _told
    peak = max((count for row in data.mentions for count in row.counts), default=1)
    return environment.get_template("index.html").render(
        data=data,
        title=title,
        now=now,
        days=DAYS,
        peak=peak,
        feed=FEED,
        explained=explained,
        shown=frozenset(entry.development_id for entry in data.entries),
        articles=ARTICLES,
    )


def _told(text: str) -> str:
    """Return what a source's trouble says, in one harmless line: an error may quote an address with its key."""
    return plain_line(without_secrets(text))
