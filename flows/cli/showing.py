"""The command that shows everything at work: the demo, and what is told at its end."""

from typing import TYPE_CHECKING

import click

from flows.cli.options import given_settings, home_options, json_option, wants_json

if TYPE_CHECKING:
    from flows.demo import DemoResult
    from flows.settings import Settings

# What the command needs beyond this is imported inside it, so that the help does not pay for it.
# ruff: noqa: PLC0415


@click.command("demo")
@home_options
@json_option
def demo_command() -> None:
    """Show it all at work on a small bundled newsroom.

    The newsroom is read over HTTP on this machine, in simulated time: every step is one real cycle.
    """
    from rich.console import Console

    from flows.demo import run_demo
    from flows.log import configure_logging
    from flows.settings import secret_values

    settings = given_settings()
    if "NEWSWATCH_LOG" not in settings.environment:
        configure_logging(
            "warning", secret_values(settings)
        )  # a line a cycle would drown what the demo shows
    result = run_demo(settings, Console(stderr=True))
    if wants_json():
        from flows.cli.screen import show_json

        show_json(result)
        return
    _show_stories(settings)
    _show_alerts(result)
    _show_totals(settings, result)


def _show_stories(settings: "Settings") -> None:
    """Print every story with its developments, each with its first sentence, origins and link, and what holds."""
    from flows.alerts.message import counted, reach
    from flows.cli.screen import show, shown
    from warehouse.database import open_snapshot
    from warehouse.read_stories import read_stories, read_story

    with open_snapshot(settings.snapshot) as con:
        stories = [read_story(con, story.story_id) for story in reversed(read_stories(con))]
    for timeline in stories:
        story = timeline.story
        show(story.title, style="bold")
        articles, publishers = reach(story.articles, story.copies), counted(story.publishers, "publisher")
        show(f"{articles}, {publishers} ({', '.join(story.languages)}), {story.story_id}")
        for row in timeline.developments:
            counts = f"{counted(row.origins, 'origin')}, {reach(row.articles, row.copies)}"
            withdrawn = "[withdrawn] " if row.withdrawal else ""
            show(f"{shown(row.reported_at)}  {withdrawn}{row.what}  [{counts}]", indent=4)
            show(f"“{row.sentence}”", indent=8)
            show(f"{row.publisher or '?'}  {row.url or ''}", indent=8)
            if row.withdrawal:
                show(f"withdrawn by {row.withdrawal.publisher or '?'}  {row.withdrawal.url or ''}", indent=8)
        show("")


def _show_alerts(result: "DemoResult") -> None:
    from flows.cli.screen import show

    show(f"Alerts received: {len(result.messages)}", style="bold")
    for title, _ in result.messages:
        show(title, indent=4)
    show("")


def _show_totals(settings: "Settings", result: "DemoResult") -> None:
    from flows.cli.screen import show

    if not result.articles:
        show("Nothing new: everything the newsroom has was read before.")
    show(
        f"{result.cycles} cycles in {result.seconds:.1f} s: {result.polls} polls, {result.requests} requests "
        f"({result.unchanged} answered 304), {result.articles} articles ({result.copies} copies), "
        f"{result.relevant} relevant, {result.revisions} revised, {result.developments} developments, "
        f"{result.sent} alerts sent"
    )
    show(f"Snapshot: {result.snapshot}")
    show(f"Report: {result.report}")
    show(f"Try: newswatch --home {settings.home} query 'FROM developments'")
