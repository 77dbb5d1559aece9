"""Other people's SQL on the snapshot: it reads, and reaches nothing else, within its limits of time and memory.

Two walls. Only statements that read, or that make temporary things, are taken at all; and the connection itself is
closed off: a file opened to be read, no other file, no network, no extension, a configuration that is locked.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from extractors.errors import ConfigurationError
from warehouse.database import Connection, literal
from warehouse.limits import Limits, too_much_memory

#: Rows that are held at a time.
CHUNK = 1_000
#: Rows of a Parquet row group: with whole texts in them it fits into a small memory (a writer holds some at a time).
_ROW_GROUP = 20_480
#: Statements that are taken: those that read; those that make or fill what is temporary, for the file refuses all else;
#: SET for variables, for the configuration is locked.
_READING = ("SELECT", "EXPLAIN", "MULTI")  # MULTI is PIVOT
_MAKING = ("CREATE", "INSERT", "UPDATE", "DELETE", "MERGE_INTO", "DROP", "ALTER")
_TAKEN = frozenset((*_READING, *_MAKING, "SET", "TRANSACTION"))
_INSTEAD = {
    "PRAGMA": "; SHOW TABLES, DESCRIBE and SUMMARIZE say what there is",
    "COPY": "; --output FILE writes the answer",
    "EXPORT": "; `newswatch export` writes all tables",
    "PREPARE": "; write the statement itself",
    "EXECUTE": "; write the statement itself",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a statement: the columns' names, and the rows, `CHUNK` at a time; both empty where it has none."""

    columns: tuple[str, ...]
    chunks: Iterator[Sequence[tuple[Any, ...]]]


def close_off(con: Connection, limits: Limits, *, file: Path | None = None) -> None:
    """Let the open snapshot reach nothing outside itself from now on, and lock that, but for writing `file`.

    Nothing is laid down on disk where the memory does not suffice: who may ask must not fill the disk.
    """
    if file is not None:
        con.execute(f"SET allowed_paths = [{literal(str(file))}]")
    con.execute(
        f"""
        SET memory_limit = '{limits.memory}B';
        SET temp_directory = '';
        SET autoload_known_extensions = false;
        SET autoinstall_known_extensions = false;
        SET allow_community_extensions = false;
        SET allow_persistent_secrets = false;
        SET python_enable_replacements = false;
        SET enable_external_access = false;
        SET lock_configuration = true;
        """
    )


def ask(con: Connection, script: str, limits: Limits) -> Answer:
    """Return the answer to `script`; of several statements, that of the last.

    The rows are read as they are taken from `chunks`, where the same can be raised as here.

    Raises:
        ConfigurationError: DuckDB refuses a statement; the message is DuckDB's, with the place.
        LimitError: it takes too long, or needs too much memory.
    """
    with _told(limits):
        result = con.execute(_last_of(con, script))
        columns = tuple(str(column[0]) for column in result.description or ())
    return Answer(columns=columns, chunks=_chunks(con, limits) if columns else iter(()))


def write_parquet(con: Connection, script: str, limits: Limits, file: Path) -> None:
    """Write the answer to `script` to `file`, which `close_off` was told of and which is not there yet.

    Raises:
        ConfigurationError, LimitError: as `ask`.
    """
    with _told(limits):
        found = con.sql(_last_of(con, script).query)
        if found is None:
            raise ConfigurationError("the last statement has no answer that could be written")
        found.to_parquet(str(file), compression="zstd", row_group_size=_ROW_GROUP)


def _last_of(con: Connection, script: str) -> duckdb.Statement:
    """Return the last statement of a script, once all before it were executed."""
    *before, last = _statements(con, script)
    for statement in before:
        con.execute(statement)
    return last


def _statements(con: Connection, script: str) -> list[duckdb.Statement]:
    if any("\ud800" <= character <= "\udfff" for character in script):
        raise ConfigurationError("the statement holds bytes that are no UTF-8")
    found = con.extract_statements(script)
    if not found:
        raise ConfigurationError("there is no statement to answer")
    for statement in found:
        kind = str(statement.type.name)
        if kind not in _TAKEN:
            words = kind.replace("_", " ")
            raise ConfigurationError(
                f"{words} is not possible here: a query only reads the snapshot{_INSTEAD.get(kind, '')}"
            )
    return found


def _chunks(con: Connection, limits: Limits) -> Iterator[Sequence[tuple[Any, ...]]]:
    while True:
        with _told(limits):
            rows = con.fetchmany(CHUNK)
        if not rows:
            return
        yield rows


@contextmanager
def _told(limits: Limits) -> Iterator[None]:
    """Work within `limits`, and say what goes wrong in the words of this program."""
    try:
        with limits:
            yield
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        raise too_much_memory(limits.memory) from error
    except duckdb.Error as error:
        raise ConfigurationError(str(error)) from error
    except (ValueError, OverflowError) as error:  # years that Python does not know
        raise ConfigurationError(f"a value of the answer cannot be shown: {error}") from error
