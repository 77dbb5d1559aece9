"""Versions of articles of which no batch is kept: what the stored rows tell of them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from extractors.records import Article, Release
from extractors.rereading import Kept
from warehouse.database import Connection, rows, run
from warehouse.stored import StoredArticle, read_articles, read_signals


def kept_versions(con: Connection, first: int, last: int, batch_id: str | None) -> Sequence[Kept]:
    """Return the versions `first` to `last` of the batch (None: of none that is kept), in the order they came in.

    Of the newest version of an article all is stored; of earlier ones title and text, and the rest is taken to have
    been the same.
    """
    found = rows(con, "reprocess_stored", first=first, last=last, batch_id=batch_id)
    ids = sorted({row["article_id"] for row in found})
    with _before(con):
        stored = read_articles(con, ids)
        signals = read_signals(con, {key: one.words for key, one in stored.items()})
        shingles = dict(run(con, "fingerprints_held", ids=ids))
    before = _texts_before(con, found)
    kept = []
    for row in found:
        key = row["article_id"]
        article = version_of(stored[key], row, before.get((key, row["revision"] - 1)))
        known = replace(signals[key], shingles=tuple(shingles.get(key, ())))
        kept.append(Kept(article=article, signals=known))
    return kept


def version_of(
    newest: StoredArticle, row: Mapping[str, Any], before: tuple[str, str, datetime] | None
) -> Article:
    """Return the version in `row` (as in the table `revisions`) of the article that is stored as `newest`.

    `before` is the title and text of the version before it, and when it was seen; None for the first one. An earlier
    version with the words of the one before it can only have been one that its newsroom took back, or released.
    """
    article = newest.article
    title, text, seen_at = row["title"], row["text"], row["seen_at"]
    version = replace(article, title=title, text=text, lead=_lead(article, text), seen_at=seen_at)
    if article.published_from == "import":
        return replace(version, published_at=seen_at)
    if row["revision"] == newest.revision:
        return _undated(version, newest) if newest.revision == 1 else version
    taken_back = before is not None and before[:2] == (title, text) and row["change"] == "retraction"
    release = Release(pubstatus="withheld") if taken_back else None
    if before is not None and before[:2] == (title, text) and not taken_back:
        release = Release(pubstatus="usable")
    version = replace(version, release=release)
    return _undated(version, newest) if row["revision"] == 1 else version


def _undated(version: Article, newest: StoredArticle) -> Article:
    """Return the first version as it counted then: without a date where only a later version brought that."""
    if version.reported_at == newest.reported_at:
        return version
    return replace(version, published_at=None, published_from=None, date_clamped=False)


def _lead(article: Article, text: str) -> str | None:
    """Return the lead of a version with `text`: the same words, or what stands where they stood."""
    if article.lead is None or text.startswith(article.lead):
        return article.lead
    is_paragraph = article.lead == article.text.partition("\n\n")[0]
    return text.partition("\n\n")[0] if is_paragraph else None


def _texts_before(
    con: Connection, found: Sequence[Mapping[str, Any]]
) -> dict[tuple[str, int], tuple[str, str, datetime]]:
    """Return title and text of the versions that those `found` follow, by article and revision."""
    ids = sorted({row["article_id"] for row in found if row["revision"] > 1})
    if not ids:
        return {}
    return {
        (row["article_id"], row["revision"]): (row["title"], row["text"], row["seen_at"])
        for row in rows(con, "reprocess_revisions", ids=ids)
    }


@contextmanager
def _before(con: Connection) -> Iterator[None]:
    """Let queries that name tables alone read them from the file `before`."""
    ((current,),) = run(con, "current_file")
    con.execute("USE before")
    try:
        yield
    finally:
        con.execute(f'USE "{current}"')
