"""What a server says about when to come again: Retry-After and Cache-Control."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: A longer Retry-After is taken as this; real ones go up to four days.
_LONGEST_RETRY = timedelta(days=7)
#: A longer freshness is a setting for pictures, not for feeds.
_LONGEST_FRESH = timedelta(days=1)
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)


def retry_after_s(written: str | None, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header (seconds or a date) asks for; None where it asks nothing."""
    text = (written or "").strip()
    if text.isascii() and text.isdigit():
        seconds = float(text[:12])
    else:
        try:
            until = parsedate_to_datetime(text)
        except (TypeError, ValueError, IndexError):
            return None
        zoned = until if until.tzinfo else until.replace(tzinfo=UTC)
        seconds = (zoned - now).total_seconds()
    return min(max(seconds, 0.0), _LONGEST_RETRY.total_seconds())


def freshness_s(cache_control: str | None, age: str | None) -> float | None:
    """Return the seconds an answer stays fresh: max-age less Age, a day at most; None where not said."""
    text = cache_control or ""
    found = _MAX_AGE.search(text)
    if found is None or re.search(r"no-cache|no-store", text, re.IGNORECASE):
        return None
    spent = float(age) if age and age.isascii() and age.isdigit() else 0.0
    return min(max(float(found[1]) - spent, 0.0), _LONGEST_FRESH.total_seconds()) or None
