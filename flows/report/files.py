"""How the files of the report are made: from templates that escape everything, each whole or not at all."""

import os
from functools import cache
from pathlib import Path

import jinja2

from flows.alerts.message import shown_time


@cache
def templates() -> jinja2.Environment:
    """Return the templates of the report, compiled once a process; all that they are given is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("flows.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["time"] = shown_time
    return environment


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` beside `path`, then put it in its place in one step."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
