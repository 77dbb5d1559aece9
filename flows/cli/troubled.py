"""What `newswatch status` says of the pipeline itself: what is wrong, since when, and what to do."""

from collections.abc import Sequence
from datetime import datetime

import click

from extractors.errors import WarehouseError
from flows.cli.options import wants_json
from flows.cli.screen import show, show_json, shown
from flows.settings import Settings
from warehouse.database import open_snapshot
from warehouse.episodes import Episode


def show_check(settings: Settings, now: datetime) -> None:
    """Print what is wrong, for a monitor; exit with 1 if anything is.

    As JSON that there is no snapshot, or none that can be read, is told too: `error`, and what is known without it.

    Raises:
        WarehouseError: there is none, and no JSON is wanted.
    """
    from flows.troubles import supervised, told_now  # noqa: PLC0415 - the help of all commands needs none of it

    try:
        with open_snapshot(settings.snapshot) as con:
            troubles = told_now(con, settings, now)
    except WarehouseError as error:
        if not wants_json():
            raise
        show_json({"well": False, "error": str(error), "troubles": list(supervised(settings, now))})
        click.get_current_context().exit(1)
    if wants_json():
        show_json({"well": not troubles, "troubles": list(troubles)})
    elif troubles:
        show_troubles(troubles)
    else:
        show("Nothing is wrong.")
    if troubles:
        click.get_current_context().exit(1)


def show_troubles(troubles: Sequence[Episode]) -> None:
    """Print what is wrong, those first that let no news pass; nothing where nothing is."""
    if not troubles:
        return
    show(f"Wrong: {len(troubles)}", style="bold")
    for one in sorted(troubles, key=lambda one: (not one.grave, one.since)):
        show(f"{one.name}: {one.title}, since {shown(one.since)} UTC", style="bold")
        for line in one.says.splitlines():
            show(line, indent=4)
        show(f"What to do: {one.advice}", indent=4)
    show("")
