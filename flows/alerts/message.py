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

# Joiners that scripts and emoji need; all other format characters (bidi controls among them) are dropped.
_JOINERS = frozenset("\u200c\u200d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a message about a development may say beside the development itself.

    `article_title` … `language` are of the first report (`language` ISO 639-1, None where unknown);
    `known_before` is what was known of the superseded development, None where there is none; `origins` the
    names of independent origins and `names` those of the participants, as far as known; `links` the URLs of
    further reports.
    """

    story_title: str
    article_title: str
    url: str
    publisher: str
    reported_at: datetime
    language: str | None = None
    known_before: str | None = None
    origins: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Plain text: `title` is one line, `body` several."""

    title: str
    body: str


def write_message(development: Development, evidence: Evidence) -> Message:
    """Return the message about `development`: what is new, what was known, who says it, where to read it."""
    what = development.what or evidence.article_title
    names = ", ".join(plain_line(name) for name in evidence.names)
    kind = f"{development.event_type}, {development.status}, {development.basis}"
    lines = [f"New: {kind}" + (f" ({names})" if names else "")]
    if evidence.known_before:
        lines.append(f"Known before: {plain_line(evidence.known_before, SENTENCE_LENGTH)}")
    language = f" [{plain_line(evidence.language)}]" if evidence.language else ""
    lines += [
        "",
        f"“{plain_line(development.sentence, SENTENCE_LENGTH)}”",
        f"{plain_line(evidence.publisher, TITLE_LENGTH)}, {shown_time(evidence.reported_at)}{language}",
        *([evidence.url] if is_link(evidence.url) else []),
        "",
        _reach(development, evidence),
        f"Story: {plain_line(evidence.story_title, TITLE_LENGTH)}",
    ]
    more = [link for link in evidence.links if is_link(link) and link != evidence.url][:MOST_LINKS]
    lines += [f"Also: {link}" for link in more]
    return Message(title=plain_line(what, TITLE_LENGTH), body="\n".join(lines))


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


def _reach(development: Development, evidence: Evidence) -> str:
    origins, articles = development.origins, development.articles
    told = f"{origins} independent origin{'' if origins == 1 else 's'}, "
    told += f"{articles} article{'' if articles == 1 else 's'}"
    names = ", ".join(plain_line(name, TITLE_LENGTH) for name in evidence.origins[:MOST_LINKS])
    return told + (f" ({names})" if names else "")


def _harmless(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    if category == "Cs":
        return "\ufffd"
    return "" if category == "Cf" and character not in _JOINERS else character
