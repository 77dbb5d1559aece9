"""Trying the sources by hand, without being a nuisance: what `newswatch check --network` does.

A source that worked is not asked again within half an hour, a host that asked for rest is left alone, what is known of
an address is sent along, and no cycle runs on the same home meanwhile.
"""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from extractors.clock import Clock
from extractors.hosts import host_of
from extractors.orders import Learned, Order, SourceOrder
from extractors.watch import Watch
from flows.by_hand import alone, known_of_hosts, save_learned
from flows.findings import (
    Finding,
    Known,
    after,
    conditions,
    finding_of,
    merged,
    polled_finding,
    standing_finding,
)
from flows.settings import Settings
from warehouse.database import open_snapshot, rows
from warehouse.hosts import known_rests, known_robots
from warehouse.landing import replace_file
from warehouse.plan import known_validators

if TYPE_CHECKING:
    from extractors.trying import Trial

_NOTES = TypeAdapter(Known)
_NAME = "checked.json"


def check_sources(settings: Settings, watch: Watch, clock: Clock) -> tuple[Finding, ...]:
    """Try every source of `watch` that may be asked now; findings in the order of the watch.

    Raises:
        WarehouseError: a cycle runs on this home, and did not end within a minute.
    """
    with alone(settings):
        hosts = known_of_hosts(settings, clock())
        # The warehouse comes last: it is newer than the snapshot, and has what was asked by hand since the last check.
        of_hosts = Known(rests=hosts.rests, robots=hosts.robots)
        known = merged(_noted(settings, clock()), _polled(settings, clock()), of_hosts)
        before, rests = known.by_source(), known.by_host(clock())
        findings: dict[str, Finding] = {}
        asked: list[SourceOrder] = []
        for source in watch.sources:
            last = before.get((source.source_id, source.url))
            standing = standing_finding(source, last, rests.get(host_of(source.url)), clock())
            if standing is None:
                asked.append(SourceOrder(source=source, validators=conditions(last)))
            else:
                findings[source.source_id] = standing
        if asked:
            order = replace(hosts, sources=tuple(asked), rests=tuple(rests.values()), robots=known.robots)
            trial = _trial(order, settings, watch, clock)
            for told, tried in zip(asked, trial.tried, strict=True):
                last = before.get((told.source.source_id, told.source.url))
                findings[told.source.source_id] = finding_of(told.source, tried, last, clock())
            _keep(settings, after(known, tuple(findings.values()), trial, clock()))
    return tuple(findings[source.source_id] for source in watch.sources)


def _trial(order: Order, settings: Settings, watch: Watch, clock: Clock) -> "Trial":
    """Ask the sources of `order`, and what else the site of one that fails lists; the ledger has it however it ends."""
    from extractors.trying import try_sources  # noqa: PLC0415 - the parsers, only where something is asked

    def keep(learned: Learned) -> None:
        save_learned(settings, learned, clock())

    return try_sources(order, watch, settings.manners(), clock, keep)


def _polled(settings: Settings, now: datetime) -> Known:
    """Return what the pipeline itself knows, as of the last publication; nothing where it has not run yet."""
    if not settings.snapshot.exists():
        return Known()
    with open_snapshot(settings.snapshot) as con:
        listings = rows(con, "last_listings")
        validators = known_validators(con, [row["source_id"] for row in listings])
        return Known(
            findings=tuple(polled_finding(row, validators.get(row["source_id"], ())) for row in listings),
            rests=known_rests(con, now),
            robots=known_robots(con, now),
        )


def _noted(settings: Settings, now: datetime) -> Known:
    """Return what the last check found; nothing where there was none, or its notes cannot be read."""
    try:
        noted = _NOTES.validate_json((settings.state / _NAME).read_bytes())
    except (OSError, ValidationError):
        return Known()
    return replace(noted, rests=tuple(rest for rest in noted.rests if rest.until > now))


def _keep(settings: Settings, known: Known) -> None:
    """Note what is known for the next check."""
    notes = settings.state / _NAME
    temporary = notes.with_name(f".{_NAME}.writing")
    temporary.write_bytes(_NOTES.dump_json(known))
    replace_file(temporary, notes)
