"""The command that puts the user's own SQL to the snapshot."""

import csv
import sys
from typing import Any, Literal

import click

from flows.cli.options import given_settings, home_options, json_option, wants_json
from flows.cli.screen import is_terminal, neutral, plain, show_json, show_table
from warehouse.database import open_snapshot
from warehouse.read import Answer, ask


@click.command("query")
@home_options
@json_option
@click.argument("sql", metavar="SQL")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="How to print the rows.",
)
def query_command(sql: str, form: Literal["table", "csv", "json"]) -> None:
    """Answer SQL on the snapshot.

    Reading only: no other file and no network can be reached. `-` reads the SQL from standard input.
    """
    statement = sys.stdin.read() if sql == "-" else sql
    with open_snapshot(given_settings().snapshot) as con:
        answer = ask(con, statement)
    if wants_json() or form == "json":
        names = _different(answer.columns)
        show_json([dict(zip(names, row, strict=True)) for row in answer.rows])
    elif form == "csv":
        _show_csv(answer)
    else:
        show_table(answer.columns, answer.rows)


def _different(columns: tuple[str, ...]) -> list[str]:
    """Number names that come again, so that no column is lost in a JSON object."""
    names: list[str] = []
    for name in columns:
        number, unique = 2, name
        while unique in names:
            unique, number = f"{name}_{number}", number + 1
        names.append(unique)
    return names


def _show_csv(answer: Answer) -> None:
    def cell(value: Any) -> Any:
        value = plain(value)
        if isinstance(value, list | dict):
            import json  # noqa: PLC0415 - rarely needed

            value = json.dumps(value, ensure_ascii=False)
        return neutral(value) if isinstance(value, str) and is_terminal() else value

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows([cell(value) for value in row] for row in answer.rows)
