"""The watchdog: what the supervisor of `serve` tells by itself, because no cycle can.

It needs neither the warehouse nor Prefect nor room on the disk. What it told it notes in a file of fixed size, and in
its own memory where even that cannot be written; the next cycle takes it into the tables.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from extractors.clock import Clock
from flows import conditions as decide
from flows.alerts.apart import end_sender, hand_over, start_sender
from flows.alerts.channel import DeliveryError
from flows.alerts.envelope import envelope_of
from flows.alerts.health import decide_health
from flows.alerts.rules import channels_of, may_be_tried_again, url_of
from flows.alerts.sending import BROKEN_OFF
from flows.alerts.signing import secret_of
from flows.conditions import SHORTEST_WAIT, Condition, Cycles
from flows.configuration import Configuration
from flows.machine import cycle_bytes, rooms
from flows.pulse import read_pulse
from flows.settings import Settings
from flows.watchdog_note import Told, Wait, read_told, write_told
from warehouse.episodes import Episode
from warehouse.judged import Alert
from warehouse.lock import Holder, read_holder

log = structlog.get_logger()

#: Time between two looks: each reads two small files and asks how full the disk is.
EVERY = timedelta(seconds=30)
#: Work by hand is waited for so long: no first import should take longer.
BY_HAND = timedelta(hours=12)
#: How far the wait in the note may lag behind: each writing is one of 32 KB.
_LAG = 4 * EVERY


@contextmanager
def watching_over(configuration: Configuration, clock: Clock) -> Iterator[Callable[[], None]]:
    """Watch over the cycles of a home, and answer monitors where the settings say so.

    Gives what is to be called about once a second during the block: it looks when it is time to, and never waits.
    """
    with ExitStack() as stack:
        watchdog = Watchdog(configuration, clock())
        stack.callback(watchdog.close)
        if configuration.settings.metrics is None:
            yield lambda: watchdog.look(clock())
            return
        from flows.monitoring import answering  # noqa: PLC0415 - only where it is asked for

        answer = stack.enter_context(answering(configuration.settings, lambda: watchdog.lasting, clock))

        def look() -> None:
            answer()
            watchdog.look(clock())

        yield look


class Watchdog:
    """Looks whether cycles come to their end and whether there is room for them, and tells where it is not so."""

    def __init__(self, configuration: Configuration, now: datetime) -> None:
        """Start to watch at `now` over the cycles of a home; each look takes up what has changed in its files."""
        self._configuration = configuration
        self._since = now
        self._looked_at: datetime | None = None
        self._sending: _Sending | None = None
        self._told = read_told(self._settings.state)
        self._waited, self._ok_at = self._wait_before(now)
        self._keep(self._told)  # takes its room on the disk while there is some

    @property
    def _settings(self) -> Settings:
        return self._configuration.settings

    @property
    def lasting(self) -> tuple[Episode, ...]:
        """What it has seen to be wrong and not seen to be over."""
        return self._told.lasting

    def look(self, now: datetime) -> None:
        """Look, if it is time to, and tell what there is to tell; never waits, and never raises for what it finds."""
        if self._looked_at is not None and timedelta(0) <= now - self._looked_at < EVERY:
            return
        try:
            self._look(now)
        except Exception:
            log.exception("watchdog_failed")
        self._looked_at = now

    def close(self) -> None:
        """End what is being sent; it is sent again later, marked as a possible repeat."""
        if self._sending is not None:
            self._sending.end()
        if self._looked_at is not None:
            self._keep(replace(self._told, wait=self._wait(self._looked_at)))

    def _wait(self, now: datetime) -> Wait:
        return Wait(waited=self._waited, ok_at=self._ok_at, at=now)

    def _wait_before(self, now: datetime) -> tuple[timedelta, datetime | None]:
        """Return how long a `serve` just before had waited, and since which cycle; no time where none ran just now."""
        wait = self._told.wait
        if wait.at is None or not timedelta(0) <= now - wait.at <= SHORTEST_WAIT:
            return timedelta(0), wait.ok_at
        return wait.waited, wait.ok_at

    def _look(self, now: datetime) -> None:
        self._configuration.renew()
        told = self._with_results(self._told, now)
        lasting = told.lasting
        found = tuple(self._conditions(lasting, now))
        rules = self._configuration.watch.alerts
        known = {one.alert_id: one.state for one in told.alerts}
        channels = channels_of(rules, self._settings.environment)
        decision = decide_health(found, lasting, rules, channels, known, now)
        for one in decision.episodes:
            log.error("trouble_over" if one.ended_at else "trouble", name=one.name, title=one.title)
        told = replace(
            told,
            episodes=_merged(told.episodes, decision.episodes),
            alerts=_merged_alerts(told.alerts, decision.alerts),
        )
        due = () if self._sending else tuple(one for one in told.alerts if _is_due(one, now))
        told = replace(told, alerts=tuple(_tried(one, now) if one in due else one for one in told.alerts))
        lags = not timedelta(0) <= self._waited - told.wait.waited < _LAG
        if told != self._told or lags:
            self._keep(replace(told, wait=self._wait(now)))
        if due:
            self._send(due)

    def _conditions(self, lasting: Sequence[Episode], now: datetime) -> Iterator[Condition]:
        since = {one.name: one.since for one in lasting}
        yield from decide.no_cycle(self._cycles(now), since.get("no-cycle"), now)
        settings = self._settings
        keys = {one.key for one in lasting}
        yield from decide.disk_full(rooms(settings), cycle_bytes(settings), keys)

    def _cycles(self, now: datetime) -> Cycles:
        """Return how cycles went; a sleep of the machine and a jump of its clock count as one look only."""
        pulse = read_pulse(self._settings.state)
        ok_at = pulse.ok_at if pulse else None
        cycle = read_holder(self._settings.cycle_lock)
        writer = read_holder(self._settings.warehouse.with_name("writer.lock"))
        if ok_at != self._ok_at or _by_hand(cycle, writer, now):
            self._ok_at, self._waited = ok_at, timedelta(0)
        elif self._looked_at is not None:
            self._waited += min(max(now - self._looked_at, timedelta(0)), 2 * EVERY)
        return Cycles(
            interval=self._configuration.interval,
            waited=self._waited,
            serving_since=self._since,
            last_ok_at=ok_at,
            last_ended_at=pulse.ended_at if pulse else None,
            last_error=pulse.error if pulse else None,
            working=_works(cycle),
        )

    def _send(self, due: Sequence[Alert]) -> None:
        rules = {rule.name: rule for rule in self._configuration.watch.alerts}
        messages, faults = [], {}
        for alert in due:
            rule = rules.get(alert.rule)
            url = url_of(rule, self._settings.environment) if rule else None
            try:
                secret = secret_of(rule, self._settings.environment) if rule else None
            except DeliveryError as error:
                faults[alert.alert_id] = str(error)
            else:
                messages.append(envelope_of((alert,)).to(alert.alert_id, url or "", secret))
        self._sending = _Sending(messages, faults)

    def _with_results(self, told: Told, now: datetime) -> Told:
        """Return what was told with what has become of what was being sent, if that is known by now."""
        if self._sending is None or not self._sending.is_over():
            return told
        results, self._sending = self._sending.results(), None
        return replace(told, alerts=tuple(_with_result(one, results, now) for one in told.alerts))

    def _keep(self, told: Told) -> None:
        self._told = told
        try:
            self._told = write_told(self._settings.state, told)
        except (OSError, ValueError) as error:
            log.warning("watchdog_note_not_written", error=str(error))


class _Sending:
    """A process that sends messages, each within its deadline, side by side by channel (`flows.alerts.sending`).

    `faults` say by id why others cannot be sent at all.
    """

    def __init__(self, messages: Sequence[dict[str, str]], faults: Mapping[str, str]) -> None:
        self.ids = tuple(message["id"] for message in messages)
        self.faults = faults
        self._sender = start_sender()
        hand_over(self._sender, messages)
        assert self._sender.stdin is not None  # noqa: S101 - a pipe
        with suppress(BrokenPipeError):
            self._sender.stdin.close()

    def is_over(self) -> bool:
        """Tell whether all has been sent, or tried."""
        return self._sender.poll() is not None

    def results(self) -> dict[str, str | None]:
        """Return by id why a message was not sent, None where it was."""
        found: dict[str, str | None] = {**self.faults, **dict.fromkeys(self.ids, BROKEN_OFF)}
        assert self._sender.stdout is not None  # noqa: S101 - a pipe
        for line in self._sender.stdout:
            with suppress(ValueError):
                found |= json.loads(line)
        end_sender(self._sender)
        return found

    def end(self) -> None:
        """End it at once."""
        end_sender(self._sender)


def _works(holder: Holder | None) -> bool:
    """Tell whether a cycle runs that may still come to its end: one that was lent the lock for a time, in that time."""
    return holder is not None and holder.until is not None and not holder.overdue and holder.process.runs()


def _by_hand(cycle: Holder | None, writer: Holder | None, now: datetime) -> bool:
    """Tell whether somebody is at work, for not too long yet, whom cycles wait for: an import, sites asked by hand."""
    if cycle is not None and not cycle.process.runs():
        cycle = None
    holder = cycle or writer
    if holder is None or holder.until is not None or not holder.process.runs():
        return False
    return now - holder.since < BY_HAND


def _merged(before: Sequence[Episode], changed: Sequence[Episode]) -> tuple[Episode, ...]:
    found = {one.trouble_id: one for one in before} | {one.trouble_id: one for one in changed}
    return tuple(found.values())


def _merged_alerts(before: Sequence[Alert], decided: Sequence[Alert]) -> tuple[Alert, ...]:
    """Return the alerts with what was decided: new ones, and what those say now that have not gone out."""
    found = {one.alert_id: one for one in before}
    for one in decided:
        old = found.get(one.alert_id)
        found[one.alert_id] = one if old is None else replace(old, title=one.title, body=one.body)
    return tuple(found.values())


def _is_due(alert: Alert, now: datetime) -> bool:
    if alert.state == "pending":
        return True
    return alert.state == "failed" and may_be_tried_again(alert, now)


def _tried(alert: Alert, now: datetime) -> Alert:
    return replace(alert, state="pending", attempts=alert.attempts + 1, tried_at=now, error=None)


def _with_result(alert: Alert, results: dict[str, str | None], now: datetime) -> Alert:
    if alert.alert_id not in results:
        return alert
    error = results[alert.alert_id]
    if error is None:
        return replace(alert, state="sent", sent_at=now)
    return replace(alert, state="failed", error=error)
