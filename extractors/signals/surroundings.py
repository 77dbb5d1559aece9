"""What stands next to a name: the word before it and behind it, and whether that is a given name."""

from functools import cache

from extractors.signals.scripts import is_word_char
from extractors.signals.wordlists import word_list

_JOINTS = " -"
_ABBREVIATIONS = frozenset(
    {"mr.", "mrs.", "ms.", "dr.", "prof.", "st.", "sen.", "gov.", "gen.", "rep.", "fr.", "hr."}
)


def word_before(words: str, start: int) -> tuple[str, str]:
    """Return how the word before `start` is joined (a blank or a hyphen), and that word; empty where there is none."""
    end = start - 1
    if end < 1 or words[end] not in _JOINTS:
        return "", ""
    begin = end - (words[end - 1] == ".")
    while begin and is_word_char(words[begin - 1]):
        begin -= 1
    word = words[begin:end]
    if not word or (word.endswith(".") and not _is_abbreviation(word)):
        return "", ""
    return words[end], word


def _is_abbreviation(word: str) -> bool:
    """Tell whether `word` ends in a dot without ending a sentence: a title, or an initial."""
    return word.lower() in _ABBREVIATIONS or (len(word) == len("A.") and word[0].isupper())


def word_after(words: str, stop: int) -> tuple[str, str]:
    """Return how the word behind `stop` is joined (a blank or a hyphen), and that word; empty where there is none."""
    if stop >= len(words) or words[stop] not in _JOINTS:
        return "", ""
    end = stop + 1
    while end < len(words) and is_word_char(words[end]):
        end += 1
    return (words[stop], words[stop + 1 : end]) if end > stop + 1 else ("", "")


@cache
def given_names() -> frozenset[str]:
    """Return common given names in lower case: in front of a name they make a person of it."""
    return frozenset(word_list("homonyms")["given"])
