"""Commands that hand the data on: publish and export."""

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from extractors.errors import ConfigurationError, WarehouseError
from flows.cli.options import Moment, given_clock, given_settings, home_options, json_option, wants_json

if TYPE_CHECKING:
    from flows.settings import Settings

# What a command needs beyond this is imported inside it, so that one command does not pay for the others.
# ruff: noqa: PLC0415


@click.command("publish")
@home_options
@json_option
@click.option(
    "--only-text",
    type=click.Choice(["no"]),
    help="no: also write HOME/newswatch-light.duckdb, which holds all but the texts of the articles.",
)
@click.option("--no-text", is_flag=True, help="The same as --only-text no.")
@click.option(
    "--to", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write the light file here."
)
def publish_command(only_text: str | None, no_text: bool, to: Path | None) -> None:
    """Replace the snapshot now, if anything has changed.

    The light file has all tables and views: titles, the sentences of claims and developments, and everything else
    that is known of the articles, but null for their texts, leads and differences of texts. FILE is a new file, or an
    earlier light one.
    """
    from flows.cli.screen import show, show_json

    settings = given_settings()
    wants_light = no_text or only_text == "no"
    if to is not None and not wants_light:
        raise ConfigurationError("--to goes with --only-text no: it says where the light file goes")
    if not settings.warehouse.exists():
        raise ConfigurationError(
            f"{settings.home}: nothing to publish yet; `newswatch run` or `newswatch import` brings articles"
        )
    light = _light_place(settings, to) if wants_light else settings.light_snapshot
    told: dict[str, Any] = {"published": _publish(settings), "snapshot": settings.snapshot}
    if wants_light:
        from warehouse.light import publish_light

        told |= {
            "light_published": publish_light(settings.snapshot, light, settings.state / "light"),
            "light": light,
        }
    if wants_json():
        show_json(told)
        return
    show(f"{settings.snapshot}" if told["published"] else f"{settings.snapshot}: unchanged")
    if wants_light:
        show(f"{light}" if told["light_published"] else f"{light}: unchanged")


def _publish(settings: "Settings") -> bool:
    """Replace the snapshot, and what follows it; what a cycle only logs is an error here, where somebody waits for it.

    Raises:
        WarehouseError: the warehouse cannot be used, or may be damaged.
        OSError: a place cannot be written.
    """
    from flows.cycle import replace_snapshot
    from flows.indexing import index_news
    from warehouse.database import open_warehouse, suspicion_path

    if suspicion_path(settings.warehouse).exists():
        raise WarehouseError(
            f"{settings.warehouse}: may be damaged; the next `newswatch run` looks at it, and publishes"
        )
    with open_warehouse(settings.warehouse):
        pass  # one that an older version wrote becomes as this one reads it
    published = replace_snapshot(settings)
    index_news(settings)
    return published


def _light_place(settings: "Settings", to: Path | None) -> Path:
    """Return where the light file goes; nothing but an earlier one is ever replaced by it.

    Raises:
        ConfigurationError: something else is there, or the place is none on this machine.
    """
    if to is None:
        return settings.light_snapshot
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", str(to)):
        raise ConfigurationError(f"--to {to}: a file on this machine is expected")
    from warehouse.light import is_light

    place = to.absolute()
    where = place.resolve()
    if where == settings.snapshot.resolve() or settings.state.resolve() in where.parents:
        raise ConfigurationError(f"{place}: this is where the whole file is; name another one")
    if where.exists() and not is_light(where):
        raise ConfigurationError(f"{place}: is there already, and is no earlier light file; name another one")
    return place


@click.command("export")
@home_options
@json_option
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["parquet", "csv", "jsonl"]),
    default="parquet",
    show_default=True,
    help="How the files are written.",
)
@click.option(
    "--since", type=Moment(), help="Only what is new since then: articles by when they were first seen."
)
@click.option("--tables", metavar="NAME,…", help="Only these tables and views.")
def export_command(
    folder: Path, form: Literal["parquet", "csv", "jsonl"], since: datetime | None, tables: str | None
) -> None:
    """Write all tables and views into DIR, a file each.

    DIR is new, empty or an earlier export, which is replaced once the new one is whole. `newswatch import DIR` reads
    the articles back. CSV is as `newswatch query` writes it; Parquet and JSON Lines keep every value as it is.
    """
    from importlib.metadata import version

    from flows.cli.screen import show, show_json, working
    from warehouse.exporting import export

    wanted = tuple(name.strip() for name in tables.split(",") if name.strip()) if tables is not None else ()
    if tables is not None and not wanted:
        raise ConfigurationError("--tables names no table")
    settings = given_settings()
    with working("exporting"):
        made = export(
            settings.snapshot,
            folder.absolute(),
            form=form,
            now=given_clock()(),
            program=version("newswatch"),
            since=since,
            tables=wanted,
        )
    if wants_json():
        show_json({"folder": folder.absolute(), "export": made})
        return
    rows, size = sum(table.rows for table in made.tables), sum(table.bytes for table in made.tables)
    show(f"{folder}: {len(made.tables)} tables and views, {rows} rows, {size / 1e6:.1f} MB")
