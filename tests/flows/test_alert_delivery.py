"""Alerts reach real channels that are down, slow or broken: all of them, later, in order, once."""

import email
import json
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from standardwebhooks import Webhook

from extractors.watch import AlertRule
from flows.alerts.channel import DeliveryError
from flows.alerts.deliver import REPEAT, deliver
from flows.alerts.deliver import test_message as send_test
from flows.alerts.rules import alerts_for
from flows.alerts.webhook import signed_headers
from tests.flows.faulty import Faulty, Here, Mailbox
from tests.flows.test_alert_messages import NEWS, SEEN
from warehouse.database import insert, open_warehouse
from warehouse.judged import Development
from warehouse.outbox import due_alerts, save_alerts

NOW = datetime(2024, 3, 28, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
DESK = AlertRule(name="desk", to="env:DESK", secret="env:HOOK")


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "w.duckdb") as opened:
        yield opened


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def desk(con):
    """A desk that decides on numbered news and sends what is due, at times of its own."""

    class Desk:
        rule, url = DESK, ""

        def hears(self, number, now, **changes):
            told = {"development_id": f"d{number}", "what": f"News {number:03}", "reported_at": now}
            news = replace(NEWS, **told | changes)
            seen = replace(SEEN, article_title=f"News {number:03}")
            alerts = alerts_for([news], [], {}, {news.development_id: seen}, [self.rule], {}, now)
            save_alerts(con, alerts)

        def sends(self, now, outlet=None):
            environment = {"DESK": self.url, "HOOK": SECRET}
            return deliver(con, [self.rule], environment, now, outlet or Here())

        def origins(self, number):
            """Store the first developments, which have an origin each, as a load does."""
            con.execute("DELETE FROM developments")
            for key in range(number):
                row = {name: getattr(NEWS, name) for name in Development.__slots__}
                row |= {"development_id": f"d{key}", "participants": list(NEWS.participants)}
                insert(con, "developments", [row])

        def left(self):
            return [(one.state, one.attempts, one.error) for one in due_alerts(con)]

    return Desk()


def titles(found):
    return [told["title"] for _, _, told in found]


def through(desk, start, stop, every, news=()):
    """Let cycles run from one time to another; `news` are numbered, by the time at which they come."""
    now = start
    coming = dict(news)
    while now <= stop:
        for at in [at for at in coming if at <= now]:
            desk.hears(coming.pop(at), now)
        desk.sends(now)
        now += every


NEWS_OF_TWO_DAYS = [(NOW + hours * HOUR, number) for number, hours in enumerate((0, 1, 2, 7, 20, 30, 47))]
ALL = [f"News {number:03}" for number in range(7)]


def test_a_web_hook_that_is_down_for_two_days_gets_all_in_order_once(desk, port):
    desk.url = f"json://127.0.0.1:{port}/hook"
    through(desk, NOW, NOW + 48 * HOUR, 20 * MINUTE, NEWS_OF_TWO_DAYS)
    assert [state for state, _, _ in desk.left()].count("pending") + len(desk.left()) >= len(ALL)

    with Faulty(port=port) as hook:
        through(desk, NOW + 48 * HOUR, NOW + 61 * HOUR, 20 * MINUTE, [(NOW + 50 * HOUR, 7)])

    assert titles(hook.taken) == [*ALL, "News 007"]
    assert desk.left() == []


def test_a_mail_server_that_is_down_for_two_days_gets_all_in_order_once(desk, port):
    mailbox = Mailbox(port)
    desk.url = mailbox.url
    through(desk, NOW, NOW + 48 * HOUR, HOUR, NEWS_OF_TWO_DAYS)

    with mailbox:
        through(desk, NOW + 48 * HOUR, NOW + 61 * HOUR, HOUR)

    mails = [email.message_from_bytes(mail) for mail in mailbox.mails]
    assert [mail["Subject"] for mail in mails] == ALL
    texts = {
        part.get_content_type(): part.get_payload(decode=True).decode()
        for part in mails[0].walk()
        if not part.is_multipart()
    }
    assert f"“{NEWS.sentence}”" in texts["text/html"]
    assert '<a href="https://wire.example/1">' in texts["text/html"]
    assert "The Wire" in texts["text/plain"]


@pytest.mark.parametrize(
    "faults",
    [
        [500, 500, 500],
        [503, 200, 500, 500],
        [429],
        ["slow", 500],
        [200, 500, 500, 200, 500, 500],
        [404, 500, 301],
    ],
)
def test_what_a_web_hook_refuses_comes_later_in_order_and_once(desk, faults):
    with Faulty(faults) as hook:
        desk.url = hook.url
        through(
            desk,
            NOW,
            NOW + 4 * HOUR,
            5 * MINUTE,
            [(NOW + number * 7 * MINUTE, number) for number in range(6)],
        )

    assert titles(hook.taken) == [f"News {number:03}" for number in range(6)]
    assert not any(told["data"]["may_be_repeat"] for _, _, told in hook.taken)
    assert desk.left() == []


def test_a_message_that_is_refused_for_what_it_is_holds_no_other_one(desk):
    with Faulty() as hook:
        desk.url = hook.url
        desk.hears(0, NOW)
        hook.faults.append(413)
        desk.hears(1, NOW)
        desk.sends(NOW)
        assert titles(hook.taken) == ["News 001"]
        hook.faults.append(413)
        desk.hears(2, NOW + MINUTE)
        desk.sends(NOW + MINUTE)
        through(desk, NOW + 2 * MINUTE, NOW + HOUR, 2 * MINUTE)

    assert titles(hook.taken) == ["News 001", "News 002", "News 000"]


def test_a_connection_that_is_cut_is_tried_again_under_the_same_id_and_says_so(desk):
    with Faulty(["cut", "cut"]) as hook:
        desk.url = hook.url
        through(desk, NOW, NOW + HOUR, MINUTE, [(NOW, 0), (NOW + 2 * MINUTE, 1)])

    ids = [headers["webhook-id"] for headers, _, _ in hook.seen]
    repeats = [told["data"]["may_be_repeat"] for _, _, told in hook.seen]
    assert titles(hook.seen) == ["News 000"] * 3 + ["News 001"]
    assert (len(set(ids[:3])), ids[3] in ids[:3]) == (1, False)
    assert repeats == [False, True, True, False]
    assert hook.taken[0][2]["message"].endswith(REPEAT)


def test_a_web_hook_that_asks_for_time_is_left_alone_for_so_long(desk):
    with Faulty([429], retry_after="3600") as hook:
        desk.url = hook.url
        desk.hears(0, NOW)
        desk.sends(NOW)
        ((state, _, error),) = desk.left()
        through(desk, NOW + MINUTE, NOW + 59 * MINUTE, MINUTE, [(NOW + 5 * MINUTE, 1)])
        assert (state, len(hook.seen)) == ("failed", 1)
        assert "it asks to wait 3600 s" in error
        desk.sends(NOW + HOUR)

    assert titles(hook.taken) == ["News 000", "News 001"]


@pytest.mark.parametrize(
    "asked", ["soon", "nan", "-5", "Mon, 01 Jan 0001 00:00:00 +1200", "Fri, 99 Foo 2024", "9" * 400, ""]
)
def test_a_web_hook_that_asks_for_nonsense_is_told_by_its_status(desk, asked):
    with Faulty([429], retry_after=asked) as hook:
        desk.url = hook.url
        desk.hears(0, NOW)
        desk.sends(NOW)
        ((_, _, error),) = desk.left()

    assert "the channel answered with status 429" in error


class StoppedError(BaseException):
    """Stands for the kill."""


class Killed(Here):
    """Sends, and is killed before anything can be noted."""

    def begin(self, message):
        """Send the message and stop."""
        super().begin(message)
        raise StoppedError


def test_a_kill_between_sending_and_noting_leads_to_no_second_message_with_another_id(desk):
    with Faulty() as hook:
        desk.url = hook.url
        desk.hears(0, NOW)
        with pytest.raises(StoppedError):
            desk.sends(NOW, Killed())
        desk.sends(NOW + MINUTE)
        desk.sends(NOW + 2 * MINUTE)

    (first, second) = hook.taken
    assert first[0]["webhook-id"] == second[0]["webhook-id"]
    assert (first[2]["data"]["may_be_repeat"], second[2]["data"]["may_be_repeat"]) == (False, True)


def test_a_digest_that_failed_comes_again_as_it_was_and_what_is_new_apart(desk):
    desk.rule = replace(DESK, digest="hourly")
    with Faulty([500]) as hook:
        desk.url = hook.url
        for number in range(3):
            desk.hears(number, NOW)
        desk.origins(3)
        desk.sends(NOW + HOUR)
        desk.hears(3, NOW + HOUR)
        desk.origins(4)
        through(desk, NOW + HOUR, NOW + 3 * HOUR, 5 * MINUTE)

    ids = [headers["webhook-id"] for headers, _, _ in hook.seen]
    told = [[one["title"] for one in found["data"].get("alerts", [])] for _, _, found in hook.seen]
    assert told == [ALL[:3], ALL[:3], []]
    assert titles(hook.taken) == ["3 developments", "News 003"]
    assert (ids[0] == ids[1], ids[1] == ids[2]) == (True, False)


def test_what_is_more_than_an_hour_may_have_comes_in_one_message(desk):
    desk.rule = replace(DESK, at_most=2)
    with Faulty() as hook:
        desk.url = hook.url
        for number in range(5):
            desk.hears(number, NOW - (5 - number) * MINUTE)
        desk.origins(5)
        desk.sends(NOW)
        assert [error for _, _, error in desk.left()] == [
            "its rule sends at most 2 messages an hour; the rest waits for one"
        ] * 3
        through(desk, NOW + MINUTE, NOW + 59 * MINUTE, MINUTE)
        assert titles(hook.taken) == ALL[:2]
        through(desk, NOW + HOUR, NOW + 61 * MINUTE, MINUTE)

    assert titles(hook.taken) == [*ALL[:2], "3 developments"]
    assert [one["title"] for one in hook.taken[2][2]["data"]["alerts"]] == ALL[2:5]
    assert desk.left() == []


def test_a_web_hook_is_signed_and_holds_the_development(desk):
    with Faulty() as hook:
        desk.url = hook.url
        desk.hears(0, NOW)
        desk.sends(NOW)
        send_test(DESK, {"DESK": hook.url, "HOOK": SECRET}, NOW, Here())

    for headers, body, told in hook.taken:
        assert Webhook(SECRET).verify(body, headers) == told
    development = hook.taken[0][2]["data"]["development"]
    assert hook.taken[0][2]["type"] == "development.news"
    assert (development["development_id"], development["sentence"]) == ("d0", NEWS.sentence)
    assert development["first"]["url"] == SEEN.first.url
    assert development["participants"][0] == {"id": "company:xiaomi", "name": "Xiaomi"}
    assert hook.taken[1][2]["type"] == "test"


def test_the_signature_is_that_of_the_specification():
    at = datetime.fromtimestamp(1614265330, UTC)
    key = "msg_p5jXN8AQM9LWM0D4loKWxJek"

    assert signed_headers(key, at, '{"test": 2432232314}', SECRET) == {
        "webhook-id": key,
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    two = signed_headers(key, at, "{}", f"{SECRET} whsec_{'A' * 32}")["webhook-signature"]
    assert len(two.split()) == 2


@pytest.mark.parametrize("secret", ["", "hunter2", "whsec_", "whsec_!hunter2"])
def test_nothing_goes_out_unsigned_where_a_signature_is_wanted(desk, secret):
    with Faulty() as hook, pytest.raises(DeliveryError, match="secret") as caught:
        send_test(DESK, {"DESK": hook.url, "HOOK": secret}, NOW, Here())

    assert hook.seen == []
    assert "hunter2" not in str(caught.value)


def test_an_address_of_the_web_is_a_web_hook(desk):
    with Faulty() as hook:
        desk.url = hook.url.replace("json://", "http://")
        desk.hears(0, NOW)
        desk.sends(NOW)

    assert titles(hook.taken) == ["News 000"]
    assert "webhook-signature" in hook.taken[0][0]


def test_a_chat_that_reads_markdown_gets_what_is_quoted_as_text(desk):
    with Faulty() as chat:
        desk.url = f"mmost://127.0.0.1:{chat.port}/aaaaaaaaaaaaaaaaaaaaaaaaaa"
        desk.hears(0, NOW, sentence="**Buy** [this](https://evil.example/) @channel <!here>")
        desk.sends(NOW)

    ((_, _, told),) = chat.taken
    assert r"\*\*Buy\*\* \[this\]\(https\://evil\.example/\)" in told["text"]
    assert "@channel" not in told["text"]
    assert "<https://wire.example/1>" in told["text"]


@pytest.mark.parametrize(
    ("kind", "place", "url", "shown"),
    [
        (
            "slack",
            "webhook_url",
            "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#desk",
            "&lt;!channel&gt; R&amp;D",
        ),
        ("google_chat", "notify_url", "gchat://room/key/token", "<\u200b!channel> R&D"),
    ],
)
def test_a_chat_with_a_markup_of_its_own_calls_nobody_and_hides_no_address(
    desk, monkeypatch, kind, place, url, shown
):
    plugin = import_module(f"apprise.plugins.{kind}")
    (service,) = [
        getattr(plugin, name) for name in ("NotifySlack", "NotifyGoogleChat") if hasattr(plugin, name)
    ]
    with Faulty() as chat:
        monkeypatch.setattr(service, place, f"http://127.0.0.1:{chat.port}/hook")
        desk.url = url
        desk.hears(0, NOW, sentence="<!channel> R&D says <https://evil.example|click>, <users/all>")
        desk.sends(NOW)

    ((_, body, _),) = chat.seen
    text = json.dumps(json.loads(body), ensure_ascii=False)
    assert shown in text
    assert not any(called in text for called in ("<!channel>", "<https://", "<users/all>"))
