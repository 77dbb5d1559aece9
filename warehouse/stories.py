"""Stories: which running affair an arriving report belongs to, across languages."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from extractors.records import EventType
from warehouse.judged import Development, Report

#: Likeness from which a report joins a story. This and the weights below were chosen on both gold sets whole,
#: so their figures there are no proof for another affair.
JOIN = 0.12

#: A pair so far apart counts half as much. Business affairs rest for months between two pieces of news.
HALF_LIFE = timedelta(days=45)

#: Half-life of the mere nearness in time of two reports.
FRESHNESS = timedelta(days=1)

#: What remains of a pair's likeness however far apart it is.
LASTING = 0.5

#: So many of a story's newest reports and developments are compared with.
MEMBERS = 6

_ENTITIES, _TERMS, _TYPES, _FRESH = 0.8, 0.4, 0.35, 0.1

#: Kinds of events that follow one another in one affair: a related type counts as this share of the same one.
_RELATED_SHARE = 0.8
_RELATED: tuple[frozenset[EventType], ...] = (
    frozenset({"product", "production", "orders", "market"}),
    frozenset({"partnership", "stake"}),
    frozenset({"licence", "regulation"}),
    frozenset({"investment", "finance"}),
)
_TOKEN = re.compile(r"[\u3400-\u9fff]+|[^\W\d_\u3400-\u9fff]{4,}|\d[\d.,]*")
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a report or a development is compared by. `terms` are empty for developments."""

    at: datetime
    entities: frozenset[str]
    terms: frozenset[str]
    types: frozenset[EventType]


def traits_of(report: Report) -> Traits:
    """Return the traits of `report`: entities, words of its title, event types of its news."""
    return Traits(
        at=report.reported_at,
        entities=entities_of(report),
        terms=title_terms(f"{report.title} {report.lead or ''}"),
        types=frozenset(claim.event_type for claim in report.signals.claims if claim.is_news),
    )


def traits_of_development(development: Development) -> Traits:
    """Return the traits of `development`: participants and event type."""
    return Traits(
        at=development.reported_at,
        entities=frozenset(development.participants),
        terms=frozenset(),
        types=frozenset({development.event_type}),
    )


def entities_of(report: Report) -> frozenset[str]:
    """Return the entities that `report` is about: those of title, lead and news; all, where there are none.

    Media are left out: they tell who reports, not what; so are topics, which every report shares.
    """
    mentions = report.signals.mentions
    front = {mention.entity_id for mention in mentions if mention.part != "body"}
    news = {one for claim in report.signals.claims if claim.is_news for one in claim.participants}
    chosen = front | news or {mention.entity_id for mention in mentions}
    return frozenset(one for one in chosen if not one.startswith(("media:", "topic:")))


def title_terms(title: str) -> frozenset[str]:
    """Return the words of `title` (four letters or more) and its numbers; pairs of characters for Chinese."""
    terms: set[str] = set()
    for token in _TOKEN.findall(title.casefold()):
        if _HAN.match(token):
            terms.update(token[start : start + 2] for start in range(len(token) - 1))
        else:
            terms.add(token)
    return frozenset(terms)


def rarity(holders: int, documents: int) -> float:
    """Return the weight of a name or word in `holders` of `documents`: none where half of them have it."""
    return max(0.0, math.log((documents + 2) / (2 * holders + 1))) if documents else 0.0


def likeness(one: Traits, other: Traits, weights: Mapping[str, float]) -> float:
    """Return how much two traits speak for one story, 0 to about 1; `weights` are rarities."""
    shared = _ENTITIES * _cosine(one.entities, other.entities, weights)
    if one.terms and other.terms:
        shared += _TERMS * _cosine(one.terms, other.terms, weights)
    if one.entities & other.entities:
        shared += _TYPES * _type_likeness(one.types, other.types)
    apart = abs(one.at - other.at)
    fresh = _FRESH * math.pow(0.5, apart / FRESHNESS)
    return fresh + shared * (LASTING + (1 - LASTING) * math.pow(0.5, apart / HALF_LIFE))


def closest(
    traits: Traits, stories: Mapping[str, Iterable[Traits]], weights: Mapping[str, float]
) -> str | None:
    """Return the id of the story that `traits` belong to, None where a new one begins.

    `stories` holds the members to compare with; of equals the one with the smaller id wins.
    """
    best, chosen = JOIN, None
    for story_id in sorted(stories):
        nearest = sorted((likeness(traits, member, weights) for member in stories[story_id]), reverse=True)[
            :2
        ]
        score = sum(nearest) / len(nearest) if nearest else 0.0
        if score > best:
            best, chosen = score, story_id
    return chosen


def _type_likeness(ours: frozenset[EventType], theirs: frozenset[EventType]) -> float:
    if ours & theirs:
        return 1.0
    related = any(ours & group and theirs & group for group in _RELATED)
    return _RELATED_SHARE if related else 0.0


def _cosine(ours: frozenset[str], theirs: frozenset[str], weights: Mapping[str, float]) -> float:
    shared = _squares(ours & theirs, weights)
    return shared / math.sqrt(_squares(ours, weights) * _squares(theirs, weights)) if shared else 0.0


def _squares(names: Iterable[str], weights: Mapping[str, float]) -> float:
    """Return the sum of squared weights, exact: it must not depend on the order within a set."""
    return math.fsum(weights[one] * weights[one] for one in names)
