"""What an article is about, in a form that two articles can be compared by, whatever their languages."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from extractors.records import Article, Figure, Mention, Signals
from extractors.signals.scripts import HAN, fold

#: What a name weighs by its place; in the body each repetition adds, up to the weight of the lead.
PART_WEIGHT = {"title": 1.0, "lead": 0.8, "body": 0.2}
_MOST_FROM_BODY = 0.8
#: What an event type weighs that is only recalled, and a figure that does not carry the news.
_RECALLED = 0.3
_ASIDE = 0.5
#: Figures are one when they agree in so many digits; a date says less than an amount.
_DIGITS = 2
_DATE = 0.5
#: A capitalised word may be a name from so many letters on; so long is a word of its own.
LEAST_LETTERS = 4
_TOKEN = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+(?:[-.][^\W_{HAN}]+)*")
_HAN = re.compile(f"[{HAN}]")
_LATIN = re.compile("[A-Za-z]")
#: A digit, or a capital letter behind the first letter; from the beginning, so that a word takes no longer than it is.
_CODE = re.compile(r"\d|^[\W\d_]*[^\W\d_].*[A-Z]")

#: The words of title, lead and the rest, in their order, and what one weighs there; the heaviest part first.
Told = tuple[tuple[float, Sequence[str]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """The features of one article with their weights, 0 to 1.

    `entities`: ids of entities and topics, media left out: they tell who reports, not what. `types`: event types.
    `figures`: kind, unit and rounded number. `names`: what is written as only names are (letters with digits,
    inner capitals; in Chinese any word in Latin letters), in lower case; `maybe`: capitalised words, which are names
    or German nouns.
    """

    language: str | None
    entities: Mapping[str, float]
    types: Mapping[str, float]
    figures: Mapping[str, float]
    names: Mapping[str, float]
    maybe: Mapping[str, float]


def portrait(
    article: Article,
    signals: Signals,
    lists: Sequence[frozenset[str]] = (),
    words: Told | None = None,
) -> Portrait:
    """Return the portrait of `article`.

    `lists` are ids that stand for one another; each becomes an entity `list:N`, as prominent as the most prominent
    of its ids. `words` are those that `told` returns, where they are known.
    """
    entities = _entities_of(signals.mentions)
    for number, ids in enumerate(lists):
        weight = max((known for key, known in entities.items() if key in ids), default=0.0)
        if weight:
            entities[f"list:{number}"] = weight
    names, maybe = names_of(words or told(article, signals.mentions), article.language)
    return Portrait(
        language=article.language,
        entities=entities,
        types=_types_of(signals),
        figures=_figures_of(signals),
        names=names,
        maybe=maybe,
    )


def told(article: Article, mentions: Sequence[Mention]) -> Told:
    """Return the words of `article` but for names of entities; `names_of` and `stems.weighed` tell them apart."""
    in_title = [(one.start, one.stop) for one in mentions if one.part == "title"]
    in_text = [(one.start, one.stop) for one in mentions if one.part != "title"]
    plain = _without(article.text, in_text)
    found = _TOKEN.findall(plain)
    first = len(_TOKEN.findall(plain, 0, len(article.lead or "")))
    return (
        (PART_WEIGHT["title"], _TOKEN.findall(_without(article.title, in_title))),
        (PART_WEIGHT["lead"], found[:first]),
        (_ASIDE, found[first:]),
    )


def names_of(words: Told, language: str | None) -> tuple[dict[str, float], dict[str, float]]:
    """Return the `names` and the `maybe` of a portrait."""
    names: dict[str, float] = {}
    maybe: dict[str, float] = {}
    named = _latin if language == "zh" else _named
    for weight, tokens in words:
        for key, sure in filter(None, dict.fromkeys(map(named, tokens))):
            (names if sure else maybe).setdefault(key, weight)
    return names, maybe


def figure_key(figure: Figure) -> str | None:
    """Return what figures have in common that say the same, None where the figure says no number."""
    if figure.kind == "date":
        return f"date:{figure.value}"
    return f"{figure.kind}:{figure.unit}:{figure.number:.{_DIGITS}g}" if figure.number else None


def even(key: str) -> float:  # noqa: ARG001 - a weight for `cosine`
    """Return 1.0: every feature weighs the same."""
    return 1.0


def rarity(holders: int, documents: int) -> float:
    """Return the weight of a feature that `holders` of `documents` have; never 0, so that equals stay equal."""
    return max(0.05, math.log((documents + 1) / (holders + 0.5)))


def cosine(left: Mapping[str, float], right: Mapping[str, float], weight: Callable[[str], float]) -> float:
    """Return how much two sets of features have in common, 0 to 1; `weight` is that of a feature."""
    dot = sum(one * right[key] * weight(key) ** 2 for key, one in left.items() if key in right)
    if not dot:
        return 0.0
    squares = (sum((one * weight(key)) ** 2 for key, one in side.items()) for side in (left, right))
    return float(min(1.0, dot / math.sqrt(math.prod(squares))))


def _entities_of(mentions: Iterable[Mention]) -> dict[str, float]:
    """Return the `entities` of a portrait."""
    weights: dict[str, float] = {}
    in_body: Counter[str] = Counter()
    for mention in mentions:
        key = mention.entity_id
        if key.startswith("media:"):
            continue
        in_body[key] += mention.part == "body"
        weights[key] = max(weights.get(key, 0.0), PART_WEIGHT[mention.part])
    for key, times in in_body.items():
        weights[key] = max(weights[key], min(_MOST_FROM_BODY, times * PART_WEIGHT["body"]))
    return weights


def _types_of(signals: Signals) -> dict[str, float]:
    """Return the `types` of a portrait."""
    weights: dict[str, float] = {}
    for claim in signals.claims:
        weight = 1.0 if claim.is_news else _RECALLED
        weights[claim.event_type] = max(weights.get(claim.event_type, 0.0), weight)
    return weights


def surfaces_of(signals: Signals) -> dict[str, str]:
    """Return figures as they stand in the article, the first of each, by their `figure_key`."""
    return {key: one.surface for one in reversed(signals.figures) if (key := figure_key(one))}


def _figures_of(signals: Signals) -> dict[str, float]:
    """Return the `figures` of a portrait."""
    weights: dict[str, float] = {}
    for figure in signals.figures:
        key = figure_key(figure)
        if key is None:
            continue
        carries = figure.part != "body" or (figure.claim is not None and signals.claims[figure.claim].is_news)
        weight = (1.0 if carries else _ASIDE) * (_DATE if figure.kind == "date" else 1.0)
        weights[key] = max(weights.get(key, 0.0), weight)
    return weights


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return `text` in plain characters with blanks in the place of the spans, so that offsets stay as they were."""
    plain = fold(text)
    kept: list[str] = []
    place = 0
    for start, stop in sorted(spans):
        if stop > place:
            kept += (plain[place : max(place, start)], " " * (stop - max(place, start)))
            place = stop
    return "".join((*kept, plain[place:])) if kept else plain


# Texts say the same few words again and again, so that what each of them is is kept.


@lru_cache(maxsize=1 << 16)
def _named(token: str) -> tuple[str, bool] | None:
    """Return what a word is as a name, and whether it is surely one; None where it is none."""
    if _HAN.match(token) or not _LATIN.search(token):
        return None
    if len(token) > 1 and _CODE.search(token):
        return token.casefold(), True
    if token[0].isupper() and len(token) >= LEAST_LETTERS:
        return token.casefold().removesuffix("s"), False
    return None


@lru_cache(maxsize=1 << 14)
def _latin(token: str) -> tuple[str, bool] | None:
    """Return what `_named` does for a word of a Chinese text: in Latin letters it is surely a name."""
    return None if _HAN.match(token) or not _LATIN.search(token) else (token.casefold(), True)
