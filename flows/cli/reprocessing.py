"""The command that derives signals, stories and developments anew: reprocess."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from flows.cli.options import given_clock, given_settings, given_watch, home_options, json_option, wants_json

if TYPE_CHECKING:
    from flows.adopting import Adopted
    from flows.reprocessing import Prepared, Progress
    from warehouse.differences import Difference, Example

# What a command needs beyond this is imported inside it, so that one command does not pay for the others.
# ruff: noqa: PLC0415


@click.command("reprocess")
@home_options
@json_option
@click.option("--apply", is_flag=True, help="Put the new warehouse in the place of the old one.")
@click.option("--afresh", is_flag=True, help="Read everything again, though a new warehouse is ready.")
def reprocess_command(apply: bool, afresh: bool) -> None:
    """Read all that is stored again, by the rules of today.

    Prints what would be other. The new warehouse lies beside the old one and changes nothing until --apply puts it in
    its place, which takes the one that is ready if rules and watch are still the same. Ids and sent alerts stay, and
    nobody is told of anything that is found or gone in the past. The home may be in use meanwhile.
    """
    from flows.adopting import adopt
    from flows.cli.screen import show_json
    from flows.reprocessing import alone, prepare, prepared

    settings, clock = given_settings(), given_clock()
    watch = given_watch(settings)
    with alone(settings):
        made = None if afresh else prepared(settings, watch, clock)
        if made is None:
            with _reading() as progress:
                made = prepare(settings, watch, clock, progress)
        if not wants_json():
            _show_differences(made)
        adopted = None
        if apply and made.is_other:
            with _reading() as progress:
                adopted = adopt(settings, watch, made, clock, progress)
    if wants_json():
        show_json(_as_json(made, adopted))
    else:
        _show_end(made, adopted)


@contextmanager
def _reading() -> Iterator["Progress | None"]:
    """Show on standard error how far reading is, if a person watches it there."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("reading again"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:.0f} pages/s"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task, started = bar.add_task("", total=None, rate=0.0), time.monotonic()

        def progress(done: int, total: int, pages: int) -> None:
            rate = pages / max(time.monotonic() - started, 0.1)
            bar.update(task, completed=done, total=total, rate=rate)

        yield progress


def _show_differences(made: "Prepared") -> None:
    from flows.cli.screen import show, show_table, shown

    counts = made.counts
    show(
        f"Read again as of {shown(made.as_of)} UTC: {counts.pages} versions of articles from their pages, "
        f"{counts.feeds} from what feeds said, {counts.texts} from their stored text ({made.seconds:.1f} s)."
    )
    if counts.failed:
        show(f"Pages that today's rules make no article of: {counts.failed}; their text stays as it was.")
    if counts.unread:
        show(f"Versions that no worker could read: {counts.unread}; what is known of them stays.")
    if not made.is_other:
        return
    other = [one for one in made.differences if one]
    show_table(
        ("what", "added", "gone", "changed", "in"),
        [(one.subject, one.added, one.gone, one.changed, _columns(one)) for one in other],
    )
    for one in other:
        show(f"{one.subject}, for example:", style="bold")
        for example in one.examples:
            show(_line(example), indent=2)


def _columns(found: "Difference") -> str:
    return ", ".join(f"{name} ({count})" for name, count in found.columns)


def _line(example: "Example") -> str:
    """Return one difference in a line, with the article that it stands in."""
    said = {
        "added": f"+ {example.after}",
        "gone": f"- {example.before}",
        "changed": f"~ {', '.join(example.columns)}: {example.before} → {example.after}",
    }[example.change]
    return f"{said} [{example.article}]" if example.article else said


def _show_end(made: "Prepared", adopted: "Adopted | None") -> None:
    from flows.cli.screen import show

    if not made.is_other:
        show("Nothing is other: rules and watch find what they found.")
        return
    gone, unsent = (made.gone, made.unsent) if adopted is None else (adopted.gone, adopted.unsent)
    show("Nobody is told of what is found now: it is no news.")
    if gone:
        show(
            f"Developments that are not found any more: {gone}. No message says so; they stand in the table "
            "gone_developments, and alerts that were sent of them stay."
        )
    if unsent:
        show(f"Alerts about them that had not gone out, and do not any more: {unsent}.")
    if adopted is None:
        show("The warehouse is as it was. To adopt this: newswatch reprocess --apply")
        return
    if adopted.later:
        show(f"Versions of articles that came in meanwhile: {adopted.later}.")
    show(f"Adopted. The old warehouse is kept for a month as state/{adopted.aside}.")


def _as_json(made: "Prepared", adopted: "Adopted | None") -> dict[str, object]:
    return {
        "as_of": made.as_of,
        "read": made.counts,
        "seconds": made.seconds,
        "is_other": made.is_other,
        "differences": {
            one.subject: {
                "added": one.added,
                "gone": one.gone,
                "changed": one.changed,
                "columns": dict(one.columns),
                "examples": one.examples,
            }
            for one in made.differences
        },
        "gone_developments": made.gone if adopted is None else adopted.gone,
        "unsent_alerts": made.unsent if adopted is None else adopted.unsent,
        "adopted": adopted,
    }
