"""What an alert says: one development as plain text, short enough for a phone, and only what is evident."""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from warehouse.judged import Development

#: Characters of a title: what lock screens show of a notification without cutting it, in two to three lines.
TITLE_LENGTH = 140

#: Characters of one quoted sentence; longer ones are cut, and show that they are.
SENTENCE_LENGTH = 600

#: Reports linked beside the first one.
MOST_LINKS = 3

#: How the title and the first line of a message about a withdrawn development begin.
WITHDRAWN = "Withdrawn:"

#: How the title of a message begins that tells of the end of a trouble with the pipeline itself.
OVER = "newswatch: over:"

# Joiners that scripts and emoji need; all other format characters (bidi controls among them) are dropped.
_JOINERS = frozenset("\u200c\u200d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands: an article that a message quotes; `language` ISO 639-1, None where unknown."""

    url: str
    publisher: str
    reported_at: datetime
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """What says otherwise than a development; `place` is its first report, None where it is not remembered."""

    what: str
    sentence: str
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What took a development back: its sentence, its title where none was read, and where it stands."""

    sentence: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a message about a development may say beside the development itself.

    `first` is its first report and `article_title` that one's title, None and empty where it is not remembered;
    `known_before` is what was known of the superseded development, None where there is none; `against` what
    contradicts it; `correction` what took it back, None while it stands; `names` those of the participants;
    `links` the URLs of further reports.
    """

    story_title: str
    article_title: str
    first: Place | None
    known_before: str | None = None
    against: tuple[Against, ...] = ()
    correction: Correction | None = None
    links: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Plain text: `title` is one line, `body` several."""

    title: str
    body: str


def write_message(development: Development, evidence: Evidence) -> Message:
    """Return the message about `development`: what is new, what was known, who says it, where to read it.

    Of one that was withdrawn, as `evidence.correction` tells, it says that, and who takes it back.
    """
    what = development.what or evidence.article_title
    if evidence.correction is not None:
        lines = _withdrawn(development, evidence, evidence.correction)
        return Message(title=plain_line(f"{WITHDRAWN} {what}", TITLE_LENGTH), body="\n".join(lines))
    lines = [f"New: {_kind(development, evidence)}"]
    if evidence.known_before:
        lines.append(f"Known before: {plain_line(evidence.known_before, SENTENCE_LENGTH)}")
    for other in evidence.against[:MOST_LINKS]:
        lines.append(f"Contradicts: {plain_line(other.what, SENTENCE_LENGTH)}")
        lines += _quoted(other.sentence, other.place)
    lines += ["", *_quoted(development.sentence, evidence.first), "", _reach(development)]
    lines.append(f"Story: {plain_line(evidence.story_title, TITLE_LENGTH)}")
    first = evidence.first.url if evidence.first else None
    more = [link for link in evidence.links if is_link(link) and link != first][:MOST_LINKS]
    lines += [f"Also: {link}" for link in more]
    return Message(title=plain_line(what, TITLE_LENGTH), body="\n".join(lines))


def counted(number: int, one: str, several: str | None = None) -> str:
    """Return `1 article`, `2 articles`; `several` where the plural is another word."""
    return f"{number} {one if number == 1 else several or one + 's'}"


def reach(articles: int, copies: int, *, noun: str | None = "article") -> str:
    """Return how many `articles` there are, the `copies` among them apart: `3 articles +1 copy`.

    `noun` None leaves the word out: `3 +1 copy`.
    """
    originals = articles - copies
    told = counted(originals, noun) if noun else str(originals)
    return told + (f" +{counted(copies, 'copy', 'copies')}" if copies else "")


def plain_line(text: str, longest: int | None = None) -> str:
    """Return `text` as one line without control, bidi and other invisible characters.

    A text of more than `longest` characters is cut and ends in `…`.
    """
    line = " ".join("".join(map(_harmless, text)).split())
    if longest is not None and len(line) > longest:
        return line[: longest - 1].rstrip() + "…"
    return line


def is_link(url: str) -> bool:
    """Tell whether `url` may be shown as a link: http or https, with a host, of visible characters only."""
    if any(character.isspace() or _harmless(character) != character for character in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


def shown_time(moment: datetime) -> str:
    """Return `moment` as `2024-03-28 12:00 UTC`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _withdrawn(development: Development, evidence: Evidence, correction: Correction) -> list[str]:
    return [
        f"{WITHDRAWN} {_kind(development, evidence)}",
        "",
        "It was said:",
        *_quoted(development.sentence, evidence.first),
        "",
        "Now it is taken back:",
        *_quoted(correction.sentence, correction.place),
        "",
        f"Story: {plain_line(evidence.story_title, TITLE_LENGTH)}",
    ]


def _kind(development: Development, evidence: Evidence) -> str:
    names = ", ".join(plain_line(name) for name in evidence.names)
    kind = f"{development.event_type}, {development.status}, {development.basis}"
    return kind + (f" ({names})" if names else "")


def _quoted(sentence: str, place: Place | None) -> list[str]:
    lines = [f"“{plain_line(sentence, SENTENCE_LENGTH)}”"]
    if place is None:
        return lines
    language = f" [{plain_line(place.language)}]" if place.language else ""
    lines.append(f"{plain_line(place.publisher, TITLE_LENGTH)}, {shown_time(place.reported_at)}{language}")
    return [*lines, place.url] if is_link(place.url) else lines


def _reach(development: Development) -> str:
    told = f"{counted(development.origins, 'independent origin')}, {reach(development.articles, development.copies)}"
    by_now = development.basis != "official" and development.official_at is not None
    return told + (", on official word by now" if by_now else "")


def _harmless(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    if category == "Cs":
        return "\ufffd"
    return "" if category == "Cf" and character not in _JOINERS else character
