"""The language of a text: the script first, then py3langid among the languages that are expected."""

from copy import copy
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from extractors.signals.scripts import count_letters, script_language

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier  # brings numpy: at run time only where a text is read

#: Fewer letters than this say nothing reliable; a Han character weighs as three letters.
_LEAST_LETTERS = 20
_HAN_WEIGHT = 3
#: The start of an article tells its language; the rest would only cost time.
_LOOKED_AT = 600


def detect_language(text: str, expected: tuple[str, ...] = ()) -> str | None:
    """Return the ISO 639-1 code of the language of `text`, None where it is too short to tell.

    With `expected`, languages that share a script are told apart among these alone; a text in a script of its
    own (Chinese, Japanese, Korean) is named even if it is not expected.
    """
    start = text[:_LOOKED_AT]
    by_script = script_language(start)
    letters = count_letters(start) * (_HAN_WEIGHT if by_script else 1)
    if letters < _LEAST_LETTERS:
        return None
    if by_script is not None:
        return by_script
    code, _ = _identifier(tuple(sorted(set(expected) - {"zh", "ja", "ko"}))).classify(start)
    return None if code == "und" else str(code)


@lru_cache(maxsize=32)
def _identifier(languages: tuple[str, ...]) -> "LanguageIdentifier":
    """Return an instance for this set of languages, which is its state; they share the model (74 MB)."""
    identifier = copy(_load())
    known = [language for language in languages if language in identifier.labels]
    if known:
        identifier.set_languages(known)
    return identifier


@cache
def _load() -> "LanguageIdentifier":
    from py3langid import langid  # noqa: PLC0415 - the paths of the model stand beside the loader

    return langid.LanguageIdentifier.from_modelpath(langid.MODEL_DIR / langid.MODEL_FILE)
