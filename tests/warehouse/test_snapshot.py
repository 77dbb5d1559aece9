"""The published file: replaced in one step, undisturbed readers, nobody waits."""

import errno
import os
import random
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from extractors.errors import WarehouseError
from warehouse.database import open_snapshot, open_warehouse
from warehouse.lock import exclusive
from warehouse.snapshot import copy_new, copy_to, publish
from warehouse.zone import ZoneError, open_zone

READER = """
import sys
from pathlib import Path
from warehouse.database import open_snapshot

with open_snapshot(Path(sys.argv[1])) as con:
    print(con.execute("SELECT count(*) FROM stories").fetchone()[0], flush=True)
    sys.stdin.readline()
    print(con.execute("SELECT count(*) FROM stories").fetchone()[0], flush=True)
"""


@pytest.fixture
def home(tmp_path):
    return tmp_path / "state" / "warehouse.duckdb", tmp_path / "newswatch.duckdb"


def add_story(warehouse, name):
    with open_warehouse(warehouse) as con:
        con.execute(
            "INSERT INTO stories VALUES ($id, 'T', now(), now(), 1, 1, ['en'], 0, NULL)", {"id": name}
        )


def count(snapshot):
    with open_snapshot(snapshot) as con:
        return con.execute("SELECT count(*) FROM stories").fetchone()[0]


def test_the_first_publication_makes_a_snapshot_with_all_tables(home):
    warehouse, snapshot = home

    assert publish(warehouse, snapshot)
    assert count(snapshot) == 0


def test_nothing_is_published_when_nothing_has_changed(home):
    warehouse, snapshot = home
    publish(warehouse, snapshot)
    with open_warehouse(warehouse) as con:
        con.execute("SELECT count(*) FROM stories")

    assert not publish(warehouse, snapshot)


def test_a_reader_in_another_process_keeps_its_file_and_stops_nobody(home):
    warehouse, snapshot = home
    add_story(warehouse, "s1")
    publish(warehouse, snapshot)
    reader = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(READER), str(snapshot)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with reader:
        assert reader.stdout.readline().strip() == "1"

        add_story(warehouse, "s2")

        assert publish(warehouse, snapshot)
        assert count(snapshot) == 2
        assert reader.communicate("go\n", timeout=30)[0].strip() == "1"
    assert reader.returncode == 0


def test_committed_work_of_a_killed_writer_is_published(home):
    warehouse, snapshot = home
    code = f"""
import os
from pathlib import Path
from warehouse.database import open_warehouse
with open_warehouse(Path({str(warehouse)!r})) as con:
    con.execute("INSERT INTO stories VALUES ('s', 'T', now(), now(), 1, 1, ['en'], 0, NULL)")
    os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", code], check=False)

    assert publish(warehouse, snapshot)
    assert count(snapshot) == 1


def test_a_second_writer_is_told_who_is_in_the_way(tmp_path):
    with (
        exclusive(tmp_path / "lock", doing="running a cycle on this home"),
        pytest.raises(WarehouseError, match="another newswatch is running a cycle on this home"),
        exclusive(tmp_path / "lock", doing="running a cycle on this home"),
    ):
        pass


def test_a_missing_snapshot_says_what_makes_one(tmp_path):
    with pytest.raises(WarehouseError, match="newswatch run"), open_snapshot(tmp_path / "none.duckdb"):
        pass


def test_a_copy_is_a_snapshot_too(home, tmp_path):
    warehouse, snapshot = home
    add_story(warehouse, "s1")
    publish(warehouse, snapshot)

    assert count(Path(copy_to(snapshot, str(tmp_path / "elsewhere")))) == 1


def refused(*_):
    raise OSError(errno.EINVAL, "this file system copies nothing by itself")


@pytest.mark.parametrize("send", [os.sendfile, refused], ids=["in pieces", "as any program does"])
def test_it_is_the_warehouse_byte_for_byte(home, monkeypatch, send):
    warehouse, snapshot = home
    add_story(warehouse, "s1")
    monkeypatch.setattr("warehouse.landing._PIECE", 10_000)
    monkeypatch.setattr(os, "sendfile", send)

    assert publish(warehouse, snapshot)
    assert snapshot.stat().st_size > 20_000
    assert snapshot.read_bytes() == warehouse.read_bytes()


def test_a_copy_goes_to_a_store_and_again_only_when_it_is_another_one(home, tmp_path, s3_place):
    warehouse, snapshot = home
    noted, back = tmp_path / "noted", tmp_path / "back.duckdb"
    assert copy_new(snapshot, s3_place, noted) is None, "there is none yet"
    publish(warehouse, snapshot)

    first = copy_new(snapshot, s3_place, noted)
    again = copy_new(snapshot, s3_place, noted)
    add_story(warehouse, "s1")
    publish(warehouse, snapshot)
    with pytest.raises(ZoneError):
        copy_new(snapshot, "s3://no-such-bucket/copy", noted)
    second = copy_new(snapshot, s3_place, noted)

    open_zone(s3_place).fetch(snapshot.name, back)
    assert (first, again, second) == (f"{s3_place}/newswatch.duckdb", None, first)
    assert count(back) == 1


def test_a_snapshot_cannot_be_written_and_sql_in_it_reaches_no_other_file(home):
    warehouse, snapshot = home
    publish(warehouse, snapshot)

    with open_snapshot(snapshot) as con:
        for statement in (
            "DELETE FROM stories",
            "SELECT * FROM read_csv('/etc/passwd')",
            "ATTACH '/tmp/x.duckdb'",
        ):
            with pytest.raises(Exception, match=r"read-only|disabled"):
                con.execute(statement)


def test_a_snapshot_that_is_another_file_of_the_same_time_and_size_is_replaced(home):
    """A clock may stand still while something is written, or go back."""
    warehouse, snapshot = home
    add_story(warehouse, "s1")
    publish(warehouse, snapshot)
    add_story(warehouse, "s2")
    told = snapshot.stat()
    os.truncate(snapshot, warehouse.stat().st_size)
    os.utime(warehouse, ns=(told.st_mtime_ns, told.st_mtime_ns))
    os.utime(snapshot, ns=(told.st_mtime_ns, told.st_mtime_ns))

    assert publish(warehouse, snapshot)
    assert count(snapshot) == 2


#: Writes two rows that belong together in a transaction, and publishes, until it is killed.
WRITER = """
import sys
from pathlib import Path
from warehouse.database import open_warehouse, transaction
from warehouse.snapshot import publish

warehouse, snapshot = Path(sys.argv[1]), Path(sys.argv[2])
for number in range(1_000_000):
    with open_warehouse(warehouse) as con, transaction(con):
        con.execute("INSERT INTO entities VALUES ('e', 'company', repeat('x', 100000), NULL)")
        con.execute("INSERT INTO citations VALUES ('a', 'o', repeat('y', 100000))")
    publish(warehouse, snapshot)
    print(number, flush=True)
"""


def halves(snapshot):
    with open_snapshot(snapshot) as con:
        return con.execute(
            "SELECT (SELECT count(*) FROM entities), (SELECT count(*) FROM citations),"
            " (SELECT coalesce(sum(length(name)), 0) FROM entities)"
        ).fetchone()


@pytest.mark.parametrize("kills", [3, pytest.param(6, marks=pytest.mark.soak)])
def test_whenever_the_writer_is_killed_readers_find_a_whole_snapshot_of_the_past(home, kills):
    warehouse, snapshot = home
    publish(warehouse, snapshot)
    chance, seen = random.Random(7), [halves(snapshot)]
    for _ in range(kills):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(warehouse), str(snapshot)], stdout=subprocess.PIPE
        ) as writer:
            writer.stdout.readline()
            seen += [halves(snapshot) for _ in range(chance.randrange(40))]
            writer.kill()
        seen.append(halves(snapshot))

    assert all(entities == citations and length == entities * 100_000 for entities, citations, length in seen)
    assert seen == sorted(seen)
    assert seen[-1][0] > 0
    publish(warehouse, snapshot)
    assert [path.name for path in snapshot.parent.iterdir() if "writing" in path.name] == []


def test_warehouse_and_snapshot_have_the_storage_that_duckdb_1_reads(home):
    warehouse, snapshot = home
    publish(warehouse, snapshot)

    for path in home:
        with open_snapshot(path) as con:
            ((tags,),) = con.execute("SELECT tags FROM duckdb_databases() WHERE NOT internal").fetchall()
        assert tags["storage_version"].startswith("v1.2")
