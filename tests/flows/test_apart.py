"""Messages are sent by a process of its own: no channel holds a cycle for long, or keeps others from being told."""

import os
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from extractors.watch import AlertRule
from flows.alerts import deliver as delivering
from flows.alerts.apart import Apart, BrokenOffError
from flows.alerts.channel import DeliveryError
from flows.alerts.deliver import REPEAT, deliver
from flows.newsroom.receiver import Receiver
from tests.flows.dripping import Dripping
from warehouse.database import open_warehouse
from warehouse.journal import Journal
from warehouse.judged import Alert
from warehouse.outbox import save_alerts

NOW = datetime(2024, 3, 28, 12, tzinfo=UTC)
BAD, GOOD = AlertRule(name="bad", to="env:BAD"), AlertRule(name="good", to="env:GOOD")


@pytest.fixture
def receiver():
    with Receiver() as entered:
        yield entered


@pytest.fixture
def dripping():
    with Dripping() as entered:
        yield entered


def an_alert(number, rule):
    return Alert(
        alert_id=f"{rule.name}-{number}",
        kind="development",
        development_id=f"d{number}",
        rule=rule.name,
        channel="json",
        state="pending",
        created_at=NOW,
        sent_at=None,
        attempts=0,
        error=None,
        title=f"Title {number}",
        body="Body",
    )


def test_a_channel_that_never_ends_its_answer_holds_the_others_for_one_deadline(
    tmp_path, receiver, dripping, monkeypatch
):
    monkeypatch.setattr("flows.alerts.apart.DEADLINE_S", 2)
    environment = {"BAD": dripping.url, "GOOD": receiver.url}
    journal = Journal(tmp_path / "journal")
    with open_warehouse(tmp_path / "w.duckdb") as con:
        save_alerts(con, [an_alert(1, BAD), an_alert(2, BAD), an_alert(1, GOOD)])
        begun = time.monotonic()
        told = deliver(con, [BAD, GOOD], environment, NOW, journal=journal)
        assert time.monotonic() - begun < 20
        rows = con.execute("SELECT alert_id, state, attempts FROM alerts ORDER BY alert_id").fetchall()
        assert rows == [("bad-1", "failed", 1), ("bad-2", "pending", 0), ("good-1", "sent", 1)]
        assert (told.sent, told.failed, len(receiver.messages)) == (1, 1, 1)
        assert journal.last_events()["bad-1"][0] == "trying"

        sent = []
        later = NOW + timedelta(hours=1)
        deliver(con, [BAD], environment, later, lambda _url, _title, body: sent.append(body))
    assert sorted(REPEAT in body for body in sent) == [False, True]
    assert delivering._APART._sender is None


def test_one_process_sends_many_and_another_one_follows_where_it_was_ended(receiver):
    with closing(Apart()) as apart:
        for number in range(3):
            apart.send(receiver.url, f"Title {number}", "Body")
        first = apart._sender
        assert len(receiver.messages) == 3
        os.kill(first.pid, 9)
        first.wait()
        with pytest.raises(BrokenOffError):
            apart.send(receiver.url, "Lost", "Body")
        apart.send(receiver.url, "Title 4", "Body")
        assert apart._sender.pid != first.pid


def test_a_sender_that_says_nothing_is_ended(receiver, monkeypatch):
    monkeypatch.setattr("flows.alerts.apart.SILENT_S", 0.01)
    with closing(Apart()) as apart, pytest.raises(BrokenOffError):
        apart.send(receiver.url, "Title", "Body")


def test_what_a_channel_refuses_is_no_doubt():
    with closing(Apart()) as apart, pytest.raises(DeliveryError, match="no connection") as told:
        apart.send("json://me:hunter2@127.0.0.1:9/", "Title", "Body")

    assert not isinstance(told.value, BrokenOffError)
    assert "hunter2" not in str(told.value)
