"""Commands that do something with the pipeline: run, serve, import, report."""

from pathlib import Path

import click

from extractors.errors import ConfigurationError
from flows.cli.options import (
    given_clock,
    given_settings,
    given_watch,
    home_options,
    json_option,
    now_option,
    wants_json,
)

# What a command needs beyond this is imported inside it, so that one command does not pay for the others.
# ruff: noqa: PLC0415


@click.command("run")
@home_options
@json_option
@now_option
def run_command() -> None:
    """Run one cycle now: collect what is due, load, alert.

    Single sources that fail are told on standard error; the exit status is 1 if all do.
    """
    from flows.cli.screen import working
    from flows.cli.summary import finish
    from flows.cycle import run_cycle

    settings = given_settings()
    watch = given_watch(settings)
    _tell_warnings(settings.warnings)
    with working("running a cycle"):
        result = run_cycle(settings, watch, given_clock())
    finish(result, as_json=wants_json())


@click.command("serve")
@home_options
def serve_command() -> None:
    """Run unattended on a schedule until stopped."""
    from flows.serve import serve

    settings = given_settings()
    watch = given_watch(settings)
    _tell_warnings(settings.warnings)
    serve(settings, watch)


@click.command("import")
@home_options
@json_option
@now_option
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True),
    metavar="FILE…",
)
@click.option("--alert", is_flag=True, help="Send alerts for what the files bring; without it none are sent.")
def import_command(files: tuple[Path, ...], alert: bool) -> None:
    """Load articles from files, or from what `export` wrote.

    They count as collected when they were published. A row has url, title, text and published (with its zone:
    2022-08-26T11:40:00+08:00), and may have publisher, language, lead and author. Rows that cannot be used
    are told, and the others loaded. The articles of an exported set keep their addresses, publishers, times and
    versions; copies, stories and developments are found anew.
    """
    from flows.cli.screen import working
    from flows.cli.summary import finish
    from flows.importing import import_files
    from flows.importing_sets import import_sets

    settings = given_settings()
    watch = given_watch(settings)
    _tell_warnings(settings.warnings)
    if len({path.is_dir() for path in files}) > 1:
        raise ConfigurationError("import: give files, or folders of exported sets, not both at once")
    bring = import_sets if files[0].is_dir() else import_files
    with working("importing"):
        result = bring(settings, watch, files, given_clock(), alert=alert)
    finish(result, as_json=wants_json(), imported=True)


@click.command("report")
@home_options
@json_option
@now_option
@click.option(
    "--language",
    type=click.Choice(["de", "en"]),
    help="The language of its pages and feeds, this once [NEWSWATCH_REPORT_LANGUAGE, else of the watch].",
)
def report_command(language: str | None) -> None:
    """Write the HTML report and the feeds, and print where.

    Pages of stories in which nothing has changed are left as they are; where very many are to be written, those
    reported on last come first, and the next report goes on.
    """
    from flows.cli.screen import show, show_json
    from flows.cycle import written_report

    settings = given_settings()
    page = written_report(settings, given_watch(settings), given_clock(), language)
    if wants_json():
        show_json({"report": page})
    else:
        show(str(page))


def _tell_warnings(warnings: tuple[str, ...]) -> None:
    from flows.cli.screen import complain

    for warning in warnings:
        complain(warning)
