"""The command line `newswatch`: it parses, calls and prints. Each command is loaded when it is used."""

import difflib
import errno
import sys
from importlib import import_module
from io import TextIOWrapper
from typing import Any, NoReturn

import click

from extractors.errors import ConfigurationError, NewswatchError
from flows.cli.options import home_options

#: Command → module of this package that holds it, in the order in which the help lists them.
COMMANDS = {
    "demo": "showing",
    "init": "homes",
    "check": "homes",
    "sources": "sources",
    "run": "running",
    "serve": "running",
    "import": "running",
    "status": "watching",
    "stories": "reading",
    "story": "reading",
    "developments": "reading",
    "trends": "trending",
    "search": "searching",
    "like": "likes",
    "explain": "explaining",
    "query": "asking",
    "alerts": "alerting",
    "report": "running",
    "publish": "exporting",
    "export": "exporting",
    "reprocess": "reprocessing",
    "backup": "keeping",
    "restore": "keeping",
    "writer": "sharing",
}
FAILED = 1
WRONG = 2


class LazyCommands(click.Group):
    """A group whose commands are imported by name, and whose errors end as one message and an exit status."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """Return the names of all commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """Return the command `cmd_name`, None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"flows.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that `args` begin with; for an unknown one say which is meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            close = difflib.get_close_matches(args[0], COMMANDS, n=1)
            if not close or "Did you mean" in error.message:
                raise
            raise click.UsageError(f"{error.message} Did you mean {close[0]!r}?", ctx) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error raised on purpose becomes a message and status 1, or 2 for usage."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):  # show the number of what it lacks
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except ConfigurationError as error:
            _fail(ctx, str(error), WRONG)
        except NewswatchError as error:
            _fail(ctx, str(error), FAILED)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # whoever read the output has had enough; click ends quietly
            places = [str(one) for one in (error.filename, error.filename2) if one]  # copied from, and to
            _fail(ctx, f"{' → '.join(places) or 'the system'}: {error.strerror or error}", FAILED)
        except _database_errors() as error:
            _fail(ctx, _database_message(error), FAILED)


def _database_errors() -> tuple[type[Exception], ...]:
    """Return the errors of the database; none where it was not loaded, which the help has no need to do."""
    duckdb = sys.modules.get("duckdb")
    return (duckdb.Error,) if duckdb else ()


def _database_message(error: Exception) -> str:
    first = str(error).partition("\n")[0]
    if not first.startswith(("Catalog Error", "Binder Error")):
        return f"the database: {' '.join(str(error).split())}"  # why a file could not be written stands further on
    return f"the snapshot is not of this version of newswatch; `newswatch publish` makes it anew ({first})"


def _fail(ctx: click.Context, message: str, status: int) -> NoReturn:
    from flows.cli.screen import complain  # noqa: PLC0415 - most commands never get here

    complain(message)
    ctx.exit(status)


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="newswatch", prog_name="newswatch")
@home_options
def main() -> None:
    """Follow an affair in the news: one alert per new development, and every article in a DuckDB file."""
