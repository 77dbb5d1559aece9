"""No source dies silently: trouble is told once an episode, to every rule, at any hour."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from extractors.orders import Batch, Instead, Poll
from extractors.watch import AlertRule
from flows.alerts.deliver import deliver
from flows.alerts.health import HealthDesk, write_health_message
from warehouse.database import open_warehouse
from warehouse.load import load
from warehouse.troubles import FAILURES, Trouble, read_troubles

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
DAY = timedelta(days=1)
DESK = AlertRule(name="desk", to="env:DESK", min_origins=3, event_types=("plant",), digest="daily")
NIGHT = AlertRule(name="night", to="env:DESK", quiet="00:00-23:59 UTC")
IDS = ("alpha", "beta", "gamma", "delta")
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
def cycle(con, watch):
    """Load a batch of polls: of all sources well, but for those whose poll is given. Return the new alerts."""
    rules = [DESK]

    def run(at, rules=rules, watch=watch, **polls):
        told = {key: {"outcome": "unchanged", "http_status": 304} for key in IDS} | polls
        batch = Batch(
            batch_id=f"b{at.isoformat()}",
            order_id="o",
            collected_at=at,
            polls=tuple(Poll(source_id=key, started_at=at, **one) for key, one in told.items() if one),
        )
        before = {row[0] for row in con.execute("SELECT alert_id FROM alerts").fetchall()}
        load(con, batch, watch, at, None, HealthDesk(con, rules, {"DESK": "json://x"}))
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


def test_a_cycle_that_polled_nothing_tells_nothing(con, watch):
    def fails(troubles, *, now):
        raise AssertionError("nothing was polled")

    load(con, Batch(batch_id="b", order_id="o", collected_at=NOON), watch, NOON, None, fails)


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
    message = write_health_message(hostile, NOON)

    assert "\n" not in message.title
    assert "javascript" not in message.body
    assert "\nTo:" not in message.body
    assert "\x1b" not in message.body
    assert len(message.body) < 2_000
