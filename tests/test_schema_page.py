"""docs/schema.md is what the file says of itself."""

import pytest
from schema_page import CHAPTERS, PAGE, page_of, read_schema

from warehouse.database import open_warehouse


@pytest.fixture(scope="module")
def schema(tmp_path_factory):
    with open_warehouse(tmp_path_factory.mktemp("schema") / "warehouse.duckdb") as con:
        return read_schema(con)


def test_the_page_is_what_the_file_says_of_itself(schema):
    assert PAGE.read_text(encoding="utf-8") == page_of(schema), "`make schema` writes it anew"


def test_the_page_has_every_table_and_view_in_a_chapter(schema):
    placed = [name for names in CHAPTERS.values() for name in names]

    assert sorted(placed) == sorted([*schema.tables, *schema.views])


def test_the_readme_names_every_table_and_view(schema):
    readme = (PAGE.parents[1] / "README.md").read_text(encoding="utf-8")

    assert [name for name in (*schema.tables, *schema.views) if f"`{name}`" not in readme] == []


def test_columns_that_hold_keys_of_other_tables_say_of_which(schema):
    said = {(one.table, one.column) for one in schema.relations}
    silent = [
        f"{table}.{column.name}"
        for table in schema.tables
        for column in schema.columns[table][1:]  # the first one is the key of the table itself
        if column.name.endswith("_id") and (table, column.name) not in said
    ]

    assert silent == []


def test_relations_lead_to_columns_that_there_are(schema):
    named = {(table, column.name) for table, columns in schema.columns.items() for column in columns}

    assert {(one.target, one.target_column) for one in schema.relations} <= named
    assert len(schema.relations) > 20
