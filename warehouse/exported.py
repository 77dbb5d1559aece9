"""Read an exported set back: the versions of its articles, in the order in which they were seen."""

import glob
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from pydantic import TypeAdapter, ValidationError

from extractors.errors import ConfigurationError
from warehouse.cells import unguarded
from warehouse.database import Connection, literal, migration_names, open_scratch, rows, run
from warehouse.exporting import KIND, MANIFEST, VERSION, Export, ExportedTable, hash_of
from warehouse.landing import MACHINE_ERRORS

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
#: DuckDB reads a file with as many threads as there are processors, each with room for a few of the longest rows: with
#: four of them 190 MB of texts did not fit into its memory (`warehouse.database.MEMORY`). One is as fast (measured).
_THREADS = 1
#: Bytes that are read at a time.
_BLOCK = 1 << 20


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
        if told.get("version") != VERSION or str(told.get("schema")) not in migration_names():
            raise ConfigurationError(
                f"{folder}: was exported by another newswatch ({told.get('program')}, schema {told.get('schema')}); "
                "install that version or a newer one"
            )
        found = TypeAdapter(Export).validate_python(told)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise ConfigurationError(f"{manifest}: cannot be read ({place}: {first['msg']})") from error
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{manifest}: cannot be read ({str(error).splitlines()[0]})") from error
    tables = {table.name for table in found.tables}
    if missing := [name for name in _NEEDED if name not in tables]:
        raise ConfigurationError(
            f"{folder}: the set lacks {missing[0]}; export it with articles and revisions"
        )
    for table in found.tables:
        _require_whole(folder, table)
    return found


@contextmanager
def opened_set(folder: Path, told: Export) -> Iterator[Iterator[Mapping[str, Any]]]:
    """Read the files of the set and give a row for each version of each article, in the order in which they were seen.

    A row has the columns of its article, `seen_at`, `title` and `text` of the version, `newest` (whether it is the last
    one), and `loaded_at`: the time of the run that brought it, None where the set does not tell. The whole set has been
    read when the block begins, so that what is wrong with a file is known before anything is done with a row; what does
    not fit into the memory lies in DuckDB's temporary files meanwhile.

    Raises:
        ConfigurationError: a file is not what it should be.
        duckdb.Error: there is no room for it.
    """
    with open_scratch() as con:
        con.execute(f"SET threads = {_THREADS}")
        try:
            for name in _READ:
                _take_in(con, folder, name, told)
            run(con, "exported_order")
        except MACHINE_ERRORS:
            raise
        except duckdb.Error as error:
            raise ConfigurationError(f"{folder}: cannot be read ({str(error).splitlines()[0]})") from error
        finally:
            con.execute("RESET threads")
        yield _versions(con, told)


def last_seen(con: Connection, ids: Collection[str]) -> Mapping[str, datetime]:
    """Return when the newest version of each of these articles was seen, of those that the warehouse holds."""
    return dict(run(con, "versions_last_seen", ids=sorted(ids)))


def _versions(con: Connection, told: Export) -> Iterator[Mapping[str, Any]]:
    """Yield the versions a chunk at a time, each looked up by its place: to sort all texts takes more than there is."""
    after = 0
    while order := rows(con, "exported_chunk", after=after, most=_CHUNK):
        after = order[-1].pop("number")
        texts = _at(con, "exported_texts", [row["text_at"] for row in order])
        articles = _at(con, "exported_articles", [row["article_at"] for row in order])
        for row in order:
            said = articles[row["article_at"]] | texts[row["text_at"]]
            yield _freed(said | {"newest": row["newest"], "loaded_at": row["loaded_at"]}, told)


def _at(con: Connection, query: str, places: Sequence[int]) -> Mapping[int, dict[str, Any]]:
    return {row.pop("place"): row for row in rows(con, query, places=sorted(set(places)))}


def _require_whole(folder: Path, table: ExportedTable) -> None:
    path = folder / table.file
    if Path(table.file).name != table.file:
        raise ConfigurationError(f"{folder / MANIFEST}: {table.file!r} is no file of the set")
    if not path.is_file():
        raise ConfigurationError(f"{path}: is missing from the set")
    if hash_of(path) != table.sha256:
        raise ConfigurationError(f"{path}: is not what was exported (its hash is another one)")


def _take_in(con: Connection, folder: Path, name: str, told: Export) -> None:
    """Make the temporary table `exported_NAME` of a file of the set, empty where the set has none."""
    wanted = _READ[name]
    table = next((one for one in told.tables if one.name == name), None)
    if table is None:
        columns = ", ".join(f'NULL::{kind} AS "{column}"' for column, kind in wanted.items())
        con.execute(f"CREATE OR REPLACE TEMP TABLE exported_{name} AS SELECT {columns} LIMIT 0")
        return
    there = {column for column, _ in table.columns}
    columns = ", ".join(_column(column, kind, there, told) for column, kind in wanted.items())
    source = _source(folder / table.file, [column for column, _ in table.columns], wanted, told)
    con.execute(f"CREATE OR REPLACE TEMP TABLE exported_{name} AS SELECT {columns} FROM {source}")  # noqa: S608 - our own


def _column(name: str, kind: str, there: set[str], told: Export) -> str:
    if name not in there:
        return f'NULL::{kind} AS "{name}"'
    if told.format == "csv" and kind == "VARCHAR[]":
        return f'from_json("{name}", \'["VARCHAR"]\') AS "{name}"'
    return f'"{name}"::{kind} AS "{name}"'


def _source(path: Path, columns: Sequence[str], wanted: Mapping[str, str], told: Export) -> str:
    """Return the table function that reads a file of the set; `columns` are the names that the manifest gives.

    These are written as texts: whoever made the set may have made up a name that would end the statement.
    """
    quoted = literal(glob.escape(str(path)))
    if told.format == "parquet":
        return f"read_parquet({quoted})"
    if told.format == "jsonl":
        kinds = ", ".join(f"{literal(name)}: '{wanted.get(name, 'JSON')}'" for name in columns)
        options = f"format = 'newline_delimited', maximum_object_size = {_longest_line(path)}"
        return f"read_json({quoted}, {options}, columns = {{{kinds}}})"
    kinds = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in columns)
    return (
        f"read_csv({quoted}, header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
        f"new_line = '\\r\\n', nullstr = '', max_line_size = {_LONGEST}, columns = {{{kinds}}})"
    )


def _longest_line(path: Path) -> int:
    """Return the bytes of the longest line of a file, or a little more: DuckDB takes room for it many times over.

    Raises:
        ConfigurationError: one is longer than any row can be.
    """
    longest, begun = 0, 0
    with path.open("rb") as file:
        while chunk := file.read(_BLOCK):
            first, *others = chunk.split(b"\n")
            longest = max(longest, begun + len(first), *map(len, others))
            begun = len(others[-1]) if others else begun + len(first)
            if longest > _LONGEST:
                raise ConfigurationError(
                    f"{path}: a line has more than {_LONGEST // 1_000_000} MB; no row is so long"
                )
    return max(longest, _BLOCK) + 2


def _freed(row: dict[str, Any], told: Export) -> dict[str, Any]:
    """Return the row as it was before it was guarded against spreadsheets."""
    if told.format != "csv":
        return row
    return {name: unguarded(value) if isinstance(value, str) else value for name, value in row.items()}
