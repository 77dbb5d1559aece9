"""Marks on a text: names, figures, claims and citations, which may overlap in any way.

The text is cut at every border of a mark; each piece knows the marks it lies in. In plain text a mark is written in
brackets, with its label behind a bar: `[Xiaomi|company:xiaomi]`. Brackets, bars and backslashes of the text itself
have a backslash before them, so that `unmarked` gives the text back exactly.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

MarkKind = Literal["claim", "citation", "mention", "figure"]

_OPEN, _BAR, _CLOSE, _ESCAPE = "[", "|", "]", "\\"
_SPECIAL = re.compile(r"[\[\]|\\]")
_PARAGRAPHS = re.compile(r"\n[^\S\n]*\n\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A marked span of a text. `label` is what is told of it; `number` that of a claim, None for other marks."""

    kind: MarkKind
    start: int
    stop: int
    label: str
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of the text with the marks it lies in; `begins` are those of them that begin with it."""

    text: str
    marks: tuple[Mark, ...]
    begins: tuple[Mark, ...]


def pieces(text: str, marks: Iterable[Mark]) -> tuple[Piece, ...]:
    """Return `text` in pieces, in order and without gaps; what of a mark lies outside of the text is left out."""
    kept = _inside(text, marks)
    borders = sorted({0, len(text), *(one.start for one in kept), *(one.stop for one in kept)})
    return tuple(
        Piece(
            text=text[start:stop],
            marks=tuple(one for one in kept if one.start <= start and stop <= one.stop),
            begins=tuple(one for one in kept if one.start == start),
        )
        for start, stop in pairwise(borders)
    )


def paragraphs(text: str, marks: Sequence[Mark]) -> Iterator[tuple[str, tuple[Mark, ...]]]:
    """Yield each paragraph of `text` with the marks in it, their places counted from its start."""
    borders = [(match.start(), match.end()) for match in _PARAGRAPHS.finditer(text)]
    starts = [0, *(stop for _, stop in borders)]
    stops = [*(start for start, _ in borders), len(text)]
    for start, stop in zip(starts, stops, strict=True):
        if text[start:stop].strip():
            inside = (one for one in marks if one.start < stop and start < one.stop)
            moved = (replace(one, start=one.start - start, stop=one.stop - start) for one in inside)
            yield text[start:stop], tuple(moved)


def bracketed(text: str, marks: Iterable[Mark]) -> str:
    """Return `text` with its marks in brackets, the longer around the shorter."""
    kept = _inside(text, marks)
    opens: dict[int, int] = {}
    closes: dict[int, list[str]] = {}
    for one in kept:
        opens[one.start] = opens.get(one.start, 0) + 1
    for one in reversed(kept):  # the one that began last closes first
        closes.setdefault(one.stop, []).append(f"{_BAR}{_escaped(one.label)}{_CLOSE}")
    borders = sorted({0, len(text), *opens, *closes})
    written: list[str] = []
    for start, stop in zip(borders, [*borders[1:], len(text)], strict=True):
        written += closes.get(start, ())
        written.append(_OPEN * opens.get(start, 0))
        written.append(_escaped(text[start:stop]))
    return "".join(written)


def unmarked(written: str) -> str:
    """Return the text that `bracketed` was given."""
    kept: list[str] = []
    in_label = False
    characters = iter(written)
    for character in characters:
        if character == _ESCAPE:
            escaped = next(characters, "")
            kept += [] if in_label else [escaped]
        elif in_label:
            in_label = character != _CLOSE
        elif character == _BAR:
            in_label = True
        elif character != _OPEN:
            kept.append(character)
    return "".join(kept)


def _inside(text: str, marks: Iterable[Mark]) -> list[Mark]:
    """Return the marks cut to the text and without empty ones, in order, the longer before the shorter."""
    cut = (replace(one, start=max(0, one.start), stop=min(one.stop, len(text))) for one in marks)
    kept = [one for one in cut if one.start < one.stop]
    return sorted(kept, key=lambda one: (one.start, -one.stop, one.kind, one.label))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: f"{_ESCAPE}{match[0]}", text)
