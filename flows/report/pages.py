"""Writes the report: `index.html` and `developments.atom`, each whole or not at all."""

import os
from datetime import datetime
from pathlib import Path

import jinja2

from flows.alerts.message import plain_line, shown_time
from flows.log import without_secrets
from flows.report.atom import atom_feed
from flows.report.data import DAYS, ReportData, read_report
from warehouse.database import open_snapshot

PAGE = "index.html"
FEED = "developments.atom"


def write_report(snapshot: Path, folder: Path, now: datetime, title: str) -> Path:
    """Write the report of `snapshot` into `folder` and return the path of the page.

    Raises:
        WarehouseError: there is no snapshot, or it cannot be read.
        OSError: the folder cannot be written.
    """
    with open_snapshot(snapshot) as con:
        data = read_report(con)
    folder.mkdir(parents=True, exist_ok=True)
    _replace(folder / FEED, atom_feed(data.entries, plain_line(title), now))
    _replace(folder / PAGE, page(data, plain_line(title), now).encode("utf-8", "replace"))
    return folder / PAGE


def page(data: ReportData, title: str, now: datetime) -> str:
    """Return the report as one self-contained HTML page; everything from `data` is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("flows.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["time"] = shown_time
    environment.filters["told"] = _told
    peak = max((count for row in data.mentions for count in row.counts), default=1)
    return environment.get_template("index.html").render(
        data=data, title=title, now=now, days=DAYS, peak=peak, feed=FEED
    )


def _told(text: str) -> str:
    """Return what a source's trouble says, in one harmless line: an error may quote an address with its key."""
    return plain_line(without_secrets(text))


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
