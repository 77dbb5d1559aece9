"""Words of a text as the search index holds them: folded, in their order, Chinese as pairs of characters.

The place of a term in the list is its place in the text: a run of n Chinese, Japanese or Korean characters gives n
terms, the pair that begins at each of them and at last the single one. Nothing separates words in such a run, so a word
of two characters is one term, and a longer one is a chain of pairs.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from extractors.signals.scripts import HAN, fold_lower

#: Scripts that are indexed by pairs of characters: Han with its iteration mark, kana, Hangul.
_PAIRED = f"{HAN}\u3005\u3041-\u3096\u30a1-\u30fa\u30fc\uac00-\ud7a3"
#: A word, or a run of such characters; the English genitive is no part of a word.
_TERM = re.compile(rf"([{_PAIRED}]+|[^\W_{_PAIRED}]+)(?:'s(?![^\W_]))?")
#: What another letter or digit of the same word is.
IN_WORD = rf"[^\W_{_PAIRED}]"
_IS_PAIRED = re.compile(f"[{_PAIRED}]")
#: Below it no character is one of `_PAIRED`: most need no look.
_FIRST_PAIRED = "\u3005"
#: Terms are cut here: what is longer is no word.
_LONGEST = 40


class _Plain(dict[int, str]):
    """Code point → its plain form of exactly one character: small, without accents, simplified, filled as met."""

    def __missing__(self, code: int) -> str:
        lower = fold_lower(chr(code))
        if lower != "'" and not is_paired(lower):  # a syllable of Hangul is made of parts too
            apart = unicodedata.normalize("NFD", lower)
            lower = apart[0] if all(map(unicodedata.combining, apart[1:])) else lower
        self[code] = lower
        return lower


_PLAIN = _Plain()


def is_paired(character: str) -> bool:
    """Tell whether `character` is indexed by pairs, because its script does not separate words."""
    return character >= _FIRST_PAIRED and _IS_PAIRED.match(character) is not None


def composed(text: str) -> str:
    """Return `text` with letters and their accents put together, and without soft hyphens: what offsets are of."""
    return unicodedata.normalize("NFC", text).replace("\u00ad", "")


def folded(text: str) -> str:
    """Return `composed(text)` as terms are folded, character by character, so that offsets stay; ß stays too."""
    return composed(text).translate(_PLAIN)


def runs(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield words and runs of paired characters, folded, with their start and stop in `composed(text)`."""
    for found in _TERM.finditer(folded(text)):
        yield _written_out(found[1]), found.start(1), found.end(1)


def terms(text: str) -> list[str]:
    """Return the terms of `text` in their order."""
    found: list[str] = []
    for piece in text.split():
        found += _known_terms(piece) if len(piece) <= _LONGEST else _terms(piece)
    return found


@lru_cache(maxsize=1 << 16)
def _known_terms(piece: str) -> tuple[str, ...]:
    """Return the terms of a piece of text; texts say the same ones again and again, so that they are kept."""
    return tuple(_terms(piece))


def _terms(piece: str) -> list[str]:
    found: list[str] = []
    for run in _TERM.findall(folded(piece)):
        if is_paired(run[0]):
            found += [run[place : place + 2] for place in range(len(run))]
        else:
            found.append(_written_out(run))
    return found


def _written_out(word: str) -> str:
    """Return a word with ß as ss, which does not keep its length, and cut where it is too long for a word."""
    if is_paired(word[0]):
        return word
    return (word.replace("ß", "ss") if "ß" in word else word)[:_LONGEST]
