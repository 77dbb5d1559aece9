"""Commands that keep a home: back it up while it runs, and restore it."""

import shlex
from pathlib import Path

import click

from flows.cli.options import given_clock, given_settings, home_options, json_option, wants_json

# What a command needs beyond this is imported inside it, so that one command does not pay for the others.
# ruff: noqa: PLC0415

_MB = 1_000_000


@click.command("backup")
@home_options
@json_option
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--with-archive", is_flag=True, help="Also the stored batches, with the pages as they were read."
)
def backup_command(file: Path, with_archive: bool) -> None:
    """Back the home up into one file, while it runs.

    In it: all articles and what is known of them, the watch file, what waits to be loaded, and the settings without
    the values that may be secret. FILE is a tar file, written whole or not at all; one that is there is replaced.
    """
    from flows.backing_up import back_up
    from flows.cli.screen import show, show_json, working

    settings = given_settings()
    with working("backing up"):
        made = back_up(settings, file.absolute(), given_clock(), with_archive=with_archive)
    if wants_json():
        show_json(made)
        return
    show(f"{made.path}: {made.size / _MB:.1f} MB, {made.articles} articles")
    show("Restore it with")
    show(f"newswatch --home NEW_HOME restore {shlex.quote(str(made.path))}", indent=4)


@click.command("restore")
@home_options
@json_option
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--replace", is_flag=True, help="Also where the home holds something; its warehouse is set aside."
)
def restore_command(file: Path, replace: bool) -> None:
    """Make a home from a backup.

    The home is empty, or --replace says that its warehouse may be set aside. The whole file is read and checked before
    anything is changed. With --replace the watch file and settings of the
    home stay, and what was collected since the backup is loaded again by the next run.
    """
    from flows.backing_up import restore
    from flows.cli.screen import show, show_json, shown, working

    settings = given_settings()
    with working("restoring"):
        made = restore(settings, file.absolute(), given_clock(), replace=replace)
    if wants_json():
        show_json(made)
        return
    show(f"{made.home}: as it was on {shown(made.made_at)} UTC, {made.articles} articles")
    if made.returned:
        show(f"Batches that were stored since: {made.returned}; the next run loads them.")
    if made.aside:
        show(f"The warehouse that was here is kept as state/{made.aside}.")
    for note in made.notes:
        show(f"Note: {note}")
    show("Next:")
    for command in ("check", "run"):
        show(f"newswatch --home {shlex.quote(str(made.home))} {command}", indent=4)
