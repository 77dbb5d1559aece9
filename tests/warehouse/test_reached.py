"""Which days without a poll lack nothing, by what the next listing held."""

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.orders import Batch, Poll
from warehouse.database import open_warehouse
from warehouse.load import load

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
DAYS = [date(2024, 3, 29), date(2024, 3, 30)]


def polled(days, **changes):
    told = {"outcome": "new", "http_status": 200, "items": 9, "new_items": 2} | changes
    return Poll(source_id="wire", started_at=NOON + timedelta(days=days), **told)


@pytest.fixture
def loaded(tmp_path, a_watch):
    """Load polls, each in a batch of its own; return the days that were reached back over."""

    def days(*polls):
        with open_warehouse(tmp_path / "warehouse.duckdb") as con:
            for number, poll in enumerate(polls):
                at = poll.started_at
                batch = Batch(batch_id=f"b{number}", order_id="o", collected_at=at, polls=(poll,))
                load(con, batch, a_watch(), at)
            return [
                day for (day,) in con.execute("SELECT day FROM state.reached_days ORDER BY day").fetchall()
            ]

    return days


def test_a_listing_that_holds_what_was_known_reaches_back_over_the_days_between(loaded):
    assert loaded(polled(0), polled(1, outcome="failed", new_items=0), polled(3)) == DAYS


def test_a_listing_that_is_as_it_was_reaches_back_too(loaded):
    assert loaded(polled(0), polled(3, outcome="unchanged", http_status=304, items=0, new_items=0)) == DAYS


def test_a_listing_of_nothing_but_news_reaches_nowhere(loaded):
    assert loaded(polled(0), polled(3, items=9, new_items=9)) == []


def test_a_listing_that_was_asked_for_news_alone_says_all_of_it(loaded):
    assert loaded(polled(0), polled(3, http_status=226, items=9, new_items=9, partial=True)) == DAYS


def test_a_short_listing_of_nothing_but_news_proves_nothing_either(loaded):
    assert loaded(polled(0), polled(3, items=2, new_items=2)) == []


def test_a_failed_poll_reaches_nowhere_and_a_first_one_neither(loaded):
    assert loaded(polled(0, outcome="failed"), polled(3), polled(5, outcome="failed")) == []


def test_nothing_lies_between_polls_of_one_day_or_of_two_in_a_row(loaded):
    assert loaded(polled(0), polled(0.2), polled(1)) == []


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from(["new", "unchanged", "failed"]), st.integers(0, 9)),
        min_size=1,
        max_size=8,
    )
)
def test_what_was_stored_before_is_filled_in_as_the_polls_tell(steps):
    at, rows, expected, last = NOON, [], set(), None
    for days, outcome, new in steps:
        at += timedelta(days=days, hours=1)
        fresh = new if outcome == "new" else 0
        rows.append(("wire", at, outcome, 200, 9, fresh))
        if outcome == "failed":
            continue
        if last is not None and fresh < 9:
            expected |= {last.date() + timedelta(days=n) for n in range(1, (at.date() - last.date()).days)}
        last = at
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(
            "CREATE TABLE polls (source_id VARCHAR, started_at TIMESTAMPTZ, outcome VARCHAR, http_status INTEGER, "
            "items INTEGER, new_items INTEGER)"
        )
        con.executemany("INSERT INTO polls VALUES (?, ?, ?, ?, ?, ?)", rows)
        migration = files("warehouse").joinpath("migrations", "0015_as_of.sql").read_text(encoding="utf-8")
        filled = migration[migration.index("INSERT INTO state.reached_days") :]
        con.execute("CREATE SCHEMA state; CREATE TABLE state.reached_days (day DATE, source_id VARCHAR)")
        con.execute(filled)

        found = [day for (day,) in con.execute("SELECT day FROM state.reached_days").fetchall()]
    assert sorted(found) == sorted(expected)
