"""A channel that is dead for days, and a rule that is set up wrongly: nothing is lost, and nobody else pays for it."""

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest

from extractors.watch import AlertRule
from flows.alerts.channel import DeliveryError
from flows.alerts.deliver import deliver
from flows.alerts.deliver import test_message as send_test
from flows.alerts.rules import alerts_for
from flows.settings import read_settings
from flows.troubles import same_channel
from tests.flows.faulty import Here, Mailbox
from tests.flows.test_alert_messages import NEWS, SEEN
from warehouse.database import insert, open_warehouse
from warehouse.judged import Development
from warehouse.outbox import due_alerts, retry_failed, save_alerts

NOW = datetime(2024, 3, 28, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DESK = AlertRule(name="desk", to="env:DESK")
SIGNED = AlertRule(name="signed", to="env:DESK", secret="env:HOOK")
OTHER = AlertRule(name="other", to="json://phone/")
HOOK = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "w.duckdb") as opened:
        yield opened


class Phone:
    """Takes messages while it is up."""

    def __init__(self):
        """Be up."""
        self.up, self.titles = True, []

    def __call__(self, _url, title, _body):
        """Take a message."""
        if not self.up:
            raise DeliveryError("no connection to the channel")
        self.titles.append(title)


def hears(con, rules, number, now):
    news = replace(NEWS, development_id=f"d{number}", what=f"News {number:03}", reported_at=now)
    seen = {news.development_id: replace(SEEN, article_title=news.what)}
    save_alerts(con, alerts_for([news], [], {}, seen, rules, {}, now))


def test_a_busy_desk_whose_channel_is_dead_for_two_days_gets_all_in_order_once(con):
    phone, now = Phone(), NOW
    phone.up = False
    for number in range(48):
        hears(con, [DESK], number, now)
        for _ in range(4):
            deliver(con, [DESK], {"DESK": "json://phone/"}, now, phone)
            now += HOUR / 4

    phone.up = True
    for _ in range(13):
        deliver(con, [DESK], {"DESK": "json://phone/"}, now, phone)
        now += HOUR

    assert phone.titles == [f"News {number:03}" for number in range(48)]
    assert due_alerts(con) == ()


@pytest.mark.parametrize("secret", ["", "hunter2", "whsec_", "whsec_!hunter2"])
def test_a_rule_that_cannot_sign_keeps_no_other_one_of_its_channel_waiting(con, secret):
    phone, rules = Phone(), [SIGNED, DESK]
    for number in range(3):
        now = NOW + number * 5 * MINUTE
        hears(con, rules, number, now)
        deliver(con, rules, {"DESK": "json://phone/", "HOOK": secret}, now, phone)

    assert phone.titles == ["News 000", "News 001", "News 002"]
    waiting = due_alerts(con)
    assert {one.rule for one in waiting} == {"signed"}
    assert all("HOOK" in (one.error or "HOOK") and "hunter2" not in (one.error or "") for one in waiting)

    for hours in range(1, 14):
        deliver(con, rules, {"DESK": "json://phone/", "HOOK": HOOK}, NOW + hours * HOUR, phone)
    assert phone.titles[3:] == ["News 000", "News 001", "News 002"]


def test_what_a_rule_cannot_sign_is_told_by_the_other_rules_of_its_channel(tmp_path):
    settings = read_settings({"DESK": "json://phone/"}, home=tmp_path)

    assert set(same_channel([SIGNED, DESK, OTHER], settings)) == {
        frozenset({"signed"}),
        frozenset({"desk", "other"}),
    }


def test_what_failed_by_a_clock_that_was_years_ahead_is_tried_again(con):
    phone, places = Phone(), {"DESK": "json://phone/"}
    phone.up = False
    hears(con, [DESK], 0, NOW)
    deliver(con, [DESK], places, NOW + 2000 * 24 * HOUR, phone)
    phone.up = True
    deliver(con, [DESK], places, NOW + MINUTE, phone)

    assert phone.titles == ["News 000"]


@pytest.mark.parametrize("secret", ["", "hunter2"])
def test_a_test_message_that_cannot_be_signed_names_its_rule(secret):
    with pytest.raises(DeliveryError, match=r"rule signed \(env:DESK\): .*HOOK"):
        send_test(SIGNED, {"DESK": "json://phone/", "HOOK": secret}, NOW, Phone())


def stored(con, origins):
    """Store the first development with so many origins, as a load does."""
    con.execute("DELETE FROM developments")
    row = {name: getattr(NEWS, name) for name in Development.__slots__}
    told = {"development_id": "d0", "origins": origins, "participants": list(NEWS.participants)}
    insert(con, "developments", [row | told])


def test_a_rule_that_was_gone_for_a_cycle_still_waits_for_origins(con):
    phone, rule, places = Phone(), replace(DESK, min_origins=2), {"DESK": "json://phone/"}
    hears(con, [rule], 0, NOW)
    stored(con, 1)
    deliver(con, [], places, NOW + MINUTE, phone)  # the file was saved with a slip in the name
    deliver(con, [rule], places, NOW + 2 * MINUTE, phone)
    retry_failed(con, None)
    deliver(con, [rule], places, NOW + 3 * MINUTE, phone)
    assert phone.titles == []

    stored(con, 2)
    deliver(con, [rule], places, NOW + 4 * MINUTE, phone)
    assert phone.titles == ["News 000"]


def test_a_rule_that_was_gone_for_a_cycle_still_tells_by_its_digest(con):
    phone, rule, places = Phone(), replace(DESK, digest="daily"), {"DESK": "json://phone/"}
    hears(con, [rule], 0, NOW)
    stored(con, 1)
    deliver(con, [], places, NOW + MINUTE, phone)
    deliver(con, [rule], places, NOW + HOUR, phone)
    assert phone.titles == []

    deliver(con, [rule], places, NOW + 13 * HOUR, phone)
    assert phone.titles == ["News 000"]


def test_a_rule_that_comes_back_after_weeks_tells_nothing_of_the_past(con):
    phone, places = Phone(), {"DESK": "json://phone/"}
    hears(con, [DESK], 0, NOW)
    stored(con, 1)
    deliver(con, [], places, NOW + MINUTE, phone)
    deliver(con, [DESK], places, NOW + 40 * 24 * HOUR, phone)

    assert phone.titles == []


class Strict(Mailbox):
    """A mail server that answers to mails what it is told to, in turn, and then takes them."""

    def __init__(self, port, *answers):
        """Listen on `port` once it is entered."""
        super().__init__(port)
        self._answers = list(answers)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the name that aiosmtpd asks for
        """Answer."""
        return self._answers.pop(0) if self._answers else await super().handle_DATA(server, session, envelope)

    def titles(self):
        """Return the subjects of what it took."""
        return [message_from_bytes(mail)["Subject"] for mail in self.mails]


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_a_mail_server_that_is_busy_gets_all_in_order_and_its_answer_is_told(con, port):
    with Strict(port, "451 4.7.1 greylisted") as mailbox:
        for number in range(2):
            hears(con, [DESK], number, NOW + number * MINUTE)
        deliver(con, [DESK], {"DESK": mailbox.url}, NOW + MINUTE, Here())
        told = [one.error for one in due_alerts(con)]
        deliver(con, [DESK], {"DESK": mailbox.url}, NOW + 5 * MINUTE, Here())

    assert told == ["rule desk (env:DESK): the mail server answered with status 451", None]
    assert mailbox.titles() == ["News 000", "News 001"]


def test_a_mail_that_is_refused_for_what_it_is_holds_no_other_one(con, port):
    with Strict(port, "554 5.7.1 looks like spam") as mailbox:
        for number in range(2):
            hears(con, [DESK], number, NOW + number * MINUTE)
        deliver(con, [DESK], {"DESK": mailbox.url}, NOW + MINUTE, Here())

    assert mailbox.titles() == ["News 001"]
    assert [one.error for one in due_alerts(con)] == [
        "rule desk (env:DESK): the mail server answered with status 554"
    ]


@pytest.mark.parametrize(
    ("scheme", "lacking"), [("mailto://me:hunter2@", "AUTH"), ("mailtos://", "STARTTLS")]
)
def test_what_a_mail_server_does_not_offer_is_told(con, port, scheme, lacking):
    with Strict(port) as mailbox:
        hears(con, [DESK], 0, NOW)
        url = mailbox.url.replace("mailto://", scheme) + ("&mode=insecure" if lacking == "AUTH" else "")
        deliver(con, [DESK], {"DESK": url}, NOW, Here())

    (alert,) = due_alerts(con)
    assert alert.error == (
        f"rule desk (env:DESK): the mail server does not offer {lacking}, which the address asks for"
    )


def test_the_plain_text_of_a_mail_has_the_lines_of_the_message(con, port):
    with Strict(port) as mailbox:
        hears(con, [DESK], 0, NOW)
        (alert,) = due_alerts(con)
        deliver(con, [DESK], {"DESK": mailbox.url}, NOW, Here())

    parts = message_from_bytes(mailbox.mails[0]).walk()
    (plain,) = [
        part.get_payload(decode=True).decode() for part in parts if part.get_content_type() == "text/plain"
    ]
    assert [line for line in plain.splitlines() if line] == [line for line in alert.body.splitlines() if line]
