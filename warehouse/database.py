"""The one door to DuckDB: connections, transactions, migrations, named queries. No business logic."""

import itertools
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import duckdb
from pydantic import TypeAdapter

from extractors.errors import DamagedWarehouseError, WarehouseError
from extractors.records import content_hash
from warehouse.lock import exclusive

Connection = duckdb.DuckDBPyConnection

#: Files made with the defaults of DuckDB 2.0 are refused by the 1.x tools people have (tried: 1.4 opens
#: v1.2.0).
STORAGE_VERSION = "v1.2.0"

#: Numbers for the files attached by this process: a name may not be given twice at a time.
_NUMBERS = itertools.count(1)

#: Rows bound to one statement: bounds the memory of a large batch.
_ROWS = 2_000

#: What DuckDB may keep in memory in this process: with 1,000,000 articles a load takes no longer than with all it
#: would take by itself (80 % of the machine), and the process stays under 1 GB (measured: 0.7 GB).
MEMORY = "400MB"

#: Strings of so many bytes on average, the texts, are compressed by Zstandard, which DuckDB does by itself from 4,096
#: on: 570 bytes of 1,960 are left in a file of 1,000,000 generated articles, where its other ways leave nearly all.
#: A text then takes 7 ms to get by its row, as 2,048 of them are compressed together.
ZSTD_FROM = "1000"

#: Seconds a writer waits for another one to finish.
WAIT_S = 10.0

#: What DuckDB says of a file whose bytes are not what was written (tried on 2.0.1: emptied, cut, overwritten, a bit
#: turned; all its blocks have checksums), and of a log of changes that cannot be gone through.
_DAMAGE = ("not a valid DuckDB database file", "Could not read enough bytes", "Corrupt ", "replaying WAL")
#: What it says, all of it, where the disk cannot read a sector (tried with a library that answers EIO).
_BAD_SECTOR = ("Could not read from file", ".duckdb", "Input/output error")
#: The bytes before the first block of a file: three headers, with a count of what was written.
HEADERS = 3 * 4096

_SCALARS = {
    str: "VARCHAR",
    int: "BIGINT",
    float: "DOUBLE",
    bool: "BOOLEAN",
    bytes: "BLOB",
    datetime: "TIMESTAMPTZ",
    timedelta: "INTERVAL",
}


@contextmanager
def open_warehouse(path: Path) -> Iterator[Connection]:
    """Open the writer's file, creating and migrating it where needed; checkpointed and closed at the end.

    Raises:
        WarehouseError: another process holds the file, or a newer program wrote it.
        DamagedWarehouseError: it is damaged.
    """
    with exclusive(path.with_name("writer.lock"), wait_s=WAIT_S), open_scratch() as con:
        name = f"warehouse_{next(_NUMBERS)}"
        _attach(con, path, name)
        try:
            con.execute(f"USE {name}")
            _require_length(con, path)
            _spill_beside(con, path)
            _migrate(con, path)
            yield con
        except duckdb.Error as error:
            suspect(path, error)
            raise
        finally:
            con.execute("USE memory")
            con.execute(f"DETACH {name}")


@contextmanager
def attached(con: Connection, path: Path, name: str) -> Iterator[None]:
    """Let the queries of the block read another database file under `name`; its writer must be kept away by the caller.

    Raises:
        WarehouseError: it cannot be opened.
        DamagedWarehouseError: it is damaged.
    """
    _attach(con, path, name, "READ_ONLY")
    try:
        yield
    finally:
        con.execute(f"DETACH {name}")


def literal(text: str) -> str:
    """Return `text` as SQL writes a text, for statements that take no parameter in that place."""
    return "'" + text.replace("'", "''") + "'"


def damage_in(error: BaseException | None) -> str | None:
    """Return what `error` says of damaged bytes of a database, in one line; None where it is about something else."""
    if not isinstance(error, duckdb.Error):
        return None
    text = str(error).partition("\n")[0]
    if ".parquet" in text:  # a batch, not the warehouse into which it was to be loaded
        return None
    damaged = any(sign in text for sign in _DAMAGE) or all(sign in text for sign in _BAD_SECTOR)
    return text if damaged else None


def suspect(path: Path, error: Exception) -> None:
    """Where `error` speaks of damage, leave a note beside the warehouse: the next cycle looks at all of it."""
    if damage := damage_in(error):
        with suppress(OSError):
            suspicion_path(path).write_text(damage, encoding="utf-8")


def suspicion_path(path: Path) -> Path:
    """Return where the note lies that the warehouse at `path` may be damaged."""
    return path.with_name(path.name + ".suspect")


def _attach(
    con: Connection, path: Path, name: str, how: str = f"STORAGE_VERSION '{STORAGE_VERSION}'"
) -> None:
    try:
        con.execute(f"ATTACH {literal(str(path))} AS {name} ({how})")
    except duckdb.Error as error:
        told = str(error).splitlines()[0]
        if damage_in(error):
            hint = "the file is damaged; the next `newswatch run` sets it aside and makes it anew"
            raise DamagedWarehouseError(f"{path}: cannot be opened: {hint} ({told})") from error
        hint = (
            "another newswatch process is writing; wait for it or stop it"
            if "lock" in told
            else "look at the file and its folder"
        )
        raise WarehouseError(f"{path}: cannot be opened: {hint} ({told})") from error


def _require_length(con: Connection, path: Path) -> None:
    """Refuse a file that holds less than it uses; DuckDB opens one that was cut, and fails at what is missing.

    A file that was cut less is found by whoever reads what is missing (`suspect`): unused blocks at the end are no part
    of the file, so that its length tells no more.
    """
    ((blocks, _, size),) = run(con, "blocks")
    if path.stat().st_size < HEADERS + blocks * size:
        raise DamagedWarehouseError(
            f"{path}: the file is cut short; the next `newswatch run` sets it aside and makes it anew"
        )


def _spill_beside(con: Connection, path: Path) -> None:
    """Let what does not fit into the memory lie beside the warehouse for the time, not where the process runs."""
    with suppress(
        duckdb.Error
    ):  # the place stays for good once used: that of an earlier warehouse serves as well
        con.execute(f"SET temp_directory = {literal(str(path.with_name('spill')))}")


@contextmanager
def open_snapshot(path: Path, *, external_access: bool = False) -> Iterator[Connection]:
    """Open the published file for reading.

    `external_access` False keeps SQL from other files and from the network.

    Raises:
        WarehouseError: there is no snapshot yet, or it cannot be read.
    """
    if not path.exists():
        raise WarehouseError(
            f"{path}: there is no snapshot yet; `newswatch run` or `newswatch import` makes one"
        )
    try:
        con = duckdb.connect(  # noqa: TID251 - the one door
            str(path), read_only=True, config={"enable_external_access": external_access}
        )
    except duckdb.Error as error:
        raise WarehouseError(
            f"{path}: the snapshot cannot be opened ({str(error).splitlines()[0]})"
        ) from error
    try:
        con.execute("SET TimeZone = 'UTC'")
        yield con
    finally:
        con.close()


@contextmanager
def open_scratch() -> Iterator[Connection]:
    """Open a connection with nothing in it but its own temporary tables, for reading and writing Parquet."""
    con = _instance().cursor()
    try:
        con.execute("SET TimeZone = 'UTC'")
        yield con
    finally:
        con.close()


@cache
def _instance() -> Connection:
    """Return this process's DuckDB: starting one takes 19 ms (measured), attaching a file to it 2 ms."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY,
        "zstd_min_string_length": ZSTD_FROM,
    }
    return duckdb.connect(":memory:", config=config)  # noqa: TID251 - the one door


@contextmanager
def transaction(con: Connection) -> Iterator[None]:
    """Do all of the block or nothing of it."""
    con.execute("BEGIN")
    try:
        yield
    except BaseException:
        con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


@contextmanager
def little_memory(con: Connection, limit: str) -> Iterator[None]:
    """Let DuckDB keep no more than `limit` in memory during the block, for work that reads everything once."""
    with suppress(duckdb.Error):  # what is held cannot be let go
        con.execute(f"SET memory_limit = '{limit}'")
    try:
        yield
    finally:
        con.execute(f"SET memory_limit = '{MEMORY}'")


@cache
def sql(name: str) -> str:
    """Return the text of `queries/NAME.sql`."""
    return files("warehouse").joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")


def run(con: Connection, query: str, **parameters: object) -> list[tuple[Any, ...]]:
    """Run `queries/QUERY.sql` with its named parameters and return all rows, as tuples."""
    return con.execute(sql(query), parameters).fetchall()


def rows(con: Connection, query: str, **parameters: object) -> list[dict[str, Any]]:
    """Run `queries/QUERY.sql` and return all rows, as dictionaries by column name."""
    result = con.execute(sql(query), parameters)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def insert(con: Connection, table: str, records: Sequence[Mapping[str, object]]) -> None:
    """Append `records` (all with the same keys) to `table`, matched by column name, `_ROWS` in one statement.

    Each column is bound as one list: as a list of rows the same takes twice the time (measured).
    """
    if not records:
        return
    columns = ", ".join(f'"{name}"' for name in records[0])
    found = con.execute(f"SELECT {columns} FROM {table} LIMIT 0").description or []  # noqa: S608 - our own
    lists = ", ".join(f"unnest($values_{place}::{column[1]}[])" for place, column in enumerate(found))
    statement = f"INSERT INTO {table} ({columns}) SELECT {lists}"
    for start in range(0, len(records), _ROWS):
        part = records[start : start + _ROWS]
        con.execute(
            statement,
            {f"values_{place}": [record[name] for record in part] for place, name in enumerate(records[0])},
        )


def column_type(annotation: Any) -> str:
    """Return the DuckDB type that holds values of a record's annotation.

    Raises:
        TypeError: the annotation is none that may travel (see `extractors.records`).
    """
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        (inner,) = [argument for argument in arguments if argument is not types.NoneType]
        return column_type(inner)
    if origin is Literal:
        return "VARCHAR"
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:  # noqa: PLR2004 - tuple[X, ...]
            return f"{column_type(arguments[0])}[]"
        raise TypeError(f"only tuples of one kind may travel: {annotation!r}")
    if is_dataclass(annotation):
        hints = typing.get_type_hints(annotation)
        inside = ", ".join(f'"{field.name}" {column_type(hints[field.name])}' for field in fields(annotation))
        return f"STRUCT({inside})"
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    raise TypeError(f"no column type for {annotation!r}")


@cache
def adapter(record: type) -> TypeAdapter[Any]:
    """Return the reader that makes records of the given type from rows, checking every field."""
    return TypeAdapter(record)


def _migrate(con: Connection, path: Path) -> None:
    con.execute(
        "CREATE TABLE IF NOT EXISTS main.migrations (name VARCHAR NOT NULL, applied_at TIMESTAMPTZ NOT NULL)"
    )
    done = {name for (name,) in con.execute("SELECT name FROM main.migrations").fetchall()}
    ours = _sql_files("migrations")
    if unknown := sorted(name for name in done if name not in ours and not name.startswith("views:")):
        raise WarehouseError(
            f"{path}: was written by a newer newswatch (it knows {unknown[-1]}); install that version"
        )
    pending = sorted(set(ours) - done)
    if pending:
        con.execute("RESET memory_limit")  # a table that is written anew, whole and in order, takes more
    for name in pending:
        with transaction(con):
            con.execute(ours[name])
            con.execute("INSERT INTO main.migrations VALUES ($name, current_timestamp)", {"name": name})
    con.execute(f"SET memory_limit = '{MEMORY}'")
    # Comments of tables come last: what a migration says of a column may have been said better since.
    made_anew = [
        _sql_files(folder)[name] for folder in ("views", "comments") for name in sorted(_sql_files(folder))
    ]
    version = "views:" + content_hash("".join(made_anew))
    if pending or version not in done:
        with transaction(con):
            for statements in made_anew:
                con.execute(statements)
            con.execute("DELETE FROM main.migrations WHERE name LIKE 'views:%'")
            con.execute("INSERT INTO main.migrations VALUES ($name, current_timestamp)", {"name": version})


def migration_names() -> frozenset[str]:
    """Return the names of all migrations that this program knows."""
    return frozenset(_sql_files("migrations"))


@cache
def _sql_files(folder: str) -> dict[str, str]:
    found = files("warehouse").joinpath(folder).iterdir()
    return {file.name: file.read_text(encoding="utf-8") for file in found if file.name.endswith(".sql")}
