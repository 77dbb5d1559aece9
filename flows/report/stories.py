"""The pages of stories: a timeline each, with all evidence, written when something of it has changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from extractors.records import content_hash
from flows.report.data import Link, entries_of, line, web_link
from flows.report.files import rules, templates, write_changed
from flows.report.index import StoryEntry, grouped, page_of, stories_of
from flows.report.words import Language
from warehouse.database import Connection, rows

#: The folder of the pages, beside the report.
STORIES = "stories"
#: Stories that are read and written together: bounds what is in memory.
_AT_ONCE = 200
#: The newest of each that a page shows; it says where there is more.
MOST_STEPS = 500
MOST_REPORTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryReport:
    """An article of a story that is no copy; `page` is the link, with the title that it has."""

    title: str
    page: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What the page of a story is made of; `reports` are the newest of `in_all`, the earliest first."""

    story: StoryEntry
    reports: tuple[StoryReport, ...]
    in_all: int
    version: str


def write_stories(con: Connection, folder: Path, language: Language, title: str, within_s: float) -> int:
    """Write the page of each story into `folder`, remove those of others; return how many are left to be written.

    A page is left as it is while nothing of its story changes: that of an affair that is over is written once. The
    id of a story that was merged has a page that leads to the other one, for links in messages that were sent. After
    `within_s` seconds no more are begun: those reported on last come first, and the next report goes on.

    Raises:
        OSError: the folder cannot be written.
    """
    made_by = f"{rules()}{language}{title}"
    kept = {row["story_id"]: row["version"] for row in rows(con, "report_story_versions")}
    merged = {row["story_id"]: row["successor_id"] for row in rows(con, "report_merged")}
    successors = {key: one for key in merged if (one := _last(key, merged)) in kept}
    versions = {
        key: content_hash(f"{made_by}{version}")
        for key, version in {**kept, **successors}.items()
        if page_of(key)
    }

    def make(names: list[str]) -> Mapping[str, str]:
        found = _read(con, [name for name in names if name in kept], versions)
        moved = {name: successors[name] for name in names if name not in kept}
        return {
            **{page.story.story_id: _story_page(page, language, title) for page in found},
            **{name: _moved_page(to, language, title, versions[name]) for name, to in moved.items()},
        }

    return write_changed(folder, versions, make, _AT_ONCE, within_s)


def _last(story_id: str, merged: Mapping[str, str]) -> str:
    """Return the story at the end of the mergers; a circle of them ends where it closes."""
    passed: set[str] = set()
    while story_id in merged and story_id not in passed:
        passed.add(story_id)
        story_id = merged[story_id]
    return story_id


def _read(con: Connection, ids: Sequence[str], versions: Mapping[str, str]) -> list[_Page]:
    if not ids:
        return []
    asked = list(ids)
    steps = rows(con, "report_story_developments", ids=asked, most=MOST_STEPS)
    stories = stories_of(
        rows(con, "report_stories_by_id", ids=asked),
        steps,
        entries_of(con, steps),
        rows(con, "report_lineage", ids=asked),
    )
    reports = grouped(rows(con, "report_story_articles", ids=asked, most=MOST_REPORTS), "story_id")
    return [
        _Page(
            story=story,
            reports=tuple(
                StoryReport(
                    title=line(row["title"]),
                    page=Link(
                        article_id=row["article_id"],
                        publisher=line(row["publisher"]),
                        url=web_link(row["url"]),
                        reported_at=row["reported_at"],
                        language=row["language"],
                    ),
                )
                for row in reports.get(story.story_id, [])
            ),
            in_all=next((row["total"] for row in reports.get(story.story_id, [])), 0),
            version=versions[story.story_id],
        )
        for story in stories
    ]


def _story_page(page: _Page, language: Language, title: str) -> str:
    return (
        templates(language)
        .get_template("story.html")
        .render(
            story=page.story,
            reports=page.reports,
            in_all=page.in_all,
            made_from=page.version,
            title=title,
            shown=frozenset(step.development_id for step in page.story.steps),
        )
    )


def _moved_page(to: str, language: Language, title: str, version: str) -> str:
    return (
        templates(language).get_template("moved.html").render(to=page_of(to), title=title, made_from=version)
    )
