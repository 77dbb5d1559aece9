"""What `newswatch status --polite` shows: the ledger of requests, counted against our own rules."""

from dataclasses import asdict
from datetime import UTC, datetime

import click

from flows.cli.options import wants_json
from flows.cli.screen import show, show_json, show_table, shown
from flows.settings import Settings
from warehouse.database import Connection
from warehouse.requests import Breaches, Politeness, read_politeness

#: What each kind of breach is called, and what its examples are measured against.
_BREACHES = {
    "early_polls": ("polls that came early", "not before"),
    "unconditional_repeats": ("repeats without conditions", "validators since"),
    "inside_retry_after": ("requests inside a Retry-After", "not before"),
}
_KIB, _MIB = 1 << 10, 1 << 20


def show_politeness(con: Connection, since: datetime | None, settings: Settings) -> None:
    """Print what the ledger says; exit with 1 if a rule was broken."""
    found = read_politeness(con, since=since, spacing=settings.spacing, budget=settings.budget)
    if wants_json():
        share = found.unchanged_share
        show_json(asdict(found) | {"unchanged_share": share, "kept": found.kept})
    else:
        _show(found)
    if not found.kept:
        click.get_current_context().exit(1)


def _show(found: Politeness) -> None:
    since = f"since {shown(found.since)} UTC" if found.since else "in all"
    show(f"Requests {since}: {found.requests}; polls: {found.polls}", style="bold")
    show_table(("rule", "wanted", "found", ""), _rows(found))
    show("")
    for name, (what, measure) in _BREACHES.items():
        _show_examples(what, measure, getattr(found, name))
    for line in _traffic(found):
        show(line)
    if found.under_spacing:
        requests = "request" if found.under_spacing == 1 else "requests"
        show(
            f"{found.under_spacing} {requests} came less than {found.spacing_s:g} seconds after the one before at "
            "their site: as it should be only where NEWSWATCH_HOST_SPACING was lower then (in the demo it is 0)."
        )
    if found.over_budget:
        show(
            f"{found.busiest_site} got more than {found.budget} requests in 24 hours: as it should be only where "
            "NEWSWATCH_HOST_BUDGET was higher then."
        )
    show("Every rule was kept." if found.kept else "A rule was broken.", style="bold")


def _rows(found: Politeness) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for name, (what, _) in _BREACHES.items():
        count = getattr(found, name).count
        rows.append((what, "0", str(count), "broken" if count else "kept"))
    most = found.most_connections
    rows.append(("most connections to one site", "1", str(most), "broken" if most > 1 else "kept"))
    if found.shortest_gap_s is not None:
        rows.append(
            (
                "shortest gap at one site, seconds",
                f"{found.spacing_s:g}",
                f"{found.shortest_gap_s:.2f}",
                f"{found.under_spacing} shorter" if found.under_spacing else "kept",
            )
        )
    if found.budget is not None:
        kept = "more" if found.over_budget else "kept"
        rows.append(("most requests to one site in 24 h", str(found.budget), str(found.most_in_a_day), kept))
    return rows


def _show_examples(what: str, measure: str, breaches: Breaches) -> None:
    if not breaches.count:
        return
    show(f"{what.capitalize()}, the newest:")
    for breach in breaches.examples:
        source = f"{breach.source_id}: " if breach.source_id else ""
        show(f"{source}{breach.url}", indent=4)
        show(f"at {_second(breach.started_at)}, {measure} {_second(breach.since)} UTC", indent=8)
    show("")


def _traffic(found: Politeness) -> list[str]:
    told = []
    if found.listings_answered:
        share = found.listings_unchanged / found.listings_answered
        told.append(f"Listings: {found.listings_answered} answers, {share:.0%} of them `not modified` (304)")
    if found.pages_answered:
        share = found.pages_unchanged / found.pages_answered
        told.append(f"Known pages: {found.pages_answered} answers, {share:.0%} of them `not modified` (304)")
    received = f"{found.bytes / _MIB:.1f} MiB" if found.bytes >= _MIB else f"{found.bytes / _KIB:.0f} KiB"
    told.append(f"Received: {received}")
    return told


def _second(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
