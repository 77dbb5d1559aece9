"""When the messages of a rule may go out: quiet hours, digests at a local time, at most so many an hour. Pure."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from extractors.watch import AlertRule

#: The time in which a rule sends no more messages than it says.
HOUR = timedelta(hours=1)

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEK = 7


def is_quiet(rule: AlertRule, now: datetime) -> bool:
    """Tell whether `now` lies in the quiet hours of `rule` (their end is outside)."""
    if rule.quiet is None:
        return False
    start, stop, zone = _quiet(rule.quiet)
    clock = now.astimezone(zone).time()
    return start <= clock < stop if start < stop else clock >= start or clock < stop


def digest_is_due(rule: AlertRule, created_at: datetime, now: datetime) -> bool:
    """Tell whether what was decided at `created_at` goes out by `now`: a time of digests lies between.

    A clock that was ahead when it was decided keeps it until that time has come again; it is never lost.
    """
    return rule.digest == "off" or last_digest_at(rule, now) > created_at


def last_digest_at(rule: AlertRule, now: datetime) -> datetime:
    """Return the latest time of digests up to `now`, in UTC: the full hour, or the local time of `rule.digest_at`.

    Without it that is midnight, where there are quiet hours in their zone, else in UTC; of weekly ones on Monday. A
    local time that the clocks leave out comes that much later on the day, one that they repeat counts the first time.
    """
    if rule.digest == "hourly":
        return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    clock, day, zone = _digest_time(rule)
    today = now.astimezone(zone).date()
    back = (today - timedelta(days=number) for number in range(2 * _WEEK))
    times = (_moment(one, clock, zone) for one in back if day is None or one.weekday() == day)
    return next(at for at in times if at <= now)


def goes_out_at(rule: AlertRule, created_at: datetime) -> datetime:
    """Return when what was decided at `created_at` goes out, in UTC, but for the bound of an hour."""
    at = created_at.astimezone(UTC)
    while not digest_is_due(rule, created_at, at):
        at = _next_full_quarter(at) if rule.digest == "hourly" else _next_digest_at(rule, at)
    while is_quiet(rule, at):
        at = _quiet_until(rule, at)
    return at


def free_at(rule: AlertRule, sent: Sequence[datetime], now: datetime) -> datetime:
    """Return from when on `rule` may send one more message, after those `sent`: `now` where it may."""
    within = sorted(at for at in sent if now - HOUR < at <= now)
    if rule.at_most is None or len(within) < rule.at_most:
        return now
    return within[-rule.at_most] + HOUR


def messages_left(rule: AlertRule, sent: Sequence[datetime], now: datetime) -> int | None:
    """Return how many messages `rule` may send at `now`, None where nothing bounds them."""
    if rule.at_most is None:
        return None
    return max(rule.at_most - sum(now - HOUR < at <= now for at in sent), 0)


def _quiet(quiet: str) -> tuple[time, time, ZoneInfo]:
    hours, _, zone = quiet.partition(" ")
    start, stop = (time.fromisoformat(text) for text in hours.split("-"))
    return start, stop, ZoneInfo(zone.strip())


def _quiet_until(rule: AlertRule, now: datetime) -> datetime:
    """Return when the quiet hours end that `now` lies in."""
    assert rule.quiet is not None  # noqa: S101 - asked where it is quiet
    _, stop, zone = _quiet(rule.quiet)
    local = now.astimezone(zone)
    days = (local.date() + timedelta(days=number) for number in range(3))
    ends = (
        _moment(day, stop.replace(fold=turn), zone) for day in days for turn in (0, 1)
    )  # a repeated hour: both
    return next(at for at in ends if at > now)


def _digest_time(rule: AlertRule) -> tuple[time, int | None, tzinfo]:
    """Return time of day, day of the week from 0 for Monday (None: each day) and zone of daily and weekly digests."""
    day = 0 if rule.digest == "weekly" else None
    if rule.digest_at is None:
        return time(), day, _quiet(rule.quiet)[2] if rule.quiet else UTC
    *named, clock, zone = rule.digest_at.split()
    return time.fromisoformat(clock), _DAYS.index(named[0]) if named else day, ZoneInfo(zone)


def _next_digest_at(rule: AlertRule, now: datetime) -> datetime:
    clock, day, zone = _digest_time(rule)
    today = now.astimezone(zone).date()
    coming = (today + timedelta(days=number) for number in range(2 * _WEEK))
    times = (_moment(one, clock, zone) for one in coming if day is None or one.weekday() == day)
    return next(at for at in times if at > now)


def _next_full_quarter(now: datetime) -> datetime:
    """Return the next full quarter of an hour: that of no zone lies between."""
    return now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) + timedelta(minutes=15)


def _moment(day: date, clock: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
