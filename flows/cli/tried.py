"""What `newswatch check --network` shows of the sources it tried."""

from collections.abc import Sequence

from flows.cli.screen import show, show_table, shown
from flows.findings import FORCE, Finding
from flows.health import adds_something

_FORCE_MINUTES = round(FORCE.total_seconds() / 60)
_ROBOTS = {True: "yes", False: "no", None: ""}
#: Where all sources ail so, it is not the sites.
_UNREACHED = frozenset({"unreachable", "slow", "robots-unavailable"})


def show_findings(findings: Sequence[Finding]) -> None:
    """Print a table of all sources, and of each that is not simply well what was found and what to do."""
    show("")
    show_table(
        ("source", "found", "status", "items", "newest", "lang", "robots"),
        [
            (
                one.source_id,
                one.found,
                one.http_status,
                one.items,
                one.newest_at,
                one.language,
                _ROBOTS[one.robots],
            )
            for one in findings
        ],
    )
    show("")
    if earlier := [one.source_id for one in findings if one.found == "ok" and not one.asked_now]:
        show(
            f"Asked less than {_FORCE_MINUTES} minutes ago, so not again, and told as found then: {', '.join(earlier)}."
        )
    if len(findings) > 1 and all(one.found == "failed" and one.name in _UNREACHED for one in findings):
        show("None of the sources could be reached.", style="bold")
        show(
            "What to do: Look at the network of this machine first. newswatch takes no proxy from the environment. "
            "--json tells what was seen of each.",
            indent=4,
        )
        return
    for one in findings:
        _show_one(one)


def as_row(one: Finding) -> dict[str, object]:
    """Return the finding as JSON has it: without what is kept for asking again."""
    names = [name for name in Finding.__slots__ if name != "validators"]
    outcome = "failed" if one.found == "failed" else "ok" if one.found == "ok" else one.found
    return {name: getattr(one, name) for name in names} | {"outcome": outcome}


def _show_one(one: Finding) -> None:
    if one.found == "ok":
        for note in one.notes:
            show(f"{one.source_id}: {note}.")
        return
    show(f"{one.source_id}: {_heading(one)}", style="bold")
    if one.says:
        show(one.says, indent=4)
    if one.error and adds_something(one.error, one.url, one.cause, one.evidence):
        show(one.error, indent=4)
    if one.tried:
        show(f"Tried: {one.tried}", indent=4)
    if not one.asked_now and one.found != "resting":
        show(f"Found at {shown(one.asked_at)} UTC; it was not asked again.", indent=4)
    if one.advice:
        show(f"What to do: {one.advice}", indent=4)


def _heading(one: Finding) -> str:
    if one.found == "instead":
        return "another listing of its site can be read instead"
    if one.found == "resting":
        return "not asked, its host rests"
    cause = f"{one.name}: {one.cause}" if one.cause not in {None, one.name} else one.name
    return f"failed ({cause})"
