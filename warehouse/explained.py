"""What is stored of articles that shall be explained: found by URL or id, read with all their signals."""

from collections.abc import Sequence
from dataclasses import dataclass

from extractors.errors import ConfigurationError
from extractors.records import Signals
from warehouse.database import Connection, rows
from warehouse.stored import StoredArticle, read_articles, read_signals

#: An id shorter than this begins too many to be meant; the letter of articles is one of them.
_LEAST_ID = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An article as it is stored, with its stored signals (without shingles).

    `story_title` is None where it belongs to no story, `original_title` and `original_url` where it is no copy.
    """

    stored: StoredArticle
    signals: Signals
    story_title: str | None
    original_title: str | None
    original_url: str | None


def find_article(con: Connection, typed: str, url: str | None = None) -> str:
    """Return the id of the stored article with the URL or id `typed`, the URL `url`, or the only id that begins so.

    Raises:
        ConfigurationError: there is none, or several ids begin so; names those that look like it.
    """
    found = rows(con, "read_explained_ids", typed=typed, url=url)
    exact = [str(row["article_id"]) for row in found if row["exact"]]
    if exact:
        return exact[0]
    begun = [str(row["article_id"]) for row in found] if len(typed) >= _LEAST_ID else []
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise ConfigurationError(f"{typed!r} begins several ids: {', '.join(begun)}")
    near = [f"{row['url']} ({row['article_id']})" for row in rows(con, "read_explained_near", typed=typed)]
    if not near:
        raise ConfigurationError(f"there is no article {typed!r}: none is stored yet")
    raise ConfigurationError(
        f"no stored article has the URL or id {typed!r}; most like it: {', '.join(near)}; "
        "`newswatch search WORDS` finds articles by words"
    )


def read_kept(con: Connection, ids: Sequence[str]) -> dict[str, Kept]:
    """Return those of the articles that are stored, by id."""
    stored = read_articles(con, ids)
    signals = read_signals(con, {key: one.words for key, one in stored.items()})
    titles = {row["article_id"]: row for row in rows(con, "read_explained_titles", ids=list(ids))}
    return {
        key: Kept(
            stored=one,
            signals=signals[key],
            story_title=titles[key]["story_title"],
            original_title=titles[key]["original_title"],
            original_url=titles[key]["original_url"],
        )
        for key, one in stored.items()
    }
