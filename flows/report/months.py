"""The pages of months: all developments that were first reported in one, and all stories that began in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from extractors.records import content_hash
from flows.report.data import Link, line, web_link
from flows.report.files import rules, templates, write_changed
from flows.report.index import Month, grouped
from flows.report.words import Language
from warehouse.database import Connection, rows

#: The folder of the pages, beside the report.
MONTHS = "months"
#: Developments, and stories, of a page at the most: what a phone opens at once. A month with more has several pages.
PAGE_LENGTH = 300
#: Pages that are made and written together, each a quarter of a megabyte: the months of a lot are read once.
_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A development in a line or two; `page` is that of its story, None where there is none."""

    development_id: str
    what: str
    event_type: str
    status: str
    basis: str
    withdrawn: bool
    sentence: str
    origins: int
    reported_at: datetime
    first: Link
    story: str
    story_language: str | None
    page: str | None


def pages_of(month: Month) -> tuple[str, ...]:
    """Return the names of the pages of a month: `2024-03`, `2024-03-2`."""
    count = max(1, -(-max(month.developments, month.stories) // PAGE_LENGTH))
    return tuple(month.month if number == 1 else f"{month.month}-{number}" for number in range(1, count + 1))


def write_months(
    con: Connection,
    folder: Path,
    months: Sequence[Month],
    language: Language,
    title: str,
    there: frozenset[str],
    *,
    all_there: bool,
) -> None:
    """Write the pages of each month that has changed, remove those of others.

    `there` are the names of the pages of stories that can be linked; `all_there` says that these are all.

    Raises:
        OSError: the folder cannot be written.
    """
    by_page = {page: month for month in months for page in pages_of(month)}
    around = [month.month for month in months]
    versions = {
        page: content_hash(
            f"{rules()}{language}{title}{month.version}{all_there}{_beside(month.month, around)}"
        )
        for page, month in by_page.items()
    }

    def make(names: list[str]) -> Mapping[str, str]:
        asked = list(dict.fromkeys(by_page[name].month for name in names))
        developments = grouped(rows(con, "report_month_developments", months=asked), "month")
        stories = grouped(rows(con, "report_month_stories", months=asked), "month")
        return {
            name: _month_page(
                by_page[name],
                name,
                developments.get(by_page[name].month, []),
                stories.get(by_page[name].month, []),
                {
                    "beside": _beside(by_page[name].month, around),
                    "made_from": versions[name],
                    "title": title,
                    "language": language,
                    "there": there,
                },
            )
            for name in names
        }

    write_changed(folder, versions, make, _AT_ONCE)


def _beside(month: str, around: Sequence[str]) -> tuple[str | None, str | None]:
    """Return the months before and after one, None where there is none; `around` begins with the newest."""
    at = around.index(month)
    before = around[at + 1] if at + 1 < len(around) else None
    return before, around[at - 1] if at else None


def _lines(found: Sequence[Mapping[str, Any]], there: frozenset[str]) -> Iterator[Line]:
    for row in found:
        yield Line(
            development_id=row["development_id"],
            what=line(row["what"]),
            event_type=row["event_type"],
            status=row["status"],
            basis=row["basis"],
            withdrawn=row["state"] == "withdrawn",
            sentence=line(row["sentence"]),
            origins=row["origins"],
            reported_at=row["reported_at"],
            first=Link(
                article_id=None,
                publisher=line(row["publisher"] or ""),
                url=web_link(row["url"]),
                reported_at=row["reported_at"],
                language=row["language"],
            ),
            story=line(row["story"] or ""),
            story_language=row["story_language"],
            page=row["story_id"] if row["story_id"] in there else None,
        )


def _month_page(
    month: Month,
    name: str,
    developments: Sequence[Mapping[str, Any]],
    stories: Sequence[Mapping[str, Any]],
    told: Mapping[str, Any],
) -> str:
    names = pages_of(month)
    number = names.index(name)
    shown = slice(number * PAGE_LENGTH, (number + 1) * PAGE_LENGTH)
    return (
        templates(told["language"])
        .get_template("month.html")
        .render(
            month=month,
            lines=tuple(_lines(developments[shown], told["there"])),
            stories=[_begun(row, told["there"]) for row in stories[shown]],
            names=names,
            number=number,
            beside=told["beside"],
            made_from=told["made_from"],
            title=told["title"],
        )
    )


def _begun(row: Mapping[str, Any], there: frozenset[str]) -> dict[str, Any]:
    return {**row, "title": line(row["title"]), "page": row["story_id"] if row["story_id"] in there else None}
