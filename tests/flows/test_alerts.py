"""Decisions, messages and delivery of alerts, with a real outbox and a real receiver."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from extractors.watch import AlertRule
from flows.alerts.deliver import REPEAT, DeliveryError, deliver, send_by_apprise
from flows.alerts.deliver import test_message as send_test
from flows.alerts.hours import digest_is_due, is_quiet
from flows.alerts.message import Against, Evidence, Place, is_link, plain_line
from flows.alerts.rules import alerts_for, channels_of, next_try_at
from flows.alerts.writing import write_message
from flows.newsroom.receiver import Receiver
from warehouse.database import insert, open_warehouse
from warehouse.judged import Development
from warehouse.outbox import KnownAlert, due_alerts, known_alerts, note_attempt, retry_failed, save_alerts

NOW = datetime(2024, 3, 28, 12, tzinfo=UTC)
SEEN = Evidence(
    story_title="Xiaomi and BAIC",
    article_title="Talks",
    first=Place(url="https://wire.example/1", publisher="The Wire", reported_at=NOW, language="en"),
    names=("Xiaomi", "BAIC"),
)
NEWS = Development(
    development_id="d1",
    story_id="s1",
    event_type="partnership",
    status="talks",
    basis="unconfirmed",
    participants=("company:xiaomi",),
    what="Xiaomi talks with BAIC",
    sentence="Xiaomi is in talks with BAIC.",
    first_article_id="a1",
    reported_at=NOW,
    detected_at=NOW,
    articles=1,
    origins=1,
)
DESK = AlertRule(name="desk", to="env:DESK")


def decided(news=NEWS, rule=DESK, known=None, changed=(), now=NOW):
    told = {found.development_id: SEEN for found in (*([news] if news else []), *changed)}
    new = [news] if news else []
    return alerts_for(new, changed, known or {}, told, [rule], {rule.name: "json"}, now)


def in_ledger(con):
    return con.execute("SELECT state, attempts, error FROM alerts ORDER BY alert_id").fetchall()


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "w.duckdb") as opened:
        yield opened


class Taken:
    """A sender that keeps what it is given; fails for URLs in `dead`."""

    def __init__(self, dead=()):
        """Take everything but for `dead` URLs."""
        self.dead, self.messages = dead, []

    def __call__(self, url, title, body):
        """Keep the message, or fail."""
        if url in self.dead:
            raise DeliveryError("no connection to the channel")
        self.messages.append((title, body))


def test_a_message_holds_the_sentence_its_link_and_how_sure_it_is():
    message = write_message(NEWS, replace(SEEN, before=replace(NEWS, what="nothing was agreed")))

    assert message.title == "Xiaomi talks with BAIC"
    for part in (
        "“Xiaomi is in talks with BAIC.”",
        SEEN.first.url,
        "unconfirmed",
        "1 independent origin, 1 article",
        "Known before: nothing was agreed",
        "The Wire, 2024-03-28 12:00 UTC [en]",
    ):
        assert part in message.body


def test_a_message_shows_both_sides_of_a_contradiction():
    there = Place(url="https://other.example/2", publisher="Morgenblatt", reported_at=NOW, language="de")
    signed = {"what": "BAIC: partnership, agreed", "status": "agreed", "basis": "official"}
    contrary = replace(NEWS, **signed, sentence="Der Vertrag ist unterschrieben.")
    other = Against(development=contrary, place=there)
    lines = write_message(NEWS, replace(SEEN, against=(other,))).body.splitlines()

    start = lines.index("Contradicts: BAIC: partnership, agreed")
    assert lines[start + 1 : start + 4] == [
        "“Der Vertrag ist unterschrieben.”",
        "Morgenblatt, 2024-03-28 12:00 UTC [de]",
        "https://other.example/2",
    ]
    assert "“Xiaomi is in talks with BAIC.”" in lines


def test_a_message_counts_copies_apart_and_says_whether_it_is_on_official_word():
    told = replace(NEWS, articles=5, copies=2, origins=3)

    assert "3 independent origins, 3 articles +2 copies\n" in write_message(told, SEEN).body
    since = write_message(replace(told, official_at=NOW), SEEN).body
    assert "New: partnership, talks, unconfirmed" in since
    assert "3 articles +2 copies, on official word by now\n" in since
    official = write_message(replace(told, basis="official", official_at=NOW), SEEN).body
    assert "New: partnership, talks, official" in official
    assert "by now" not in official


def test_line_breaks_bidi_and_escape_codes_are_gone_from_a_title():
    hostile = replace(SEEN, article_title="a\r\nBcc: b\x1b[31m\u202ec\u2028d")

    assert write_message(replace(NEWS, what=hostile.article_title), hostile).title == "a Bcc: b [31mc d"
    assert len(plain_line("x" * 500, 140)) == 140


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "https://", "http://a b", "//a", "http://[x"]
)
def test_only_web_addresses_are_links(url):
    assert not is_link(url)
    assert url not in write_message(NEWS, replace(SEEN, first=replace(SEEN.first, url=url))).body


def test_a_filter_lets_only_its_own_pass():
    assert decided(rule=replace(DESK, statuses=("talks",)))
    for rule in (
        replace(DESK, statuses=("agreed",)),
        replace(DESK, basis=("official",)),
        replace(DESK, event_types=("legal",)),
    ):
        assert decided(rule=rule) == ()


def test_old_news_and_known_alerts_give_none():
    (alert,) = decided()
    assert decided(known={alert.alert_id: KnownAlert(state="pending")}) == ()
    assert decided(news=replace(NEWS, reported_at=NOW - timedelta(days=7, seconds=1))) == ()


def test_an_alert_waits_for_origins_and_goes_when_they_are_there(con):
    rule = replace(DESK, min_origins=2)
    (held,) = decided(rule=rule)
    save_alerts(con, [held])
    (released,) = decided(None, rule, known_alerts(con), [replace(NEWS, origins=2)])
    save_alerts(con, [released])

    assert (held.state, released.state, released.alert_id) == ("held", "pending", held.alert_id)
    assert in_ledger(con) == [("pending", 0, None)]
    assert decided(None, DESK, {decided()[0].alert_id: KnownAlert(state="pending")}, [NEWS]) == ()


def test_quiet_hours_run_over_midnight_in_their_own_zone():
    rule = replace(DESK, quiet="22:00-07:00 Europe/Berlin")
    told = {hour: is_quiet(rule, datetime(2024, 1, 5, hour, tzinfo=UTC)) for hour in (5, 6, 20, 21, 23)}

    assert told == {5: True, 6: False, 20: False, 21: True, 23: True}


def test_digests_go_out_after_the_full_hour_and_after_midnight():
    hourly, daily = replace(DESK, digest="hourly"), replace(DESK, digest="daily")
    assert not digest_is_due(hourly, NOW, NOW + timedelta(minutes=59))
    assert digest_is_due(hourly, NOW, NOW + timedelta(minutes=60))
    assert not digest_is_due(daily, NOW, NOW + timedelta(hours=11))
    assert digest_is_due(daily, NOW, NOW + timedelta(hours=12))


def test_tries_get_rarer_and_end_after_a_week():
    (alert,) = decided()
    tried = NOW + timedelta(days=2)  # held for long before its first try
    waits = [next_try_at(replace(alert, attempts=number, tried_at=tried)) for number in range(1, 30)]

    assert waits[0] == tried + timedelta(minutes=1)
    assert waits[1] == tried + timedelta(minutes=5)
    assert waits[-1] is None
    assert sum(at is not None for at in waits) >= 15


def test_the_kind_of_a_channel_tells_no_secret():
    other = AlertRule(name="mail", to="mailto://me:pw@mail.example")
    assert channels_of([DESK, other], {}) == {"desk": "unset", "mail": "mailto"}


def test_an_alert_reaches_a_webhook_once(con):
    save_alerts(con, decided())
    with Receiver() as desk:
        first = deliver(con, [DESK], {"DESK": desk.url}, NOW)
        again = deliver(con, [DESK], {"DESK": desk.url}, NOW)

    assert (first.sent, again.sent) == (1, 0)
    assert [message["title"] for message in desk.messages] == ["Xiaomi talks with BAIC"]
    assert in_ledger(con) == [("sent", 1, None)]


def test_a_text_that_is_too_long_for_a_service_comes_as_several_messages():
    words = "word " * 20_000
    with Receiver() as desk:  # a web hook of Apprise takes 32 768 characters
        send_by_apprise(desk.url, "A long digest", words)

    assert len(desk.messages) > 1
    assert all(len(message["message"]) <= 32_768 for message in desk.messages)
    assert sum(message["message"].count("word") for message in desk.messages) == 20_000


def test_a_dead_port_and_a_missing_variable_stop_no_other_channel_and_tell_no_secret(con, caplog):
    dead = AlertRule(name="dead", to="json://me:hunter2@127.0.0.1:9/hunter2")
    unset, odd = AlertRule(name="unset", to="env:NOWHERE"), AlertRule(name="odd", to="hunter2://x")
    for rule in (dead, unset, odd, DESK):
        save_alerts(con, decided(rule=rule))
    with Receiver() as desk, caplog.at_level(logging.DEBUG, logger="apprise"):
        delivery = deliver(con, [dead, unset, odd, DESK], {"DESK": desk.url}, NOW)

    errors = " ".join(error for _, _, error in in_ledger(con) if error)
    assert (delivery.sent, delivery.failed, len(desk.messages)) == (1, 3, 1)
    assert "rule unset (env:NOWHERE)" in errors
    assert "hunter2" not in errors + caplog.text


def test_a_failed_alert_is_tried_again_when_its_wait_is_over(con):
    save_alerts(con, decided())
    deliver(con, [DESK], {"DESK": "x"}, NOW, Taken(dead={"x"}))
    taken = Taken()

    assert deliver(con, [DESK], {"DESK": "x"}, NOW + timedelta(seconds=59), taken).sent == 0
    assert deliver(con, [DESK], {"DESK": "x"}, NOW + timedelta(seconds=60), taken).sent == 1
    assert REPEAT not in taken.messages[0][1]


def test_a_message_whose_result_was_never_noted_is_marked(con):
    save_alerts(con, decided())
    note_attempt(con, due_alerts(con)[0].alert_id, now=NOW)
    taken = Taken()
    deliver(con, [DESK], {"DESK": "x"}, NOW, taken)

    assert taken.messages[0][1].endswith(REPEAT)


def test_an_attempt_is_noted_before_it_is_made(con):
    save_alerts(con, decided())
    seen = []
    deliver(con, [DESK], {"DESK": "x"}, NOW, lambda *_: seen.append(in_ledger(con)))

    assert seen == [[("pending", 1, None)]]


def test_a_digest_is_one_message_and_waits_for_its_hour(con):
    rule = replace(DESK, digest="hourly")
    news = [replace(NEWS, development_id=f"d{number}", what=f"news {number}") for number in range(3)]
    for found in news:
        save_alerts(con, decided(found, rule))
        insert(
            con,
            "developments",
            [
                {name: getattr(found, name) for name in Development.__slots__}
                | {"participants": list(found.participants)}
            ],
        )
    taken = Taken()
    early = deliver(con, [rule], {"DESK": "x"}, NOW, taken)
    late = deliver(con, [rule], {"DESK": "x"}, NOW + timedelta(hours=1), taken)

    assert (early.sent, early.held, late.sent) == (0, 3, 3)
    assert [title for title, _ in taken.messages] == ["3 developments"]


def test_an_alert_of_a_rule_that_is_gone_fails_once(con):
    save_alerts(con, decided())

    assert deliver(con, [], {}, NOW).failed == 1
    assert deliver(con, [], {}, NOW).failed == 0


def test_retrying_makes_a_failed_alert_due_by_the_start_of_its_id(con):
    save_alerts(con, decided())
    deliver(con, [DESK], {}, NOW)
    retry_failed(con, "nothing-like-it")
    assert in_ledger(con)[0][0] == "failed"
    retry_failed(con, due_alerts(con)[0].alert_id[:8])
    assert in_ledger(con) == [("pending", 0, None)]


def test_a_test_message_that_fails_says_which_variable():
    with pytest.raises(DeliveryError, match=r"desk.*env:DESK"):
        send_test(DESK, {}, NOW)
