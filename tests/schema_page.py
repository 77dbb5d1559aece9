"""Write docs/schema.md, what the DuckDB file says of itself: `make schema`."""

import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from warehouse.database import Connection, open_warehouse

PAGE = Path(__file__).parents[1] / "docs" / "schema.md"
#: Tables and views of the surface in the order in which one meets them.
CHAPTERS: Mapping[str, tuple[str, ...]] = {
    "Articles and what they say": (
        "articles",
        "revisions",
        "entities",
        "mentions",
        "claims",
        "figures",
        "citations",
    ),
    "Stories, developments, alerts": (
        "stories",
        "story_timeline",
        "story_lineage",
        "developments",
        "development_articles",
        "alerts",
    ),
    "Trends": (
        "trend_daily",
        "trend_weekly",
        "trend_weekly_covered",
        "trend_events",
        "share_of_voice",
        "co_mentions",
        "first_reports",
    ),
    "Sources and what was looked at": (
        "sources",
        "coverage",
        "covered_days",
        "polls",
        "poll_days",
        "requests",
        "leads",
        "uncovered",
    ),
    "The pipeline": (
        "runs",
        "troubles",
        "housekeeping",
        "rebuilds",
        "reprocessings",
        "gone_developments",
        "migrations",
    ),
}
#: How a comment names the column of another table whose values it holds: "Story that it is part of (stories.story_id)."
REFERENCE = re.compile(r"[(,] ?(?P<table>\w+)\.(?P<column>\w+)\b")
_SHORT_TYPES = {"TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ"}
#: How a macro is called.
_CALL = "function_name || '(' || array_to_string(parameters, ', ') || ')'"
_HEAD = """# The schema

`make schema` writes this page from the comments in the DuckDB file; any SQL tool shows the same ones beside its
columns. [questions.md](questions.md) has questions with their SQL, and how to open the file. All times are in UTC, all
ids texts; a column whose meaning says nothing of null holds none. Tables and views of schema `main` are what queries
and programs may rely on: they are renamed or removed only with a line in the CHANGELOG.
"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table or view with its type and comment."""

    name: str
    kind: str
    comment: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A column whose values are those of a column of another table."""

    table: str
    column: str
    target: str
    target_column: str


@dataclass(frozen=True, slots=True)
class Schema:
    """What a file says of itself: comments by name of table, view or macro, and columns by name of table or view."""

    tables: Mapping[str, str]
    views: Mapping[str, str]
    macros: Mapping[str, str]
    writers_own: Mapping[str, str]
    columns: Mapping[str, tuple[Column, ...]]

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Which columns of tables hold keys of which others, as their comments say."""
        return tuple(
            Relation(table, column.name, told["table"], told["column"])
            for table in self.tables
            for column in self.columns[table]
            for told in REFERENCE.finditer(column.comment)
            if told["column"] in {other.name for other in self.columns.get(told["table"], ())}
        )


def read_schema(con: Connection) -> Schema:
    """Return what the open file says of itself."""
    columns: dict[str, tuple[Column, ...]] = {}
    for table, name, kind, comment in con.execute(
        "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() "
        "WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal "
        "ORDER BY table_name, column_index"
    ).fetchall():
        columns[table] = (*columns.get(table, ()), Column(name, _SHORT_TYPES.get(kind, kind), comment))
    return Schema(
        tables=_comments(con, "table_name", "duckdb_tables()", "main"),
        views=_comments(con, "view_name", "duckdb_views()", "main"),
        macros=_comments(con, _CALL, "duckdb_functions()", "main"),
        writers_own=_comments(con, "table_name", "duckdb_tables()", "state")
        | _comments(con, "view_name", "duckdb_views()", "state"),
        columns=columns,
    )


def _comments(con: Connection, name: str, where: str, schema: str) -> dict[str, str]:
    return dict(
        con.execute(
            f"SELECT {name}, comment FROM {where} "
            "WHERE database_name = current_database() AND schema_name = $schema AND NOT internal ORDER BY ALL",
            {"schema": schema},
        ).fetchall()
    )


def page_of(schema: Schema) -> str:
    """Return the page, in Markdown."""
    return "\n".join(_lines(schema))


def _lines(schema: Schema) -> Iterator[str]:
    yield _HEAD
    yield from _diagram(schema.relations)
    comments = schema.tables | schema.views
    for title, names in CHAPTERS.items():
        yield f"## {title}\n"
        for name in names:
            kind = " (view)" if name in schema.views else ""
            yield f"### `{name}`{kind}\n"
            yield f"{comments[name]}\n"
            yield from _columns(schema.columns[name])
    if schema.macros:
        yield "## Macros\n"
        yield "`FROM articles_as_of(now())`: a macro with `_as_of` is a table or view as it was at a moment.\n"
        yield from _list_of(schema.macros)
    yield "## The writer's own\n"
    yield "Schema `state`: no part of the surface, it may change with any release.\n"
    yield from _list_of(schema.writers_own)


def _diagram(relations: Iterable[Relation]) -> Iterator[str]:
    yield "```mermaid\nerDiagram"
    for one in relations:
        yield f'    {one.target} ||--o{{ {one.table} : "{one.column}"'
    yield "```\n"


def _columns(columns: Iterable[Column]) -> Iterator[str]:
    yield "| column | type | meaning |"
    yield "| --- | --- | --- |"
    for column in columns:
        yield f"| `{column.name}` | {column.kind} | {_cell(column.comment)} |"
    yield ""


def _list_of(comments: Mapping[str, str]) -> Iterator[str]:
    yield "| name | meaning |"
    yield "| --- | --- |"
    for name, comment in comments.items():
        yield f"| `{name}` | {_cell(comment)} |"
    yield ""


def _cell(comment: str) -> str:
    return comment.replace("|", "\\|").replace("\n", " ")


def made() -> str:
    """Return the page of a file that was made just now."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_warehouse(Path(folder) / "warehouse.duckdb") as con,
    ):
        return page_of(read_schema(con))


if __name__ == "__main__":
    PAGE.write_text(made(), encoding="utf-8")
    print(PAGE, file=sys.stderr)
