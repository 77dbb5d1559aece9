"""What an article is about, in a form that two articles can be compared by, whatever their languages."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

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
#: A capitalised word may be a name from so many letters on; so long is a word of its own, and its stem.
_LEAST_LETTERS = 4
_STEM = 8
_TOKEN = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+(?:[-.][^\W_{HAN}]+)*")
_HAN = re.compile(f"[{HAN}]")
_LATIN = re.compile("[A-Za-z]")
_CODE = re.compile(r"\d|[^\W\d_].*[A-Z]")


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


def portrait(article: Article, signals: Signals, lists: Sequence[frozenset[str]] = ()) -> Portrait:
    """Return the portrait of `article`.

    `lists` are ids that stand for one another; each becomes an entity `list:N`, as prominent as the most prominent
    of its ids.
    """
    entities = _entities(signals.mentions)
    for number, ids in enumerate(lists):
        weight = max((known for key, known in entities.items() if key in ids), default=0.0)
        if weight:
            entities[f"list:{number}"] = weight
    names, maybe = _names(article, signals.mentions)
    return Portrait(
        language=article.language,
        entities=entities,
        types=_types(signals),
        figures=_figures(signals),
        names=names,
        maybe=maybe,
    )


def words_of(article: Article, signals: Signals) -> dict[str, float]:
    """Return the words of `article` with weights by place and number; stems, for Chinese pairs of characters.

    They can be compared with those of an article in the same language only. Names of entities are left out.
    """
    counts: defaultdict[str, float] = defaultdict(float)
    for weight, token in _tokens(article, signals.mentions):
        if _HAN.match(token):
            for start in range(len(token) - 1):
                counts[token[start : start + 2]] += weight
        elif len(token) >= _LEAST_LETTERS:
            counts[token.casefold()[:_STEM]] += weight
    return {word: 1 + math.log1p(count) for word, count in counts.items()}


def figure_key(figure: Figure) -> str | None:
    """Return what figures have in common that say the same, None where the figure says no number."""
    if figure.kind == "date":
        return f"date:{figure.value}"
    return f"{figure.kind}:{figure.unit}:{figure.number:.{_DIGITS}g}" if figure.number else None


def even(key: str) -> float:  # noqa: ARG001 - a weight for `cosine`
    """Return 1.0: every feature weighs the same."""
    return 1.0


def cosine(left: Mapping[str, float], right: Mapping[str, float], weight: Callable[[str], float]) -> float:
    """Return how much two sets of features have in common, 0 to 1; `weight` is that of a feature."""
    dot = sum(one * right[key] * weight(key) ** 2 for key, one in left.items() if key in right)
    if not dot:
        return 0.0
    squares = (sum((one * weight(key)) ** 2 for key, one in side.items()) for side in (left, right))
    return float(min(1.0, dot / math.sqrt(math.prod(squares))))


def _entities(mentions: Iterable[Mention]) -> dict[str, float]:
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


def _types(signals: Signals) -> dict[str, float]:
    weights: dict[str, float] = {}
    for claim in signals.claims:
        weight = 1.0 if claim.is_news else _RECALLED
        weights[claim.event_type] = max(weights.get(claim.event_type, 0.0), weight)
    return weights


def _figures(signals: Signals) -> dict[str, float]:
    weights: dict[str, float] = {}
    for figure in signals.figures:
        key = figure_key(figure)
        if key is None:
            continue
        carries = figure.part != "body" or (figure.claim is not None and signals.claims[figure.claim].is_news)
        weight = (1.0 if carries else _ASIDE) * (_DATE if figure.kind == "date" else 1.0)
        weights[key] = max(weights.get(key, 0.0), weight)
    return weights


def _names(article: Article, mentions: Sequence[Mention]) -> tuple[dict[str, float], dict[str, float]]:
    names: dict[str, float] = {}
    maybe: dict[str, float] = {}
    for weight, token in _tokens(article, mentions):
        if _HAN.match(token) or not _LATIN.search(token):
            continue
        if (len(token) > 1 and _CODE.search(token)) or article.language == "zh":
            key, found = token.casefold(), names
        elif token[0].isupper() and len(token) >= _LEAST_LETTERS:
            key, found = token.casefold().removesuffix("s"), maybe
        else:
            continue
        found[key] = max(found.get(key, 0.0), weight)
    return names, maybe


def _tokens(article: Article, mentions: Sequence[Mention]) -> Iterable[tuple[float, str]]:
    """Yield the words of title and text with the weight of their place; names of entities are left out."""
    for in_title, words in ((True, article.title), (False, article.text)):
        spans = sorted((one.start, one.stop) for one in mentions if (one.part == "title") == in_title)
        plain = fold(words)
        lead = len(article.lead or "")
        place = 0
        for start, stop in [*spans, (len(plain), len(plain))]:
            for match in _TOKEN.finditer(plain, place, max(place, start)):
                in_lead = match.start() < lead
                yield (
                    PART_WEIGHT["title"] if in_title else PART_WEIGHT["lead"] if in_lead else _ASIDE,
                    match[0],
                )
            place = max(place, stop)
