"""The best articles for a query, from the index, from what it lacks, or from all texts."""

from collections.abc import Sequence
from pathlib import Path

from warehouse.database import Connection, rows, run
from warehouse.search_query import Narrowing, Query, Ranked, Ranking
from warehouse.search_texts import from_texts

# The engine is imported where there is something to search.
# ruff: noqa: PLC0415


def ranked(
    con: Connection, query: Query, index: Path | None, narrowing: Narrowing, most: int
) -> tuple[tuple[Ranked, ...], int, str | None]:
    """Return the best articles in their order, how many there are, and what to tell of the index (None: nothing)."""
    from warehouse.search_faults import UnreadableIndexError
    from warehouse.search_index import INDEXED_AT_ONCE, BehindError, StaleIndexError, suspect

    if index is None or not index.exists():
        why = "there is no search index beside this snapshot"
    else:
        try:
            return (*_from_index(con, query, index, narrowing, most), None)
        except (StaleIndexError, BehindError) as error:
            why = f"the search index does not know everything ({error})"
        except OSError as error:
            why = f"the search index cannot be read ({error})"
        except UnreadableIndexError as error:
            why = f"the search index cannot be read ({error})"
            suspect(index, str(error))
    ((articles,),) = run(con, "count_articles")
    if articles <= INDEXED_AT_ONCE:
        return (*_made_at_once(con, query, narrowing, most), None)
    found = from_texts(con, query, narrowing, most)
    return (
        *found,
        f"{why}: all texts were read, for words as they are typed; `newswatch run` brings it up to date",
    )


def _from_index(con: Connection, query: Query, folder: Path, narrowing: Narrowing, most: int) -> Ranking:
    """Return the best of the index and of what it lacks, which is weighed by itself: how rare a word is differs."""
    from warehouse.search_index import readers_of

    only = _of_story(con, narrowing)
    with readers_of(folder, con, compared=False) as readers:
        known = readers.index.best(query, narrowing, most, only=only, without=readers.newer)
        if readers.rest is None:
            return known
        return _together(known, readers.rest.best(query, narrowing, most, only=only), most)


def _made_at_once(con: Connection, query: Query, narrowing: Narrowing, most: int) -> Ranking:
    from warehouse.search_engine import Document, in_memory

    found = (Document(**row) for row in rows(con, "search_all"))
    return in_memory(found).best(query, narrowing, most, only=_of_story(con, narrowing))


def _of_story(con: Connection, narrowing: Narrowing) -> list[str] | None:
    """Return the articles of the story that a search is narrowed to, None where it is not."""
    if narrowing.story_id is None:
        return None
    return [str(key) for (key,) in run(con, "search_story", story_id=narrowing.story_id)]


def _together(first: Ranking, second: Ranking, most: int) -> Ranking:
    best: Sequence[Ranked] = sorted(
        (*first[0], *second[0]), key=lambda one: (one.parts, one.score, one.reported_at), reverse=True
    )
    return tuple(best[:most]), first[1] + second[1]
