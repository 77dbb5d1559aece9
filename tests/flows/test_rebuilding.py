"""A warehouse that cannot be used is made anew at the start of a cycle: nothing lost, nothing told twice."""

import errno
import io
import json
import os
import random
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest
from kept_home import cut, empty, overwrite, remove, spoil

from extractors.errors import DamagedWarehouseError, WarehouseError
from extractors.watch import read_watch
from flows.alerts.deliver import REPEAT, DeliveryError
from flows.backing_up import back_up
from flows.cycle import load_waiting, publish, send_alerts
from flows.housekeeping import mend, tidy_if_due
from flows.importing import import_files
from tests.flows.full_disk import room_for
from warehouse import landing
from warehouse.database import damage_in, open_warehouse, run, suspicion_path
from warehouse.integrity import check_warehouse


@pytest.fixture
def home(kept):
    return kept


def rebuilds(home):
    return home.ask("SELECT made_from, returned, set_aside, cause FROM rebuilds")


@pytest.mark.parametrize("damage", [cut, overwrite, empty, remove])
def test_a_damaged_warehouse_is_made_anew_and_the_cycle_goes_on(home, desk, damage):
    before, told = home.rows(), list(desk)
    damage(home.settings.warehouse)

    result = home.run(4.01)

    assert result.outcome == "idle"
    assert home.rows() == before
    assert desk == told
    assert len(told) == 2
    ((made_from, returned, aside, cause),) = rebuilds(home)
    assert (made_from, returned) == ("snapshot", 0)
    assert cause
    kept = list(home.settings.state.glob("warehouse.broken-*"))
    assert [path.name for path in kept] == ([] if aside is None else [aside])
    assert bool(kept) == (damage is not remove)


def test_what_was_loaded_and_told_after_the_last_publication_comes_from_the_archive_and_is_told_once(
    home, desk
):
    home.collected(6, 2)
    load_waiting(home.settings, home.watch, home.at(6))
    send_alerts(home.settings, home.watch, home.at(6))
    before, told = home.rows(), list(desk)
    assert len(told) == 3
    overwrite(home.settings.warehouse)

    result = home.run(6.01)

    assert result.articles == 1
    assert home.rows() == before
    assert desk == told
    assert rebuilds(home)[0][:2] == ("snapshot", 1)


def test_what_was_not_told_yet_is_told_then(home, desk):
    home.collected(6, 2)
    load_waiting(home.settings, home.watch, home.at(6))
    overwrite(home.settings.warehouse)

    home.run(6.01)

    assert len(desk) == 3
    assert REPEAT not in desk[2][1]


def test_what_may_have_been_told_when_the_machine_went_down_is_told_as_a_possible_repeat(
    home, desk, monkeypatch
):
    home.collected(6, 2)
    load_waiting(home.settings, home.watch, home.at(6))

    class StoppedError(BaseException):
        pass

    def stop(*_):
        raise StoppedError

    with monkeypatch.context() as patched:
        patched.setattr("flows.alerts.deliver.send_by_apprise", stop)
        with pytest.raises(StoppedError):
            send_alerts(home.settings, home.watch, home.at(6))
    overwrite(home.settings.warehouse)

    home.run(6.01)

    assert [REPEAT in body for _, body in desk] == [False, False, True]


def test_the_archive_alone_brings_back_all_of_it(home, desk):
    before, told = home.rows(), list(desk)
    overwrite(home.settings.warehouse)
    cut(home.settings.snapshot)

    home.run(4.01)

    assert home.rows() == before
    assert desk == told
    assert rebuilds(home)[0][:2] == ("archive", 3)


def test_where_the_journal_of_sending_is_gone_too_only_the_last_day_is_told_again(home, desk):
    overwrite(home.settings.warehouse)
    overwrite(home.settings.snapshot)
    home.settings.journal.unlink()
    home.run(4.01)
    assert [REPEAT in body for _, body in desk] == [False, False, True, True]

    overwrite(home.settings.warehouse)
    overwrite(home.settings.snapshot)
    home.settings.journal.unlink()
    home.run(50)
    assert len(desk) == 4


def test_a_log_of_changes_that_cannot_be_gone_through_costs_nothing(home, desk):
    code = f"""
import os
from pathlib import Path
from warehouse.database import open_warehouse
with open_warehouse(Path({str(home.settings.warehouse)!r})) as con:
    con.execute("INSERT INTO state.items SELECT 'z' || i, now(), now() FROM range(3000) AS t (i)")
    os.kill(os.getpid(), 9)
"""
    before = home.rows()
    subprocess.run([sys.executable, "-c", code], check=False)
    log = home.settings.warehouse.with_name("warehouse.duckdb.wal")
    data = bytearray(log.read_bytes())
    data[len(data) // 2] ^= 255
    log.write_bytes(data)

    home.run(4.01)

    assert home.rows() == before
    assert rebuilds(home)[0][0] == "warehouse"
    assert not log.exists()
    assert len(list(home.settings.state.glob("warehouse.broken-*"))) == 2


def test_damage_that_is_met_while_reading_is_looked_into_by_the_next_cycle(home):
    before = home.rows()
    spoil(home.settings.warehouse)
    with pytest.raises(duckdb.Error, match="Corrupt"):
        read_all(home.settings.warehouse)
    suspicion = suspicion_path(home.settings.warehouse)
    assert suspicion.exists()

    home.run(4.01)

    assert home.rows() == before
    assert not suspicion.exists()


def read_all(path):
    with open_warehouse(path) as con:
        for schema, table in run(con, "all_tables"):
            con.execute(f"SELECT bit_xor(hash(t)) FROM {schema}.{table} AS t")


def test_a_false_suspicion_is_dropped(home):
    suspicion_path(home.settings.warehouse).write_text("Corrupt, they say")

    assert mend(home.settings, home.at(5)) is None
    assert not suspicion_path(home.settings.warehouse).exists()


def test_a_newer_warehouse_is_refused_and_left_as_it_is(home):
    with open_warehouse(home.settings.warehouse) as con:
        con.execute("INSERT INTO migrations VALUES ('9999_future.sql', now())")
    data = home.settings.warehouse.read_bytes()

    with pytest.raises(WarehouseError, match="newer newswatch"):
        home.run(6)

    assert home.settings.warehouse.read_bytes() == data
    assert list(home.settings.state.glob("warehouse.broken-*")) == []


def test_where_the_copy_is_newer_nothing_is_changed(home):
    with open_warehouse(home.settings.warehouse) as con:
        con.execute("INSERT INTO migrations VALUES ('9999_future.sql', now())")
    publish(home.settings)
    overwrite(home.settings.warehouse)

    with pytest.raises(WarehouseError, match="newer newswatch"):
        home.run(6)

    assert home.settings.warehouse.read_bytes().startswith(b"no database")
    assert list(home.settings.state.glob("*.rebuilding*")) == []


def test_a_warehouse_that_is_gone_is_never_published_over_its_snapshot(home):
    home.settings.warehouse.unlink()

    with pytest.raises(DamagedWarehouseError, match="gone"):
        publish(home.settings)


@pytest.mark.parametrize("step", range(5))
def test_killed_while_it_is_made_anew_it_is_made_anew_again(home, desk, step, monkeypatch):
    home.collected(6, 2)
    load_waiting(home.settings, home.watch, home.at(6))
    send_alerts(home.settings, home.watch, home.at(6))
    before, told = home.rows(), list(desk)
    overwrite(home.settings.warehouse)
    places = (
        "warehouse.rebuild.missing_batches",
        "warehouse.rebuild.Journal",
        "warehouse.rebuild.return_batches",
        "warehouse.rebuild.put_in_place",
        "warehouse.rebuild.flush_folder",
    )

    class KilledError(BaseException):
        pass

    def kill(*_, **__):
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(places[step], kill)
        patched.setattr("warehouse.rebuild._remove", lambda _path: None)  # nobody tidies up after a kill
        with pytest.raises(KilledError):
            home.run(6.01)
    home.run(6.01)

    assert home.rows() == before
    assert desk == told
    assert landing.waiting_batches(home.settings.landing) == []


def test_a_held_warehouse_is_waited_for_and_not_made_anew(home, monkeypatch):
    monkeypatch.setattr("warehouse.database.WAIT_S", 0.2)
    held, done = threading.Event(), threading.Event()

    def hold():
        with open_warehouse(home.settings.warehouse):
            held.set()
            done.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    try:
        with pytest.raises(WarehouseError, match="another newswatch"):
            mend(home.settings, home.at(6))
    finally:
        done.set()
        holder.join()
    assert list(home.settings.state.glob("warehouse.broken-*")) == []


@pytest.mark.parametrize("damage", [overwrite, remove])
def test_an_import_makes_no_new_warehouse_in_the_place_of_a_damaged_one(home, damage):
    before = home.rows()
    damage(home.settings.warehouse)
    file = home.settings.home / "rows.jsonl"
    row = {"url": "https://x.example/1", "title": "T", "text": "Text", "published": "2024-03-01T08:00:00Z"}
    file.write_text(json.dumps(row), encoding="utf-8")

    with pytest.raises(DamagedWarehouseError, match="newswatch run"):
        import_files(home.settings, home.watch, [file], home.at(4))

    home.run(4.01)
    assert home.rows() == before


def test_on_a_full_disk_nothing_is_changed_and_the_next_cycle_makes_it_anew(home, desk):
    before, told = home.rows(), list(desk)
    overwrite(home.settings.warehouse)
    damaged = home.settings.warehouse.read_bytes()

    with room_for(100_000), pytest.raises(OSError, match="File too large"):
        home.run(4.01)

    assert home.settings.warehouse.read_bytes() == damaged
    assert list(home.settings.state.glob("*.rebuilding*")) == []
    home.run(4.02)
    assert home.rows() == before
    assert desk == told


def test_on_a_full_disk_a_backup_leaves_the_one_before(home, tmp_path):
    file = back_up(home.settings, tmp_path / "b.tar", home.at(5)).path
    before = file.read_bytes()

    with room_for(100_000), pytest.raises(OSError, match="File too large"):
        back_up(home.settings, file, home.at(6))

    assert file.read_bytes() == before
    assert list(tmp_path.glob(".*")) == []


def test_a_disk_that_spoils_one_file_after_the_other_is_not_filled_by_them(home):
    before = home.rows()
    for number in range(5):
        overwrite(home.settings.warehouse)
        mend(home.settings, home.at(5 + number))

    assert len(list(home.settings.state.glob("warehouse.broken-*"))) == 3
    assert home.rows() == before


def hurt(path, chance):
    """Do to a file what disks and power cuts do: cut it, turn bits, write over a piece, or put zeros there."""
    data = bytearray(path.read_bytes())
    start = chance.randrange(len(data))
    length = min(len(data) - start, chance.choice((1, 512, 4096, 1 << 18)))
    match chance.choice(("cut", "turn", "write", "zero")):
        case "cut":
            del data[start:]
        case "turn":
            data[start] ^= 1 << chance.randrange(8)
        case "write":
            data[start : start + length] = chance.randbytes(length)
        case "zero":
            data[start : start + length] = bytes(length)
    path.write_bytes(data)


@pytest.mark.parametrize(
    "seed", [*range(4), *(pytest.param(n, marks=pytest.mark.soak) for n in range(4, 60))]
)
def test_whatever_happens_to_the_file_all_is_there_after_the_next_check_at_the_latest(home, desk, seed):
    before, told = home.rows(), list(desk)
    hurt(home.settings.warehouse, random.Random(seed))

    with suppress(duckdb.Error):  # met in the middle of a cycle: the next one mends it
        home.run(4.01)
    tidy_if_due(home.settings, home.at(25))
    mend(home.settings, home.at(25))
    load_waiting(home.settings, home.watch, home.at(25))
    send_alerts(home.settings, home.watch, home.at(25))

    assert home.rows() == before
    assert desk == told
    with open_warehouse(home.settings.warehouse) as con:
        assert check_warehouse(con).state == "whole"


def test_a_warehouse_under_suspicion_is_not_published_over_a_good_snapshot(home):
    before = home.settings.snapshot.read_bytes()
    home.collected(6, 2)
    load_waiting(home.settings, home.watch, home.at(6))
    suspicion_path(home.settings.warehouse).write_text("Corrupt, they say")

    assert not publish(home.settings)
    assert home.settings.snapshot.read_bytes() == before
    mend(home.settings, home.at(6))
    assert publish(home.settings)


def break_all(home):
    overwrite(home.settings.warehouse)
    for path in (home.settings.snapshot, *home.settings.state.glob("verified*")):
        overwrite(path)


def test_where_warehouse_and_all_copies_are_gone_the_archive_brings_them_back(home, desk):
    before, told = home.rows(), list(desk)
    remove(home.settings.warehouse)
    remove(home.settings.snapshot)

    home.run(4.01)

    assert home.rows() == before
    assert desk == told


@pytest.mark.parametrize("kind", ["folder", "foreign", "unreadable"])
def test_a_snapshot_that_cannot_be_used_is_passed_over(home, kind, monkeypatch):
    home.run(25)
    before, snapshot = home.rows(), home.settings.snapshot
    for path in home.settings.archive.iterdir():  # as after a year
        path.unlink()
    overwrite(home.settings.warehouse)
    if kind == "unreadable":
        read = Path.open

        class Bad(io.BytesIO):
            def read(self, _size=-1):
                raise OSError(errno.EIO, "Input/output error")

        monkeypatch.setattr(
            Path,
            "open",
            lambda self, *how, **more: (
                Bad() if self == snapshot and how == ("rb",) else read(self, *how, **more)
            ),
        )
    else:
        snapshot.unlink()
        snapshot.mkdir() if kind == "folder" else duckdb.connect(str(snapshot)).execute(
            "CREATE TABLE t (i INT)"
        )

    assert mend(home.settings, home.at(26)).made_from == "verified"
    assert home.rows() == before


@pytest.mark.parametrize(
    ("told", "damaged"),
    [
        ('Could not read from file "x/warehouse.duckdb": Input/output error', True),
        ('Could not read from file "x/batches/b.parquet": Input/output error', False),
        ('Could not read enough bytes from file "x/batches/b.parquet"', False),
        ('Could not read from file "x/spill/duckdb_temp_block-1.block": Input/output error', False),
        ('Could not write file "x/warehouse.duckdb": No space left on device', False),
    ],
)
def test_a_sector_of_the_warehouse_that_cannot_be_read_is_damage_and_nothing_else(told, damaged):
    assert damage_in(duckdb.IOException(f"IO Error: {told}")) == (f"IO Error: {told}" if damaged else None)


@pytest.mark.parametrize("damage", [overwrite, empty])
def test_a_journal_that_was_written_over_is_lost(home, desk, damage):
    break_all(home)
    damage(home.settings.journal)

    home.run(24 * 40)

    assert len(desk) == 2


def test_killed_before_a_journal_that_was_lost_is_begun_nothing_old_is_told_then(home, desk, monkeypatch):
    break_all(home)
    home.settings.journal.unlink()

    class KilledError(BaseException):
        pass

    def kill(*_):
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr("warehouse.journal.replace_file", kill)
        with pytest.raises(KilledError):
            home.run(24 * 40)
    home.run(24 * 40 + 1)

    assert len(desk) == 2


def test_news_that_comes_after_a_journal_was_lost_is_told_whatever_its_time(home, desk):
    overwrite(home.settings.warehouse)
    home.settings.journal.unlink()
    home.run(24 * 300)  # the clock is wrong
    told = len(desk)
    home.collected(30, 2)

    home.run(30)

    assert [REPEAT in body for _, body in desk[told:]] == [False]


def test_old_news_that_a_new_rule_would_have_told_is_not_told_when_it_comes_back(home, desk):
    file = home.settings.watch_file
    file.write_text(f'{file.read_text()}\n[[alerts]]\nname = "second"\nto = "env:NEWSWATCH_ALERT_DESK"\n')
    home.watch = read_watch(file)
    told = list(desk)
    break_all(home)

    home.run(24 * 60)

    assert desk == told


def test_what_was_given_up_long_ago_stays_given_up(home, desk, monkeypatch):
    def fail(*_):
        raise DeliveryError("no")

    with monkeypatch.context() as patched:
        patched.setattr("flows.alerts.deliver.send_by_apprise", fail)
        home.collected(6, 2)
        home.run(6)
    break_all(home)

    home.run(24 * 60)

    assert len(desk) == 2
    assert home.ask("SELECT state, attempts FROM alerts WHERE state <> 'sent' AND kind = 'development'") == [
        ("failed", 19)
    ]


def test_what_waits_in_a_copy_is_told_though_it_is_old_when_the_warehouse_is_made_anew(
    home, desk, monkeypatch
):
    monkeypatch.setattr("flows.cycle.send_alerts", lambda *_, **__: (0, 0))
    home.collected(6, 2)
    home.run(6)
    monkeypatch.undo()
    monkeypatch.setattr("flows.alerts.deliver.send_by_apprise", lambda _url, *told: desk.append(told))
    overwrite(home.settings.warehouse)

    home.run(24 * 3)

    assert len([title for title, _ in desk if not title.startswith("newswatch:")]) == 3


def test_batches_come_back_in_the_order_in_which_they_were_collected(home):
    for place, name in enumerate(("b4", "b2", "b0")):  # as a copy of the home may have left them
        os.utime(home.settings.archive / f"{name}.parquet", (place, place))
    break_all(home)

    mend(home.settings, home.at(5))

    assert [path.stem for path in landing.waiting_batches(home.settings.landing)] == ["b0", "b2", "b4"]


def test_a_file_that_is_set_aside_is_kept_from_then_on(home):
    overwrite(home.settings.warehouse)
    os.utime(home.settings.warehouse, (0, 0))

    name = mend(home.settings, home.at(5)).set_aside

    assert (home.settings.state / name).stat().st_mtime > 0
