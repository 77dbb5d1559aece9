"""What the supervisor of `serve` told by itself, in a note beside the warehouse, and how it gets into the tables.

It tells what no cycle can tell: that none comes to its end, and that the disk is full. Both may keep the warehouse from
being written, so nothing here needs it.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flows.alerts.health import all_clear_id, health_id
from flows.alerts.rules import next_try_at
from flows.notes import LENGTH, read_note, write_note
from warehouse.database import Connection, rows, transaction
from warehouse.episodes import Episode, save_episodes
from warehouse.judged import Alert
from warehouse.outbox import save_alerts

#: The troubles that the supervisor tells, and no cycle.
OWN = frozenset({"no-cycle", "disk-full"})
_TIMES = frozenset({"since", "seen_at", "ended_at", "created_at", "tried_at", "sent_at"})
#: Bytes that the note may take, so that the next few alerts fit in.
_ROOM = LENGTH - 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How long `serve` had `waited`, by `at`, for a cycle to end well after the one that did so at `ok_at`.

    `ok_at` is None where none had, `at` where nothing is known.
    """

    waited: timedelta = timedelta(0)
    ok_at: datetime | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Episodes, over or not, in the order of their beginning, and the alerts about them with their delivery.

    The `wait` is in it so that a `serve` that is started again and again tells of it too.
    """

    episodes: tuple[Episode, ...] = ()
    alerts: tuple[Alert, ...] = ()
    wait: Wait = Wait()

    @property
    def lasting(self) -> tuple[Episode, ...]:
        """The episodes that are not over."""
        return tuple(one for one in self.episodes if one.ended_at is None)


def read_told(state: Path) -> Told:
    """Return what the note in the folder `state` says; nothing where there is none that can be read."""
    told = read_note(_path(state))
    try:
        return (
            Told()
            if told is None
            else Told(
                episodes=tuple(Episode(**_moments(one)) for one in told["episodes"]),
                alerts=tuple(Alert(**_moments(one)) for one in told["alerts"]),
                wait=_wait(told.get("wait")),
            )
        )
    except (KeyError, TypeError, ValueError):
        return Told()


def write_told(state: Path, told: Told) -> Told:
    """Write the note, without the oldest that is over where it has become too long; return what it says.

    What is still to be sent stays the longest.

    Raises:
        OSError: it could not be written.
        ValueError: what lasts is too long.
    """
    while True:
        written = {
            "episodes": [_plain(one, Episode.__slots__) for one in told.episodes],
            "alerts": [_plain(one, Alert.__slots__) for one in told.alerts],
            "wait": _plain(told.wait, Wait.__slots__),
        }
        shorter = _without_oldest(told)
        if len(json.dumps(written)) < _ROOM or shorter == told:
            write_note(_path(state), written)
            return told
        told = shorter


def adopt_told(con: Connection, state: Path) -> None:
    """Take into the tables what the supervisor told: its episodes, and its alerts that have gone out."""
    told = read_told(state)
    if not told.episodes:
        return
    known = {
        row["trouble_id"]: row["ended_at"]
        for row in rows(con, "known_troubles", ids=[one.trouble_id for one in told.episodes])
    }
    episodes = [one for one in told.episodes if known.get(one.trouble_id, "none") != one.ended_at]
    sent = [one for one in told.alerts if one.state == "sent"]
    there = {row["alert_id"] for row in rows(con, "known_alerts", ids=[one.alert_id for one in sent])}
    alerts = [one for one in sent if one.alert_id not in there]
    if episodes or alerts:
        with transaction(con):
            save_episodes(con, episodes)
            save_alerts(con, alerts)


def _without_oldest(told: Told) -> Told:
    """Return what was told without the oldest that is over, and without the alerts about it.

    That is an alert whose episode has gone; else the first episode of which there is nothing to send any more, be it
    sent or given up; else the first that is over.
    """
    by_id = {one.alert_id: one for one in told.alerts}
    rules = {one.rule for one in told.alerts}
    about = {
        one.trouble_id: {
            alert_id
            for rule in rules
            for alert_id in (health_id(rule, one), all_clear_id(rule, one))
            if alert_id in by_id
        }
        for one in told.episodes
    }
    if strays := by_id.keys() - set().union(*about.values()):
        first = next(one for one in told.alerts if one.alert_id in strays)
        return replace(told, alerts=tuple(one for one in told.alerts if one != first))
    over = [one for one in told.episodes if one.ended_at is not None]
    if not over:
        return told
    done = (one for one in over if all(_is_done(by_id[each]) for each in about[one.trouble_id]))
    dropped = next(done, over[0])
    return replace(
        told,
        episodes=tuple(one for one in told.episodes if one != dropped),
        alerts=tuple(one for one in told.alerts if one.alert_id not in about[dropped.trouble_id]),
    )


def _is_done(alert: Alert) -> bool:
    return alert.state == "sent" or (alert.state == "failed" and next_try_at(alert) is None)


def _plain(record: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _text(getattr(record, name)) for name in names}


def _text(value: object) -> object:
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.isoformat() if isinstance(value, datetime) else value


def _wait(told: dict[str, Any] | None) -> Wait:
    """Return the wait that the note tells of; notes of the program before have none."""
    if told is None:
        return Wait()
    times = {name: datetime.fromisoformat(told[name]) if told[name] else None for name in ("ok_at", "at")}
    return Wait(waited=timedelta(seconds=told["waited"]), **times)


def _moments(told: dict[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if name in _TIMES and value is not None else value
        for name, value in told.items()
    }


def _path(state: Path) -> Path:
    return state / "watchdog.json"
