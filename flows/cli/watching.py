"""The command that tells how the pipeline is."""

from datetime import datetime

import click

from extractors.doctor import diagnose
from flows.cli.options import Moment, given_clock, given_settings, home_options, json_option, wants_json
from flows.cli.screen import show, show_json, show_table, shown
from flows.cli.troubled import show_check, show_troubles
from flows.health import Ailing, Health, adds_something, status
from warehouse.database import open_snapshot
from warehouse.scheduling import STOPPED


@click.command("status")
@home_options
@json_option
@click.option("--runs", type=click.IntRange(1, 1000), default=5, show_default=True, help="So many last runs.")
@click.option("--check", is_flag=True, help="Tell only what is wrong; exit status 1 if anything is.")
@click.option("--polite", is_flag=True, help="Tell instead how politely was asked; exit status 1 if not.")
@click.option("--since", type=Moment(), help="With --polite: only requests that began at this time or later.")
def status_command(runs: int, check: bool, polite: bool, since: datetime | None) -> None:
    """Tell what is wrong, and how sources, alerts and runs are.

    For each source that fails or has something to look at: why, what was tried, and what to do about it.

    With --check, for a monitor: only what is wrong with the pipeline itself, as alerts tell it too.

    With --polite: what the ledger of requests says of polls that came early, repeats without conditions, requests
    inside a Retry-After, connections per site, and of spacing and daily budget.
    """
    settings = given_settings()
    if since is not None and not polite:
        raise click.UsageError("--since belongs to --polite")
    if check and polite:
        raise click.UsageError("--check and --polite tell different things: give one of them")
    if check:
        show_check(settings, given_clock()())
        return
    with open_snapshot(settings.snapshot) as con:
        if polite:
            from flows.cli.politeness import show_politeness  # noqa: PLC0415 - `status` alone needs none of it

            show_politeness(con, since, settings)
            return
        health = status(con, settings, given_clock()(), runs=runs)
    if wants_json():
        show_json(health)
        return
    show_troubles(health.troubles)
    _show_holdings(health)
    _show_sources(health)
    _show_spent(health)
    _show_ailing(health)
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
    failing = len(health.failing)
    told = f"Sources: {len(health.sources)}, {failing} failing"
    if others := len(health.ailing) - failing:
        told += f", {others} to look at"
    show(told, style="bold")
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
                    source.next_poll_at or "never",
                )
                for source in health.sources
            ],
        )
    show("")


def _show_spent(health: Health) -> None:
    if not health.spent:
        return
    show("Asked enough for a day; pages of these sites wait, and polls too once all is used:", style="bold")
    for one in health.spent:
        show(f"{one.site}: {one.requests} of {health.budget} requests in 24 hours", indent=4)
    show(f"What to do: {diagnose('budget').advice}", indent=4)
    show("")


def _show_ailing(health: Health) -> None:
    silent = [one for one in health.ailing if one.name == "silent"]
    for one in health.ailing:
        if one.name != "silent":
            _show_one(one)
    if silent:
        # One line each: to have nothing new is no fault, and a watch may have many small sources.
        show(
            "These answer, but have listed nothing new for long; look whether they are still kept:",
            style="bold",
        )
        newest = {source.source_id: source.last_new_at for source in health.sources}
        for one in silent:
            last = newest.get(one.source_id)
            show(f"{one.source_id}: {f'since {last:%Y-%m-%d}' if last else 'nothing yet'}", indent=4)
    if health.ailing:
        show("")


def _show_one(one: Ailing) -> None:
    show(f"{one.source_id}: {_heading(one)}", style="bold")
    show(one.says, indent=4)
    if one.error and adds_something(one.error, one.url, one.cause, one.evidence):
        show(one.error, indent=4)
    if one.tried:
        show(f"Tried: {one.tried}", indent=4)
    show(
        f"Next poll: {shown(one.next_poll_at)} UTC" if one.next_poll_at else "It is not polled any more.",
        indent=4,
    )
    show(f"What to do: {one.advice}", indent=4)


def _heading(one: Ailing) -> str:
    cause = f"{one.name}: {one.cause}" if one.cause not in {None, one.name} else one.name
    moment = f"{shown(one.since)} UTC" if one.since else ""
    if one.state in STOPPED:
        why = f" ({one.cause})" if one.cause not in {None, one.state} else ""
        return f"{one.state}{why}" + (f", not read since {moment}" if moment else "")
    if one.failures == 1:
        return f"failed once{f', at {moment}' if moment else ''} ({cause})"
    if one.failures:
        return f"failed {one.failures} times {f'since {moment}' if moment else 'in a row'} ({cause})"
    return f"{one.state}, to look at ({cause})"


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
