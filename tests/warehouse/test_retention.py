"""What is kept of the past and what goes: rows are counted before they go, files by age and size."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.database import insert, open_warehouse, rows
from warehouse.kept import Retention
from warehouse.requests import read_politeness
from warehouse.retention import Archived, batches_to_drop, drop_rows, leftovers
from warehouse.summaries import refill

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
KEEP = Retention(archive=30 * DAY, archive_bytes=1000, ledger=20 * DAY)


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def poll(days_ago, *, source="wire", outcome="unchanged", new=0):
    at = NOW - days_ago * DAY
    told = {"http_status": 200, "items": 1, "new_items": new, "bytes": 1, "seconds": 0.1}
    return {"source_id": source, "started_at": at, "outcome": outcome, **told}


def request(days_ago):
    names = {"source_id": "wire", "purpose": "poll", "url": "http://wire", "host": "wire", "bytes": 1}
    told = {"seconds": 0.1, "conditional": True, "validators": True, "open_at_host": 1, "http_status": 200}
    return {"order_id": "o", "position": 1, "started_at": NOW - days_ago * DAY, **names, **told}


def coverage(con):
    """Return what the coverage says of rows that no load has brought."""
    refill(con)
    return con.execute("SELECT day, source_id, polls_ok, polls_failed FROM coverage ORDER BY ALL").fetchall()


def test_polls_that_go_stay_in_the_coverage_and_in_what_a_source_has_done(con):
    polls = [poll(days / 4, new=days % 3, outcome=("new", "failed")[days % 2]) for days in range(8, 200)]
    insert(con, "polls", polls)
    insert(con, "sources", [source_row("wire")])
    before, (source,) = coverage(con), rows(con, "read_sources")
    kept = sum(poll["started_at"] >= datetime(2024, 5, 12, tzinfo=UTC) for poll in polls)

    dropped = drop_rows(con, NOW, KEEP)

    assert con.execute("SELECT count(*) FROM polls").fetchone() == (kept,)
    assert dropped.polls == len(polls) - kept > 0
    assert coverage(con) == before
    (after,) = rows(con, "read_sources")
    assert (after["polls"], after["new_items"]) == (source["polls"], source["new_items"])
    assert dropped.kept_from == datetime(2024, 5, 12, tzinfo=UTC)


def test_day_by_day_it_comes_to_the_same(con):
    insert(con, "polls", [poll(days / 3, source=f"s{days % 2}") for days in range(180)])
    before = coverage(con)

    for days in range(15, -1, -1):
        drop_rows(con, NOW - days * DAY, KEEP)

    assert coverage(con) == before
    assert con.execute("SELECT count(*), count(DISTINCT (day, source_id)) FROM poll_days").fetchone() == (
        con.execute("SELECT count(*), count(*) FROM poll_days").fetchone()
    )


def test_the_last_poll_of_a_source_and_the_last_that_brought_something_stay(con):
    insert(
        con, "polls", [poll(days, outcome="new" if days == 88 else "unchanged") for days in range(80, 100)]
    )

    drop_rows(con, NOW, KEEP)

    found = con.execute("SELECT started_at FROM polls ORDER BY started_at").fetchall()
    assert [(NOW - at) / DAY for (at,) in found] == [88, 80]


def test_requests_go_and_the_ledger_says_from_when_on_it_is_whole(con):
    insert(con, "requests", [request(days) for days in range(40)])
    insert(con, "polls", [poll(days) for days in range(40)])
    dropped = drop_rows(con, NOW, KEEP)
    note(con, dropped.kept_from)

    told = read_politeness(con)
    later = read_politeness(con, since=NOW - 3 * DAY)

    assert (dropped.requests, told.requests, told.polls) == (19, 21, 21)
    assert told.since == datetime(2024, 5, 12, tzinfo=UTC)
    assert later.since == NOW - 3 * DAY


def test_keys_of_items_go_when_nobody_has_listed_them_for_long(con):
    old, new = NOW - 200 * DAY, NOW - DAY
    told = [("old", old), ("listed", old), ("new", new)]
    insert(con, "state.items", [{"item_key": k, "first_seen_at": old, "last_seen_at": at} for k, at in told])
    insert(con, "state.listings", [{"source_id": "wire", "keys": ["listed", "other"]}])

    assert drop_rows(con, NOW, KEEP).items == 1
    assert con.execute("SELECT item_key FROM state.items ORDER BY ALL").fetchall() == [("listed",), ("new",)]


def test_nothing_is_dropped_of_a_young_home(con):
    insert(con, "polls", [poll(days) for days in range(5)])

    dropped = drop_rows(con, NOW, KEEP)

    assert (dropped.polls, dropped.requests, dropped.kept_from) == (0, 0, None)
    assert con.execute("SELECT count(*) FROM poll_days").fetchone() == (0,)


def note(con, kept_from):
    numbers = ("polls", "requests", "items", "batches", "batch_bytes", "leftovers", "returned")
    more = ("archive_bytes", "warehouse_bytes", "unused_bytes")
    row = dict.fromkeys((*numbers, *more, "seconds"), 0)
    row |= {"started_at": NOW, "kept_from": kept_from, "integrity": "whole", "findings": []}
    insert(con, "housekeeping", [row])


def source_row(name):
    told = {"kind": "feed", "url": "http://wire", "state": "ok", "failures": 0, "interval_s": 60.0}
    return {"source_id": name, "next_poll_at": NOW, **told}


def batch(days_ago, size=100):
    return Archived(path=Path(f"b{days_ago}.parquet"), size=size, loaded_at=NOW - days_ago * DAY)


def held_of(batches, checked_days_ago):
    return {one.path.stem for one in batches if one.loaded_at < NOW - checked_days_ago * DAY}


def dropped_of(*batches, checked_days_ago=0.0):
    gone = batches_to_drop(batches, NOW, KEEP, held_of(batches, checked_days_ago))
    return [(NOW - one.loaded_at) / DAY for one in gone]


def test_batches_go_by_age():
    assert dropped_of(batch(1), batch(31), batch(29), batch(40)) == [40, 31]


def test_batches_go_by_size_the_oldest_first():
    assert dropped_of(*(batch(days) for days in range(1, 15))) == [14, 13, 12, 11]


def test_what_no_checked_copy_holds_stays_however_large_or_old():
    assert dropped_of(batch(3, 5000), batch(2, 5000), batch(1, 5000), checked_days_ago=2.5) == [3]
    assert dropped_of(batch(50), batch(60), checked_days_ago=55) == [60]


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 600)), max_size=12),
    st.integers(0, 60),
)
def test_what_stays_is_within_the_bounds_or_needed(told, checked):
    batches = [batch(days, size) for days, size in told]
    gone = batches_to_drop(batches, NOW, KEEP, held_of(batches, checked))
    kept = list(batches)
    for one in gone:
        kept.remove(one)

    assert all(one.loaded_at < NOW - checked * DAY for one in gone)
    free = [one for one in kept if one.loaded_at < NOW - checked * DAY]
    assert all(one.loaded_at >= NOW - KEEP.archive for one in free)
    assert not free or sum(one.size for one in kept) <= KEEP.archive_bytes


@pytest.mark.parametrize(
    ("name", "hours", "goes"),
    [
        ("batches/b.writing", 25, True),
        ("batches/b.writing", 23, False),
        ("batches/b.parquet", 9999, False),
        ("batches/b.broken", 29 * 24, False),
        ("batches/b.broken", 31 * 24, True),
        ("orders/o1.spool", 25, False),
        ("orders/o2.spool", 25, True),
        ("orders/o2.spool", 23, False),
        ("orders/o1.parquet", 9999, False),
        ("warehouse.broken-20240301T080000Z.duckdb", 31 * 24, True),
        ("warehouse.broken-20240301T080000Z.duckdb.wal", 31 * 24, True),
        ("warehouse.replaced-20240301T080000Z.duckdb", 29 * 24, False),
        ("warehouse.duckdb.rebuilding", 25, True),
        ("backup.restoring", 25, True),
        ("reprocess.writing", 25, True),
        ("reprocess.writing", 23, False),
        ("reprocess.prepared", 6 * 24, False),
        ("reprocess.prepared", 8 * 24, True),
        (".newswatch.duckdb.writing", 25, True),
        ("warehouse.duckdb", 9999, False),
        ("verified.duckdb", 9999, False),
        ("watch.toml", 9999, False),
        ("alerts.journal", 9999, False),
        ("cycle.lock", 9999, False),
    ],
)
def test_leftovers_of_the_dead_go_and_nothing_else(name, hours, goes):
    assert bool(leftovers([(Path(name), NOW - hours * HOUR)], NOW, {"o1"})) == goes


def test_a_day_is_a_day_in_utc(con):
    con.execute("SET TimeZone = 'Asia/Shanghai'")
    at = datetime(2024, 1, 5, 23, 30, tzinfo=UTC)
    insert(con, "polls", [poll(0), poll(0) | {"started_at": at}])

    drop_rows(con, NOW, KEEP)

    assert con.execute("SELECT day FROM poll_days").fetchall() == [(date(2024, 1, 5),)]


def test_answers_of_an_order_that_was_set_aside_stay_as_long_as_it():
    files = [(Path("o1.broken"), NOW - 2 * DAY), (Path("o1.spool"), NOW - 2 * DAY)]

    assert leftovers(files, NOW, set()) == []
