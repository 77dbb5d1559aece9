"""The words and names of one article that tell it from others, without any other article to compare with."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

#: So many words make a topic, so many names are offered: more than that nobody reads through.
MOST_WORDS = 12
MOST_NAMES = 10

_TITLE_WEIGHT = 3
_LONG = 6
_LONGEST_RUN = 4
_HAN = re.compile(r"[\u3400-\u9fff]+")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_NAME_WORD = r"[A-ZÀ-ÖØ-Þ][\w&.'’-]*\w"
_NAME = re.compile(rf"{_NAME_WORD}(?: {_NAME_WORD}){{0,3}}")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;“”\"„»«\n(–—])\s*$")

# Long words that every article may hold.
_COMMON_WORDS = """
monday tuesday wednesday thursday friday saturday sunday january february march april june july september
october november december montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar juni juli
oktober dezember
about above according across after again against almost already although always among analysts announced
another around because become before behind being below better between beyond billion called cannot citing
comment company companies could declined despite during early either enough euros every expected first
former further having however including industry instead itself largest later least likely market matter
million months never nothing number often other others people percent possible quarter report reported
reports said several shares should since something spokesman spokeswoman still their themselves there
therefore these thing things third those though thousand through today together toward towards under until
using wanted weeks where whether which while within without would years yesterday aktie aktien allerdings
andere anderen angaben august bereits beiden bericht berichtet bislang damals danach darauf daraus deutlich
deren derzeit deshalb deswegen dieser dieses diesem diesen dollar dürfte einem einen einer eines einige
ersten erste etwas firmen gegenüber gegen geworden haben hatte hatten immer innerhalb insgesamt jahre jahren
jedoch jetzt keine keinen konnte können könnte könnten künftig lassen letzten machen mehrere meldet meldung
milliarden millionen monate monaten müssen nachdem nicht nichts offenbar personen prozent quartal schon
sehen seine seinem seinen seiner seines seit sicher sollen sollte sollten sondern später sprecher sprecherin
trotz unter unternehmen viele vielen wegen weiter weitere weiteren weniger werden wieder wollen wollte
wollten worden wurde wurden während zudem zuletzt zunächst zwischen zwölf äußern über
"""
_COMMON = frozenset(_COMMON_WORDS.split())
# Characters that stand between words rather than inside a telling one.
_HAN_STOPS = re.compile(
    "[的了在是和与將将把被对其这那有也就都而及为由从到向于以之个等年月日一二三四五六七八九十两上下中不没未已还或但又可能会要说称并据至]"
)


def telling_words(title: str, text: str, language: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return up to `MOST_WORDS` words of the article, most telling first; never none.

    Long and repeated words count most, those of the title more; `names` do not count: they are entities. The
    measure needs no corpus, so the words are a start for the user to strike out from.
    """
    known = [name.casefold() for name in names]
    bare_title, bare_text = _without(title, known), _without(text, known)
    counts: Counter[str] = Counter()
    for part, weight in ((bare_title, _TITLE_WEIGHT), (bare_text, 1)):
        for word in _words(part, language):
            counts[word] += weight
    ranked = sorted(counts, key=lambda word: (-counts[word] * min(len(word), 12), word))
    if language == "zh":
        whole = f"{title}\n{text}"
        chosen = _apart([word for word in ranked if whole.count(word) > 1] or ranked)
    else:
        chosen = ranked
    shown = _as_written(f"{title}\n{text}")
    found = tuple(shown.get(word, word) for word in chosen[:MOST_WORDS])
    return found or tuple(title.split()[:MOST_WORDS]) or ("news",)


def name_candidates(text: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return up to `MOST_NAMES` runs of words that look like names in a Latin script, most frequent first.

    A single word counts where it is written as no plain word is (`SU7`, `BMW`); runs of two to four
    capitalised words always. `names` are known already and left out.
    """
    known = {name.casefold() for name in names}
    counts: Counter[str] = Counter()
    for match in _NAME.finditer(text):
        words = match[0].split()
        if _SENTENCE_START.search(text[max(0, match.start() - 3) : match.start()]) and words[0].istitle():
            words = words[1:]
        run = " ".join(words).removesuffix("'s").removesuffix("’s").strip(".'’-&")
        if _looks_like_a_name(run) and not any(name in run.casefold() for name in known):
            counts[run] += 1
    return tuple(name for name, _ in counts.most_common(MOST_NAMES))


def _looks_like_a_name(run: str) -> bool:
    if len(run) < 2 or run.casefold() in _COMMON:  # noqa: PLR2004 - one letter is none
        return False
    return " " in run or bool(re.search(r"\w[A-Z0-9]", run))


def _without(text: str, names: Iterable[str]) -> str:
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(re.escape(name), " ", text, flags=re.IGNORECASE)
    return text


def _words(text: str, language: str) -> Iterator[str]:
    if language == "zh":
        yield from _han_runs(text)
        return
    for match in _WORD.finditer(text):
        word = match[0].casefold()
        if len(word) >= _LONG and word not in _COMMON:
            yield word


def _han_runs(text: str) -> Iterator[str]:
    """Yield all runs of two to four characters that hold no stop character."""
    for match in _HAN.finditer(_HAN_STOPS.sub(" ", text)):
        run = match[0]
        for length in range(2, _LONGEST_RUN + 1):
            for start in range(len(run) - length + 1):
                yield run[start : start + length]


def _apart(ranked: list[str]) -> list[str]:
    """Return `ranked` without those that overlap with a better one: 造车资 beside 造车资质 says nothing."""
    chosen: list[str] = []
    for word in ranked:
        pairs = {word[place : place + 2] for place in range(len(word) - 1)}
        if not any(pair in other for pair in pairs for other in chosen):
            chosen.append(word)
        if len(chosen) == MOST_WORDS:
            break
    return chosen


def _as_written(text: str) -> dict[str, str]:
    """Return the most frequent spelling of each word, so that a German noun keeps its capital."""
    spellings = Counter(match[0] for match in _WORD.finditer(text))
    return {word.casefold(): word for word, _ in reversed(spellings.most_common())}
