"""What newsrooms say of the versions of their articles: status, version, embargo, note, as feeds and pages write it.

The names are those of NewsML-G2 and ninjs (IPTC), which feeds carry as elements (`<pubStatus qcode="stat:canceled"/>`)
or as keys of JSON; AP's Atom feeds and schema.org have words of their own for them.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal

from extractors.moments import EARLIEST, parse_moment, read_moment
from extractors.plain import plain_line
from extractors.records import PubStatus, Release

#: Other names for the five: AP's (apnm:NewsManagement), and schema.org's (CreativeWork).
_NAMES = {
    "pubstatus": "pubstatus",
    "publishingstatus": "pubstatus",
    "creativeworkstatus": "pubstatus",
    "version": "version",
    "managementsequencenumber": "version",
    "versioncreated": "versioncreated",
    "datemodified": "versioncreated",
    "embargoed": "embargoed",
    "ednote": "ednote",
    "editorialnote": "ednote",
    "correction": "ednote",
}
#: NewsCodes `pubstatusg2` of IPTC, and the words that others have for the same. An AP item that is "Embargoed" does not
#: say until when in a way that can be read: it is not to be used for now.
_STATUSES: dict[str, PubStatus] = {
    "usable": "usable",
    "published": "usable",
    "withheld": "withheld",
    "embargoed": "withheld",
    "canceled": "canceled",
    "cancelled": "canceled",
    "retracted": "canceled",
    "withdrawn": "canceled",
}
#: Where a value that is no text has it: attributes of XML, properties of JSON-LD.
_INSIDE = ("qcode", "uri", "literal", "text", "name", "value", "@value", "@id")
_LONGEST_VERSION, _LONGEST_NOTE = 50, 1000
#: An embargo ends within this: what lies further ahead stands for no end.
_LONGEST_EMBARGO = timedelta(days=3650)
#: What is written where there is no embargo.
_NO_EMBARGO = frozenset({"", "-", "0", "false", "n/a", "no", "none", "null"})
#: The statuses, the strictest first: where several are told, it counts.
_STRICTEST: tuple[PubStatus, ...] = ("canceled", "withheld", "usable")
#: Digits of Unix time, in seconds until the year 2286, else in milliseconds.
_SECONDS, _MILLISECONDS = 10, 13


def release_of(
    said: Mapping[str, object], language: str | None, now: datetime, zone: str | None = None
) -> Release | None:
    """Return what `said` tells of a version, None where that is nothing.

    `said` holds values as written (texts, numbers, attributes) by name, with or without the prefix of a namespace, in
    letters of any size; others are passed over. `language` and `zone` tell the zone of times without one, as in
    `parse_moment`. An embargo without an end that can be read, or with one in a far time, is `withheld`.
    """
    found: dict[str, list[str]] = {}
    for name, value in said.items():
        known = _NAMES.get(name.lower().rpartition("_")[2])
        given = "true" if known == "embargoed" and value is True else value
        if known:
            found.setdefault(known, []).extend(text for text in _texts(given) if text)
    first = {name: texts[0] for name, texts in found.items() if texts}
    statuses = {_status(text) for text in found.get("pubstatus", ())}
    embargoed = _embargo(first.get("embargoed", ""), language, zone)
    if embargoed == "open" or (isinstance(embargoed, datetime) and embargoed > now + _LONGEST_EMBARGO):
        embargoed = None
        statuses.add("withheld")
    release = Release(
        pubstatus=next((one for one in _STRICTEST if one in statuses), None),
        version=plain_line(first.get("version"), _LONGEST_VERSION),
        versioncreated=parse_moment(_iso_of_unix(first.get("versioncreated")), language, now, zone),
        embargoed=embargoed,
        ednote=plain_line(first.get("ednote"), _LONGEST_NOTE),
    )
    return None if release == Release() else release


def _embargo(written: str, language: str | None, zone: str | None) -> datetime | Literal["open"] | None:
    """Return when an embargo ends, `open` where that cannot be read; None where there is none."""
    if written.strip().lower() in _NO_EMBARGO:
        return None
    moment = read_moment(_iso_of_unix(written), language, zone)
    if moment is None:
        return "open"
    return moment if moment >= EARLIEST else None


def _iso_of_unix(written: str | None) -> str | None:
    """Return Unix time, in seconds or milliseconds, as a date of ISO 8601; anything else as it is."""
    digits = (written or "").strip()
    if not digits.isascii() or not digits.isdigit() or len(digits) not in (_SECONDS, _MILLISECONDS):
        return written
    return datetime.fromtimestamp(int(digits[:_SECONDS]), UTC).isoformat()


def _texts(value: object) -> Iterator[str | None]:
    """Yield the texts of a value, or of each value of a list."""
    for one in value if isinstance(value, list) else (value,):
        yield _text(one)


def _text(value: object) -> str | None:
    if isinstance(value, Mapping):
        value = next((value[name] for name in _INSIDE if value.get(name)), None)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)[:_LONGEST_VERSION]
    return value if isinstance(value, str) else None


def _status(written: str | None) -> PubStatus | None:
    """Return the status of a code: `canceled`, `stat:canceled`, `http://cv.iptc.org/newscodes/pubstatusg2/canceled`."""
    code = (written or "").strip().lower()
    return _STATUSES.get(code.rpartition("/")[2].rpartition(":")[2])
