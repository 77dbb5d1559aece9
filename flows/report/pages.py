"""Writes the report: the first page, the feeds, and the pages of stories, months and articles."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from functools import partial
from itertools import groupby
from pathlib import Path

from extractors.watch import Watch
from flows.alerts.message import plain_line
from flows.report.articles import ARTICLES, write_articles
from flows.report.atom import FEED, atom_feed
from flows.report.charts import svg
from flows.report.data import Entry
from flows.report.files import replace_file, templates
from flows.report.graphs import graphs
from flows.report.index import DAYS, ReportData, read_report
from flows.report.json_feed import JSON_FEED, json_feed
from flows.report.measures import DAYS_LOOKED_AT
from flows.report.months import MONTHS, write_months
from flows.report.stories import STORIES, write_stories
from flows.report.words import Language, language_of, words_of
from warehouse.database import open_snapshot
from warehouse.explained import read_kept

PAGE = "index.html"
#: Seconds for the pages of stories: ten thousand that were never written take a minute, and a cycle goes on.
WITHIN_S = 4.0


def write_report(
    snapshot: Path,
    folder: Path,
    now: datetime,
    title: str,
    watch: Watch | None = None,
    language: str | None = None,
    served_at: str | None = None,
) -> Path:
    """Write the report of `snapshot` into `folder` and return the path of the first page.

    Each story has a page of its own in `stories/`, each month one in `months/`, the first report of each development
    of the first page one in `articles/`; without `watch` it shows the signals but not why they are what they are.
    `language` is that of pages and feeds, None for that of the watch; `served_at` the address of the folder, for the
    feeds, None where nobody serves it.

    Raises:
        WarehouseError: there is no snapshot, or it cannot be read.
        OSError: the folder cannot be written.
        ValueError: the interface does not speak `language`.
    """
    told, shown_title = language_of(watch, language), plain_line(title)
    folder.mkdir(parents=True, exist_ok=True)
    with open_snapshot(snapshot) as con:
        data = read_report(con)
        kept = read_kept(con, data.explained)
        left = write_stories(con, folder / STORIES, told, shown_title, WITHIN_S)
        there = frozenset(path.stem for path in (folder / STORIES).glob("*.html"))
        write_months(con, folder / MONTHS, data.months, told, shown_title, there, all_there=not left)
    explained = write_articles(folder / ARTICLES, kept, watch, shown_title, told)
    words, name = words_of(told), watch.name if watch else ""
    atom = atom_feed(data.entries, shown_title, now, words=words, name=name, served_at=served_at)
    replace_file(folder / FEED, atom)
    replace_file(folder / JSON_FEED, json_feed(data.entries, shown_title, words=words, served_at=served_at))
    shown = page(data, shown_title, now, explained=explained, there=there, left=left, language=told)
    replace_file(folder / PAGE, shown.encode("utf-8", "replace"))
    return folder / PAGE


def page(
    data: ReportData,
    title: str,
    now: datetime,
    *,
    explained: frozenset[str] = frozenset(),
    there: frozenset[str] = frozenset(),
    left: int = 0,
    language: Language = "en",
) -> str:
    """Return the first page as one self-contained HTML page; everything from `data` is escaped.

    `explained` are the ids of the articles that have a page of their own, `there` those of such stories; `left` says
    how many of these could not be written yet.
    """
    return (
        templates(language)
        .get_template("index.html")
        .render(
            data=data,
            days=tuple(_by_day(data.entries)),
            graphs=tuple(graphs(data.measures, words_of(language))),
            svg=partial(svg, written=words_of(language).number),
            title=title,
            now=now,
            period=DAYS,
            looked_at=DAYS_LOOKED_AT,
            feed=FEED,
            json_feed=JSON_FEED,
            explained=explained,
            shown=frozenset(entry.development_id for entry in data.entries),
            there=there,
            left=left,
            articles=ARTICLES,
            stories=STORIES,
            months=MONTHS,
        )
    )


def _by_day(entries: Sequence[Entry]) -> Iterator[tuple[date, tuple[Entry, ...]]]:
    """Yield each day, in UTC, with its developments, in their order."""
    for day, group in groupby(entries, key=lambda entry: entry.reported_at.astimezone(UTC).date()):
        yield day, tuple(group)
