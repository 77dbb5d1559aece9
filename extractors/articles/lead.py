"""Which piece of the start of a text is its lead."""

import re

_SPACE_AND_SIGNS = re.compile(r"[\W_]+")
#: A first paragraph longer than this is a paragraph, not a lead.
_LONGEST_LEAD = 400
#: A description shorter than this is a label; one cut off ends in dots.
_LEAST_STANDFIRST = 40
_CUT = re.compile(r"(?:\.{3}|…|\[…\])\s*$")


def lead_and_text(text: str, title: str, description: str | None, shown: str) -> tuple[str | None, str]:
    """Return the lead (None where none can be told apart) and the whole text with it.

    The lead is the paragraphs that the page's own `description` covers; else the first paragraph, where it is
    short and more follows. A description that is `shown` on the page but missing in `text` is the standfirst:
    it becomes the first paragraph. A title repeated as first paragraph is dropped.
    """
    paragraphs = text.split("\n\n")
    if len(paragraphs) > 1 and _bare(paragraphs[0]) == _bare(title):
        paragraphs = paragraphs[1:]
    told = " ".join((description or "").split())
    if len(told) >= _LEAST_STANDFIRST or (told and _bare(told) == _bare(paragraphs[0])):
        lead = _covered(paragraphs, told)
        if lead is None and not _CUT.search(told) and _bare(told) not in _bare(text) and told in shown:
            paragraphs, lead = [told, *paragraphs], told
        if lead is not None:
            return lead, "\n\n".join(paragraphs)
    first = paragraphs[0]
    short = len(first) <= _LONGEST_LEAD and len(paragraphs) > 1
    return (first if short else None), "\n\n".join(paragraphs)


def _covered(paragraphs: list[str], told: str) -> str | None:
    """Return the first paragraph where it begins as the description does (or the other way round)."""
    first, wanted = _bare(paragraphs[0]), _bare(_CUT.sub("", told))
    if not first or not wanted:
        return None
    if first == wanted or (wanted.startswith(first) and len(paragraphs) > 1):
        return paragraphs[0]
    if not first.startswith(wanted):
        return None
    return (
        paragraphs[0]
        if _CUT.search(told) and len(paragraphs[0]) <= _LONGEST_LEAD
        else _start(paragraphs[0], told)
    )


def _start(paragraph: str, told: str) -> str:
    """Return the start of `paragraph` that says what `told` says: up to as many letters."""
    letters = len(_bare(told))
    seen = 0
    for index, sign in enumerate(paragraph):
        seen += not _SPACE_AND_SIGNS.match(sign)
        if seen == letters:
            rest = re.match(r"[\W_]*", paragraph[index + 1 :])
            return (paragraph[: index + 1] + (rest[0] if rest else "")).rstrip()
    return paragraph


def _bare(text: str) -> str:
    return _SPACE_AND_SIGNS.sub("", text).casefold()
