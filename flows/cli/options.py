"""The options that many commands share, accepted before and after the command, and what they mean."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from extractors.clock import Clock, standing_clock, system_clock
from extractors.errors import ConfigurationError
from extractors.watch import Watch, read_watch
from flows.quantities import size
from flows.settings import Settings, process_environment, read_settings, secret_values

F = TypeVar("F", bound=Callable[..., Any])

_KEY = "flows.cli.options."


class Moment(click.ParamType[datetime]):
    """A moment in ISO 8601 with its zone, for example `2022-08-26T08:00:00Z`."""

    name = "ISO-TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the aware moment; fails with what was expected."""
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no ISO time such as 2022-08-26T08:00:00Z", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{value!r} has no zone; add Z for UTC, or an offset such as +08:00", param, ctx)
        return moment


class Size(click.ParamType[int]):
    """An amount of memory or disk such as `500MB`, in bytes; `least` bytes or more."""

    name = "SIZE"

    def __init__(self, *, least: int) -> None:
        """Take sizes from `least` bytes on."""
        self._least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the bytes; fails with what was expected."""
        try:
            found = size(str(value))
        except ValueError as error:
            self.fail(f"{value!r}: expected {error}", param, ctx)
        if found < self._least:
            self.fail(f"{value!r}: expected {self._least / 1e6:g} MB or more", param, ctx)
        return found


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Keep what was given for all commands of this call; what stands after the command wins."""
    if value is not None and value is not False:
        ctx.meta[f"{_KEY}{param.name}"] = value


def home_options(command: F) -> F:
    """Add `--home` and `--watch`."""
    path = click.Path(path_type=Path)
    home = click.option(
        "--home",
        type=path,
        metavar="DIR",
        expose_value=False,
        callback=_keep,
        help="Where everything lies [NEWSWATCH_HOME, else ./newswatch].",
    )
    watch = click.option(
        "--watch",
        type=path,
        metavar="FILE",
        expose_value=False,
        callback=_keep,
        help="The watch file [NEWSWATCH_WATCH, else HOME/watch.toml].",
    )
    return home(watch(command))


def json_option(command: F) -> F:
    """Add `--json`."""
    return click.option(
        "--json", "json", is_flag=True, expose_value=False, callback=_keep, help="Print JSON instead of text."
    )(command)


def now_option(command: F) -> F:
    """Add `--now`."""
    return click.option(
        "--now",
        type=Moment(),
        expose_value=False,
        callback=_keep,
        help="Let the clock stand at this time, for replays: 2022-08-26T08:00:00Z.",
    )(command)


def wants_json() -> bool:
    """Tell whether `--json` was given."""
    return bool(_given("json"))


def given_clock() -> Clock:
    """Return the clock that stands at `--now`, the system's without it."""
    now = _given("now")
    return system_clock if now is None else standing_clock(now)


def given_places() -> tuple[Path | None, Path | None]:
    """Return what `--home` and `--watch` say, None where they are not given."""
    return _given("home"), _given("watch")


def given_settings(*, home: Path | None = None) -> Settings:
    """Read the settings and start logging as they say; `home` stands in where `--home` is missing.

    Raises:
        ConfigurationError: with all faults of the settings.
    """
    from flows.log import configure_logging  # noqa: PLC0415 - `--help` needs no logging

    given_home, watch = given_places()
    settings = read_settings(process_environment(), home=given_home or home, watch=watch)
    secrets = secret_values(settings)
    click.get_current_context().meta[f"{_KEY}secrets"] = secrets
    configure_logging(settings.log_level, secrets)
    return settings


def known_secrets() -> frozenset[str]:
    """Return the secrets of the settings that this call has read; none before it has, or outside a call."""
    context = click.get_current_context(silent=True)
    return context.meta.get(f"{_KEY}secrets", frozenset()) if context else frozenset()


def given_watch(settings: Settings) -> Watch:
    """Read the watch file.

    Raises:
        WatchError: with all faults of the file.
        ConfigurationError: there is no such file.
    """
    if not settings.watch_file.exists():
        raise ConfigurationError(
            f"{settings.watch_file}: there is no watch file; `newswatch init` makes a home with one"
        )
    return read_watch(settings.watch_file)


def _given(name: str) -> Any:
    return click.get_current_context().meta.get(f"{_KEY}{name}")
