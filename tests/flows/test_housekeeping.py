"""Once a day, within a cycle: clearing away, checking, and keeping a checked copy."""

import json
import os
from datetime import timedelta

import pytest
from click.testing import CliRunner
from kept_home import KeptHome, overwrite, spoil

from flows.cli import main
from flows.housekeeping import tidy_if_due
from flows.settings import read_settings
from warehouse.database import open_snapshot, open_warehouse, suspicion_path
from warehouse.journal import Journal

DAY = 24.0


def rows_of(home, columns="*"):
    return home.ask(f"SELECT {columns} FROM housekeeping ORDER BY started_at")


def test_it_comes_once_a_day_after_the_first(kept):
    for hours in (4.1, 23.9):
        assert tidy_if_due(kept.settings, kept.at(hours)) is None
    kept.collected(24.1)
    kept.run(24.1)
    kept.collected(47)
    kept.run(47)
    kept.collected(48.2)
    kept.run(48.2)

    assert rows_of(kept, "integrity, findings, returned, polls") == [("whole", [], 0, 0)] * 2
    with open_snapshot(kept.settings.snapshot) as con:
        assert con.execute("SELECT count(*) FROM housekeeping").fetchone() == (2,)


def test_the_checked_copy_is_the_published_file_and_stays_when_that_goes_on(kept):
    kept.collected(25)
    kept.run(25)
    verified = kept.settings.state / "verified.duckdb"
    assert verified.samefile(kept.settings.snapshot)

    kept.collected(30, 2)
    kept.run(30)

    assert not verified.samefile(kept.settings.snapshot)
    with open_snapshot(verified) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchone() == (2,)


def test_where_warehouse_and_snapshot_are_broken_the_checked_copy_and_the_archive_bring_all_back(kept, desk):
    kept.collected(25)
    kept.run(25)
    kept.collected(30, 2)
    kept.run(30)
    before, told = kept.rows(), list(desk)
    overwrite(kept.settings.warehouse)
    overwrite(kept.settings.snapshot)

    kept.run(30.1)

    assert kept.rows() == before
    assert desk == told
    assert len(told) == 3
    assert kept.ask("SELECT made_from, returned FROM rebuilds") == [("verified", 1)]


def test_a_damaged_warehouse_is_found_not_published_and_made_anew_by_the_next_cycle(kept):
    before, published = kept.rows(), kept.settings.snapshot.read_bytes()
    told = kept.settings.warehouse.stat()
    spoil(kept.settings.warehouse)
    os.utime(kept.settings.warehouse, ns=(told.st_mtime_ns, told.st_mtime_ns))

    found = tidy_if_due(kept.settings, kept.at(25))

    assert found.state == "unreadable"
    assert found.findings
    assert suspicion_path(kept.settings.warehouse).exists()
    assert not (kept.settings.state / "verified.duckdb").exists()
    kept.settings.snapshot.write_bytes(published)
    kept.collected(25)
    assert kept.run(25).polls == 1
    assert kept.rows()[:4] == before[:4]


def test_a_snapshot_unlike_the_warehouse_is_told_and_published_anew(kept):
    told = kept.settings.snapshot.stat()
    data = bytearray(kept.settings.snapshot.read_bytes())
    data[-5] ^= 1
    kept.settings.snapshot.write_bytes(data)
    os.utime(kept.settings.snapshot, ns=(told.st_mtime_ns, told.st_mtime_ns))
    # the warehouse is as it was published: no cycle writes before the check
    found = tidy_if_due(kept.settings, kept.at(25))

    assert found.state == "inconsistent"
    assert "not the same" in found.findings[0]
    kept.run(25)
    assert kept.settings.snapshot.read_bytes() == kept.settings.warehouse.read_bytes()


def test_summaries_that_went_wrong_are_told_mended_and_published(kept):
    before = kept.ask("FROM coverage ORDER BY ALL")
    with open_warehouse(kept.settings.warehouse) as con:
        con.execute("UPDATE state.source_days SET articles = 99")
    kept.collected(25)
    kept.run(25)

    ((state, findings),) = rows_of(kept, "integrity, findings")
    assert state == "inconsistent"
    assert "state.source_days" in findings[0]
    assert [row for row in kept.ask("FROM coverage ORDER BY ALL") if row in before] == before
    with open_snapshot(kept.settings.snapshot) as con:
        assert con.execute("SELECT max(articles) < 99 FROM coverage").fetchone() == (True,)

    kept.run(50)
    assert rows_of(kept, "integrity, findings")[-1] == ("whole", [])


def test_archived_batches_that_the_warehouse_lacks_are_loaded(kept, desk):
    kept.collected(6, 2)
    kept.run(6)
    before = kept.rows()[0]
    with open_warehouse(kept.settings.warehouse) as con:
        for table in ("articles", "revisions", "mentions", "claims", "figures", "state.reports"):
            con.execute(
                f"DELETE FROM {table} WHERE article_id = (SELECT article_id FROM articles WHERE url LIKE '%/2')"
            )
        con.execute("DELETE FROM state.batches WHERE batch_id = 'b6'")
    kept.collected(31)
    kept.run(31)
    kept.collected(32)

    kept.run(32)

    assert len(kept.rows()[0]) == len(before)
    assert rows_of(kept, "returned") == [(1,)]


def test_old_batches_go_once_a_checked_copy_holds_them(kept):
    told = read_settings({"NEWSWATCH_ARCHIVE_DAYS": "2"}, home=kept.settings.home)
    home = KeptHome(kept.settings.home)
    home.settings = told

    def archived():
        return sorted(path.stem for path in told.archive.glob("*"))

    home.collected(72)
    home.run(72)
    assert archived() == ["b0", "b2", "b4", "b72"]
    home.collected(100)
    home.run(100)

    assert archived() == ["b100", "b72"]
    assert rows_of(home, "batches, archived_from = TIMESTAMPTZ '2024-03-04 08:00:00Z'") == [
        (0, False),
        (3, True),
    ]


def test_batches_that_the_checked_copy_lacks_stay_though_a_row_says_whole(kept, monkeypatch):
    kept.collected(25)
    kept.run(25)
    kept.settings = read_settings({"NEWSWATCH_ARCHIVE_BYTES": "1"}, home=kept.settings.home)
    kept.collected(30, 2)
    with monkeypatch.context() as patched:
        patched.setattr("flows.cycle.publish", lambda _settings, **_how: False)
        for hours in (30, 50, 75):
            kept.run(hours)

        assert [path.stem for path in kept.settings.archive.glob("b30*")] == ["b30"]
    assert rows_of(kept, "integrity") == [("whole",)] * 3


def test_a_row_that_leads_nowhere_stops_neither_clearing_away_nor_the_checked_copy(kept):
    kept.settings = read_settings({"NEWSWATCH_ARCHIVE_BYTES": "1"}, home=kept.settings.home)
    with open_warehouse(kept.settings.warehouse) as con:
        con.execute(
            "INSERT INTO state.reports BY NAME SELECT * REPLACE ('gone' AS article_id) FROM state.reports LIMIT 1"
        )
    for hours in (25, 50, 75):
        kept.run(hours)

    assert rows_of(kept, "integrity") == [("inconsistent",)] * 3
    assert not (kept.settings.archive / "b0.parquet").exists()
    assert (kept.settings.state / "verified.duckdb").exists()


@pytest.mark.parametrize("days", [(500,), (1, 2, 402, 403, 404)])
def test_the_journal_of_sending_is_kept_for_longer_than_batches_whatever_the_clock_says(kept, desk, days):
    kept.settings = read_settings({"NEWSWATCH_ARCHIVE_DAYS": "1000"}, home=kept.settings.home)
    for day in days:
        tidy_if_due(kept.settings, kept.at(DAY * day + 1))

    assert len(Journal(kept.settings.journal).last_events()) == len(desk) == 2


def test_old_files_of_the_dead_go(kept):
    aside = kept.settings.landing / "batches" / "b.broken"
    spool = kept.settings.landing / "orders" / "o.spool"
    torn = kept.settings.state / "warehouse.duckdb.rebuilding"
    page = kept.settings.report / "stories" / ".s1.html.123.writing"
    long_ago = (kept.at(0)() - timedelta(days=40)).timestamp()
    for path in (aside, spool, torn, page):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        os.utime(path, (long_ago, long_ago))

    tidy_if_due(kept.settings, kept.at(25))
    tidy_if_due(kept.settings, kept.at(50))

    assert [path.exists() for path in (aside, spool, torn, page)] == [False] * 4
    assert rows_of(kept, "leftovers") == [(0,), (4,)]


def test_old_polls_go_and_status_polite_says_since_when_the_ledger_is_whole(kept):
    with open_warehouse(kept.settings.warehouse) as con:
        old = con.execute(
            "SELECT * REPLACE (started_at - INTERVAL 200 DAY AS started_at) FROM polls"
        ).fetchall()
        con.executemany(f"INSERT INTO polls VALUES ({', '.join('?' * len(old[0]))})", old)
    for hours in (25, 50):
        kept.collected(hours)
        kept.run(hours)

    told = CliRunner().invoke(main, ["--home", str(kept.settings.home), "status", "--polite", "--json"])

    assert rows_of(kept, "polls") == [(0,), (3,)]
    assert json.loads(told.stdout)["since"].startswith("2023-12-04")


def test_what_goes_wrong_in_it_ends_no_cycle(kept, monkeypatch):
    monkeypatch.setattr("flows.housekeeping.check_warehouse", lambda _con: 1 / 0)
    kept.collected(25)

    assert kept.run(25).outcome == "ok"
    assert rows_of(kept) == []


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("NEWSWATCH_ARCHIVE_DAYS", "1", True),
        ("NEWSWATCH_ARCHIVE_DAYS", "30", False),
        ("NEWSWATCH_ARCHIVE_BYTES", "10 Gb", False),
        ("NEWSWATCH_ARCHIVE_BYTES", "1.5TB", False),
        ("NEWSWATCH_ARCHIVE_BYTES", "a lot", True),
        ("NEWSWATCH_LEDGER_DAYS", "13", True),
        ("NEWSWATCH_LEDGER_DAYS", "99999", True),
    ],
)
def test_settings_of_retention(tmp_path, name, value, wrong):
    environment = {name: value}
    if wrong:
        with pytest.raises(Exception, match=name):
            read_settings(environment, home=tmp_path)
    else:
        assert read_settings(environment, home=tmp_path).retention


def test_sizes_are_counted_in_thousands(tmp_path):
    told = read_settings({"NEWSWATCH_ARCHIVE_BYTES": "1.5 GB"}, home=tmp_path)

    assert told.retention.archive_bytes == 1_500_000_000


def test_a_clock_that_jumps_ahead_for_some_hours_clears_nothing_away_and_stops_nothing(kept):
    year = 365 * DAY
    kept.collected(25)
    kept.run(25)
    before = sorted(path.name for path in kept.settings.archive.iterdir())
    polls = kept.ask("SELECT count(*) FROM polls")

    assert tidy_if_due(kept.settings, kept.at(20 * year)).state == "whole"
    assert tidy_if_due(kept.settings, kept.at(26)) is None
    assert tidy_if_due(kept.settings, kept.at(50)).state == "whole"

    assert sorted(path.name for path in kept.settings.archive.iterdir()) == before
    assert kept.ask("SELECT count(*) FROM polls") == polls


def test_files_of_the_user_are_left_alone(kept):
    mine = kept.settings.home / "notes.broken-links.txt"
    mine.write_text("mine")
    long_ago = (kept.at(0)() - timedelta(days=400)).timestamp()
    os.utime(mine, (long_ago, long_ago))
    for hours in (25, 50):
        tidy_if_due(kept.settings, kept.at(hours))

    assert mine.exists()
