"""Commands that read the snapshot: stories, story, developments, search."""

from datetime import datetime
from typing import get_args

import click

from extractors.records import EventType
from flows.alerts.message import reach
from flows.cli.options import Moment, given_settings, home_options, json_option, wants_json
from flows.cli.screen import remark, short_id, show, show_json, show_table
from flows.cli.timeline import show_development, show_story
from warehouse import read
from warehouse.database import open_snapshot
from warehouse.read_stories import read_developments, read_stories, read_story

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
