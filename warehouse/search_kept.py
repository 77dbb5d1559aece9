"""What the search index keeps of an article beside its words: its title and text, and what it is compared by.

It lies there so that neither a page of hits nor a comparison reads texts from the snapshot: there 2,048 of them are
compressed together, so that one takes 7 ms. Both are kept ready: to make what is compared of 300 texts takes 0.1 s.
"""

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from extractors.records import Article, Signals
from extractors.signals.nearest import Sketch, sketch_of
from extractors.signals.portrait import Portrait, figure_key, surfaces_of
from extractors.signals.stems import Words

#: Prefixes of the features under which an article is found as a candidate: a name by the most prominent part that it
#: stands in, an event type that is news, a figure; and what marks a copy.
IN_PART = {"title": "t ", "lead": "l ", "body": "b "}
IS_NEWS, STATED, COPY = "= ", "# ", "copy"
#: How many bytes a piece has, before the pieces.
_LENGTH = struct.Struct("<I")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What an article is compared by. `surfaces` are figures as they stand there, by `figure_key`."""

    sketch: Sketch
    surfaces: Mapping[str, str]


def compared(article: Article, signals: Signals) -> Compared:
    """Return what an article with these signals is compared by."""
    return Compared(sketch=sketch_of(article, signals), surfaces=surfaces_of(signals))


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


def packed_texts(title: str, text: str) -> bytes:
    """Return title and text as bytes; `unpacked_texts` reads them."""
    return zlib.compress("\0".join((title.replace("\0", " "), text)).encode("utf-8", "replace"), level=1)


def unpacked_texts(body: bytes) -> tuple[str, str]:
    """Return the title and the text that `packed_texts` made bytes of.

    Raises:
        ValueError: it is something else.
    """
    title, _, text = _inflated(body).decode("utf-8", "replace").partition("\0")
    return title, text


def packed(one: Compared) -> bytes:
    """Return what an article is compared by as bytes; `unpacked` reads them: a list in JSON, and its words."""
    words = one.sketch.words
    values = [getattr(one.sketch.portrait, name) for name in Portrait.__slots__]
    written = json.dumps([*values, one.surfaces], ensure_ascii=False, separators=(",", ":"))
    told = written.encode("utf-8", "replace")
    lengths = _LENGTH.pack(len(told)) + _LENGTH.pack(len(words.stems))
    return zlib.compress(b"".join((lengths, told, words.stems, words.tenths)), level=1)


def unpacked(body: bytes) -> Compared:
    """Return what `packed` made bytes of.

    Raises:
        ValueError: it is something else.
    """
    plain = memoryview(_inflated(body))
    try:
        (told,), (stems,) = _LENGTH.unpack_from(plain), _LENGTH.unpack_from(plain, _LENGTH.size)
        begin = 2 * _LENGTH.size
        *values, surfaces = json.loads(bytes(plain[begin : begin + told]))
        numbers, tenths = plain[begin + told : begin + told + stems], plain[begin + told + stems :]
        likeness = Portrait(**dict(zip(Portrait.__slots__, values, strict=True)))
        words = Words(stems=bytes(numbers), tenths=bytes(tenths))
        return Compared(sketch=Sketch(portrait=likeness, words=words), surfaces=surfaces)
    except struct.error as error:
        raise ValueError(f"what is kept of an article cannot be read ({error})") from error


def _inflated(body: bytes) -> bytes:
    try:
        return zlib.decompress(body)
    except zlib.error as error:
        raise ValueError(f"what is kept of an article cannot be read ({error})") from error
