"""What the commands print: text, tables and JSON. Nothing that an article holds can steer the terminal."""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from warehouse.cells import harmless_json, in_utc, plain

if TYPE_CHECKING:
    from rich.console import Console

# rich is imported where it is used: a command that prints two lines need not wait for it.
# ruff: noqa: PLC0415

#: Control characters, line and paragraph separators, marks that turn the direction of text, annotations and tags that
#: nobody sees, lone surrogates.
_STEERING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_WIDE = 1_000_000
_SHORT_ID = 9
#: A table is shown as records when it would be this many times wider than the terminal.
_TOO_WIDE = 2.5


def one_line(text: str) -> str:
    """Return `text` in one line, with the characters that steer a terminal made visible."""
    return neutral(" ".join(text.split()))


def neutral(text: str) -> str:
    r"""Return `text` with every character that could steer a terminal written as `\u001b`."""
    return _STEERING.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    number = ord(match[0])
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"  # noqa: PLR2004 - as Python writes them


def is_terminal() -> bool:
    """Tell whether standard output is a terminal."""
    return sys.stdout.isatty()


def output() -> "Console":
    """Return a console on standard output; where that is no terminal it never breaks, cuts or colours."""
    from rich.console import Console

    terminal = is_terminal()
    return Console(
        file=sys.stdout,
        width=None if terminal else _WIDE,
        force_terminal=None if terminal else False,
        highlight=False,
        markup=False,
        emoji=False,
    )


def show_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, head: bool = True) -> None:
    """Print a table, numbers to the right. Where a terminal is too narrow, cells are broken, never cut.

    `head` False prints rows alone, for more of a table that was begun.
    """
    sys.stdout.write(table_text(columns, rows, head=head))


def table_text(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, head: bool = True) -> str:
    """Return what `show_table` prints."""
    from rich.table import Table
    from rich.text import Text

    numeric = [
        all(isinstance(row[place], int | float | None) for row in rows) and bool(rows)
        for place in range(len(columns))
    ]
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0), show_header=head)
    for name, right in zip(columns, numeric, strict=True):
        table.add_column(Text(one_line(name)), justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(one_line(shown(value))) for value in row))
    console = output()
    if is_terminal() and console.measure(table, options=console.options.update(width=_WIDE)).maximum > (
        _TOO_WIDE * console.width
    ):
        return _records_text(columns, rows)
    with console.capture() as captured:
        console.print(table)
    lines = captured.get().splitlines()
    return "".join(f"{line if is_terminal() else line.rstrip()}\n" for line in lines)


def _records_text(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return each row as a block of `name  value` lines, a blank line between two."""
    from rich.text import Text

    console = output()
    width = max((len(name) for name in columns), default=0)
    with console.capture() as captured:
        for row in rows:
            for name, value in zip(columns, row, strict=True):
                console.print(Text(f"{one_line(name):<{width}}  {one_line(shown(value))}", overflow="fold"))
            console.print()
    return captured.get()


def show(text: str, *, indent: int = 0, style: str = "") -> None:
    """Print a line of text; on a terminal it is broken at words, each line with the same indent."""
    if not is_terminal():
        sys.stdout.write(f"{' ' * indent}{one_line(text)}\n")
        return
    from rich.padding import Padding
    from rich.text import Text

    line = Text(one_line(text), style=style, overflow="fold")
    output().print(Padding(line, (0, 0, 0, indent), expand=False) if indent else line)


def show_json(value: object) -> None:
    """Print `value` (records, rows, numbers, moments …) as JSON in UTF-8."""
    text = json.dumps(plain(value), ensure_ascii=False, indent=2, allow_nan=False)
    sys.stdout.write(f"{harmless_json(text)}\n")


def complain(message: str) -> None:
    """Print a message to standard error; several lines stand as they are, so that editors find places."""
    from flows.cli.options import known_secrets
    from flows.log import without_secrets

    lines = [neutral(line) for line in without_secrets(message, known_secrets()).splitlines()] or [""]
    prefix = "newswatch: " if len(lines) == 1 else ""
    sys.stderr.write("".join(f"{prefix}{line}\n" for line in lines))


def remark(text: str) -> None:
    """Say something to a person at standard error; nothing where it is no terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{one_line(text)}\n")


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on standard error that something is being done, if a person watches it there."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(file=sys.stderr).status(what):
        yield


def shown(value: Any) -> str:
    """Return `value` as a table shows it: nothing for None, minutes for moments, lists with commas."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{in_utc(value):%Y-%m-%d %H:%M}"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple) and all(isinstance(inner, str) for inner in value):
        return ", ".join(value)
    if isinstance(value, list | tuple | Mapping):
        return json.dumps(plain(value), ensure_ascii=False)
    return str(plain(value))


def short_id(full: str) -> str:
    """Return the start of an id for a terminal, where commands accept it; elsewhere the whole."""
    return full[:_SHORT_ID] if is_terminal() else full
