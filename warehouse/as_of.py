"""Answering as of a moment: temporary views of the usual names over the macros NAME_as_of(moment) of the file."""

import re
from contextlib import suppress
from datetime import datetime

import duckdb

from extractors.clock import to_utc
from extractors.errors import WarehouseError
from warehouse.database import Connection, rows

#: In what DuckDB prints of a macro: another one that it reads, the moment, and a table of the file.
_OTHER = re.compile(r"\b(\w+)_as_of\(moment\)")
_MOMENT = re.compile(r"\bmoment\b")
_OWN = re.compile(r"\bmain\.")


def see_as_of(con: Connection, moment: datetime) -> None:
    """Let the usual names say in this connection what was known at `moment`, until it is closed.

    Tables and views with a macro NAME_as_of stand for that; views over them follow. `as_of_today` says which names of a
    statement do not. The tables themselves can still be reached with the name of the file before theirs.

    Raises:
        WarehouseError: the file has no such macros: an older program made it.
    """
    found = {row["name"]: row["definition"] for row in rows(con, "read_as_of_macros")}
    if not found:
        raise WarehouseError(
            "the snapshot is of an older newswatch and cannot answer as of a moment; `newswatch publish` makes it anew"
        )
    ((catalog,),) = con.execute("SELECT current_database()").fetchall()
    quoted = '"' + str(catalog).replace('"', '""') + '"'
    literal = f"TIMESTAMPTZ '{to_utc(moment).isoformat()}'"
    waiting = dict(found)
    while waiting:
        # A view is bound when it is made: those that it reads come first.
        ready = [name for name in waiting if waiting.keys().isdisjoint(_OTHER.findall(waiting[name]))]
        for name in ready:
            body = _OWN.sub(lambda _: f"{quoted}.main.", waiting.pop(name))
            body = _MOMENT.sub(literal, _OTHER.sub(r"temp.main.\1", body))
            con.execute(f"CREATE TEMP VIEW {name} AS {body}")


def as_of_today(con: Connection, statement: str) -> tuple[str, ...]:
    """Return the tables and views in `statement` that say what they say today, sorted; see `see_as_of` first.

    Empty where that cannot be told, as of a statement that is wrong or no question.
    """
    with suppress(duckdb.Error):
        return tuple(row["name"] for row in rows(con, "read_as_of_today", statement=statement))
    return ()
