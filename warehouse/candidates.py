"""Stored articles that may be like one article: those that share most with it, from the search index or by SQL."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from typing import TYPE_CHECKING

from extractors.records import Article, Signals
from extractors.signals.nearest import Sketch, sketch_of
from extractors.signals.portrait import Portrait, rarity, surfaces_of
from warehouse.database import Connection, rows
from warehouse.search_kept import COPY, IN_PART, IS_NEWS, STATED
from warehouse.search_terms import terms
from warehouse.stored import read_articles, read_signals

if TYPE_CHECKING:
    from tantivy import Query as Asked

    from warehouse.search_index import Readers
    from warehouse.search_reader import Reader

#: So many are compared exactly.
CANDIDATES = 300
#: What a name counts by the part of the found article that it stands in, and what anything else counts that is shared.
_BY_PART = {"title": 1.0, "lead": 0.8, "body": 0.3}
_OTHERS = 0.3
#: Names and words of the title that are looked for in every stored text.
_MOST_TERMS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """The article to compare with. `family`: ids of it and its copies where it is stored, which are not found."""

    sketch: Sketch
    title: str
    text: str
    family: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A stored article to compare. `surfaces` are its figures as they stand there, by `figure_key`."""

    article_id: str
    reported_at: datetime
    sketch: Sketch
    surfaces: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """What is compared, and what each entity weighs: its rarity among all stored articles."""

    candidates: tuple[Candidate, ...] = ()
    entity_weights: Mapping[str, float]


def sought_of(article: Article, signals: Signals, family: Sequence[str] = ()) -> Sought:
    """Return what is sought where articles like this one are."""
    return Sought(
        sketch=sketch_of(article, signals), title=article.title, text=article.text, family=tuple(family)
    )


def from_index(readers: "Readers", sought: Sought, most: int) -> Pool:
    """Return the at most `most` originals that share most with `sought`, the rarer the more."""
    weights = list(_weights(readers.index, sought))
    if not weights:
        return Pool(entity_weights={})
    found = readers.index.nearest(weights, most, (*sought.family, *readers.newer))
    if readers.rest is not None:
        newer = readers.rest.nearest(weights, most, sought.family)
        found = tuple(nlargest(most, (*found, *newer), key=lambda one: (one[0], one[1].reported_at)))
    candidates = tuple(
        Candidate(
            article_id=one.article_id,
            reported_at=one.reported_at,
            sketch=one.compared.sketch,
            surfaces=one.compared.surfaces,
        )
        for _, one in found
    )
    both = [sought.sketch, *(one.sketch for one in candidates)]
    entities = {key for one in both for key in one.portrait.entities}
    originals = readers.index.size() - readers.index.holders("features", COPY)
    held = {key: _holders(readers.index, key) for key in entities}
    return Pool(
        candidates=candidates, entity_weights={key: rarity(count, originals) for key, count in held.items()}
    )


def _weights(reader: "Reader", sought: Sought) -> "Iterator[tuple[Asked, float]]":
    """Yield what may be shared, and what it counts."""
    from warehouse.search_asked import having, saying  # noqa: PLC0415 - the engine, which few commands need

    articles, mine = reader.size(), sought.sketch.portrait
    for entity, weight in mine.entities.items():
        rare = rarity(_holders(reader, entity), articles)
        for part, place in IN_PART.items():
            yield having(place + entity), weight * _BY_PART[part] * rare
    others = [IS_NEWS + kind for kind in mine.types]
    others += [STATED + key for key in mine.figures if not key.startswith("date:")]
    for feature in others:
        yield having(feature), _OTHERS * rarity(reader.holders("features", feature), articles)
    for term in _terms(sought):
        if words := terms(term):
            often = max(min(reader.holders(field, word) for word in words) for field in ("title", "text"))
            yield saying(words), _OTHERS * rarity(often, articles)


def _holders(reader: "Reader", entity: str) -> int:
    return sum(reader.holders("features", place + entity) for place in IN_PART.values())


def from_tables(con: Connection, sought: Sought, most: int) -> Pool:
    """Return what `from_index` returns, by reading all texts: seconds for a million articles."""
    mine = sought.sketch.portrait
    figures = [_figure(key) for key in mine.figures if not key.startswith("date:")]
    found = rows(
        con,
        "read_like_candidates",
        entities=list(mine.entities),
        entity_weights=list(mine.entities.values()),
        types=list(mine.types),
        kinds=[kind for kind, _, _ in figures],
        units=[unit for _, unit, _ in figures],
        numbers=[number for _, _, number in figures],
        terms=_terms(sought),
        without=list(sought.family),
        most=most,
    )
    words = {str(row["article_id"]): int(row["words"]) for row in found}
    if not words:
        return Pool(entity_weights={})
    stored, signals = read_articles(con, list(words)), read_signals(con, words)
    candidates = tuple(
        Candidate(
            article_id=key,
            reported_at=stored[key].reported_at,
            sketch=sought_of(stored[key].article, signals[key]).sketch,
            surfaces=surfaces_of(signals[key]),
        )
        for key in words
    )
    weights = {
        row["entity_id"]: rarity(row["holders"], row["articles"]) for row in rows(con, "read_like_entities")
    }
    return Pool(candidates=candidates, entity_weights=weights)


def _figure(key: str) -> tuple[str, str, float]:
    """Return kind, unit and rounded number out of what figures have in common that say the same."""
    kind, _, rest = key.partition(":")
    unit, _, number = rest.rpartition(":")
    return kind, unit, float(number)


def _terms(sought: Sought) -> list[str]:
    """Return names that no watch lists and long words of the title, as they are written."""
    text = f"{sought.title}\n{sought.text}"
    lower = text.lower()
    mine: Portrait = sought.sketch.portrait
    ranked = sorted({**mine.maybe, **mine.names}.items(), key=lambda item: (-item[1], -len(item[0]), item[0]))
    places = [(lower.find(key), key) for key, _ in ranked]
    return [text[at : at + len(key)] for at, key in places if at >= 0][:_MOST_TERMS]
