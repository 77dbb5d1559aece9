"""`newswatch alerts backtest` and `replay`: what a rule would have sent, and telling it of the past."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from extractors.errors import ConfigurationError
from extractors.watch import AlertRule, Watch, read_rules
from flows.cli.options import (
    Moment,
    given_clock,
    given_settings,
    given_watch,
    home_options,
    json_option,
    now_option,
    wants_json,
)
from flows.cli.screen import show, show_json, show_table
from warehouse.database import open_snapshot, open_warehouse, transaction

if TYPE_CHECKING:
    from flows.alerts.backtest import Backtest, WouldSend

# What a command needs beyond this is imported inside it, so that one command does not pay for the others.
# ruff: noqa: PLC0415

#: How far back a rule is tried without `--since`.
WITHOUT_SINCE = timedelta(days=90)


@click.command("backtest")
@home_options
@json_option
@now_option
@click.option(
    "--rule",
    "rule_file",
    type=click.Path(path_type=Path),
    help="A file of [[alerts]], or of the keys of one rule; without it, the rules of the watch.",
)
@click.option("--since", type=Moment(), help="The beginning; without it, 90 days before the last news.")
@click.option(
    "--labels",
    type=click.Path(path_type=Path),
    help='JSON Lines that say which news an article reports: {"url": …, "developments": […]}.',
)
@click.option(
    "--examples",
    type=click.IntRange(min=0),
    default=5,
    show_default=True,
    help="So many alerts are shown, the newest.",
)
def backtest_command(
    rule_file: Path | None, since: datetime | None, labels: Path | None, examples: int
) -> None:
    """Tell what rules would have sent over the stored history; nothing is sent."""
    from flows.alerts.backtest import backtest
    from flows.alerts.desk import in_language
    from flows.alerts.history import read_history, read_labels

    settings = given_settings()
    watch = given_watch(settings)
    rules = _rules(rule_file, watch)
    known = read_labels(labels)
    with open_snapshot(settings.snapshot) as con:
        last = _last_news(con) or given_clock()()
        start = since or last - WITHOUT_SINCE
        if start > last:
            raise ConfigurationError(
                f"--since: nothing is stored since {start:%Y-%m-%d}; the last is of {last:%Y-%m-%d}"
            )
        stored = read_history(con, watch, settings.environment, start)
    found = [backtest(stored, in_language(rule, watch), start, last, known) for rule in rules]
    if wants_json():
        show_json([_as_json(one, examples) for one in found])
        return
    for one in found:
        _show(one, examples)


@click.command("replay")
@home_options
@json_option
@now_option
@click.argument("rule", metavar="RULE")
@click.option("--since", type=Moment(), required=True, help="Tell what has been reported since then.")
def replay_command(rule: str, since: datetime) -> None:
    """Tell a rule of the past: all news since a time that it wants and was not told of, as it is known today.

    A rule that is new or was changed is told of nothing that was there before, unless it is asked for in this way.
    """
    from flows.alerts.backtest import to_tell
    from flows.alerts.desk import in_language
    from flows.alerts.history import read_history
    from flows.alerts.message import counted
    from flows.alerts.rules import channels_of
    from flows.cycle import publish, send_alerts
    from warehouse.outbox import known_alert_ids, save_alerts

    settings = given_settings()
    watch = given_watch(settings)
    chosen = next((one for one in watch.alerts if one.name == rule), None)
    if chosen is None:
        there = ", ".join(one.name for one in watch.alerts) or "none"
        raise ConfigurationError(
            f"{settings.watch_file}: alerts: there is no rule {rule!r}; there are {there}"
        )
    now = given_clock()()
    with open_snapshot(settings.snapshot) as con:
        stored = read_history(con, watch, settings.environment, since)
    channels = channels_of(watch.alerts, settings.environment)
    alerts = to_tell(stored, in_language(chosen, watch), since, now, channels)
    with open_warehouse(settings.warehouse) as con, transaction(con):
        known = known_alert_ids(con)
        new = save_alerts(con, [alert for alert in alerts if alert.alert_id not in known])
    sent, unsent = send_alerts(settings, watch, given_clock())
    publish(settings)
    if wants_json():
        show_json({"alerts": new, "sent": sent, "failed": unsent})
    else:
        show(f"{counted(new, 'alert')} on the past; {sent} sent, {unsent} failed")
    if unsent and not sent:
        click.get_current_context().exit(1)


def _rules(rule_file: Path | None, watch: Watch) -> Sequence[AlertRule]:
    if rule_file is not None:
        return read_rules(rule_file, watch)
    if not watch.alerts:
        raise ConfigurationError("the watch has no rule; name a file of rules with --rule")
    return watch.alerts


def _last_news(con: Any) -> datetime | None:
    from warehouse.database import run

    found: datetime | None = run(con, "last_news_at")[0][0]
    return found


def _newest(found: "Backtest", examples: int) -> "Sequence[WouldSend]":
    return found.sent[::-1][:examples]


def _as_json(found: "Backtest", examples: int) -> dict[str, Any]:
    labelled = found.labelled
    return {
        "rule": found.rule.name,
        "since": found.since,
        "until": found.until,
        "alerts": len(found.sent),
        "messages": found.messages,
        "alerts_a_week": round(found.a_week, 2),
        "busiest_week": found.busiest_week,
        "precision": labelled.precision,
        "labelled": {"right": labelled.right, "repeats": labelled.repeats, "false": labelled.false},
        "examples": [
            {
                "sent_at": one.sent_at,
                "message": one.message,
                "says": one.alert.says,
                "development_id": one.alert.development_id,
                "title": one.alert.title,
                "body": one.alert.body,
                "url": one.url,
            }
            for one in _newest(found, examples)
        ],
    }


def _show(found: "Backtest", examples: int) -> None:
    from flows.alerts.message import counted

    told = f"{counted(len(found.sent), 'alert')} in {counted(found.messages, 'message')}"
    show(f"{found.rule.name}: {told} from {found.since:%Y-%m-%d} to {found.until:%Y-%m-%d}", style="bold")
    show(f"{found.a_week:.1f} a week, {found.busiest_week} in the busiest one", indent=2)
    labelled = found.labelled
    if labelled.precision is not None:
        known = labelled.right + labelled.repeats + labelled.false
        show(
            f"precision {labelled.precision:.2f} of {known} that are labelled: {labelled.right} right, "
            f"{labelled.repeats} told again, {labelled.false} no news",
            indent=2,
        )
    shown = _newest(found, examples)
    if shown:
        show_table(
            ("would go out", "tells", "title"),
            [(one.sent_at, one.alert.says, one.alert.title) for one in shown],
        )
