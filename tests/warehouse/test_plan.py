"""What is due, and when a source is due again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.clock import to_utc
from extractors.records import Poll
from warehouse.database import open_warehouse, rows
from warehouse.plan import MAX_ASKED, MAX_BACKOFF, SourceState, after_poll, note_sources, plan

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
STATE = SourceState(
    source_id="wire",
    kind="feed",
    url="http://wire.example/rss.xml",
    publisher=None,
    language=None,
    state="ok",
    failures=0,
    last_ok_at=NOON,
    next_poll_at=NOON,
    interval_s=900.0,
)


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def poll(**changes):
    return Poll(**{"source_id": "wire", "started_at": NOON, "outcome": "unchanged"} | changes)


def test_a_new_source_is_due_at_once(con, a_watch):
    order = plan(con, a_watch(), NOON)

    assert [ordered.source.source_id for ordered in order.sources] == ["wire"]


def test_nothing_due_makes_no_order(con, a_watch):
    watch = a_watch()
    note_sources(con, watch, NOON + timedelta(minutes=1))

    assert plan(con, watch, NOON) is None


def test_a_source_whose_address_changed_starts_anew(con, a_watch, a_source):
    note_sources(con, a_watch(), NOON)
    con.execute(
        "INSERT INTO state.validators VALUES ('wire', 'http://wire.example/rss.xml', 'e', NULL, NULL)"
    )
    moved = a_watch(sources=(a_source(url="http://wire.example/new.xml"),))

    order = plan(con, moved, NOON)

    assert order.sources[0].etag is None
    assert rows(con, "validators") == []


def test_a_source_that_left_the_watch_is_kept_as_removed_and_comes_back_as_it_was(con, a_watch):
    note_sources(con, a_watch(), NOON)
    con.execute("UPDATE sources SET state = 'ok', last_ok_at = $noon", {"noon": NOON})

    assert note_sources(con, a_watch(sources=()), NOON)["wire"].state == "removed"
    assert note_sources(con, a_watch(), NOON)["wire"].state == "ok"


def test_a_shorter_interval_takes_effect_without_waiting_for_the_old_one(con, a_watch, a_source):
    note_sources(con, a_watch(sources=(a_source(every=timedelta(days=1)),)), NOON)
    con.execute("UPDATE sources SET next_poll_at = $at", {"at": NOON + timedelta(days=1)})

    states = note_sources(con, a_watch(), NOON)

    assert states["wire"].next_poll_at == NOON + timedelta(minutes=15)


def test_pending_items_and_known_keys_travel_with_the_order(con, a_watch):
    con.execute(
        "INSERT INTO state.pending_items "
        "VALUES ('wire', 'http://wire.example/7', NULL, 'T', NULL, NULL, [], 1, 'http-500', false)"
    )
    con.execute(
        "INSERT INTO state.items VALUES ('u1', $noon, $noon), ('u2', $old, $old)",
        {"noon": NOON, "old": NOON - timedelta(days=99)},
    )

    order = plan(con, a_watch(), NOON)

    assert order.known == ("u1",)
    assert [(item.url, item.attempts) for item in order.sources[0].pending] == [("http://wire.example/7", 1)]


@given(failures=st.integers(0, 500), asked=st.none() | st.floats(0, 1e7), interval=st.floats(60, 86_400))
def test_the_next_poll_is_never_early_and_always_comes(failures, asked, interval):
    state = replace(STATE, failures=failures, interval_s=interval)

    for outcome in ("unchanged", "failed"):
        after = after_poll(state, poll(outcome=outcome, wait_s=asked, error="x"))
        wait = after.next_poll_at - NOON
        least = max(timedelta(seconds=interval), min(timedelta(seconds=asked or 0), MAX_ASKED))

        assert least <= wait <= max(least, MAX_BACKOFF) + timedelta(seconds=interval) * 0.1


def test_failures_wait_longer_each_time_and_success_resets_them():
    once = after_poll(STATE, poll(outcome="failed", error="http-500", advice="wait"))
    twice = after_poll(once, poll(outcome="failed", error="http-500"))

    assert STATE.next_poll_at < once.next_poll_at < twice.next_poll_at
    assert (once.state, once.failures, once.error, once.advice) == ("failing", 1, "http-500", "wait")
    assert after_poll(twice, poll()).failures == 0


def test_a_source_that_is_gone_is_told_and_looked_at_again_after_a_month():
    gone = after_poll(STATE, poll(outcome="failed", http_status=410, error="http-410"))

    assert gone.state == "gone"
    assert gone.next_poll_at - NOON == timedelta(days=30)


def test_naive_moments_are_refused():
    with pytest.raises(ValueError, match="naive"):
        to_utc(NOON.replace(tzinfo=None))
