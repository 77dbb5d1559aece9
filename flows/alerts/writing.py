"""Writes the message about a development: short enough for a phone, in the reader's words, and only what is evident."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from flows.alerts.message import (
    TITLE_LENGTH,
    Evidence,
    Message,
    Part,
    Place,
    Word,
    is_link,
    plain_line,
    shown_time,
)
from flows.alerts.proof import Ground, Passage, unproven
from flows.alerts.words import DEFAULT, Line, Words, joined, line_of, words_in
from warehouse.judged import Development, Says

#: Characters of one quoted sentence; longer ones are cut, and show that they are.
QUOTE_LENGTH = 280
#: Reports linked beside the first one, and contradictions shown.
MOST_LINKS = 3

_GAP = Part(kind="gap")
#: Parts that tell of the reports and not of what they say.
_COUNTED = frozenset({"count", "place"})
#: What comes before a line that is told of a development as it was told before.
_TITLES = {"withdrawn": "withdrawn_title", "official": "official_title"}


def write_message(
    development: Development, evidence: Evidence, says: Says = "news", language: str = DEFAULT
) -> Message:
    """Return the message about `development`: what is new, what was known, who says it, where to read it.

    `says` is what there is to tell of it, for `withdrawn` by `evidence.correction`, for `official` by
    `evidence.official`. Each part is held against the evidence, and left out where it holds a name or number that is
    not in it; of a line that tells a development only what is at fault is.
    """
    words = words_in(language)
    ground = ground_of(development, evidence)
    counts = counted_ground(development, evidence, words)
    title, faults = _title(development, evidence, says, words, ground)
    named = tuple(name for name in evidence.names if not unproven(name, ground, language))
    evidence, lost = replace(evidence, names=named), [name for name in evidence.names if name not in named]
    if says == "withdrawn" and evidence.correction is not None:
        parts = _withdrawn(development, evidence, evidence.correction, words)
    elif says == "official" and evidence.official is not None:
        parts = _official(development, evidence, evidence.official, words)
    else:
        parts = _news(development, evidence, words, ground, lost)
    kept = []
    for part in parts:
        known = counts if part.kind in _COUNTED else ground
        if missing := unproven(part.text, known, language):
            faults += (f"{part.kind} without evidence of {joined(missing)}",)
        else:
            kept.append(part)
    if lost:
        faults += (f"line without evidence of {joined(dict.fromkeys(lost))}",)
    body = "\n".join(map(str, kept))
    return Message(title=title, body=body, parts=tuple(kept), left_out=faults)


def ground_of(development: Development, evidence: Evidence) -> Ground:
    """Return what a message about `development` may say of it: what the reports say."""
    told = [word for word in (evidence.official, evidence.correction) if word is not None]
    first = evidence.first.language if evidence.first else None
    texts = (
        (evidence.article_title, first),
        (evidence.story_title, None),
        (development.sentence, first),
        (evidence.before.sentence if evidence.before else "", None),
        *((one.development.sentence, one.place.language if one.place else None) for one in evidence.against),
        *((word.sentence, word.place.language) for word in told),
    )
    return Ground(
        passages=_passages(texts),
        figures=evidence.figures,
        names=evidence.found,
        known_names=evidence.known_names,
    )


def counted_ground(development: Development, evidence: Evidence, words: Words) -> Ground:
    """Return what it may say of the reports: also who published them, when, and how many there are."""
    told = [word for word in (evidence.official, evidence.correction) if word is not None]
    places = [evidence.first, evidence.second, *(word.place for word in told)]
    places += [other.place for other in evidence.against]
    counts = (development.origins, development.articles - development.copies, development.copies)
    texts = (
        *(text for place in places if place for text in (place.publisher, shown_time(place.reported_at))),
        *map(str, counts),
        shown_time(development.reported_at),
        _lag(development, words),
    )
    ground = ground_of(development, evidence)
    return replace(ground, passages=(*ground.passages, *_passages((text, None) for text in texts)))


def _passages(texts: Iterable[tuple[str, str | None]]) -> tuple[Passage, ...]:
    """Return the texts, each with its language, as messages show them: in one line, and cut where they are long."""
    shown = (
        (plain_line(text, longest), language)
        for text, language in texts
        for longest in (None, QUOTE_LENGTH, TITLE_LENGTH)
    )
    return tuple(Passage(text=text, language=language) for text, language in dict.fromkeys(shown) if text)


def _title(
    development: Development, evidence: Evidence, says: Says, words: Words, ground: Ground
) -> tuple[str, tuple[str, ...]]:
    """Return the title, and what was left out of it."""
    line = line_of(development, words)
    faults: tuple[str, ...] = ()
    if line is None:
        told = development.what or evidence.article_title
        if missing := unproven(told, ground, DEFAULT):
            told, faults = evidence.article_title, (f"title without evidence of {joined(missing)}",)
    else:
        line, lost = _proven(line, ground, words)
        faults = (f"title without evidence of {joined(lost)}",) if lost else ()
        while line.figures and len(str(line)) > TITLE_LENGTH:
            line = Line(who=line.who, head=line.head, figures=line.figures[:-1])
        told = str(line)
    if says in _TITLES:
        told = words.say(_TITLES[says], what=told)
    return plain_line(told, TITLE_LENGTH), faults


def _proven(line: Line, ground: Ground, words: Words) -> tuple[Line, tuple[str, ...]]:
    """Return as much of `line` as the evidence bears, and what it does not."""
    without_names = unproven(line.who, ground, words.language)
    figures = tuple(one for one in line.figures if not unproven(one, ground, words.language))
    lost = (*without_names, *(one for one in line.figures if one not in figures))
    return Line(who="" if without_names else line.who, head=line.head, figures=figures), lost


def _news(
    development: Development, evidence: Evidence, words: Words, ground: Ground, lost: list[str]
) -> Iterator[Part]:
    """Yield what there is to tell; what the evidence does not bear of what was known before goes to `lost`."""
    yield _kind(development, evidence, "news", words)
    if evidence.before is not None:
        before = evidence.before
        known = "known_before_withdrawn" if before.state == "withdrawn" else "known_before"
        yield _line(words.say(known, what=_told_of(before, words, ground, lost)))
    for other in evidence.against[:MOST_LINKS]:
        yield _line(words.say("contradicts", what=_told_of(other.development, words, ground, lost)))
        yield from _quoted(other.development.sentence, other.place)
    yield _GAP
    yield from _quoted(development.sentence, evidence.first)
    yield _GAP
    yield from _reach(development, evidence, words)
    yield from _story(evidence, words)
    first = evidence.first.url if evidence.first else None
    more = [link for link in evidence.links if is_link(link) and link != first][:MOST_LINKS]
    yield from (Part(kind="link", text=words.says["also"], url=link) for link in more)


def _official(development: Development, evidence: Evidence, official: Word, words: Words) -> Iterator[Part]:
    yield _kind(development, evidence, "official", words)
    yield _count(words.say("was_unconfirmed", time=shown_time(development.reported_at)))
    yield _GAP
    yield from _quoted(official.sentence, official.place)
    yield _GAP
    yield _line(words.says["it_was_said"])
    yield from _quoted(development.sentence, evidence.first)
    yield _GAP
    yield from _reach(development, evidence, words)
    yield from _story(evidence, words)


def _withdrawn(
    development: Development, evidence: Evidence, correction: Word, words: Words
) -> Iterator[Part]:
    yield _kind(development, evidence, "withdrawn", words)
    yield _GAP
    yield _line(words.says["it_was_said"])
    yield from _quoted(development.sentence, evidence.first)
    yield _GAP
    yield _line(words.says["taken_back"])
    yield from _quoted(correction.sentence, correction.place)
    yield _GAP
    yield from _story(evidence, words)


def _told_of(development: Development, words: Words, ground: Ground, lost: list[str]) -> str:
    """Return the line that tells a development in these words, as far as it is borne; as stored in another form."""
    line = line_of(development, words)
    if line is None:
        return plain_line(development.what, QUOTE_LENGTH)
    line, missing = _proven(line, ground, words)
    lost += missing
    return plain_line(str(line), QUOTE_LENGTH)


def _kind(development: Development, evidence: Evidence, says: Says, words: Words) -> Part:
    names = ", ".join(plain_line(name) for name in evidence.names)
    kind = words.kind(development) + (f" ({names})" if names else "")
    return _line(words.say(says, kind=kind))


def _quoted(sentence: str, place: Place | None) -> Sequence[Part]:
    quote = Part(kind="quote", text=plain_line(sentence, QUOTE_LENGTH))
    if place is None:
        return (quote,)
    language = f" [{plain_line(place.language)}]" if place.language else ""
    text = f"{plain_line(place.publisher, TITLE_LENGTH)}, {shown_time(place.reported_at)}{language}"
    return (quote, Part(kind="place", text=text, url=place.url if is_link(place.url) else None))


def _reach(development: Development, evidence: Evidence, words: Words) -> Iterator[Part]:
    """Yield how many tell it, who was first, and how long it took until a second one told it on its own."""
    copies = f" {words.count('copies', development.copies)}" if development.copies else ""
    told = (
        words.count("origins", development.origins),
        words.count("articles", development.articles - development.copies) + copies,
        words.says["official_by_now"]
        if development.basis != "official" and development.official_at is not None
        else "",
    )
    yield _count(joined(told))
    if evidence.first is None:
        return
    first = plain_line(evidence.first.publisher, TITLE_LENGTH)
    lag = _lag(development, words)
    if not lag:
        yield _count(words.say("alone", publisher=first))
    elif evidence.second is None:
        yield _count(words.say("confirmed", publisher=first, lag=lag))
    else:
        second = plain_line(evidence.second.publisher, TITLE_LENGTH)
        yield _count(words.say("confirmed_by", publisher=first, lag=lag, second=second))


def _lag(development: Development, words: Words) -> str:
    """Return how long after the first report the second origin came, nothing where there is none."""
    if development.confirmed_at is None:
        return ""
    return words.span(development.confirmed_at - development.reported_at)


def _story(evidence: Evidence, words: Words) -> Iterator[Part]:
    title = plain_line(evidence.story_title, TITLE_LENGTH)
    yield Part(kind="place", text=words.say("story", title=title), url=evidence.story_url)


def _line(text: str) -> Part:
    return Part(kind="line", text=text)


def _count(text: str) -> Part:
    return Part(kind="count", text=text)
