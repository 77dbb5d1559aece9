"""The option `--as-of` of commands that read the snapshot: what was known at a moment, and what follows it not."""

from datetime import datetime

import click

from flows.cli.options import Moment
from flows.cli.screen import complain
from warehouse.as_of import as_of_today, see_as_of
from warehouse.database import Connection

as_of_option = click.option(
    "--as-of",
    "moment",
    type=Moment(),
    help="Let the usual names say what was known then: 2022-08-26T08:00:00Z.",
)


def look_back(con: Connection, moment: datetime | None, script: str) -> None:
    """Let `con` say what was known at `moment`, nothing where it is None; tell which names in `script` do not.

    Raises:
        WarehouseError: the snapshot is of a program that kept no history.
    """
    if moment is None:
        return
    see_as_of(con, moment)
    if names := as_of_today(con, script):
        verb = "says" if len(names) == 1 else "say"
        complain(f"{', '.join(names)} {verb} what is so today, not what was so at {moment.isoformat()}")
