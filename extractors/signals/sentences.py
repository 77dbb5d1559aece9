"""Sentences of German, English and Chinese news as spans of the text."""

import re
from functools import cache

from extractors.signals.scripts import is_han
from extractors.signals.wordlists import word_list

_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
#: A run of sentence ends with the quotes and brackets that close behind it.
_END = re.compile(r"(?:[。！？]+|[.!?…]+)[\"'”’»«“）」』)\]]*")
_LAST_WORD = re.compile(r"[^\W\d_]+(?:\.[^\W\d_]+)*$")
_NUMBER_BEFORE = re.compile(r"(?<![\d.,])\d{1,2}$")
_NEXT_WORD = re.compile(r"\s*([^\W\d_]+)")
_NEXT_CHAR = re.compile(r"\s*(\S?)")
#: Words longer than this are no abbreviation; it bounds how far back is looked.
_REACH = 24


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences of `text`, in order, none empty, none overlapping, ends without blanks."""
    spans: list[tuple[int, int]] = []
    start = 0
    for border in _PARAGRAPH.finditer(text):
        _split(text, start, border.start(), spans)
        start = border.end()
    _split(text, start, len(text), spans)
    return spans


def _split(text: str, start: int, stop: int, spans: list[tuple[int, int]]) -> None:
    """Append the sentences of the paragraph `text[start:stop]` to `spans`."""
    for end in _END.finditer(text, start, stop):
        if end.start() >= start and _is_border(text, end, stop):
            _append(text, start, end.end(), spans)
            start = end.end()
    _append(text, start, stop, spans)


def _append(text: str, start: int, stop: int, spans: list[tuple[int, int]]) -> None:
    piece = text[start:stop]
    stripped = piece.strip()
    if stripped:
        left = start + len(piece) - len(piece.lstrip())
        spans.append((left, left + len(stripped)))


def _is_border(text: str, end: re.Match[str], stop: int) -> bool:
    """Tell whether the marks in `end` close a sentence, by what stands before and behind them."""
    marks = end.group()
    if marks[0] in "。！？":
        return not _continues_quote(text, end, stop)
    if end.end() >= stop:
        return True
    following = text[end.end()]
    if is_han(following):
        return marks[0] in "!?"
    if not following.isspace():
        return False
    next_char = _next_char(text, end.end(), stop)
    if next_char.islower() or next_char in ",;:–—":
        return False
    return marks[0] != "." or marks[:2] == ".." or not _is_shortened(text, end)


def _next_char(text: str, start: int, stop: int) -> str:
    """Return the first character from `start` that is no blank, empty where there is none before `stop`."""
    found = _NEXT_CHAR.match(text, start, stop)
    return found[1] if found else ""


def _continues_quote(text: str, end: re.Match[str], stop: int) -> bool:
    """Tell whether a Chinese quotation goes on within its sentence (“…？”他问)."""
    return end.group()[-1] in "”」』" and end.end() < stop and text[end.end()] in "，、的"


def _is_shortened(text: str, end: re.Match[str]) -> bool:
    """Tell whether the full stop belongs to an abbreviation, an initial or an ordinal."""
    abbreviations, after_ordinal = _lists()
    before = text[max(0, end.start() - _REACH) : end.start()]
    following = _NEXT_WORD.match(text, end.end())
    if _NUMBER_BEFORE.search(before):
        return following is not None and following.group(1).lower() in after_ordinal
    word = _LAST_WORD.search(before)
    if word is None:
        return False
    plain = word.group()
    if plain in {"no", "No", "NO"}:
        return _next_char(text, end.end(), len(text)).isdigit()
    return plain.lower() in abbreviations or len(plain) == 1


@cache
def _lists() -> tuple[frozenset[str], frozenset[str]]:
    words = word_list("sentences")
    return frozenset(words["abbreviations"]), frozenset(words["after_ordinal"])
