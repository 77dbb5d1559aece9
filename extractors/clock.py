"""The one place where time enters: everything else is handed a clock or a moment."""

from collections.abc import Callable
from datetime import UTC, datetime

#: Answers the present moment, always aware and in UTC.
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the present moment of this machine in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one permitted call


def standing_clock(moment: datetime) -> Clock:
    """Return a clock that always answers `moment`, for replays and tests.

    Raises:
        ValueError: `moment` has no time zone.
    """
    stands_at = to_utc(moment)
    return lambda: stands_at


def to_utc(moment: datetime) -> datetime:
    """Convert an aware moment to UTC.

    Raises:
        ValueError: `moment` has no time zone; a naive time is never guessed here.
    """
    if moment.tzinfo is None:
        raise ValueError(f"naive datetime: {moment!r}")
    return moment.astimezone(UTC)
