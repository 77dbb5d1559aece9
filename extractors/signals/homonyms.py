"""Names that are also something else: millet, a bank, a club, a monument. The company a name keeps tells."""

import re
from dataclasses import dataclass

from extractors.signals.scripts import is_han
from extractors.signals.wordlists import word_list

#: So many different words of the other meaning make it the meaning of the whole article.
_ENOUGH_WORDS = 2


@dataclass(frozen=True, slots=True)
class _Guard:
    """What is known of one name: words glued to it, words around the other meaning, words of the usual one."""

    glued: tuple[str, ...]
    around: tuple[str, ...]
    unless: tuple[str, ...]


class Homonyms:
    """Tells mentions from homonyms by `lexicons/homonyms.toml`."""

    def __init__(self) -> None:
        """Compile the list."""
        words = word_list("homonyms")
        self._before = re.compile(rf"(?<!\w)(?:{'|'.join(words['before'])})[ -]$")
        self._after = re.compile(rf"[ -](?:{'|'.join(words['after'])})(?!\w)")
        self._guards = {
            name: _Guard(
                glued=tuple(guard.get("glued", ())),
                around=tuple(guard.get("around", ())),
                unless=tuple(guard.get("unless", ())),
            )
            for name, guard in words["names"].items()
        }

    def in_other_name(self, text: str, start: int, stop: int) -> bool:
        """Tell whether `text[start:stop]` is a part of another body's name, such as a bank or a club."""
        behind = self._after.match(text, stop)
        return behind is not None or self._before.search(text, max(0, start - 8), start) is not None

    def is_glued(self, name: str, lower: str, start: int, stop: int) -> bool:
        """Tell whether the `name` at `start` in the lower-case text is a piece of a longer expression."""
        guard = self._guards.get(name)
        if guard is None:
            return False
        return any(_stands_around(lower, expression, name, start, stop) for expression in guard.glued)

    def means_other(self, name: str, lower: str) -> bool:
        """Tell whether the whole article, in lower case, speaks of the other meaning of `name`."""
        guard = self._guards.get(name)
        if guard is None or not guard.around or any(_occurs(word, lower) for word in guard.unless):
            return False
        return sum(_occurs(word, lower) for word in guard.around) >= _ENOUGH_WORDS


def _stands_around(lower: str, expression: str, name: str, start: int, stop: int) -> bool:
    at = expression.find(name)
    begin = start - at
    return at >= 0 and begin >= 0 and lower.startswith(expression, begin) and begin + len(expression) >= stop


def _occurs(word: str, lower: str) -> bool:
    """Tell whether `word` stands in the text, as a whole word in scripts that separate words."""
    if is_han(word[0]):
        return word in lower
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", lower) is not None
