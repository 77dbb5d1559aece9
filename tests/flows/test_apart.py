"""Messages are sent by a process of its own: no channel holds a cycle for long, or keeps others from being told."""

import json
import os
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from extractors.watch import AlertRule
from flows.alerts import deliver as delivering
from flows.alerts.apart import Apart, BrokenOffError, end_sender, hand_over, start_sender
from flows.alerts.channel import DeliveryError
from flows.alerts.deliver import REPEAT, deliver
from flows.alerts.sending import BROKEN_OFF, MOST
from flows.newsroom.receiver import Receiver
from tests.flows.dripping import Dripping
from tests.flows.meeting import Meeting
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
        told = deliver(con, [BAD, GOOD], environment, NOW, journal=journal)
        rows = con.execute("SELECT alert_id, state, attempts FROM alerts ORDER BY alert_id").fetchall()
        assert rows == [("bad-1", "failed", 1), ("bad-2", "pending", 0), ("good-1", "sent", 1)]
        assert (told.sent, told.failed, len(receiver.messages)) == (1, 1, 1)
        assert journal.last_events()["bad-1"][0] == "trying"

        sent = []
        later = NOW + timedelta(hours=1)
        deliver(con, [BAD], environment, later, lambda _url, _title, body: sent.append(body))
    assert sorted(REPEAT in body for body in sent) == [False, True]
    assert delivering.send_by_apprise._sender is None


def test_channels_that_hang_do_so_side_by_side(tmp_path):
    """Each is answered only once all have been asked: one after the other, all would be broken off."""
    rules = [AlertRule(name=f"r{number}", to=f"env:R{number}") for number in range(MOST)]
    with Meeting(MOST) as meeting, open_warehouse(tmp_path / "w.duckdb") as con:
        save_alerts(con, [an_alert(1, rule) for rule in rules])
        environment = {f"R{number}": f"{meeting.url}{number}" for number in range(MOST)}
        told = deliver(con, rules, environment, NOW)

    assert (told.sent, told.failed) == (MOST, 0)


def test_the_messages_to_one_channel_keep_their_order_whatever_the_others_do(tmp_path, receiver):
    other = AlertRule(name="other", to="env:GOOD", about="developments")
    with Meeting(1) as elsewhere, open_warehouse(tmp_path / "w.duckdb") as con:
        alerts = [an_alert(number, rule) for number in range(3) for rule in (GOOD, BAD, other)]
        save_alerts(con, alerts)
        told = deliver(con, [BAD, GOOD, other], {"BAD": elsewhere.url, "GOOD": receiver.url}, NOW)

    assert (told.sent, told.failed) == (9, 0)
    order = [f"Title {number}" for number in range(3)]
    assert [one["title"] for one in receiver.messages] == order * 2  # two rules, one channel
    assert (elsewhere.titles, elsewhere.most) == (order, 1)


def test_the_sending_process_keeps_order_and_answers_what_cannot_be_sent(receiver):
    places = {"good": receiver.url, "unset": "", "odd": "what://is-this"}
    messages = [
        {"id": f"{place}-{number}", "title": f"Title {number}", "body": "B", "url": url}
        for number in range(4)
        for place, url in places.items()
    ]
    sender = start_sender()
    hand_over(sender, messages)
    sender.stdin.close()
    told = dict(pair for line in sender.stdout for pair in json.loads(line).items())
    end_sender(sender)

    assert told.keys() == {one["id"] for one in messages}
    assert (told["good-3"], told["unset-3"]) == (None, "the environment variable is not set")
    assert "Apprise" in told["odd-3"]
    assert [one["title"] for one in receiver.messages] == [f"Title {number}" for number in range(4)]


def test_what_a_library_prints_is_no_answer(receiver):
    with closing(Apart()) as apart:
        apart.begin({"id": "one", "url": receiver.url, "title": "Title", "body": "Body"})
        apart._line = b"a line of somebody else\n[]\n3\n"

        assert apart.ended() == ("one", None)


def test_a_channel_that_hung_costs_a_deadline_now_and_then_and_its_messages_come_later(tmp_path):
    """Half a day of a cycle and an alert every quarter of an hour, in which one channel hangs but for the last two."""
    tried, heard, works_from = [], [], 40
    with open_warehouse(tmp_path / "w.duckdb") as con:
        for number in range(48):
            now = NOW + number * timedelta(minutes=15)

            def send(url, title, _body, number=number):
                if "bad" in url and number < works_from:
                    tried.append(number)
                    raise BrokenOffError(BROKEN_OFF)
                heard.append((url, title))

            save_alerts(con, [replace(an_alert(number, rule), created_at=now) for rule in (BAD, GOOD)])
            deliver(con, [BAD, GOOD], {"BAD": "json://bad", "GOOD": "json://good"}, now, send)
            assert heard.count(("json://good", f"Title {number}")) == 1, "the other channel notices nothing"
        undelivered = con.execute(
            "SELECT count(*) FROM alerts WHERE rule = 'bad' AND state = 'pending'"
        ).fetchone()

    assert tried[:5] == [0, 1, 2, 4, 6], "in the end once in half an hour"
    assert len(tried) == len(set(tried)) < 23
    assert undelivered == (0,)
    assert len({title for url, title in heard if "bad" in url}) > 40


def test_what_may_not_begin_any_more_waits_for_the_next_time(tmp_path):
    left, sent = [3], []

    def may_begin():
        left[0] -= 1
        return left[0] >= 0

    with open_warehouse(tmp_path / "w.duckdb") as con:
        save_alerts(con, [an_alert(number, rule) for number in range(4) for rule in (BAD, GOOD)])
        environment = {"BAD": "json://a", "GOOD": "json://b"}

        def send(url, _title, _body):
            sent.append(url)

        told = deliver(con, [BAD, GOOD], environment, NOW, send, may_begin=may_begin)
        assert sorted(sent) == ["json://a", "json://a", "json://b"], "each in its turn"
        assert con.execute(
            "SELECT state, attempts, count(*) FROM alerts GROUP BY ALL ORDER BY 1"
        ).fetchall() == [
            ("pending", 0, 5),
            ("sent", 1, 3),
        ]
        again = deliver(con, [BAD, GOOD], environment, NOW, send)

    assert (told.sent, again.sent) == (3, 5)


def test_one_process_sends_many_and_another_one_follows_where_it_was_ended(receiver):
    with closing(Apart()) as apart:
        for number in range(3):
            apart(receiver.url, f"Title {number}", "Body")
        first = apart._sender
        assert len(receiver.messages) == 3
        os.kill(first.pid, 9)
        first.wait()
        with pytest.raises(BrokenOffError):
            apart(receiver.url, "Lost", "Body")
        apart(receiver.url, "Title 4", "Body")
        assert apart._sender.pid != first.pid


def test_a_sender_that_says_nothing_is_ended(receiver, monkeypatch):
    monkeypatch.setattr("flows.alerts.apart.SILENT_S", 0.01)
    with closing(Apart()) as apart, pytest.raises(BrokenOffError):
        apart(receiver.url, "Title", "Body")


def test_what_a_channel_refuses_is_no_doubt():
    with closing(Apart()) as apart, pytest.raises(DeliveryError, match="no connection") as told:
        apart("json://me:hunter2@127.0.0.1:9/", "Title", "Body")

    assert not isinstance(told.value, BrokenOffError)
    assert "hunter2" not in str(told.value)
