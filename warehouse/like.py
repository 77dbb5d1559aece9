"""Stored articles that are most like one article: candidates by SQL, exact likeness for these."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from extractors.records import Article, Signals
from extractors.signals.nearest import Nearness, Sketch, nearest, rarity
from extractors.signals.portrait import Portrait, figure_key, portrait, words_of
from warehouse.database import Connection, rows
from warehouse.stored import read_articles, read_signals

#: So many are compared exactly.
CANDIDATES = 300
#: Names and words of the title that are looked for in every stored text.
_MOST_TERMS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """The article to compare with. `family`: ids of it and its copies where it is stored, which are not found."""

    article: Article
    signals: Signals
    family: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A stored article that is like the one sought, and why.

    `likeness` 0 to 1. `copies`: how many further articles are (nearly) the same text. `entities` are names as the
    watch has them, `figures` as they stand in this article, `names` those that no watch lists, in lower case.
    `story_id` and `story_title` are None where the article belongs to no story.
    """

    likeness: float
    reported_at: datetime
    publisher: str
    language: str | None
    title: str
    url: str
    article_id: str
    story_id: str | None
    story_title: str | None
    copies: int
    entities: tuple[str, ...]
    event_types: tuple[str, ...]
    figures: tuple[str, ...]
    names: tuple[str, ...]


def find_stored(con: Connection, typed: str, url: str | None = None) -> Sought | None:
    """Return the stored article with the id or URL `typed` or the URL `url`; None where there is none."""
    found = rows(con, "read_like_stored", typed=typed, url=url)
    key = next((str(row["article_id"]) for row in found if row["is_it"]), None)
    if key is None:
        return None
    stored = read_articles(con, [key])[key]
    return Sought(
        article=stored.article,
        signals=read_signals(con, {key: stored.words})[key],
        family=tuple(str(row["article_id"]) for row in found),
    )


def like(con: Connection, sought: Sought, *, most: int = 20) -> tuple[Alike, ...]:
    """Return at most `most` stored articles that are like `sought`, the most like first; copies are folded."""
    mine = portrait(sought.article, sought.signals)
    words = _candidates(con, sought, mine, max(CANDIDATES, most))
    if not words:
        return ()
    entities = {row["entity_id"]: row for row in rows(con, "read_like_entities")}
    weights = {key: rarity(row["holders"], row["articles"]) for key, row in entities.items()}
    stored, signals = read_articles(con, list(words)), read_signals(con, words)
    keys = sorted(stored)
    pool = [_sketch(stored[key].article, signals[key]) for key in keys]
    me = Sketch(portrait=mine, words=words_of(sought.article, sought.signals))
    near = dict(zip(keys, nearest(me, pool, lambda key: weights.get(key, 1.0)), strict=True))
    best = sorted((key for key in keys if near[key].likeness > 0), key=lambda key: (-near[key].likeness, key))
    details = {row["article_id"]: row for row in rows(con, "read_like_details", ids=best[:most])}
    names = {key: str(row["name"]) for key, row in entities.items()}
    return tuple(
        Alike(**details[key], **_why(near[key], names, signals[key]), likeness=round(near[key].likeness, 4))
        for key in best[:most]
    )


def _sketch(article: Article, signals: Signals) -> Sketch:
    return Sketch(portrait=portrait(article, signals), words=words_of(article, signals))


def _candidates(con: Connection, sought: Sought, mine: Portrait, most: int) -> dict[str, int]:
    """Return ids of articles to compare with, and their numbers of words."""
    figures = [one for one in sought.signals.figures if one.number]
    found = rows(
        con,
        "read_like_candidates",
        entities=list(mine.entities),
        entity_weights=list(mine.entities.values()),
        types=list(mine.types),
        kinds=[one.kind for one in figures],
        units=[one.unit for one in figures],
        numbers=[one.number for one in figures],
        terms=_terms(sought.article, mine),
        without=list(sought.family),
        most=most,
    )
    return {str(row["article_id"]): int(row["words"]) for row in found}


def _terms(article: Article, mine: Portrait) -> list[str]:
    """Return names that no watch lists and long words of the title, as they are written."""
    text = f"{article.title}\n{article.text}"
    lower = text.lower()
    ranked = sorted({**mine.maybe, **mine.names}.items(), key=lambda item: (-item[1], -len(item[0]), item[0]))
    places = [(lower.find(key), key) for key, _ in ranked]
    return [text[at : at + len(key)] for at, key in places if at >= 0][:_MOST_TERMS]


def _why(near: Nearness, names: dict[str, str], signals: Signals) -> dict[str, Any]:
    surfaces = {figure_key(one): one.surface for one in reversed(signals.figures)}
    return {
        "entities": tuple(names.get(key, key) for key in near.entities),
        "event_types": near.types,
        "figures": tuple(surfaces.get(key, key) for key in near.figures),
        "names": near.names,
    }
