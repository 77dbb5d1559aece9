"""Corrections: whether an article says of itself that it corrects or takes back what it, or its paper, has reported.

Such words stand in the title, at the start or in a note at the end, and speak of the article's own report. A market's
correction, a forecast that a company corrects, a bid or product that it withdraws, and another medium's retraction are
none; nor is a note on spelling, a picture or a person's name, which leaves the news as it was.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ahocorasick_rs import AhoCorasick

from extractors.records import Article, Correction, CorrectionKind, Part
from extractors.signals.scripts import fold_lower
from extractors.signals.sentences import sentences
from extractors.signals.wordlists import word_list

#: The start of the text that is read: the lead and about three paragraphs, in characters.
_OPENING = 900
#: The end of the text that is read: a note of two or three sentences, in characters.
_ENDING = 500
#: So many sentences behind the one on the own report may say that it was wrong.
_FALSE_WITHIN = 2
#: So many sentences behind the one that corrects may show that it is about a detail.
_NOTE = 1
#: Names of papers shorter than this are also other words.
_LEAST_NAME = 3
_LANGUAGES = frozenset({"en", "de", "zh"})


def find_correction(article: Article, language: str | None) -> Correction | None:
    """Return what `article` says of itself that it corrects or takes back, None where it says nothing of the kind.

    A retraction goes before a correction, the earlier before the later sentence. Offsets are as in `Mention`.
    """
    read_as = language if language in _LANGUAGES else "en"
    found: Correction | None = None
    for reading in _readings(article):
        folded = fold_lower(reading.words[reading.start : reading.stop])
        stems = _stems(read_as).find_matches_as_indexes(folded)
        if not stems:
            continue
        rules = _rules(read_as)
        one = _stretch(reading, folded, stems, rules, article.publisher).correction(rules)
        if one is not None and one.kind == "retraction":
            return one
        found = found or one
    return found


def speaks_of_own_report(sentence: str, language: str | None, publisher: str) -> bool:
    """Tell whether `sentence` says what its paper has reported or corrects, so that it does not report it anew."""
    rules = _rules(language if language in _LANGUAGES else "en")
    folded = rules.with_own_name(fold_lower(sentence), publisher)
    return any(one.search(folded) for one in (rules.told, rules.correction, rules.retraction))


@dataclass(frozen=True, slots=True)
class _Reading:
    """A stretch of `words` that is read, `start` to `stop`, and where the lead ends in it (0 for none)."""

    words: str
    start: int
    stop: int
    lead: int = 0
    is_title: bool = False

    def part(self, at: int) -> Part:
        """Return the part of the article that the character at `at` belongs to."""
        if self.is_title:
            return "title"
        return "lead" if at < self.lead else "body"


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The sentences of a reading, folded, with their spans; `telling` are the numbers of those that hold a stem."""

    reading: _Reading
    spans: list[tuple[int, int]]
    folded: list[str]
    telling: list[int]

    def correction(self, rules: "_Rules") -> Correction | None:
        """Return the first retraction, else the first correction."""
        first: Correction | None = None
        for telling in self.telling:
            kind, number = self._kind(telling, rules)
            if kind is None:
                continue
            start, stop = self.spans[number]
            one = Correction(
                kind=kind,
                sentence=self.reading.words[start:stop],
                part=self.reading.part(start),
                start=start,
                stop=stop,
            )
            if kind == "retraction":
                return one
            first = first or one
        return first

    def _kind(self, number: int, rules: "_Rules") -> tuple[CorrectionKind | None, int]:
        """Return what the sentence `number` is, and the number of the one that says what it is about."""
        sentence = self.folded[number]
        if rules.retraction.search(sentence):
            return "retraction", number
        about = number if rules.correction.search(sentence) else self._taken_back(number, rules)
        if about is None or (self.reading.is_title and rules.others.search(sentence)):
            return None, number
        note = " ".join(self.folded[about : about + 1 + _NOTE])
        return (None if rules.details.search(note) else "correction"), about

    def _taken_back(self, number: int, rules: "_Rules") -> int | None:
        """Return the sentence on the own report that the sentence `number` says was wrong, None for none."""
        if not rules.false.search(self.folded[number]):
            return None
        before = range(number, max(-1, number - 1 - _FALSE_WITHIN), -1)
        return next((one for one in before if rules.told.search(self.folded[one])), None)


@dataclass(frozen=True, slots=True)
class _Rules:
    """The compiled expressions of one language."""

    correction: re.Pattern[str]
    retraction: re.Pattern[str]
    told: re.Pattern[str]
    false: re.Pattern[str]
    details: re.Pattern[str]
    others: re.Pattern[str]
    we: str

    def with_own_name(self, folded: str, publisher: str) -> str:
        """Return the sentence with "we" in the place of the name of its paper, which speaks of itself so, too."""
        name = fold_lower(publisher).strip()
        return folded.replace(name, self.we) if len(name) >= _LEAST_NAME else folded


def _readings(article: Article) -> Iterator[_Reading]:
    title, text, lead = article.title, article.text, article.lead
    yield _Reading(title, 0, min(len(title), _ENDING), is_title=True)
    lead_stop = text.find(lead, 0, 2 * len(lead) + _OPENING) + len(lead) if lead and lead in text else 0
    if len(text) <= _OPENING + _ENDING:
        yield _Reading(text, 0, len(text), lead_stop)
        return
    opening = _last_border(text, _OPENING)
    yield _Reading(text, 0, opening, lead_stop)
    yield _Reading(text, _first_border(text, max(opening, len(text) - _ENDING)), len(text), lead_stop)


def _stretch(
    reading: _Reading, folded: str, stems: list[tuple[int, int, int]], rules: _Rules, publisher: str
) -> _Stretch:
    """Return the sentences of `reading`, whose words are `folded` with `stems` found in them."""
    spans = sentences(reading.words[reading.start : reading.stop])
    starts = [start for start, _ in spans]
    return _Stretch(
        reading,
        [(reading.start + start, reading.start + stop) for start, stop in spans],
        [rules.with_own_name(folded[start:stop], publisher) for start, stop in spans],
        sorted({bisect_right(starts, start) - 1 for _, start, _ in stems}),
    )


def _last_border(text: str, at: int) -> int:
    """Return where the paragraph or sentence that goes on at `at` began; `at` where it is too long for that."""
    border = text.rfind("\n\n", at // 2, at)
    return at if border < 0 else border


def _first_border(text: str, at: int) -> int:
    """Return where the next paragraph behind `at` begins; `at` where there is none."""
    border = text.find("\n\n", at)
    return at if border < 0 else border + 2


@cache
def _stems(language: str) -> AhoCorasick:
    """Return the finder of the words one of which any correction holds; most articles need nothing more."""
    return AhoCorasick(word_list("corrections")[language]["stems"])


@cache
def _rules(language: str) -> _Rules:
    table = word_list("corrections")[language]
    return _Rules(
        correction=_any(table["correction"]),
        retraction=_any(table["retraction"]),
        told=_any(table["told"]),
        false=_any(table["false"]),
        details=_any(table["details"]),
        others=_any(table["others"]),
        we=table["we"],
    )


def _any(sources: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{source})" for source in sources))
