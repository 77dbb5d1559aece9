"""What a value of the watch file must be: each check returns its final form, or says what was expected.

A check raises ValueError with the text of the fault. No check shows what stands in an alert's address: it
holds a secret.
"""

import difflib
import re
from collections.abc import Callable, Collection, Iterable
from datetime import timedelta
from typing import Any, TypeVar, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from cssselect import HTMLTranslator, SelectorError

from extractors.records import Basis, EventType, Status

T = TypeVar("T")
Check = Callable[[Any], T]

_ISO_639_1 = """
aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv
dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie
ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv
mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm
rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts
tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
#: All two-letter codes of the standard.
LANGUAGES = frozenset(_ISO_639_1.split())
#: Kinds that newswatch itself gives a meaning to; others are welcome, but not a near miss of one of these.
KINDS = ("authority", "company", "media", "person", "place", "plant", "product", "topic")
#: The languages with word lists of event types, status and basis.
WORD_LISTS = ("de", "en", "zh")
#: The sections of a language's word lists: event types, cues, and what is switched off.
CUES = ("status", "basis", "news")
SECTIONS = (*get_args(EventType), *CUES, "without")
#: How strongly the phrases of an event type speak for it; a status as key speaks strongly and hints at it.
STRENGTHS = ("weak", "words", "strong")
#: The shortest interval between two polls of one source.
SHORTEST = timedelta(seconds=60)

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(?P<count>\d{1,6})\s*(?P<unit>[smhd])")
_ID = re.compile(r"(?P<kind>[a-z][a-z-]*):[a-z0-9][a-z0-9._-]*")
_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]*")
_WIKIDATA = re.compile(r"Q[1-9]\d*")
_CHANNEL = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|(?!env:)[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
#: Where a phrase falls into pieces: at a gap, and behind an open end, which may be any length.
_BORDER = re.compile(r" \.\. |(?<=\*) (?=\S)")
_QUIET = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d (?P<zone>\S+)")
_DIGEST_TIME = re.compile(r"((Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?([01]\d|2[0-3]):[0-5]\d (?P<zone>\S+)")
_VARIABLE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*")
_TYPES = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "a table",
}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean …?` for the closest known word, empty where none is close."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean `{close[0]}`?" if close else ""


def of_type(value: Any, kind: type[T], expected: str) -> T:
    """Return `value` if it is of `kind` (a bool is no number), else ValueError, which names types only."""
    if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
        return value
    raise ValueError(f"expected {expected}, got {_TYPES.get(type(value), type(value).__name__)}")


def text(value: Any) -> str:
    """Check for text that is not blank."""
    found = of_type(value, str, "text").strip()
    if not found:
        raise ValueError("expected text, is empty")
    return found


def slug(value: Any) -> str:
    """Check for a short name that can stand in a file name or a table."""
    found = text(value)
    if not _SLUG.fullmatch(found):
        raise ValueError(f"{found!r}: expected small letters, digits, `-`, `_` and `.`, as in `my-watch`")
    return found


def typed_id(value: Any) -> str:
    """Check for `kind:name`, as in `company:xiaomi`."""
    found = text(value)
    match = _ID.fullmatch(found)
    if match is None:
        raise ValueError(
            f"{found!r}: expected `kind:name` in small letters, digits and `-`, as in `company:xiaomi`"
        )
    kind = match["kind"]
    if kind not in KINDS and (close := difflib.get_close_matches(kind, KINDS, n=1, cutoff=0.8)):
        raise ValueError(f"{found!r}: unknown kind `{kind}`; did you mean `{close[0]}`?")
    return found


def entity_id(value: Any) -> str:
    """Check for the id of an entity: any kind but `topic`."""
    found = typed_id(value)
    if found.startswith("topic:"):
        raise ValueError(f"{found!r}: a topic belongs under [[topics]], with `words` instead of `names`")
    return found


def topic_id(value: Any) -> str:
    """Check for the id of a topic, `topic:name`."""
    found = typed_id(value)
    if not found.startswith("topic:"):
        raise ValueError(f"{found!r}: expected an id that starts with `topic:`")
    return found


def wikidata(value: Any) -> str | None:
    """Check for a Wikidata item such as `Q1636958`; None (in JSON) stays None."""
    if value is None:
        return None
    found = text(value)
    if not _WIKIDATA.fullmatch(found):
        raise ValueError(f"{found!r}: expected a Wikidata item such as `Q1636958`, or leave the key out")
    return found


def language(value: Any) -> str:
    """Check for an ISO 639-1 code."""
    found = text(value)
    if found not in LANGUAGES:
        raise ValueError(f"{found!r}: unknown language, expected a two-letter code such as `de`, `en`, `zh`")
    return found


def duration(value: Any) -> timedelta:
    """Check for `90s`, `15m`, `2h` or `1d`, 60 seconds at least."""
    expected = 'expected a time such as "15m", "2h" or "1d"'
    match = _DURATION.fullmatch(of_type(value, str, expected.removeprefix("expected ")).strip())
    if match is None:
        raise ValueError(f"{value!r}: {expected}")
    found = timedelta(seconds=int(match["count"]) * _UNITS[match["unit"]])
    if found < SHORTEST:
        raise ValueError(f"{value!r}: expected 60 seconds at least, for the sake of the server")
    return found


def url(value: Any) -> str:
    """Check for an http or https address with a host and without a password."""
    found = text(value)
    try:
        parts = urlsplit(found)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("expected an address such as `https://news.example/rss.xml`, this is none") from None
    if parts.username is not None or parts.password is not None:
        raise ValueError("expected an address without user and password: what stands here is no secret")
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"expected an http or https address, got {_short(found)!r}")
    if not host or re.search(r"\s", found):
        raise ValueError(f"expected an address with a host and without blanks, got {_short(found)!r}")
    return found


def selector(value: Any) -> str:
    """Check for a CSS selector that can be translated for lxml."""
    found = text(value)
    try:
        HTMLTranslator().css_to_xpath(found)
    except SelectorError as error:
        raise ValueError(f"{found!r}: this CSS selector does not parse: {error}") from None
    return found


def channel(value: Any) -> str:
    """Check for an Apprise address or `env:NAME`; the message never shows what stands there."""
    found = of_type(value, str, "an Apprise address or env:NAME").strip()
    if not _CHANNEL.fullmatch(found):
        raise ValueError(
            "expected `env:NAME` (the variable holds the address) or an Apprise address (`mailto:` …);"
            " what stands here is neither, and is not shown because it may hold a secret"
        )
    return found


def quiet(value: Any) -> str:
    """Check for quiet hours with a zone: `22:00-07:00 Europe/Berlin`."""
    found = text(value)
    match = _QUIET.fullmatch(found)
    if match is None:
        raise ValueError(f"{found!r}: expected `HH:MM-HH:MM Area/City`, as in `22:00-07:00 Europe/Berlin`")
    zone(match["zone"])
    if found[:5] == found[6:11]:
        raise ValueError(f"{found!r}: begins when it ends; leave the key out for no quiet hours")
    return found


def digest_time(value: Any) -> str:
    """Check for a time of day with a zone, and a day of the week before it for weekly ones."""
    found = text(value)
    match = _DIGEST_TIME.fullmatch(found)
    if match is None:
        raise ValueError(
            f"{found!r}: expected `HH:MM Area/City`, as in `08:00 Europe/Berlin`, or for a week "
            "`Mon 08:00 Europe/Berlin`"
        )
    zone(match["zone"])
    return found


def variable(value: Any) -> str:
    """Check for `env:NAME`; the message never shows what stands there."""
    found = of_type(value, str, "env:NAME").strip()
    if not _VARIABLE.fullmatch(found):
        raise ValueError(
            "expected `env:NAME`, the variable that holds the secret; what stands here is none, and is not shown"
        )
    return found


def yes_or_no(value: Any) -> bool:
    """Check for `true` or `false`."""
    return of_type(value, bool, "`true` or `false`")


def zone(value: Any) -> str:
    """Check for the name of a time zone (IANA), such as `Asia/Shanghai`."""
    found = text(value)
    try:
        ZoneInfo(found)
    except (ValueError, OSError, KeyError):  # unknown (a KeyError), a folder of zones, or no path at all
        hint = did_you_mean(found, available_timezones()) or ", expected one such as `Europe/Berlin`"
        raise ValueError(f"{found!r}: unknown time zone{hint}") from None
    return found


def whole_number(value: Any) -> int:
    """Check for a whole number from 1."""
    found = of_type(value, int, "a whole number from 1")
    if found < 1:
        raise ValueError(f"expected a whole number from 1, got {found}")
    return found


def one_of(kind: Any) -> Callable[[Any], Any]:
    """Return a check for one of the words of the Literal `kind`."""
    words: tuple[str, ...] = get_args(kind)

    def check(value: Any) -> Any:
        found = text(value)
        if found not in words:
            hint = did_you_mean(found, words) or f"; expected one of {', '.join(words)}"
            raise ValueError(f"unknown `{found}`{hint}")
        return found

    return check


def known_id(known: Collection[str]) -> Check[str]:
    """Return a check for one of the ids that the file defines."""

    def check(value: Any) -> str:
        found = text(value)
        if found not in known:
            raise ValueError(f"no entity or topic has the id `{found}`{did_you_mean(found, known)}")
        return found

    return check


def lexicon_keys(section: str) -> tuple[str, ...]:
    """Return the keys that a section of a language's word lists may have, one of `SECTIONS`."""
    if section == "without":
        return SECTIONS[:-1]
    labels = {"status": get_args(Status), "basis": get_args(Basis), "news": ("background", "opinion")}.get(
        section
    )
    if labels is None:
        return (*STRENGTHS, *get_args(Status))
    return (*labels, *(f"{label}_weak" for label in labels))


def pieces_of(phrase: str) -> list[str]:
    """Return the pieces of a phrase of a word list: it falls apart at a gap, and behind an open end ("appl* for")."""
    return [piece.strip() for piece in _BORDER.split(phrase)]


def phrase(value: Any) -> str:
    """Check for a phrase of a word list: pieces of words with ` .. ` between them, `*` and `^` at their ends."""
    found = text(value)
    for piece in pieces_of(found):
        bare = piece.removeprefix("^").removeprefix("*").removesuffix("*")
        if not bare.strip():
            raise ValueError(
                f"{found!r}: expected words in each piece of the phrase, as in `erteilt .. lizenz*`"
            )
        if ".." in bare:
            raise ValueError(f"{found!r}: expected blanks around `..`, as in `erteilt .. lizenz*`")
        if "*" in bare or "^" in bare:
            raise ValueError(
                f"{found!r}: expected `*` at the start or end of a piece and `^` at its start only"
            )
    return found


def known_name(names: Collection[str]) -> Check[str]:
    """Return a check for one of the spellings that the file gives its entities, in any case."""
    known = {name.casefold() for name in names}

    def check(value: Any) -> str:
        found = text(value)
        if found.casefold() not in known:
            raise ValueError(f"no entity has the name `{found}`{did_you_mean(found, names)}")
        return found

    return check


def text_with(name: str) -> Check[str]:
    """Return a check for an expression that holds `name` and more, in any case."""

    def check(value: Any) -> str:
        found = text(value)
        if name.casefold() not in found.casefold() or found.casefold() == name.casefold():
            raise ValueError(
                f"{found!r}: expected the name with what stands around it, as in `{name} Street`"
            )
        return found

    return check


def _short(value: str) -> str:
    return value if len(value) <= 60 else value[:59] + "…"  # noqa: PLR2004 - enough to recognise it
