"""The command that tells how the pipeline is."""

import click

from flows.cli.options import given_settings, home_options, json_option, wants_json
from flows.cli.screen import show, show_json, show_table, shown
from flows.health import Health, status
from warehouse.database import open_snapshot


@click.command("status")
@home_options
@json_option
@click.option("--runs", type=click.IntRange(1, 1000), default=5, show_default=True, help="So many last runs.")
def status_command(runs: int) -> None:
    """Tell how sources, backlog, alerts and last runs are.

    For each source that fails: why, and what to do about it.
    """
    settings = given_settings()
    with open_snapshot(settings.snapshot) as con:
        health = status(con, runs=runs)
    if wants_json():
        show_json(health)
        return
    _show_holdings(health)
    _show_sources(health)
    _show_failing(health)
    _show_runs(health)


def _show_holdings(health: Health) -> None:
    backlog = health.backlog
    show(
        f"Articles: {backlog.articles} (relevant {backlog.relevant}, copies {backlog.copies}); "
        f"stories: {backlog.stories}; developments: {backlog.developments}"
    )
    show(f"Newest article: {shown(backlog.newest_at)} UTC" if backlog.newest_at else "No article yet")
    show(f"Backlog: {backlog.pending_items} (listed items whose page could not be had yet)")
    show(
        f"Alerts: {backlog.sent_alerts} sent, {backlog.pending_alerts} waiting, {backlog.held_alerts} held, "
        f"{backlog.failed_alerts} failed" + ("; see `newswatch alerts list`" if health.undelivered else "")
    )
    show("")


def _show_sources(health: Health) -> None:
    show(f"Sources: {len(health.sources)}, {len(health.failing)} failing", style="bold")
    if health.sources:
        show_table(
            ("source", "state", "polls", "new", "last ok", "next"),
            [
                (
                    source.source_id,
                    source.state,
                    source.polls,
                    source.new_items,
                    source.last_ok_at,
                    source.next_poll_at,
                )
                for source in health.sources
            ],
        )
    show("")


def _show_failing(health: Health) -> None:
    for source in health.failing:
        times = f"{source.failures} time{'s' if source.failures != 1 else ''} in a row"
        cause = f" ({source.cause})" if source.cause else ""
        show(f"{source.source_id}: failed {times}{cause}", style="bold")
        show(source.error or "no error was kept", indent=4)
        if source.advice:
            show(f"What to do: {source.advice}", indent=4)
    if health.failing:
        show("")


def _show_runs(health: Health) -> None:
    show("Last runs", style="bold")
    if not health.runs:
        show("none yet")
        return
    show_table(
        ("start", "outcome", "polls", "failed", "items", "articles", "developments", "alerts"),
        [
            (
                run.started_at,
                run.outcome,
                run.polls,
                run.failed_polls,
                run.new_items,
                run.articles,
                run.developments,
                run.alerts,
            )
            for run in health.runs
        ],
    )
