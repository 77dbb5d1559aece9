"""What a cycle did, in one screen, and the exit status that follows from it."""

from typing import TYPE_CHECKING

import click

from flows.cli.screen import complain, one_line, show, show_json

if TYPE_CHECKING:
    from flows.cycle import CycleResult

#: Failures that are told; the rest is counted. `newswatch status` has them all.
_MOST_FAILURES = 20
_OUTCOMES = {"partly": "Partly done"}


def finish(result: "CycleResult", *, as_json: bool, imported: bool = False) -> None:
    """Print the summary of a cycle, and its failures to standard error; exit with 1 if all failed.

    `imported` True tells of an import, which no source has to be due for.
    """
    if as_json:
        show_json(result)
    else:
        for line in summary_lines(result, idle="Nothing new" if imported else "Nothing was due"):
            show(line)
    for source_id, error, advice in result.failures[:_MOST_FAILURES]:
        complain(one_line(f"{source_id}: {error}" + (f". {advice}" if advice else "")))
    if (more := len(result.failures) - _MOST_FAILURES) > 0:
        complain(f"{more} more failures; " + ("--json tells all" if imported else "see `newswatch status`"))
    if result.outcome == "failed":
        click.get_current_context().exit(1)


def summary_lines(result: "CycleResult", *, idle: str = "Nothing was due") -> tuple[str, ...]:
    """Return the lines of the summary; `idle` is said where nothing was done."""
    took = f"{result.seconds:.1f} s"
    if result.outcome == "idle":
        return (f"{idle} ({took}).", *_alert_lines(result))
    polled = (
        f"Sources: {result.polls} polled, {result.failed_polls} failed",
        f"Items: {result.new_items} new, {result.failed_items} to be tried again",
    )
    articles = (
        f"Articles: {result.articles} new (copies {result.copies}, relevant {result.relevant}), "
        f"{result.revisions} revised"
    )
    return (
        f"{_OUTCOMES.get(result.outcome, result.outcome.capitalize())} in {took}.",
        *(polled if result.polls else ()),
        articles,
        f"Developments: {result.developments} new",
        *_alert_lines(result),
    )


def _alert_lines(result: "CycleResult") -> tuple[str, ...]:
    if not (result.alerts or result.sent or result.unsent):
        return ()
    return (f"Alerts: {result.alerts} decided, {result.sent} sent, {result.unsent} not delivered",)
