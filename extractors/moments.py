"""Dates as feeds and pages write them, to moments in UTC. A zone that is not said is never silently UTC."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_tz
from zoneinfo import ZoneInfo

#: A date before this is a fault of the source, not news; one further ahead than this is, too.
EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
FURTHEST_AHEAD = timedelta(days=2)

#: The zone a source writes in when it does not say one, by its language.
_ZONES = {"zh": ZoneInfo("Asia/Shanghai"), "de": ZoneInfo("Europe/Berlin")}
#: Hours ahead of UTC of zone names that RFC 5322 does not list and that real feeds write.
_NAMED = {
    "CET": 1,
    "MEZ": 1,
    "CEST": 2,
    "MESZ": 2,
    "BST": 1,
    "EET": 2,
    "EEST": 3,
    "HKT": 8,
    "SGT": 8,
    "JST": 9,
    "KST": 9,
}
#: Hours ahead of UTC where `CST` is another time than America's, which is what RFC 5322 takes it for.
_OWN_CST = dict.fromkeys(("Asia/Shanghai", "Asia/Taipei", "Asia/Macau", "Asia/Chongqing", "PRC"), 8)
_ZONE_SAID = re.compile(r"(?:[+-]\d{2}:?\d{2}|[\s\d][A-Z]{1,5})\)?$")
_NAME_AT_END = re.compile(r"\s+\(?([A-Z]{2,5})\)?$")
_SPOKEN = re.compile(
    r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?"
    r"(?:[T\s,]*(?P<hour>\d{1,2})[:时点](?P<minute>\d{2})(?:[:分](?P<second>\d{2}))?)?"
)
_GERMAN = re.compile(
    r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})"
    r"(?:[\s,|–-]*(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:](?P<second>\d{2}))?)?"
)

#: Hours of half a day. In Chinese the half stands in front, and is told of hours that stand behind the day.
_HALVES = re.compile(
    r"(?P<hour>\b\d{1,2})(?P<rest>(?::\d{2}){0,2})\s?(?:(?P<am>a\.?m\b\.?)|p\.?m\b\.?)"
    r"|(?:(?P<early>上午|凌晨|早上)|下午|晚上)\s?(?P<told>\d{1,2})",
    re.IGNORECASE,
)


def zone_of(language: str | None, zone: str | None = None) -> tzinfo:
    """Return the zone in which a source writes times without one: `zone` (IANA), else that of its `language`.

    UTC where neither is known.
    """
    if zone:
        with suppress(ValueError, OSError, KeyError):  # of another machine's list of zones
            return ZoneInfo(zone)
    return _ZONES.get((language or "")[:2].lower(), UTC)


def parse_moment(
    written: str | None, language: str | None, now: datetime, zone: str | None = None
) -> datetime | None:
    """Return the moment that `written` says, in UTC; None where it says none that can be true.

    ISO 8601 and W3C, RFC 5322, `2024-03-28 19:00`, `2024年3月28日 19:00`, `28.03.2024, 19:00`. Where no zone is
    said, `zone_of(language, zone)`. A moment before 1995, or more than two days after `now`, is none.
    """
    moment = read_moment(written, language, zone)
    return moment if moment is not None and EARLIEST <= moment <= now + FURTHEST_AHEAD else None


def read_moment(written: str | None, language: str | None, zone: str | None = None) -> datetime | None:
    """Return the moment that `written` says, in UTC, be it true or not; None where it says none. Else as above."""
    text = _HALVES.sub(_in_whole_days, " ".join((written or "")[:100].split()))
    if not text:
        return None
    try:
        found = _iso(text) or _mail(text, language, zone) or _digits(text)
        if found is None:
            return None
        zoned = found if found.tzinfo else found.replace(tzinfo=zone_of(language, zone))
        return zoned.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _in_whole_days(found: re.Match[str]) -> str:
    """Return the time of a half of the day as one of the whole day: `6:00 PM` is 18:00, `12:30 am` is 00:30."""
    hour, early = int(found["hour"] or found["told"]), bool(found["am"] or found["early"])
    if hour <= 12:  # noqa: PLR2004 - hours of half a day; 18:00 PM is 18:00
        hour = hour % 12 + (0 if early else 12)
    return f"{hour}{found['rest'] or (':00' if found['hour'] else '')}"


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _mail(text: str, language: str | None, zone: str | None) -> datetime | None:
    """Read an RFC 5322 date; `CST` is Beijing's time in a source in Chinese or in China, America's elsewhere."""
    named = _NAME_AT_END.search(text)
    hours = _NAMED.get(named[1]) if named else None
    if named and named[1] == "CST":
        hours = _OWN_CST.get(str(zone_of(language, zone)))
    if named and hours is not None:
        text = f"{text[: named.start()]} {hours * 100:+05d}"
    parts = parsedate_tz(text)
    if parts is None or parts[0] < 1000:  # noqa: PLR2004 - a year has four digits
        return None
    # The parser answers 0 where no zone is said, so whether one is said must be looked up.
    said = timezone(timedelta(seconds=parts[9] or 0)) if _ZONE_SAID.search(text) else None
    return datetime(*parts[:6], tzinfo=said)


def _digits(text: str) -> datetime | None:
    found = _SPOKEN.search(text) or _GERMAN.search(text)
    if not found:
        return None
    year, month, day, hour, minute, second = (
        int(found[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")
    )
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the caller gives the zone
