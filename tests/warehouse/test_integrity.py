"""The daily check finds what is broken, and nothing where all is whole."""

import errno
import filecmp
import os
import shutil

import duckdb
import pytest
from article_rows import article_row

from extractors.errors import DamagedWarehouseError
from warehouse.database import insert, open_warehouse
from warehouse.integrity import IDS, REFERENCES, Integrity, check_copy, check_warehouse

MENTION = {"entity_id": "company:baic", "surface": "x", "part": "body", "start": 0, "stop": 1}


@pytest.fixture
def path(tmp_path, noon):
    """A warehouse with two articles and a mention."""
    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        insert(con, "articles", [article_row("a", noon), article_row("b", noon, copy_of="a")])
        insert(con, "mentions", [MENTION | {"article_id": "a"}])
        con.execute("UPDATE articles SET story_id = NULL")
    return tmp_path / "warehouse.duckdb"


def check(path, statement=None):
    with open_warehouse(path) as con:
        if statement:
            con.execute(statement)
        return check_warehouse(con)


def test_a_whole_warehouse_has_no_findings(path):
    assert check(path) == Integrity()


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        (
            "INSERT INTO articles FROM articles WHERE article_id = 'b'",
            "articles: 1 times the same article_id",
        ),
        ("DELETE FROM articles WHERE article_id = 'b'", None),
        ("UPDATE mentions SET article_id = 'gone'", "mentions.article_id: 1 lead to no row of articles"),
        ("UPDATE articles SET copy_of = 'gone' WHERE article_id = 'b'", "articles.copy_of: 1 lead to no row"),
        ("UPDATE articles SET story_id = 'gone'", "articles.story_id: 2 lead to no row of stories"),
        (
            "INSERT INTO state.items SELECT 'k', now(), now() FROM range(3)",
            "state.items: 1 times the same item_key",
        ),
    ],
)
def test_rows_that_do_not_fit_together_are_found(path, statement, finding):
    found = check(path, statement)

    assert found.state == ("whole" if finding is None else "inconsistent")
    assert [text.startswith(finding) for text in found.findings] == ([] if finding is None else [True])


def test_a_turned_bit_anywhere_in_the_rows_is_found(path):
    with open_warehouse(path) as con:
        con.execute("UPDATE articles SET text = repeat('news of the day ', 3000)")
    whole = path.read_bytes()
    found = []
    for start in range(3 * 4096, len(whole), 1 << 18):
        data = bytearray(whole)
        data[start + 1000] ^= 1
        path.write_bytes(data)
        try:
            found.append(check(path).state)
        except (duckdb.Error, DamagedWarehouseError):
            found.append("cannot be opened")

    assert "unreadable" in found
    path.write_bytes(whole)
    assert check(path) == Integrity()


def test_a_copy_that_should_be_the_same_is_compared(path, tmp_path):
    copy = tmp_path / "newswatch.duckdb"
    assert check_copy(path, copy) == Integrity()
    shutil.copy2(path, copy)
    assert check_copy(path, copy) == Integrity()

    told = copy.stat()
    data = bytearray(copy.read_bytes())
    data[-1] ^= 1
    copy.write_bytes(data)
    assert check_copy(path, copy) == Integrity()  # an older one, by its time

    os.utime(copy, ns=(told.st_mtime_ns, told.st_mtime_ns))
    assert check_copy(path, copy).state == "inconsistent"


def test_the_worse_of_two_states_counts():
    bad, worse = (
        Integrity(state="inconsistent", findings=("a",)),
        Integrity(state="unreadable", findings=("b",)),
    )

    assert Integrity().joined(Integrity()) == Integrity()
    assert worse.joined(bad) == Integrity(state="unreadable", findings=("b", "a"))
    assert Integrity().joined(bad) == bad


def test_the_rules_are_about_columns_that_there_are(path):
    with open_warehouse(path) as con:
        for table, key in IDS.items():
            con.execute(f"SELECT {key} FROM {table} LIMIT 0")
        for (table, column), (other, key) in REFERENCES.items():
            con.execute(f"SELECT t.{column}, o.{key} FROM {table} AS t, {other} AS o LIMIT 0")


def test_what_somebody_writes_meanwhile_is_no_fault_of_the_snapshot(path, monkeypatch):
    snapshot = path.with_name("newswatch.duckdb")
    shutil.copy2(path, snapshot)
    compare = filecmp.cmp

    def slowly(*files, shallow):
        check(path, "INSERT INTO state.items SELECT 'k' || i, now(), now() FROM range(9) AS t (i)")
        return compare(*files, shallow=shallow)

    monkeypatch.setattr("warehouse.integrity.filecmp.cmp", slowly)

    assert check_copy(path, snapshot) == Integrity()


def test_a_sector_that_cannot_be_read_is_told_and_the_warehouse_is_looked_at_then(path, monkeypatch):
    snapshot = path.with_name("newswatch.duckdb")
    shutil.copy2(path, snapshot)

    def fail(*_, **__):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("warehouse.integrity.filecmp.cmp", fail)

    assert check_copy(path, snapshot).findings == (
        "newswatch.duckdb: cannot be compared with the warehouse (Input/output error)",
    )
