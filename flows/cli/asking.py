"""The command that puts the user's own SQL to the snapshot."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import IO, Literal, get_args

import click

from extractors.errors import ConfigurationError, LimitError
from flows.cli.looking_back import as_of_option, look_back
from flows.cli.options import Size, given_settings, home_options, json_option, wants_json
from flows.cli.screen import complain, is_terminal, neutral, table_text
from warehouse.asking import Answer, ask, close_off, write_parquet
from warehouse.cells import csv_text, json_text
from warehouse.database import open_snapshot
from warehouse.landing import replace_file
from warehouse.limits import Limits, holding

Form = Literal["table", "csv", "json", "parquet"]
_FORMS = get_args(Form)
#: Seconds and bytes that a query may take where nothing is said.
_SECONDS, _MEMORY = 60.0, "1GB"


@click.command("query")
@home_options
@json_option
@click.argument("sql", metavar="SQL")
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMS),
    help="How the rows are given [the ending of --output, else table].",
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write here.")
@click.option(
    "--exact", is_flag=True, help="In CSV, leave text that spreadsheets take for a formula as it is."
)
@click.option(
    "--timeout",
    "seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="End the query after so many.",
)
@click.option(
    "--memory",
    type=Size(least=64_000_000),
    default=_MEMORY,
    show_default=True,
    help="End the query where it needs more.",
)
@as_of_option
def query_command(
    sql: str,
    form: Form | None,
    output: Path | None,
    exact: bool,
    seconds: float,
    memory: int,
    moment: datetime | None,
) -> None:
    """Answer SQL on the snapshot.

    Reading only: no other file and no network can be reached. `-` reads the SQL from standard input. CSV is by
    RFC 4180, in UTF-8; text in it that begins with = + - @, a tab or a line break gets an apostrophe before it,
    so that no article steers a spreadsheet (not with --exact).
    """
    form = _form(form, output)
    script = sys.stdin.read() if sql == "-" else sql
    settings = given_settings()
    limits = Limits(seconds=seconds, memory=memory)
    with _destination(form, output) as file, open_snapshot(settings.snapshot, external_access=True) as con:
        close_off(con, limits, file=file)
        look_back(con, moment, script)  # temporary views may still be made
        with holding(con, limits, lambda error: _give_up(error, file)):
            if form == "parquet" and file is not None:
                write_parquet(con, script, limits, file)
            else:
                _write(ask(con, script, limits), form, file, limits, exact=exact)


def _form(form: Form | None, output: Path | None) -> Form:
    """Return the form to write in, as it was asked for or as the file's name ends."""
    if wants_json():
        form = "json"
    if form is None:
        ending = output.suffix[1:].lower() if output else "table"
        form = next((known for known in _FORMS if known == ending), None)
        if form is None:
            raise ConfigurationError(
                f"{output}: say with --format how to write it, or name it .csv or .parquet"
            )
    if form == "table" and output is not None:
        raise ConfigurationError(
            "--output takes --format csv, json or parquet; a table goes to standard output"
        )
    if form == "parquet" and output is None and is_terminal():
        raise ConfigurationError("Parquet is nothing for a terminal: give --output FILE, or pass it on")
    return form


@contextmanager
def _destination(form: Form, output: Path | None) -> Iterator[Path | None]:
    """Yield the file to write to, None for standard output; it is renamed to `output` once it is whole."""
    if output is not None:
        temporary = output.absolute().with_name(f".{output.name}.writing-{os.getpid()}")
        try:
            output.absolute().parent.mkdir(parents=True, exist_ok=True)
            yield temporary
            replace_file(temporary, output.absolute())
        finally:
            temporary.unlink(missing_ok=True)
    elif form == "parquet":
        with tempfile.TemporaryDirectory(prefix="newswatch-query-") as folder:
            temporary = Path(folder) / "answer.parquet"
            yield temporary
            with temporary.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()
    else:
        yield None


def _write(answer: Answer, form: Form, file: Path | None, limits: Limits, *, exact: bool) -> None:
    if form == "table":
        _show_tables(answer, limits)
        return
    pieces = (
        json_text(answer.columns, answer.chunks)
        if form == "json"
        else csv_text(answer.columns, answer.chunks, exact=exact)
    )
    if file is not None:
        with file.open("wb") as out:
            _copy(pieces, out)
    elif is_terminal():
        for piece in pieces:
            sys.stdout.write(_lines(piece))
    else:
        _copy(pieces, sys.stdout.buffer)


def _copy(pieces: Iterator[str], out: IO[bytes]) -> None:
    for piece in pieces:
        out.write(piece.encode())  # UTF-8, whatever the machine's language is
    out.flush()


def _lines(text: str) -> str:
    """Return `text` with its line ends, and whatever else could steer a terminal made visible."""
    return "\n".join(neutral(line) for line in text.replace("\r\n", "\n").split("\n"))


def _show_tables(answer: Answer, limits: Limits) -> None:
    """Print the rows as one table, whose columns may grow wider on the way: no more is held than a chunk.

    To lay it out is work within `limits`, which a cell of many megabytes makes much of; to print it is not.
    """
    head = True
    for rows in chain((next(answer.chunks, ()),), answer.chunks):
        with limits:
            text = table_text(answer.columns, rows, head=head)
        sys.stdout.write(text)
        head = False


def _give_up(error: LimitError, file: Path | None) -> None:
    """End this process: the call that goes on heeds nothing else."""
    if file is not None:
        file.unlink(missing_ok=True)
        if file.parent.name.startswith("newswatch-query-"):
            file.parent.rmdir()
    complain(str(error))
    sys.stderr.flush()
    os._exit(1)
