"""What the search index keeps of an article beside its words: its text, and what it is compared by.

It lies there so that neither a page of hits nor a comparison reads texts from the snapshot: there 2,048 of them are
compressed together, so that one takes 7 ms. What is kept is one list in JSON, compressed.
"""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from extractors.records import Article, Signals
from extractors.signals.nearest import Sketch
from extractors.signals.portrait import (
    Portrait,
    Span,
    entities_of,
    figure_key,
    figures_of,
    names_of,
    spans_of,
    surfaces_of,
    told_in,
    types_of,
    weighed,
)

#: Prefixes of the features under which an article is found as a candidate: a name by the most prominent part that it
#: stands in, an event type that is news, a figure; and what marks a copy.
IN_PART = {"title": "t ", "lead": "l ", "body": "b "}
IS_NEWS, STATED, COPY = "= ", "# ", "copy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of an article: its words, and the parts of its portrait that are not made of them.

    `lead` counts the characters of `text` that are the lead. `surfaces` are figures as they stand there, by what
    figures have in common that say the same. `in_title` and `in_text` say where names of entities stand.
    """

    title: str
    text: str
    lead: int
    language: str | None
    entities: Mapping[str, float] = field(default_factory=dict)
    types: Mapping[str, float] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    surfaces: Mapping[str, str] = field(default_factory=dict)
    in_title: Sequence[Span] = ()
    in_text: Sequence[Span] = ()


def keep(article: Article, signals: Signals) -> Kept:
    """Return what is kept of an article with these signals."""
    mentions = signals.mentions
    in_title, in_text = spans_of(mentions)
    return Kept(
        title=article.title,
        text=article.text,
        lead=len(article.lead or ""),
        language=article.language,
        entities=entities_of(mentions),
        types=types_of(signals),
        figures=figures_of(signals),
        surfaces=surfaces_of(signals),
        in_title=in_title,
        in_text=in_text,
    )


def features(signals: Signals) -> Iterator[str]:
    """Yield under what an article with these signals is found as a candidate."""
    places: dict[str, str] = {}
    for part, place in IN_PART.items():  # the most prominent first
        for one in signals.mentions:
            if one.part == part and not one.entity_id.startswith("media:"):
                places.setdefault(one.entity_id, place)
    yield from (place + entity for entity, place in places.items())
    yield from {IS_NEWS + one.event_type for one in signals.claims if one.is_news}
    yield from {STATED + key for one in signals.figures if one.number and (key := figure_key(one))}


def packed(kept: Kept) -> bytes:
    """Return what is kept as bytes; `unpacked` reads them."""
    values = [getattr(kept, name) for name in Kept.__slots__]
    written = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(written.encode("utf-8", "replace"), level=1)


def unpacked(body: bytes) -> Kept:
    """Return what `packed` made bytes of.

    Raises:
        ValueError: it is something else.
    """
    try:
        values = json.loads(zlib.decompress(body))
    except zlib.error as error:
        raise ValueError(f"what is kept of an article cannot be read ({error})") from error
    return Kept(**dict(zip(Kept.__slots__, values, strict=True)))


def sketch(kept: Kept, language: str | None) -> Sketch:
    """Return the article as it is compared with one in `language`: words count within a language only."""
    words = told_in(kept.title, kept.text, kept.lead, kept.in_title, kept.in_text)
    names, maybe = names_of(words, kept.language)
    likeness = Portrait(
        language=kept.language,
        entities=kept.entities,
        types=kept.types,
        figures=kept.figures,
        names=names,
        maybe=maybe,
    )
    return Sketch(portrait=likeness, words=weighed(words) if kept.language == language else {})
