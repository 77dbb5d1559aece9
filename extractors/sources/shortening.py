"""Feeds that are longer than any reader needs, cut before the parser sees them.

feedparser takes 5 to 15 µs a tag, whatever becomes of it: a feed of 100,000 items keeps it busy for 12 s, and all
but the first 2,000 are dropped afterwards.
"""

import re

from extractors.markup import MOST_LISTED_TAGS
from extractors.sources.listing import MOST_ITEMS

#: What begins and ends an item: RSS and RDF say `item`, Atom `entry`, each with or without a prefix.
_BEGIN = re.compile(r"<(?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry)(?=[\s>])")
_END = re.compile(r"</(?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry)\s*>")


def shortened(text: str) -> str:
    """Return the feed `text` with its first items and all that stands before and behind its items.

    So many as a listing holds (`MOST_ITEMS`), less where they have more tags than can be read in time; one is always
    left. What was well-formed stays so.
    """
    cut = _cut(text)
    if cut is None:
        return text
    behind = len(text)
    for tag in _END.finditer(text, cut):
        behind = tag.end()
    return text[:cut] + text[behind:]


def _cut(text: str) -> int | None:
    """Return where the first item begins that is too many; None where none is."""
    tags, counted_to = 0, 0
    for number, begin in enumerate(_BEGIN.finditer(text)):
        tags += text.count("<", counted_to, begin.start())
        counted_to = begin.start()
        if number == MOST_ITEMS or (number and tags > MOST_LISTED_TAGS):
            return begin.start()
    return None
