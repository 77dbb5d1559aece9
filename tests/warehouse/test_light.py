"""The light snapshot: everything but the texts."""

import shutil

import pytest
from old_files import MIGRATIONS, old_file

from extractors.errors import WarehouseError
from warehouse.database import open_snapshot, open_warehouse
from warehouse.light import NOTE, TEXTS, publish_light

SECRET = "words that only the text has"


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A snapshot with rows in every table, and words of their own in all texts."""
    path = tmp_path_factory.mktemp("whole") / "newswatch.duckdb"
    old_file(path, len(MIGRATIONS))
    with open_warehouse(path) as con:
        texts = con.execute(
            "SELECT schema_name, table_name, column_name FROM duckdb_columns()"
            " WHERE database_name = current_database() AND NOT internal AND list_contains($texts, column_name)"
            " AND table_name IN (SELECT table_name FROM duckdb_tables())",
            {"texts": list(TEXTS)},
        ).fetchall()
        for schema, table, column in texts:
            con.execute(f'UPDATE {schema}.{table} SET "{column}" = $text', {"text": SECRET})
    return path


@pytest.fixture
def light(filled, tmp_path):
    path = tmp_path / "light.duckdb"
    assert publish_light(filled, path, tmp_path / "building")
    return path


def rows(con, table, without=()):
    names = [row[0] for row in con.execute(f"DESCRIBE {table}").fetchall() if row[0] not in without]
    columns = ", ".join(f'"{name}"' for name in names)
    return sorted(map(str, con.execute(f"SELECT {columns} FROM {table}").fetchall()))


def surface(con):
    return con.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY 1"
    ).fetchall()


def test_it_has_every_table_and_view_with_their_rows_but_no_text(filled, light):
    with open_snapshot(filled) as whole, open_snapshot(light) as con:
        assert surface(con) == surface(whole)
        for (table,) in surface(whole):
            assert rows(con, table, TEXTS) == rows(whole, table, TEXTS), table
        assert con.execute("SELECT count(*), count(text), count(lead) FROM articles").fetchall() == [
            (2, 0, 0)
        ]
        assert con.execute("SELECT count(*), count(text), count(diff) FROM revisions").fetchall() == [
            (2, 0, 0)
        ]
        assert con.execute("SELECT count(sentence) FROM claims").fetchall() == [(2,)]


def test_no_text_is_anywhere_in_the_file(filled, light):
    assert SECRET.encode() in filled.read_bytes()
    assert SECRET.encode() not in light.read_bytes()
    with open_snapshot(light) as con:
        assert con.execute("SELECT count(*) FROM state.pending_items").fetchone() == (0,), "the writer's own"


def test_every_table_view_macro_and_column_keeps_its_comment(filled, light):
    question = (
        "SELECT schema_name, table_name, column_name, comment FROM duckdb_columns()"
        " WHERE NOT internal AND schema_name = 'main' ORDER BY ALL"
    )
    macros = (
        "SELECT function_name, parameters, comment FROM duckdb_functions() WHERE NOT internal ORDER BY ALL"
    )
    with open_snapshot(filled) as whole, open_snapshot(light) as con:
        told, wanted = con.execute(question).fetchall(), whole.execute(question).fetchall()
        assert con.execute(macros).fetchall() == whole.execute(macros).fetchall()

    changed = [one for one, other in zip(told, wanted, strict=True) if one != other]
    assert {row[1:3] for row in changed} >= {
        ("articles", "text"),
        ("articles", "lead"),
        ("revisions", "diff"),
    }
    assert all(row[2] in TEXTS and row[3].endswith(NOTE) for row in changed)


def test_it_is_made_again_only_from_another_snapshot(filled, light, tmp_path):
    before = light.read_bytes()

    assert not publish_light(filled, light, tmp_path / "building")
    other = shutil.copyfile(filled, tmp_path / "other.duckdb")
    assert other.stat().st_mtime_ns != filled.stat().st_mtime_ns
    assert publish_light(other, light, tmp_path / "building")
    assert len(light.read_bytes()) == len(before)


def test_what_a_killed_program_left_is_in_nobodys_way(filled, tmp_path):
    (tmp_path / "building").mkdir()
    (tmp_path / "building" / "light.duckdb").write_bytes(b"half of it")
    (tmp_path / "building" / "light.duckdb.wal").write_bytes(b"x")

    assert publish_light(filled, tmp_path / "light.duckdb", tmp_path / "building")
    assert [path.name for path in (tmp_path / "building").iterdir() if path.suffix == ".duckdb"] == []


def test_it_has_the_storage_that_duckdb_1_reads_and_the_time_of_its_snapshot(filled, light):
    with open_snapshot(light) as con:
        ((tags,),) = con.execute("SELECT tags FROM duckdb_databases() WHERE NOT internal").fetchall()

    assert tags["storage_version"].startswith("v1.2")
    assert light.stat().st_mtime_ns == filled.stat().st_mtime_ns


def test_a_snapshot_that_cannot_be_read_leaves_the_light_one_as_it_is(light, tmp_path):
    before = light.read_bytes()
    (tmp_path / "broken.duckdb").write_bytes(b"no database" * 1000)

    with pytest.raises(WarehouseError):
        publish_light(tmp_path / "broken.duckdb", light, tmp_path / "building")

    assert light.read_bytes() == before
    assert not (tmp_path / "building" / "light.duckdb").exists()
