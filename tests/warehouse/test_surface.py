"""What users rely on is there: the tables, views and columns of the surface, with the types that were promised."""

import tomllib
from pathlib import Path

import duckdb
import pytest

from warehouse.database import open_warehouse

SURFACE = tomllib.loads((Path(__file__).parents[1] / "surface.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def con(tmp_path_factory):
    with open_warehouse(tmp_path_factory.mktemp("surface") / "warehouse.duckdb") as opened:
        yield opened


@pytest.fixture(scope="module")
def columns(con):
    """The columns of schema main by name of table or view: name of the column → its type."""
    found = {}
    for table, column, kind in con.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal"
    ).fetchall():
        found.setdefault(table, {})[column] = kind
    return found


@pytest.mark.parametrize("table", SURFACE)
def test_the_surface_is_there(columns, table):
    promised = SURFACE[table].split()

    assert [name for name in promised if name not in columns.get(table, {})] == []


def test_times_have_a_zone_ids_are_texts_and_lists_are_lists_of_texts(columns):
    named = {f"{table}.{name}": kind for table, held in columns.items() for name, kind in held.items()}
    lists = {"authors", "participants", "languages"}

    assert {
        n for n, kind in named.items() if n.endswith("_at") and kind != "TIMESTAMP WITH TIME ZONE"
    } == set()
    assert {n for n, kind in named.items() if kind in {"TIMESTAMP", "TIME"}} == set()
    assert {n for n, kind in named.items() if n.endswith("_id") and kind != "VARCHAR"} == set()
    assert {n for n, kind in named.items() if n.split(".")[1] in lists and kind != "VARCHAR[]"} == set()


def test_every_column_can_be_asked_for_without_quotes(con):
    refused = []
    for table, column in con.execute(
        "SELECT table_name, column_name FROM duckdb_columns() "
        "WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal"
    ).fetchall():
        try:
            con.execute(
                f"SELECT {column}, {column} AS same FROM {table} WHERE {column} IS NULL ORDER BY {column} LIMIT 0"
            )
        except duckdb.ParserException:
            refused.append(f"{table}.{column}")

    assert refused == []
