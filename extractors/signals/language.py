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
#: Languages with much press in alphabets that they share. The model knows 140, and all of them take 22 MB more in the
#: processes that read.
_USUAL = frozenset(
    (
        *(
            "ar",
            "bg",
            "cs",
            "da",
            "de",
            "el",
            "en",
            "es",
            "et",
            "fi",
            "fr",
            "he",
            "hr",
            "hu",
            "id",
            "it",
            "lt",
            "lv",
        ),
        *("nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "tr", "uk", "vi"),
    )
)


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
    """Return an instance for this set of languages, which is its state; they share the model."""
    usual, known = _usual()
    asked = [language for language in languages if language in known]
    identifier = copy(usual if asked and set(asked) <= _USUAL else _whole())
    if asked:
        identifier.set_languages(asked)
    return identifier


@cache
def _usual() -> "tuple[LanguageIdentifier, frozenset[str]]":
    """Return an instance for the usual languages alone (50 MB), and the names of all that the model knows."""
    whole = _loaded()
    usual = [place for place, name in enumerate(whole.nb_classes) if name in _USUAL]
    shrunk = type(whole)(
        whole.nb_ptc[:, usual],
        whole.nb_pc[usual],
        [whole.nb_classes[place] for place in usual],
        whole.tk_nextmove,
        whole.tk_output,
        tk_row=whole.tk_row,
    )
    return shrunk, frozenset(whole.labels)


@cache
def _whole() -> "LanguageIdentifier":
    """Return an instance for all languages, where one is asked for that is not usual."""
    return _loaded()


def _loaded() -> "LanguageIdentifier":
    from py3langid import langid  # noqa: PLC0415 - the paths of the model stand beside the loader

    return langid.LanguageIdentifier.from_modelpath(langid.MODEL_DIR / langid.MODEL_FILE)
