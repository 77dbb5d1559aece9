"""Which script a character belongs to, and a folding of text that keeps every offset."""

import re
import unicodedata
from functools import cache

from extractors.signals.wordlists import word_list

#: Han characters (Unified Ideographs with extension A and the compatibility block, supplementary planes 2 and 3).
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"

_HAN = re.compile(f"[{HAN}]")
_KANA = re.compile("[\u3041-\u30ff\uff66-\uff9f]")
_HANGUL = re.compile("[\u1100-\u11ff\uac00-\ud7af]")
_LETTER = re.compile(r"[^\W\d_]")
_SPELLINGS = {
    **dict.fromkeys("\u2019\u2018\u02bc", "'"),
    **dict.fromkeys("\u2010\u2011\u00ad", "-"),
    **dict.fromkeys("\u2022\u2027\u30fb\uff65\u22c5", "\u00b7"),
}


#: Halves of surrogate pairs, which text from broken JSON may hold.
_HALVES = range(0xD800, 0xE000)


class _Folding(dict[int, str]):
    """Code point → its plain form of exactly one character, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        char = "\ufffd" if code in _HALVES else chr(code)  # half a pair: no matcher takes it
        plain = _SPELLINGS.get(char) or unicodedata.normalize("NFKC", char)
        plain = plain if len(plain) == 1 else char
        self[code] = _simplified().get(plain, plain) if is_han(plain) else plain
        return self[code]


class _LowerFolding(dict[int, str]):
    """As `_Folding`, in lower case where that is one character."""

    def __missing__(self, code: int) -> str:
        lower = _FOLDING[code].lower()
        self[code] = lower if len(lower) == 1 else _FOLDING[code]
        return self[code]


@cache
def _simplified() -> dict[str, str]:
    """Return the simplified form of traditional characters; read when the first Han character is met."""
    return {pair[0]: pair[1] for pair in word_list("traditional")["pairs"].split()}


#: Neither ASCII nor a letter of Latin-1: all of these are plain, and to look each up takes three times as long.
_FOLDABLE = re.compile("[^\x00-\x7f\xc0-\xff]+")
_FOLDING = _Folding()
_LOWER = _LowerFolding()


def fold(text: str) -> str:
    """Return `text` in plain characters, one for one, so that every offset stays as it was.

    Full-width forms, apostrophes, hyphens and middle dots become plain, traditional Chinese characters simplified ones.
    """
    return _FOLDABLE.sub(lambda found: found[0].translate(_FOLDING), text)


def fold_lower(text: str) -> str:
    """Return `fold(text)` in lower case; every offset stays as it was."""
    return text.translate(_LOWER)


def is_han(char: str) -> bool:
    """Tell whether `char` is a Han character."""
    return _HAN.match(char) is not None


def is_word_char(char: str) -> bool:
    """Tell whether `char` continues a word in a script that separates words (a letter or digit, not Han)."""
    return char.isalnum() and not is_han(char)


def count_letters(text: str) -> int:
    """Count the letters of any script in `text`."""
    return len(_LETTER.findall(text))


def script_language(text: str) -> str | None:
    """Return `zh`, `ja` or `ko` where the script alone tells, else None.

    A fifth of Han among the letters is enough: Chinese news writes names in Latin letters, while German or
    English news with a few Chinese characters stays far below. Kana or Hangul in a twentieth decide first.
    """
    letters = count_letters(text)
    if not letters:
        return None
    if len(_KANA.findall(text)) * 20 > letters:
        return "ja"
    if len(_HANGUL.findall(text)) * 5 > letters:
        return "ko"
    return "zh" if len(_HAN.findall(text)) * 5 > letters else None
