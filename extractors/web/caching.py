"""What a server says about when to come again: Retry-After, Cache-Control and Expires."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: Real ones go up to four days; what is longer than a month is a slip of units or a joke, and is taken as this.
LONGEST_RETRY = timedelta(days=31)
#: A longer freshness is a setting for pictures, not for feeds.
_LONGEST_FRESH = timedelta(days=1)
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)
_NEVER_FRESH = re.compile(r"(?:^|[\s,])no-(?:cache|store)(?=[\s,]|$)", re.IGNORECASE)


def retry_after_s(written: str | None, now: datetime, date: str | None = None) -> float | None:
    """Return the seconds that a Retry-After header (seconds or a date) asks for; None where it asks nothing.

    A date counts from the server's own clock, which its header `date` tells; from `now` where it tells none.
    """
    text = (written or "").strip()
    if text.isascii() and text.isdigit():
        seconds = float(text[:12])
    else:
        until = moment_of(text)
        if until is None:
            return None
        seconds = (until - (moment_of(date) or now)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_RETRY.total_seconds())


def freshness_s(
    cache_control: str | None, age: str | None, expires: str | None, date: str | None, now: datetime
) -> float | None:
    """Return the seconds an answer stays fresh, a day at most; None where it is not said, or over already.

    That is max-age less Age, else Expires less Date (RFC 9111, section 4.2.1). `s-maxage` is for shared caches.
    """
    text = cache_control or ""
    if _NEVER_FRESH.search(text):
        return None
    found = _MAX_AGE.search(text)
    if found is not None:
        spent = float(age[:12]) if age and age.isascii() and age.isdigit() else 0.0
        fresh = float(found[1]) - spent
    else:
        until = moment_of(expires)
        fresh = (until - (moment_of(date) or now)).total_seconds() if until else 0.0
    return min(max(fresh, 0.0), _LONGEST_FRESH.total_seconds()) or None


def moment_of(written: str | None) -> datetime | None:
    """Return the moment of an HTTP date, UTC where it names no zone; None where it is none (`Expires: 0`)."""
    try:
        moment = parsedate_to_datetime((written or "").strip()[:64])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
