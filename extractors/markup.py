"""Markup from strangers before it is parsed: what would keep a parser busy in C code, where no signal helps."""

import re

#: What takes quadratic time in one tag is the number of attributes, not their length: pages carry pictures and
#: states of 200,000 characters in a single one. 20,000 attributes take lxml and feedparser 5 s.
LONG_TAG = 16_000
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{16000,}")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_MOST_ATTRIBUTES = 2000
#: Tags of a listing that are read, those of texts in it too: 3 s of feedparser's time, 10 s where none is closed. Of
#: 97 real feeds the largest has 77,000.
MOST_LISTED_TAGS = 300_000


def has_long_tag(text: str) -> bool:
    """Tell whether there is a tag of `LONG_TAG` characters; a pattern would take a twentieth of a page's time."""
    pieces = (piece for piece in text.split("<") if len(piece) > LONG_TAG)
    return any(piece[0].isalpha() and ">" not in piece[:LONG_TAG] for piece in pieces)


def is_endless(text: str) -> bool:
    """Tell whether the markup of a listing is more than any listing has, and than a parser takes in good time."""
    return text.count("<") > MOST_LISTED_TAGS or has_endless_tag(text)


def has_endless_tag(text: str) -> bool:
    """Tell whether a tag outside scripts has more attributes than a parser takes in good time."""
    return has_long_tag(text) and any(
        len(_QUOTED.sub("", found[0]).split()) > _MOST_ATTRIBUTES
        for found in _LONG_TAG.finditer(text)
        if text.rfind("<script", 0, found.start()) <= text.rfind("</script", 0, found.start())
    )
