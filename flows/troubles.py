"""What is wrong with the pipeline itself: all conditions from the facts, and telling of them in a cycle."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import structlog

from extractors.watch import AlertRule, Watch
from flows import conditions as decide
from flows.alerts.health import decide_health, episode_of
from flows.alerts.rules import channels_of, url_of
from flows.alerts.signing import secret_fault
from flows.conditions import Condition, Since
from flows.machine import cycle_bytes, oldest_batch, rooms
from flows.pulse import read_pulse
from flows.settings import Settings
from flows.source_conditions import ailing_sources
from flows.watchdog_note import OWN, adopt_told, read_told
from warehouse.database import Connection, transaction
from warehouse.episodes import Episode, open_episodes, save_episodes
from warehouse.lock import read_holder
from warehouse.outbox import health_alert_states, save_alerts
from warehouse.vitals import Vitals, loaded_since, read_vitals

log = structlog.get_logger()

#: Conditions that only a load can change.
OF_LISTINGS = frozenset({"silent", "pages-unread"})


def look_at_health(con: Connection, settings: Settings, watch: Watch, now: datetime) -> None:
    """Decide what is to be told of the pipeline's health, and write it down with its alerts, where anything changed.

    Whatever goes wrong here is logged: it keeps nothing else from being sent.
    """
    try:
        adopt_told(con, settings.state)
        pulse = read_pulse(settings.state)
        cycle_at = pulse.ok_at if pulse else None
        loaded = cycle_at is None or loaded_since(con, cycle_at)
        others = OWN if loaded else OWN | OF_LISTINGS
        lasting = [one for one in open_episodes(con) if one.name not in others]
        last = {one.key: one.since for one in lasting}
        vitals = read_vitals(con, now, cycle_at, with_listings=loaded, budget=settings.budget)
        found = conditions_of(vitals, settings, watch, now, last)
        channels = channels_of(watch.alerts, settings.environment)
        known = health_alert_states(con) if found or lasting else {}
        decision = decide_health(found, lasting, watch.alerts, channels, known, now)
        if not (decision.episodes or decision.alerts):
            return
        with transaction(con):
            save_episodes(con, decision.episodes)
            save_alerts(con, decision.alerts)
    except Exception:
        log.exception("health_not_looked_at")
        return
    for one in decision.episodes:
        log.warning(
            "trouble_over" if one.ended_at else "trouble", name=one.name, subject=one.subject, title=one.title
        )


def conditions_of(
    vitals: Vitals, settings: Settings, watch: Watch, now: datetime, lasting: Since
) -> tuple[Condition, ...]:
    """Return all that is wrong at `now`, as the facts of the warehouse and the machine tell.

    `lasting` says since when what lasts already does, by name and subject. What only the supervisor
    of `serve` can see is not in it.
    """
    return (
        *ailing_sources(vitals.troubles, now, lasting),
        *decide.silent(vitals.silences, lasting),
        *decide.unread(vitals.pages, lasting),
        *decide.undelivered(vitals.undelivered, same_channel(watch.alerts, settings), now, lasting),
        *decide.backlog_growing(vitals.backlogs, lasting),
        *decide.polls_overdue(vitals.overdue),
        *decide.batches_waiting(*oldest_batch(settings), now),
        *decide.disk_low(rooms(settings), cycle_bytes(settings), lasting),
        *decide.damaged(vitals.checked, vitals.rebuilt, now),
    )


def told_now(con: Connection, settings: Settings, now: datetime) -> tuple[Episode, ...]:
    """Return what is wrong: as the last publication has it, and as `serve` sees it, or that it is gone.

    Where it does not run, what it saw last does not count: that is decided anew from the pulse and the machine.
    """
    published = tuple(one for one in open_episodes(con) if one.name not in OWN)
    return (*supervised(settings, now), *published)


def supervised(settings: Settings, now: datetime) -> Iterator[Episode]:
    """Yield what is wrong as the files and the machine tell, without any warehouse: what `serve` tells or would."""
    lasting = read_told(settings.state).lasting
    lock = settings.serve_lock
    holder = read_holder(lock)
    if holder is not None and holder.process.runs():
        yield from lasting
        return
    before = {one.key: one for one in lasting}
    for full in decide.disk_full(rooms(settings), cycle_bytes(settings), before.keys()):
        yield episode_of(full, before.get(full.key), now)
    if lock.exists():
        pulse = read_pulse(settings.state)
        for one in decide.not_serving(pulse.ok_at if pulse else None, now):
            yield episode_of(one, None, now)


def same_channel(rules: Sequence[AlertRule], settings: Settings) -> tuple[frozenset[str], ...]:
    """Return the names of the rules by channel: those with one address die together, but not of a missing secret."""
    found: dict[tuple[str, str], set[str]] = {}
    for rule in rules:
        url = url_of(rule, settings.environment)
        alone = rule.name if secret_fault(rule, settings.environment) else ""
        found.setdefault((url or rule.to, alone), set()).add(rule.name)
    return tuple(frozenset(names) for names in found.values())
