"""Commands that read the snapshot: stories, story, developments, trends, search."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import get_args

import click

from extractors.errors import ConfigurationError
from extractors.records import EventType
from flows.alerts.message import reach
from flows.cli.options import Moment, given_settings, home_options, json_option, wants_json
from flows.cli.screen import is_terminal, remark, short_id, show, show_json, show_table, shown
from flows.cli.timeline import show_development, show_story
from warehouse import read
from warehouse.database import open_snapshot
from warehouse.read_stories import read_developments, read_stories, read_story

_BARS = "▁▂▃▄▅▆▇█"
_limit = click.option("--limit", type=click.IntRange(min=1), default=read.ALL, help="So many at the most.")


@click.command("stories")
@home_options
@json_option
@_limit
def stories_command(limit: int) -> None:
    """List the running affairs, the latest first."""
    with open_snapshot(given_settings().snapshot) as con:
        found = read_stories(con, most=limit)
    if wants_json():
        show_json(found)
        return
    show_table(
        ("story", "last", "articles", "developments", "languages", "title"),
        [
            (
                short_id(story.story_id),
                f"{story.last_at:%Y-%m-%d}",
                reach(story.articles, story.copies, noun=None) if story.copies else story.articles,
                f"{story.developments} ({story.withdrawn} withdrawn)"
                if story.withdrawn
                else story.developments,
                story.languages,
                story.title,
            )
            for story in found
        ],
    )


@click.command("story")
@home_options
@json_option
@click.argument("story_id", metavar="ID")
def story_command(story_id: str) -> None:
    """Show a story: what became known, who says so, what holds.

    The start of the ID is enough; one that was merged into another story leads there.
    """
    with open_snapshot(given_settings().snapshot) as con:
        timeline = read_story(con, story_id)
    if wants_json():
        show_json(timeline)
    else:
        show_story(timeline)


@click.command("developments")
@home_options
@json_option
@_limit
@click.option(
    "--type",
    "event_type",
    type=click.Choice(get_args(EventType)),
    metavar="TYPE",
    help="Only this event type, such as partnership.",
)
@click.option("--entity", metavar="ID", help="Only with this participant, such as company:baic.")
@click.option("--since", type=Moment(), help="Only those first reported since then.")
@click.option("--standing", is_flag=True, help="Only those that have not been withdrawn.")
def developments_command(
    limit: int, event_type: str | None, entity: str | None, since: datetime | None, standing: bool
) -> None:
    """List new facts with their evidence, the newest first.

    One that was corrected or taken back is listed too, and marked.
    """
    with open_snapshot(given_settings().snapshot) as con:
        found = read_developments(
            con, event_type=event_type, entity_id=entity, since=since, standing=standing, most=limit
        )
        if entity and not found:
            read.require_entity(con, entity)
    if wants_json():
        show_json(found)
        return
    for row in found:
        show_development(row)
        show("")
    if not found:
        remark("No development found.")


@click.command("trends")
@home_options
@json_option
@click.option("--weeks", type=click.IntRange(1, 520), default=12, show_default=True, help="So many back.")
@click.option("--entity", metavar="ID", help="Only this entity or topic, week by week.")
def trends_command(weeks: int, entity: str | None) -> None:
    """Show how often entities are mentioned, week by week."""
    with open_snapshot(given_settings().snapshot) as con:
        found = read.read_trends(con, weeks=weeks, entity_id=entity)
        if entity and not found:
            read.require_entity(con, entity)
    if wants_json():
        show_json(found)
    elif entity:
        show_table(
            ("week of", "articles", "copies"), [(shown(row.week), row.articles, row.copies) for row in found]
        )
    else:
        _show_bars(found, weeks)


def _show_bars(found: Sequence[read.Trend], weeks: int) -> None:
    counts: dict[str, dict[int, int]] = defaultdict(dict)
    names = {row.entity_id: row.name for row in found}
    newest = max((row.week for row in found), default=None)
    for row in found:
        if newest is not None:
            counts[row.entity_id][(newest - row.week) // timedelta(days=7)] = row.articles
    if newest is not None and is_terminal():
        show(f"Articles a week, {weeks} weeks up to the one of {newest}")
    lines = sorted(counts.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    show_table(
        ("entity", "name", "articles", "by week"),
        [
            (
                entity_id,
                names[entity_id],
                sum(week.values()),
                bars([week.get(ago, 0) for ago in reversed(range(weeks))]),
            )
            for entity_id, week in lines
        ],
    )


def bars(counts: Sequence[int]) -> str:
    """Return a bar for each of `counts`, relative to the largest; a dot where there is none."""
    top = max(counts, default=0)
    return "".join(_BARS[(count * len(_BARS) - 1) // top] if count else "·" for count in counts)


@click.command("search")
@home_options
@json_option
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At the most.")
def search_command(words: tuple[str, ...], limit: int) -> None:
    """Find articles by WORDS, those with most of them first."""
    text = " ".join(words)
    if not text.strip():
        raise ConfigurationError("search: give at least one word")
    with open_snapshot(given_settings().snapshot) as con:
        found = read.search(con, text, most=limit)
    if wants_json():
        show_json(found)
        return
    for hit in found:
        show(f"{shown(hit.reported_at)}  {hit.title}", style="bold" if is_terminal() else "")
        show(f"{hit.publisher} ({hit.language or '?'}{', copy' if hit.copy_of else ''})  {hit.url}", indent=4)
        if hit.passage:
            show(f"… {hit.passage} …", indent=4)
    if not found:
        remark("No article holds any of these words.")
