"""Commands about alerts: the ledger, a test message, resending what failed."""

from collections.abc import Collection

import click

from extractors.errors import ConfigurationError, NewswatchError
from flows.cli.backtesting import backtest_command, replay_command
from flows.cli.options import (
    given_clock,
    given_settings,
    given_watch,
    home_options,
    json_option,
    wants_json,
)
from flows.cli.screen import complain, short_id, show, show_json, show_table
from warehouse.database import open_snapshot, open_warehouse, transaction
from warehouse.read import ALL, read_alerts

# What a command needs beyond this is imported inside it, so that one command does not pay for the others.
# ruff: noqa: PLC0415


@click.group("alerts")
@home_options
def alerts_command() -> None:
    """List alerts, test channels, resend, try rules on the past."""


alerts_command.add_command(backtest_command)
alerts_command.add_command(replay_command)


@alerts_command.command("list")
@home_options
@json_option
@click.option(
    "--state", type=click.Choice(["pending", "held", "sent", "failed"]), help="Only those in this state."
)
@click.option("--limit", type=click.IntRange(min=1), default=ALL, help="So many at the most.")
def list_command(state: str | None, limit: int) -> None:
    """List the ledger, the newest alert first."""
    with open_snapshot(given_settings().snapshot) as con:
        found = read_alerts(con, state=state, most=limit)
    if wants_json():
        show_json(found)
        return
    show_table(
        ("alert", "decided", "state", "rule", "channel", "tries", "title"),
        [
            (
                short_id(alert.alert_id),
                alert.created_at,
                alert.state,
                alert.rule,
                alert.channel,
                alert.attempts,
                alert.title + (f" — {alert.error}" if alert.error else ""),
            )
            for alert in found
        ],
    )


@alerts_command.command("test")
@home_options
@json_option
@click.argument("rules", nargs=-1, metavar="[RULE…]")
def try_command(rules: tuple[str, ...]) -> None:
    """Send a test message to the channels of all rules of the watch, or of those named."""
    from flows.alerts.deliver import test_message

    settings = given_settings()
    watch = given_watch(settings)
    if not watch.alerts:
        raise ConfigurationError(
            f"{settings.watch_file}: alerts: no rule is set up, so there is nothing to try"
        )
    if unknown := [name for name in rules if name not in {rule.name for rule in watch.alerts}]:
        raise ConfigurationError(
            f"{settings.watch_file}: alerts: there is no rule {unknown[0]!r}; there are "
            f"{', '.join(rule.name for rule in watch.alerts)}"
        )
    results: list[dict[str, object]] = []
    for rule in (rule for rule in watch.alerts if not rules or rule.name in rules):
        error: str | None = None
        try:
            test_message(rule, settings.environment, given_clock()())
        except NewswatchError as failure:
            error = str(failure)
        results.append({"rule": rule.name, "sent": error is None, "error": error})
    _show_tried(results)


def _show_tried(results: list[dict[str, object]]) -> None:
    if wants_json():
        show_json(results)
    for result in results:
        if result["error"]:
            complain(str(result["error"]))
        elif not wants_json():
            show(f"{result['rule']}: sent")
    if any(result["error"] for result in results):
        click.get_current_context().exit(1)


@alerts_command.command("retry")
@home_options
@json_option
@click.argument("alert_id", metavar="[ID]", required=False)
def retry_command(alert_id: str | None) -> None:
    """Send failed alerts again now: all of them, or the one whose id is or begins with ID."""
    from flows.cycle import publish, send_alerts
    from warehouse.outbox import known_alert_ids, retry_failed

    settings = given_settings()
    watch = given_watch(settings)
    if not settings.warehouse.exists():
        raise ConfigurationError(f"{settings.home}: there is nothing to send again")
    with open_warehouse(settings.warehouse) as con, transaction(con):
        retry_failed(con, _whole_id(alert_id, known_alert_ids(con)) if alert_id else None)
    sent, unsent = send_alerts(settings, watch, given_clock())
    publish(settings)
    if wants_json():
        show_json({"sent": sent, "failed": unsent})
    else:
        show(f"{sent} sent, {unsent} failed")
    if unsent and not sent:
        click.get_current_context().exit(1)


def _whole_id(typed: str, known: Collection[str]) -> str:
    found = sorted(alert_id for alert_id in known if alert_id.startswith(typed))
    if typed in found:
        return typed
    if not found:
        raise ConfigurationError(f"there is no alert {typed!r}; `newswatch alerts list` lists them")
    if len(found) > 1:
        raise ConfigurationError(f"{typed!r} begins several ids: {', '.join(found[:5])}")
    return found[0]
