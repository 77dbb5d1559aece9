"""Read an exported set back: the versions of its articles, in the order in which they were seen."""

import glob
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from pydantic import TypeAdapter, ValidationError

from extractors.errors import ConfigurationError
from warehouse.cells import unguarded
from warehouse.database import Connection, literal, migration_names, open_scratch, run
from warehouse.exporting import KIND, MANIFEST, VERSION, Export, ExportedTable, hash_of

#: The columns that are read, with their types; those of older sets that lack some are null.
_READ: Mapping[str, Mapping[str, str]] = {
    "articles": {
        "article_id": "VARCHAR",
        "url": "VARCHAR",
        "source_id": "VARCHAR",
        "publisher": "VARCHAR",
        "language": "VARCHAR",
        "lead": "VARCHAR",
        "authors": "VARCHAR[]",
        "published_at": "TIMESTAMPTZ",
        "published_from": "VARCHAR",
        "revision": "INTEGER",
        "text_from": "VARCHAR",
        "section": "VARCHAR",
        "rights_from": "VARCHAR[]",
        "rights_policy": "VARCHAR",
        "date_clamped": "BOOLEAN",
        "pubstatus": "VARCHAR",
        "version": "VARCHAR",
        "versioncreated": "TIMESTAMPTZ",
        "embargoed": "TIMESTAMPTZ",
        "ednote": "VARCHAR",
    },
    "revisions": {
        "article_id": "VARCHAR",
        "revision": "INTEGER",
        "seen_at": "TIMESTAMPTZ",
        "title": "VARCHAR",
        "text": "VARCHAR",
    },
    "runs": {"started_at": "TIMESTAMPTZ"},
}
_NEEDED = ("articles", "revisions")
_CHUNK = 500
#: Bytes of the longest row: a text of a million characters, and what goes with it.
_LONGEST = 64_000_000


def read_manifest(folder: Path) -> Export:
    """Return what the set in `folder` holds, its files checked against their hashes.

    Raises:
        ConfigurationError: it is no exported set, of a newer program, or not whole.
    """
    manifest = folder / MANIFEST
    if not manifest.is_file():
        raise ConfigurationError(f"{folder}: is no exported set: it has no {MANIFEST}")
    try:
        told = json.loads(manifest.read_text(encoding="utf-8"))
        if not isinstance(told, dict) or told.get("kind") != KIND:
            raise ConfigurationError(f"{manifest}: is not of an exported set")
        if told.get("version") != VERSION or told.get("schema") not in migration_names():
            raise ConfigurationError(
                f"{folder}: was exported by another newswatch ({told.get('program')}, schema {told.get('schema')}); "
                "install that version or a newer one"
            )
        found = TypeAdapter(Export).validate_python(told)
    except (ValueError, RecursionError, ValidationError) as error:
        raise ConfigurationError(f"{manifest}: cannot be read ({str(error).splitlines()[0]})") from error
    tables = {table.name for table in found.tables}
    if missing := [name for name in _NEEDED if name not in tables]:
        raise ConfigurationError(
            f"{folder}: the set lacks {missing[0]}; export it with articles and revisions"
        )
    for table in found.tables:
        _require_whole(folder, table)
    return found


def read_versions(folder: Path, told: Export) -> Iterator[Mapping[str, Any]]:
    """Yield a row for each version of each article, in the order in which they were seen.

    A row has the columns of its article, `seen_at`, `title` and `text` of the version, `newest` (whether it is the last
    one), and `loaded_at`: the time of the run that brought it, None where the set does not tell.

    Raises:
        ConfigurationError: a file is not what it should be.
    """
    with open_scratch() as con:
        try:
            for name in _READ:
                _make_view(con, folder, name, told)
            con.execute(_VERSIONS)
            names = [column[0] for column in con.description or []]
            while rows := con.fetchmany(_CHUNK):
                for row in rows:
                    yield _freed(dict(zip(names, row, strict=True)), told)
        except duckdb.Error as error:
            raise ConfigurationError(f"{folder}: cannot be read ({str(error).splitlines()[0]})") from error


def last_seen(con: Connection, ids: Collection[str]) -> Mapping[str, datetime]:
    """Return when the newest version of each of these articles was seen, of those that the warehouse holds."""
    return dict(run(con, "versions_last_seen", ids=sorted(ids)))


_VERSIONS = """
SELECT a.*, r.revision AS number, r.seen_at, r.title, r.text,
       r.revision = max(r.revision) OVER (PARTITION BY r.article_id) AS newest,
       o.started_at AS loaded_at
FROM temp.exported_revisions AS r
JOIN temp.exported_articles AS a ON a.article_id = r.article_id
ASOF LEFT JOIN (SELECT DISTINCT started_at FROM temp.exported_runs) AS o ON o.started_at >= r.seen_at
ORDER BY r.seen_at, a.url, r.revision
"""


def _require_whole(folder: Path, table: ExportedTable) -> None:
    path = folder / table.file
    if Path(table.file).name != table.file:
        raise ConfigurationError(f"{folder / MANIFEST}: {table.file!r} is no file of the set")
    if not path.is_file():
        raise ConfigurationError(f"{path}: is missing from the set")
    if hash_of(path) != table.sha256:
        raise ConfigurationError(f"{path}: is not what was exported (its hash is another one)")


def _make_view(con: Connection, folder: Path, name: str, told: Export) -> None:
    wanted = _READ[name]
    table = next((one for one in told.tables if one.name == name), None)
    if table is None:
        columns = ", ".join(f'NULL::{kind} AS "{column}"' for column, kind in wanted.items())
        con.execute(f"CREATE OR REPLACE TEMP VIEW exported_{name} AS SELECT {columns} LIMIT 0")
        return
    there = {column for column, _ in table.columns}
    columns = ", ".join(_column(column, kind, there, told) for column, kind in wanted.items())
    source = _source(folder / table.file, [column for column, _ in table.columns], wanted, told)
    con.execute(f"CREATE OR REPLACE TEMP VIEW exported_{name} AS SELECT {columns} FROM {source}")  # noqa: S608 - our own


def _column(name: str, kind: str, there: set[str], told: Export) -> str:
    if name not in there:
        return f'NULL::{kind} AS "{name}"'
    if told.format == "csv" and kind == "VARCHAR[]":
        return f'from_json("{name}", \'["VARCHAR"]\') AS "{name}"'
    return f'"{name}"::{kind} AS "{name}"'


def _source(path: Path, columns: Sequence[str], wanted: Mapping[str, str], told: Export) -> str:
    """Return the table function that reads a file of the set."""
    quoted = literal(glob.escape(str(path)))
    if told.format == "parquet":
        return f"read_parquet({quoted})"
    if told.format == "jsonl":
        kinds = ", ".join(f"\"{name}\": '{wanted.get(name, 'JSON')}'" for name in columns)
        options = f"format = 'newline_delimited', maximum_object_size = {_LONGEST}"
        return f"read_json({quoted}, {options}, columns = {{{kinds}}})"
    kinds = ", ".join(f"\"{name}\": 'VARCHAR'" for name in columns)
    return (
        f"read_csv({quoted}, header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
        f"new_line = '\\r\\n', nullstr = '', max_line_size = {_LONGEST}, columns = {{{kinds}}})"
    )


def _freed(row: dict[str, Any], told: Export) -> dict[str, Any]:
    """Return the row as it was before it was guarded against spreadsheets."""
    if told.format != "csv":
        return row
    return {name: unguarded(value) if isinstance(value, str) else value for name, value in row.items()}
