"""What the schema says of itself: every table, view, column and macro has a sentence that one can work with."""

import re
from dataclasses import dataclass
from importlib.resources import files

import pytest

from warehouse.database import open_warehouse

#: Shorter ones say nothing that the name does not; of the writer's own tables less need be said.
SHORTEST, SHORTEST_OF_STATE = 12, 8
NUMBERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UINTEGER", "UBIGINT", "FLOAT", "DOUBLE"}
#: A number has a unit, a range, or says what it counts.
UNIT = re.compile(
    r"\b(seconds|hours|days|bytes|bits|words|characters|0 to \d+|without a unit|in the unit|counted|number|"
    r"how (many|often|much)|articles|items|polls|requests|attempts|copies|developments|publishers|places?)\b",
    re.IGNORECASE,
)
WHEN = re.compile(
    r"\b(when|time|day|week|monday|month|start|end|since|until|first|last|latest|before|date|from here)\b",
    re.IGNORECASE,
)
#: The writer's own tables may point to what they hold of the surface.
POINTER = re.compile(r"As (in )?\w+")


@dataclass(frozen=True)
class Said:
    """What a file says of a thing: its name, what it is, its comment."""

    name: str
    kind: str
    comment: str
    nullable: bool = False

    @property
    def faults(self):
        """What is poor about the comment."""
        text, writers_own = self.comment.lower(), self.name.startswith("state.")
        found = {
            "too short": len(self.comment) < (SHORTEST_OF_STATE if writers_own else SHORTEST),
            "no full stop": not self.comment.endswith("."),
        }
        if writers_own and POINTER.match(self.comment):
            return sorted(name for name, holds in found.items() if holds)
        found |= {
            "no word on when": self.kind in {"TIMESTAMP WITH TIME ZONE", "DATE"} and not WHEN.search(text),
            "no zone": self.kind == "TIMESTAMP WITH TIME ZONE" and "utc" not in text,
            "no zone of the day": self.kind == "DATE" and not ("utc" in text or "zone" in text),
            "no unit": self.kind in NUMBERS and not UNIT.search(text),
            "nothing on null": self.nullable and "null" not in text,
        }
        return sorted(name for name, holds in found.items() if holds)


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """All that a new file says of its own tables, views, columns and macros."""
    with open_warehouse(tmp_path_factory.mktemp("said") / "warehouse.duckdb") as con:
        things = con.execute(
            """
            SELECT schema_name || '.' || table_name, 'table', coalesce(comment, '') FROM duckdb_tables()
            WHERE database_name = current_database() AND NOT internal
            UNION ALL
            SELECT schema_name || '.' || view_name, 'view', coalesce(comment, '') FROM duckdb_views()
            WHERE database_name = current_database() AND NOT internal
            UNION ALL
            SELECT schema_name || '.' || function_name, function_type, coalesce(comment, '') FROM duckdb_functions()
            WHERE database_name = current_database() AND NOT internal
            """
        ).fetchall()
        columns = con.execute(
            """
            SELECT c.schema_name || '.' || c.table_name || '.' || c.column_name, c.data_type, coalesce(c.comment, ''),
                c.is_nullable AND c.column_default IS NULL AND v.view_name IS NULL
            FROM duckdb_columns() AS c
            LEFT JOIN duckdb_views() AS v ON v.view_oid = c.table_oid AND v.database_oid = c.database_oid
            WHERE c.database_name = current_database() AND NOT c.internal
            """
        ).fetchall()
    return [Said(*thing) for thing in things], [Said(*column) for column in columns]


def test_tables_views_and_macros_say_what_they_are(said):
    things, _ = said

    assert {one.kind for one in things} >= {"table", "view"}
    assert {one.name: one.faults for one in things if one.faults} == {}


def test_columns_say_what_they_hold_with_unit_zone_and_what_null_means(said):
    _, columns = said

    assert len(columns) > 300
    assert {one.name: one.faults for one in columns if one.faults} == {}


def test_poor_comments_are_found():
    assert Said("a", "VARCHAR", "Article").faults == ["no full stop", "too short"]
    assert Said("a", "TIMESTAMP WITH TIME ZONE", "Of its making.").faults == ["no word on when", "no zone"]
    assert Said("a", "DATE", "Monday of the ISO week.").faults == ["no zone of the day"]
    assert Said("a", "DOUBLE", "How fast it goes.").faults == ["no unit"]
    assert Said("a", "VARCHAR", "Name of the author.", nullable=True).faults == ["nothing on null"]
    assert Said("a", "DOUBLE", "Seconds it took; null where it failed.", nullable=True).faults == []


def test_a_comment_that_was_lost_is_there_again_with_the_next_program(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    with open_warehouse(path) as con:
        con.execute("COMMENT ON COLUMN articles.words IS 'Words.'")
        con.execute("UPDATE migrations SET name = 'views:of-an-older-program' WHERE name LIKE 'views:%'")

    with open_warehouse(path) as con:
        (comment,) = con.execute(
            "SELECT comment FROM duckdb_columns() WHERE table_name = 'articles' AND column_name = 'words' "
            "AND database_name = current_database()"
        ).fetchone()

    assert comment.startswith("Number of words")


def test_what_is_said_better_is_said_once_and_of_tables_only(said):
    folder = files("warehouse").joinpath("comments")
    texts = [file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".sql")]
    statements = [line for text in texts for line in text.splitlines() if line]
    named = [
        re.match(r"COMMENT ON (?:TABLE|COLUMN) (?:state\.)?(\w+)(\.\w+)? IS '", line) for line in statements
    ]
    tables = {thing.name.split(".")[1] for thing in said[0] if thing.kind == "table"}

    assert None not in named
    assert {one[1] for one in named} - tables == set()
    assert len({one.group() for one in named}) == len(named) > 50
