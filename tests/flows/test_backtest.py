"""What a rule would have sent over the stored history is what it did send, where it ran."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from made_alerts import an_alert

from extractors.watch import AlertRule, read_watch
from flows.alerts.backtest import backtest, decided, messages_of
from flows.alerts.history import read_history, read_labels
from flows.cli import main
from flows.newsroom.receiver import Receiver
from flows.starter import default_watch_file
from tests.score import DESK, make_snapshot
from warehouse.database import open_snapshot

NAME = "su7-week"
START = datetime(2000, 1, 1, tzinfo=UTC)
NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    """A home that was told of all news of a set, as it came."""
    return make_snapshot(NAME, tmp_path_factory.mktemp("told"))


@pytest.fixture(scope="module")
def stored(snapshot):
    with open_snapshot(snapshot) as con:
        return read_history(con, read_watch(default_watch_file()), {}, START)


@pytest.fixture
def invoke(snapshot, tmp_path):
    """Run a command on that home with a file of rules."""

    def run(*arguments, rules='[[alerts]]\nname = "desk"\nto = "env:DESK"\n'):
        path = tmp_path / "rules.toml"
        path.write_text(rules, encoding="utf-8")
        home = ["--home", str(snapshot.parent), "--watch", str(default_watch_file())]
        return CliRunner().invoke(main, [*home, "alerts", "backtest", "--rule", str(path), *arguments])

    return run


def test_it_is_what_was_sent(snapshot, stored):
    with open_snapshot(snapshot) as con:
        told = con.execute("SELECT alert_id, created_at, title FROM alerts WHERE says = 'news'").fetchall()
    found = {
        (one.alert_id, one.created_at, one.title) for one in decided(stored, replace(DESK, language="de"))
    }

    assert len(told) > 5
    assert {key for key, _, _ in found} == {key for key, _, _ in told}
    same = found & {tuple(row) for row in told}
    assert len(same) >= 0.8 * len(told), "later reports may have come before the first one known then"


@pytest.mark.parametrize("origins", [2, 3])
def test_a_rule_that_waits_for_origins_is_told_of_what_has_them_when_they_came(stored, origins):
    rule = replace(DESK, min_origins=origins)
    found = decided(stored, rule)
    rows = [stored.rows[one.development_id] for one in found]

    wanted = {key for key, row in stored.rows.items() if row.origins >= origins and row.state == "standing"}
    assert {row.development_id for row in rows if row.state == "standing"} <= wanted
    assert all(
        one.created_at >= row.confirmed_at for one, row in zip(found, rows, strict=True) if row.confirmed_at
    )
    assert bool(found) == bool(wanted)


def test_nothing_before_the_time_asked_for_counts(stored):
    times = sorted(one.created_at for one in decided(stored, DESK))
    since, until = times[len(times) // 2], times[-1]
    found = backtest(stored, DESK, since, until, {})

    assert len(found.sent) == sum(at >= since for at in times)
    assert found.busiest_week <= len(found.sent)
    assert found.labelled.precision is None


def test_messages_keep_digests_quiet_hours_and_the_bound_of_an_hour():
    alerts = [an_alert(number, NOON + number * MINUTE) for number in range(5)]
    rule = AlertRule(name="desk", to="env:DESK")

    def shape(rule):
        return [(at - NOON, len(group)) for at, group in messages_of(rule, alerts)]

    hour = timedelta(hours=1)
    assert shape(rule) == [(number * MINUTE, 1) for number in range(5)]
    assert shape(replace(rule, digest="hourly")) == [(hour, 5)]
    assert shape(replace(rule, quiet="12:02-13:00 UTC")) == [(0 * hour, 1), (MINUTE, 1), *[(hour, 1)] * 3]
    assert shape(replace(rule, at_most=2)) == [(0 * hour, 1), (MINUTE, 1), (hour, 3)]


def test_the_command_counts_shows_examples_and_says_how_right_they_are(invoke):
    shown = invoke("--since", "2024-01-01T00:00:00Z", "--examples", "2")
    (told,) = json.loads(invoke("--since", "2024-01-01T00:00:00Z", "--json", "--examples", "2").stdout)

    assert shown.exit_code == 0, shown.output
    assert f"desk: {told['alerts']} alerts in {told['messages']} messages from 2024-01-01" in shown.stdout
    assert "a week" in shown.stdout
    assert told["alerts"] == sum(told["labelled"].values()) > 5
    assert told["precision"] == pytest.approx(told["labelled"]["right"] / told["alerts"])
    assert [set(one) for one in told["examples"]] == [
        {"sent_at", "message", "says", "development_id", "title", "body", "url"}
    ] * 2
    assert told["examples"][0]["title"] in shown.stdout


def test_labels_of_ones_own_say_what_is_right(invoke, stored, tmp_path):
    labels = tmp_path / "labels.jsonl"
    lines = [json.dumps({"url": row.url, "developments": []}) for row in stored.rows.values()]
    labels.write_text("\n".join(lines), encoding="utf-8")
    (told,) = json.loads(invoke("--since", "2024-01-01T00:00:00Z", "--json", "--labels", str(labels)).stdout)

    assert told["precision"] == 0
    labels.write_text('{"url": 3}\n', encoding="utf-8")
    refused = invoke("--labels", str(labels))
    assert (refused.exit_code, f"{labels}:1: expected a line such as" in refused.stderr) == (2, True)


def test_labels_are_read_as_other_programs_write_them_and_lines_of_an_article_count_together(tmp_path):
    labels = tmp_path / "labels.jsonl"
    one = '{"url": "https://a.example/1", "developments": ["a\u2028b"]}'
    labels.write_bytes(b"\xef\xbb\xbf" + f"{one}\r\n\r\n".encode())
    assert read_labels(labels)["https://a.example/1"] == {"a\u2028b"}

    other = '{"url": "https://a.example/1", "developments": ["c"]}'
    labels.write_text(f"{one}\n{other}\n", encoding="utf-8")
    assert read_labels(labels)["https://a.example/1"] == {"a\u2028b", "c"}


def test_what_waits_for_the_next_digest_at_the_end_counts(stored):
    until = max(one.created_at for one in decided(stored, DESK))
    single, daily = (
        backtest(stored, rule, START, until, {}) for rule in (DESK, replace(DESK, digest="daily"))
    )

    assert len(daily.sent) == len(single.sent) > 5
    assert max(one.sent_at for one in daily.sent) > until


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ('[[alerts]]\nname = "desk"\n', "alerts[0].to: this key is missing"),
        ('[[alerts]]\nname = "desk"\nto = "env:X"\nstatuses = ["agred"]\n', "did you mean `agreed`?"),
        ('[[alerts]]\nname = "desk"\nto = "env:X"\nentities = ["company:nobody"]\n', "company:nobody"),
        ("[[alerts]\n", "this is not TOML"),
        ("# nothing\n", "there is no rule in it"),
    ],
)
def test_a_file_of_rules_that_is_wrong_says_where(invoke, rules, said):
    result = invoke(rules=rules)

    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr
    assert "rules.toml" in result.stderr


def test_a_time_after_all_that_is_stored_is_told(invoke):
    result = invoke("--since", "2030-01-01T00:00:00Z")

    assert (result.exit_code, "nothing is stored since 2030-01-01" in result.stderr) == (2, True)


def test_the_bundled_labels_know_which_news_an_article_reports():
    assert any(read_labels(None).values())


def test_a_rule_is_told_of_the_past_only_when_it_is_asked_for_and_once(snapshot, tmp_path, monkeypatch):
    home = tmp_path / "home"
    shutil.copytree(snapshot.parent, home)
    rule = '\n[[alerts]]\nname = "past"\nto = "env:PAST"\nevent_types = ["safety"]\nabout = "developments"\n'
    shutil.copytree(default_watch_file().parent / "examples", home / "examples")
    text = default_watch_file().read_text(encoding="utf-8")
    (home / "watch.toml").write_text(text + rule, encoding="utf-8")

    def replay(*arguments):
        return CliRunner().invoke(main, ["--home", str(home), "alerts", "replay", *arguments, "--json"])

    with Receiver() as desk:
        monkeypatch.setenv("PAST", desk.url)
        first = replay("past", "--since", "2024-01-01T00:00:00Z")
        again = replay("past", "--since", "2024-01-01T00:00:00Z")

    assert first.exit_code == 0, first.output
    told = json.loads(first.stdout)
    assert told["alerts"] == told["sent"] == len(desk.messages) > 0
    assert json.loads(again.stdout) == {"alerts": 0, "sent": 0, "failed": 0}
    assert all("Sicherheit" in message["title"] for message in desk.messages)
    assert (
        "there is no rule 'pats'; there are past" in replay("pats", "--since", "2024-01-01T00:00:00Z").stderr
    )
