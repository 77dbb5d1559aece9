"""Commands about a home: make one, and say whether it is in order."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from extractors.errors import ConfigurationError, WatchError
from flows.cli.options import (
    given_clock,
    given_places,
    given_settings,
    given_watch,
    home_options,
    json_option,
    wants_json,
)
from flows.settings import NAMES, Settings, locate, process_environment
from flows.settings_file import FILE_NAME

if TYPE_CHECKING:
    from extractors.watch import AlertRule, Watch
    from flows.findings import Finding

# What a command needs beyond this is imported inside it, so that one command does not pay for the others.
# ruff: noqa: PLC0415


@click.command("init")
@home_options
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option("--like", metavar="FILE|URL", help="Make a watch that looks for articles like this one.")
def init_command(folder: Path | None, like: str | None) -> None:
    """Make a home with a watch file.

    DIR is the home; without it the one of the options, the environment or the default.
    """
    from flows.cli.screen import show, working
    from flows.starter import make_home

    settings = given_settings(home=folder)
    with working("making a home"):
        made = make_home(folder or settings.home, like, settings.manners(), given_clock())
    home = made if made.is_dir() else made.parent
    show(f"Made {home} with its watch file and {FILE_NAME}.")
    show("Next: edit the watch, then")
    for command in ("check --network", "run", "serve"):
        show(f"newswatch --home {shlex.quote(str(home))} {command}", indent=4)


@click.command("check")
@home_options
@json_option
@click.option("--network", is_flag=True, help="Also try every source, and say what is wrong and what to do.")
def check_command(network: bool) -> None:
    """Check the settings and the watch file.

    Every fault is named with file, line and key, all at once. With --network every source is asked once, unless it
    worked within the last half hour or its host asked for rest.
    """
    settings, watch = _checked()
    findings = _try_sources(settings, watch) if network else ()
    if wants_json():
        _show_as_json(settings, watch, findings)
    else:
        _show_in_order(settings, watch)
        if findings:
            from flows.cli.tried import show_findings

            show_findings(findings)
    if findings and all(finding.found == "failed" for finding in findings):
        click.get_current_context().exit(1)


def _checked() -> tuple[Settings, "Watch"]:
    """Return settings and watch, or end with the faults of both."""
    faults: list[str] = []
    settings: Settings | None = None
    watch: Watch | None = None
    try:
        settings = given_settings()
    except ConfigurationError as error:
        faults += str(error).splitlines()
    try:
        watch = _watch_file(settings)
    except WatchError as error:
        faults += [str(fault) for fault in error.faults]
    except ConfigurationError as error:
        faults += str(error).splitlines()
    if settings is None or watch is None:
        _end_with(faults)
    return settings, watch


def _watch_file(settings: Settings | None) -> "Watch":
    if settings is not None:
        return given_watch(settings)
    from extractors.watch import read_watch

    home, watch = given_places()
    _, path = locate(process_environment(), home=home, watch=watch)
    if not path.exists():
        raise ConfigurationError(f"{path}: there is no watch file; `newswatch init` makes a home with one")
    return read_watch(path)


def _end_with(faults: list[str]) -> NoReturn:
    from flows.cli.screen import show_json
    from flows.log import without_secrets

    if wants_json():
        show_json({"ok": False, "faults": [without_secrets(fault) for fault in faults]})
    raise ConfigurationError("\n".join(faults))


def _try_sources(settings: Settings, watch: "Watch") -> "tuple[Finding, ...]":
    if not watch.sources:
        raise ConfigurationError(f"{settings.watch_file}: sources: there is none to try")
    from flows.checking import check_sources
    from flows.cli.screen import working

    with working(f"trying {len(watch.sources)} sources"):
        return check_sources(settings, watch, given_clock())


def _show_in_order(settings: Settings, watch: "Watch") -> None:
    from flows.cli.screen import show

    show(f"Home: {settings.home}")
    show(f"Watch: {settings.watch_file} ({watch.title})")
    show(
        f"{len(watch.entities)} entities, {len(watch.topics)} topics, {len(watch.examples)} examples, "
        f"{len(watch.sources)} sources, {len(watch.alerts)} alerts; languages {', '.join(watch.languages)}"
    )
    for rule in watch.alerts:
        show(f"Alert {rule.name}: {_channel(rule, settings)}")
    if not watch.alerts:
        show("No alert is set up: developments are kept and nobody is told.")
    if not settings.contact:
        show("Note: NEWSWATCH_CONTACT is not set; sites like to know whom to write to.")
    for warning in _warnings(settings, watch):
        show(f"Note: {warning}")
    show("Settings and watch are in order.")


def _channel(rule: "AlertRule", settings: Settings) -> str:
    from flows.alerts.signing import secret_fault

    if fault := secret_fault(rule, settings.environment):
        return f"{fault}, so nothing can be sent; set it in the environment or in {FILE_NAME}"
    if not rule.to.startswith("env:"):
        return "its address stands in the watch file; env:NAME would keep it out of there"
    name = rule.to.removeprefix("env:")
    if settings.environment.get(name, "").strip():
        return f"{name} is set"
    return f"{name} is not set, so nothing can be sent; set it in the environment or in {FILE_NAME}"


def _warnings(settings: Settings, watch: "Watch") -> list[str]:
    """Return the warnings of the settings, without names that a rule of the watch reads."""
    named = [
        name for rule in watch.alerts for name in (rule.to, rule.secret or "") if name.startswith("env:")
    ]
    read = {name.removeprefix("env:") for name in named} | set(NAMES)
    return [warning for warning in settings.warnings if warning.partition(":")[0] not in read]


def _show_as_json(settings: Settings, watch: "Watch", findings: "tuple[Finding, ...]") -> None:
    from flows.cli.screen import show_json
    from flows.cli.tried import as_row

    show_json(
        {
            "ok": True,
            "faults": [],
            "warnings": _warnings(settings, watch),
            "home": settings.home,
            "watch": settings.watch_file,
            "entities": len(watch.entities),
            "topics": len(watch.topics),
            "sources": len(watch.sources),
            "alerts": [{"name": rule.name, "channel": _channel(rule, settings)} for rule in watch.alerts],
            "polls": [as_row(finding) for finding in findings],
        }
    )
