"""Stored articles that are most like one article: candidates by what they share with it, exact likeness for these."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from extractors.records import article_id as id_of
from extractors.signals.nearest import Nearness, nearest
from warehouse.candidates import CANDIDATES, Candidate, Pool, Sought, from_index, from_tables, sought_of
from warehouse.database import Connection, rows
from warehouse.search_index import Readers, suspect
from warehouse.stored import read_articles, read_signals

# The engine is imported where there is an index.
# ruff: noqa: PLC0415


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


def find_stored(
    con: Connection, typed: str, url: str | None = None, *, readers: Readers | None = None
) -> Sought | None:
    """Return the stored article with the id or URL `typed` or the URL `url`; None where there is none.

    `readers` are of the search index of this snapshot; None: it is read from the tables, which takes longer.
    """
    if readers is not None:
        ids = dict.fromkeys((typed, id_of(typed), *([id_of(url)] if url else [])))
        for known in ids:
            if found := _indexed(con, known, readers):
                return found
    rows_found = rows(con, "read_like_stored", typed=typed, url=url)
    key = next((str(row["article_id"]) for row in rows_found if row["is_it"]), None)
    if key is None:
        return None
    stored = read_articles(con, [key])[key]
    family = [str(row["article_id"]) for row in rows_found]
    return sought_of(stored.article, read_signals(con, {key: stored.words})[key], family)


def _indexed(con: Connection, article_id: str, readers: Readers) -> Sought | None:
    from warehouse.search_faults import UnreadableIndexError

    try:
        held = (readers.rest.find(article_id) if readers.rest else None) or readers.index.find(article_id)
    except (OSError, UnreadableIndexError) as error:
        suspect(readers.folder, str(error))
        return None
    if held is None:
        return None
    one, title, text = held
    stored = rows(con, "read_found", ids=[article_id], times=[one.reported_at])
    # other copies are no candidates anyway
    family = {article_id, *(str(row["copy_of"]) for row in stored if row["copy_of"])}
    return Sought(sketch=one.compared.sketch, title=title, text=text, family=tuple(sorted(family)))


def like(
    con: Connection, sought: Sought, *, readers: Readers | None = None, most: int = 20
) -> tuple[Alike, ...]:
    """Return at most `most` stored articles that are like `sought`, the most like first; copies are folded.

    `readers` are of the search index of this snapshot; None: all texts are read, seconds for a million articles.
    """
    pool = _pool(con, sought, readers, max(CANDIDATES, most))
    weights = pool.entity_weights
    sketches = [one.sketch for one in pool.candidates]
    near = nearest(sought.sketch, sketches, lambda key: weights.get(key, 1.0))
    compared = zip(pool.candidates, near, strict=True)
    best = sorted(
        (one for one in compared if one[1].likeness > 0),
        key=lambda one: (-one[1].likeness, one[0].article_id),
    )
    if not best:
        return ()
    names = {str(row["entity_id"]): str(row["name"]) for row in rows(con, "all_entities")}
    shown = islice(_shown(con, best, most), most)
    return tuple(
        Alike(**row, **_why(near, names, candidate.surfaces), likeness=round(near.likeness, 4))
        for row, candidate, near in shown
    )


def _pool(con: Connection, sought: Sought, readers: Readers | None, most: int) -> Pool:
    from warehouse.search_faults import UnreadableIndexError

    if readers is not None:
        try:
            return from_index(readers, sought, most)
        except (OSError, UnreadableIndexError) as error:
            suspect(readers.folder, str(error))
    return from_tables(con, sought, most)


def _shown(
    con: Connection, best: Sequence[tuple[Candidate, Nearness]], at_once: int
) -> Iterator[tuple[dict[str, Any], Candidate, Nearness]]:
    """Yield what is shown of the best, those left out that are a copy by now."""
    for start in range(0, len(best), at_once):
        some = best[start : start + at_once]
        found = rows(
            con,
            "read_like_details",
            ids=[one.article_id for one, _ in some],
            times=[one.reported_at for one, _ in some],
        )
        by_id = {row["article_id"]: row for row in found}
        for candidate, near in some:
            if candidate.article_id in by_id:
                yield by_id[candidate.article_id], candidate, near


def _why(near: Nearness, names: Mapping[str, str], surfaces: Mapping[str, str]) -> dict[str, Any]:
    return {
        "entities": tuple(names.get(key, key) for key in near.entities),
        "event_types": near.types,
        "figures": tuple(surfaces.get(key, key) for key in near.figures),
        "names": near.names,
    }
