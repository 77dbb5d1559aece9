"""No source dies silently: trouble is told once an episode, to every rule, at any hour."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.orders import Batch, Instead, Poll
from extractors.watch import AlertRule
from flows.alerts.deliver import deliver
from flows.alerts.health import decide_health, write_health_message
from flows.conditions import Condition
from flows.settings import read_settings
from flows.source_conditions import ailing_sources
from flows.troubles import look_at_health
from warehouse.database import insert, open_warehouse
from warehouse.load import load
from warehouse.troubles import FAILURES, Trouble, read_troubles

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
DAY = timedelta(days=1)
DESK = AlertRule(name="desk", to="env:DESK", min_origins=3, event_types=("plant",), digest="daily")
NIGHT = AlertRule(name="night", to="env:DESK", quiet="00:00-23:59 UTC")
IDS = ("alpha", "beta", "gamma", "delta")
LISTED = {"outcome": "new", "http_status": 200, "items": 3, "new_items": 1}
FAULT = {
    "outcome": "failed",
    "error": "http://alpha.example/: http-500 (it answered 500)",
    "cause": "http-500",
    "evidence": "an empty page",
    "tried": "nothing",
    "advice": "Ask the site.",
}


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as opened:
        yield opened


@pytest.fixture
def watch(a_watch, a_source):
    return a_watch(sources=tuple(a_source(key, f"http://{key}.example/rss") for key in IDS), alerts=(DESK,))


@pytest.fixture
def settings(tmp_path):
    return read_settings({"DESK": "json://x", "NIGHT": "json://y"}, home=tmp_path)


@pytest.fixture
def cycle(con, watch, settings):
    """Load a batch of polls: of all sources well, but for those whose poll is given. Return the new alerts."""

    def run(at, rules=(DESK,), watch=watch, **polls):
        told = {key: {"outcome": "unchanged", "http_status": 304} for key in IDS} | polls
        batch = Batch(
            batch_id=f"b{at.isoformat()}",
            order_id="o",
            collected_at=at,
            polls=tuple(Poll(source_id=key, started_at=at, **one) for key, one in told.items() if one),
        )
        before = {row[0] for row in con.execute("SELECT alert_id FROM alerts").fetchall()}
        load(con, batch, watch, at)
        look_at_health(con, settings, replace(watch, alerts=tuple(rules)), at)
        rows = con.execute("SELECT alert_id, rule, title, body FROM alerts ORDER BY title, rule").fetchall()
        return [row[1:] for row in rows if row[0] not in before]

    return run


def test_a_source_that_fails_is_told_after_three_days_and_once(cycle):
    cycle(NOON)
    told = [cycle(NOON + hours * timedelta(hours=12), alpha=FAULT) for hours in range(1, 10)]

    assert [len(one) for one in told] == [0, 0, 0, 0, 0, 0, 1, 0, 0]
    ((rule, title, body),) = told[6]
    assert rule == "desk"
    assert title == "newswatch: source alpha has been failing for 3 days"
    for part in (
        "since 2024-03-29 00:00 UTC",
        "http-500",
        "an empty page",
        "Ask the site.",
        "polled again on",
    ):
        assert part in body


def test_it_is_told_anew_when_it_recovered_and_fails_again(cycle):
    for day in range(4):
        cycle(NOON + day * DAY, alpha=FAULT)
    cycle(NOON + 4 * DAY)
    told = [cycle(NOON + day * DAY, alpha=FAULT) for day in range(5, 9)]

    assert [len(one) for one in told] == [0, 0, 0, 1]


def test_many_failures_in_a_row_are_told_before(con, cycle):
    assert cycle(NOON, alpha=FAULT) == []
    con.execute("UPDATE sources SET failures = $n WHERE source_id = 'alpha'", {"n": FAILURES - 2})

    assert cycle(NOON + timedelta(hours=1), alpha=FAULT) == []
    assert len(cycle(NOON + timedelta(hours=2), alpha=FAULT)) == 1


def test_a_source_that_is_gone_is_told_at_once(cycle):
    cycle(NOON)
    gone = FAULT | {"http_status": 410, "cause": "http-410", "advice": None}
    ((_, title, body),) = cycle(NOON + DAY, alpha=gone)

    assert title == "newswatch: source alpha is gone for good"
    assert "It is not polled any more." in body
    assert "find its successor" in body
    assert cycle(NOON + 2 * DAY, alpha=None) == []


def test_a_source_that_ended_and_one_that_another_listing_is_read_for_are_told(cycle):
    cycle(NOON)
    instead = Instead(kind="sitemap", url="http://beta.example/sitemap.xml")
    told = cycle(
        NOON + DAY,
        alpha={"outcome": "unchanged", "closed": True},
        beta={"outcome": "new", "instead": instead, "tried": "its sitemap", "cause": "http-404"},
    )

    assert [title for _, title, _ in told] == [
        "newswatch: source alpha has ended",
        "newswatch: source beta cannot be had, another listing is read",
    ]
    assert instead.url in told[1][2]


def test_where_nothing_can_be_had_at_all_it_is_told_after_the_second_time(cycle):
    cycle(NOON)
    down = dict.fromkeys(IDS, FAULT)
    told = [cycle(NOON + hours * timedelta(hours=1), **down) for hours in (1, 2, 3)]

    assert [[title for _, title, _ in one] for one in told] == [[], ["newswatch: no source can be read"], []]
    assert "since 2024-03-28 12:00 UTC" in told[1][0][2]
    cycle(NOON + timedelta(hours=4))
    assert cycle(NOON + timedelta(hours=5), **down) == []
    assert len(cycle(NOON + timedelta(hours=6), **down)) == 1


def test_the_end_is_told_once_to_those_who_were_told_and_how_long_it_lasted(con, cycle):
    cycle(NOON)
    for day in range(1, 5):
        cycle(NOON + day * DAY, alpha=FAULT)
    con.execute("UPDATE alerts SET state = 'sent'")
    told = [cycle(NOON + day * DAY, rules=[DESK, NIGHT]) for day in (5, 6)]

    (((rule, title, body),), after) = told
    assert (rule, after) == ("desk", [])
    assert title == "newswatch: over: source alpha has been failing for 3 days"
    assert "It lasted 4 days, from 2024-03-29 12:00 UTC to 2024-04-02 12:00 UTC." in body
    assert con.execute("SELECT name, subject, since, ended_at FROM troubles").fetchall() == [
        ("failing", "alpha", NOON + DAY, NOON + 5 * DAY)
    ]


def test_what_was_over_before_it_went_out_is_one_message(con, cycle):
    cycle(NOON)
    for day in range(1, 5):
        cycle(NOON + day * DAY, alpha=FAULT)

    assert cycle(NOON + 5 * DAY) == []
    ((title, state),) = con.execute("SELECT title, state FROM alerts").fetchall()
    assert (title, state) == ("newswatch: over: source alpha has been failing for 3 days", "pending")


def test_a_source_that_goes_from_one_trouble_to_another_is_not_called_well(con, cycle):
    cycle(NOON)
    for day in range(1, 5):
        cycle(NOON + day * DAY, alpha=FAULT)
    con.execute("UPDATE alerts SET state = 'sent'")
    gone = FAULT | {"http_status": 410, "cause": "http-410"}

    assert [title for _, title, _ in cycle(NOON + 5 * DAY, alpha=gone)] == [
        "newswatch: source alpha is gone for good"
    ]


def test_a_rule_for_developments_is_not_told_of_health(cycle):
    news = replace(DESK, name="news", about="developments")
    operator = replace(DESK, name="operator", about="health")
    cycle(NOON)
    gone = FAULT | {"http_status": 410, "cause": "http-410"}

    told = cycle(NOON + DAY, rules=[news, operator], alpha=gone)
    assert [rule for rule, _, _ in told] == ["operator"]


def test_a_rule_that_is_new_is_told_of_what_lasts(cycle):
    cycle(NOON)
    gone = FAULT | {"http_status": 410, "cause": "http-410"}
    cycle(NOON + DAY, alpha=gone)

    told = cycle(NOON + 2 * DAY, rules=[DESK, NIGHT], alpha=None)
    assert [rule for rule, _, _ in told] == ["night"]


def test_a_dead_channel_is_told_by_another_one_and_its_recovery(con, watch, settings):
    other = AlertRule(name="night", to="env:NIGHT")
    twin = AlertRule(name="twin", to="env:DESK")
    watch = replace(watch, alerts=(DESK, twin, other))
    row = {"alert_id": "n1", "kind": "development", "rule": "desk", "channel": "json", "state": "failed"}
    row |= {
        "created_at": NOON - DAY,
        "tried_at": NOON,
        "attempts": 5,
        "error": "no connection to the channel",
    }
    insert(con, "alerts", [row | {"title": "T", "body": "B"}])
    for minutes in range(3):
        look_at_health(con, settings, watch, NOON + timedelta(minutes=minutes))
    ((rule, title, body),) = health(con)

    assert (rule, title) == ("night", "newswatch: the alerts of rule desk do not go out")
    assert "no connection to the channel" in body
    con.execute("UPDATE alerts SET state = 'sent'")
    look_at_health(con, settings, watch, NOON + DAY)
    assert [title for _, title, _ in health(con)] == [
        "newswatch: over: the alerts of rule desk do not go out",
        "newswatch: the alerts of rule desk do not go out",
    ]


def test_where_there_is_no_other_channel_it_is_written_down_and_not_sent(con, watch, settings):
    row = {"alert_id": "n1", "kind": "development", "rule": "desk", "channel": "json", "state": "failed"}
    insert(con, "alerts", [row | {"created_at": NOON - DAY, "attempts": 4, "title": "T", "body": "B"}])
    look_at_health(con, settings, watch, NOON)

    assert health(con) == []
    assert con.execute("SELECT name, grave FROM troubles").fetchall() == [("alerts-undelivered", True)]


def test_a_look_that_finds_nothing_new_writes_nothing(tmp_path, watch, settings):
    path = tmp_path / "looked.duckdb"
    row = {"alert_id": "n1", "kind": "development", "rule": "desk", "channel": "json", "state": "failed"}
    with open_warehouse(path) as con:
        insert(con, "alerts", [row | {"created_at": NOON - DAY, "attempts": 4, "title": "T", "body": "B"}])
        look_at_health(con, settings, watch, NOON)
    before = path.stat().st_mtime_ns
    with open_warehouse(path) as con:
        look_at_health(con, settings, watch, NOON + DAY)

    assert path.stat().st_mtime_ns == before


def test_a_look_that_fails_keeps_nothing_else_from_being_done(con, watch, settings):
    con.execute("DROP TABLE rebuilds")

    look_at_health(con, settings, watch, NOON)


def test_a_source_that_falls_silent_is_told_and_when_it_speaks_again(cycle):
    for step in range(32):
        cycle(NOON + step * DAY / 2, alpha=LISTED)
    last = NOON + 31 * DAY / 2
    told = [cycle(last + timedelta(hours=9 * step)) for step in range(3, 8)]
    again = cycle(last + 5 * DAY, alpha=LISTED)

    assert [len(one) for one in told] == [0, 0, 0, 1, 0]
    assert told[3][0][1] == "newswatch: source alpha has been silent for 2 days"
    assert "every 12 hours in the middle" in told[3][0][2]
    assert again == []  # it had not gone out, and says now that it is over


def test_sources_that_were_ill_before_do_not_count_for_all(cycle):
    cycle(NOON, alpha=FAULT, beta=FAULT)
    rest = dict.fromkeys(("gamma", "delta"))

    assert cycle(NOON + timedelta(hours=1), alpha=FAULT, beta=FAULT, **rest) == []
    assert cycle(NOON + timedelta(hours=2), alpha=FAULT, beta=FAULT, **rest) == []


def test_what_left_the_watch_is_no_trouble(con, cycle, watch):
    for day in range(3):
        cycle(NOON + day * DAY, alpha=FAULT)
    without = replace(watch, sources=watch.sources[1:])

    assert cycle(NOON + 4 * DAY, watch=without, alpha=None) == []
    assert read_troubles(con, NOON + 9 * DAY) == ()


@given(st.lists(st.tuples(st.sets(st.sampled_from("ab")), st.booleans()), min_size=1, max_size=12))
def test_whatever_comes_and_goes_each_episode_is_told_once_and_ended_once(course):
    """At each step some conditions hold, and the channel works or does not; at the end all is over and delivered."""
    lasting, alerts, told = {}, {}, []
    for step, (names, works) in enumerate([*course, (set(), True)]):
        now = NOON + step * DAY
        conditions = [Condition(name=name, title=name, says=(), advice="") for name in sorted(names)]
        known = {key: one.state for key, one in alerts.items()}
        decision = decide_health(conditions, tuple(lasting.values()), [DESK], {}, known, now)
        for one in decision.episodes:
            assert (one.ended_at is None) == (one.name in names)
            lasting = {key: kept for key, kept in lasting.items() if key != one.key}
            if one.ended_at is None:
                lasting[one.key] = one
        for one in decision.alerts:
            assert alerts.get(one.alert_id, one).state != "sent"
            alerts[one.alert_id] = one
        assert set(lasting) == {(name, None) for name in names}
        if works:
            told += [one.title for one in alerts.values() if one.state == "pending"]
            alerts = {key: replace(one, state="sent") for key, one in alerts.items()}
    for name in "ab":
        heard = [title for title in told if title.endswith(name)]
        begun = sum(
            name in after[0] and (not place or name not in course[place - 1][0])
            for place, after in enumerate(course)
        )
        assert sum("over" in title for title in heard) == begun
        assert all("over" in after for before, after in itertools.pairwise(heard) if "over" not in before)


def test_what_only_happened_has_no_all_clear():
    condition = Condition(name="rebuilt", title="made anew", says=(), advice="", since=NOON)
    begun = decide_health([condition], (), [DESK], {}, {}, NOON)
    known = {one.alert_id: "sent" for one in begun.alerts}
    ended = decide_health([], begun.episodes, [DESK], {}, known, NOON + DAY)

    assert (len(begun.alerts), ended.alerts) == (1, ())
    assert [one.ended_at for one in ended.episodes] == [NOON + DAY]


def health(con):
    found = con.execute("SELECT rule, title, body FROM alerts WHERE kind = 'health' ORDER BY title")
    return found.fetchall()


def test_health_keeps_no_quiet_hours_and_comes_in_one_message(con, cycle):
    cycle(NOON)
    gone = FAULT | {"http_status": 410, "cause": "http-410"}
    cycle(NOON + DAY, rules=[NIGHT, DESK], alpha=gone, beta=gone)
    sent = []

    delivery = deliver(
        con,
        [NIGHT, DESK],
        {"DESK": "json://x"},
        NOON + DAY,
        send=lambda url, title, body: sent.append((title, body)),
    )

    assert (delivery.sent, delivery.failed) == (4, 0)
    assert [title for title, _ in sent] == ["newswatch: 2 troubles"] * 2
    assert all("alpha" in body and "beta" in body for _, body in sent)
    assert con.execute("SELECT DISTINCT kind, state, development_id FROM alerts").fetchall() == [
        ("health", "sent", None)
    ]


@pytest.mark.parametrize(
    ("over", "title"),
    [(0, "newswatch: 3 troubles"), (1, "newswatch: 2 troubles, 1 over"), (3, "newswatch: 3 over")],
)
def test_troubles_and_their_ends_come_in_one_message_that_tells_them_apart(con, over, title):
    row = {
        "kind": "health",
        "rule": "desk",
        "channel": "json",
        "state": "pending",
        "created_at": NOON,
        "attempts": 0,
    }
    titles = ["newswatch: over: x" if number < over else "newswatch: x" for number in range(3)]
    rows = [row | {"alert_id": f"h{number}", "title": one, "body": "B"} for number, one in enumerate(titles)]
    insert(con, "alerts", rows)
    sent = []
    deliver(con, [DESK], {"DESK": "json://x"}, NOON, send=lambda url, title, body: sent.append(title))

    assert sent == [title]


def test_what_a_site_says_cannot_break_the_message():
    hostile = Trouble(
        state="failing",
        since=NOON,
        failures=1,
        source_id="a\r\nBcc: x",
        kind="feed",
        url="javascript:alert(1)",
        error="line\nTo: \u202eme\x1b[31m " + "x" * 5_000,
    )
    (condition,) = ailing_sources([hostile], NOON)
    message = write_health_message(condition)

    assert "\n" not in message.title
    assert "javascript" not in message.body
    assert "\nTo:" not in message.body
    assert "\x1b" not in message.body
    assert len(message.body) < 2_000
