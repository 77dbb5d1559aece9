"""What newsrooms take back in the feeds themselves: their notices → versions of the articles they speak of."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from extractors.orders import Batch, ItemOutcome
from extractors.records import Article, CollectedArticle, article_id, merged_release
from warehouse.database import Connection, rows, run
from warehouse.reports import read_last_articles
from warehouse.stored import StoredArticle, signals_of


def with_notices(con: Connection, batch: Batch) -> tuple[CollectedArticle, ...]:
    """Return the articles of `batch`, and those stored of which it says that their newsroom takes them back.

    Such an item is never fetched: its article stays as it was, but for what the newsroom says of it. One whose
    article is not known has nothing to take back.
    """
    notices = [one for one in batch.outcomes if one.item.is_withdrawn]
    if not notices:
        return batch.articles
    told = _by_article(con, notices)
    come = [_noticed(one, told.get(one.article.url)) for one in batch.articles]
    pages = {one.article.url for one in come if one.article.text_from == "page"}
    fed = {one.article.url for one in come} - pages
    known = read_last_articles(con, sorted(article_id(url) for url in told.keys() - pages))
    shingles = dict(run(con, "fingerprints_held", ids=list(known)))
    stored = [
        _version(one, told[one.article.url], shingles.get(key, ()), batch.collected_at)
        for key, one in known.items()
        # The text of a feed is no version of an article whose page was read.
        if one.article.text_from == "page" or one.article.url not in fed
    ]
    return (*come, *stored)


def _by_article(con: Connection, notices: Sequence[ItemOutcome]) -> dict[str, ItemOutcome]:
    """Return the notices by the canonical URL of their article: that of the known page, else the link as cleaned."""
    from extractors.articles.metadata import canonical_url  # noqa: PLC0415 - lxml; most batches have no notices

    urls = [one.item.url for one in notices]
    pages = {row["url"]: row["article_url"] for row in rows(con, "pages_by_url", urls=urls)}
    return {pages.get(one.item.url) or canonical_url(one.item.url, None): one for one in notices}


def _noticed(collected: CollectedArticle, notice: ItemOutcome | None) -> CollectedArticle:
    """Return an article that came in the same batch as the notice, with what that says."""
    if notice is None:
        return collected
    return replace(collected, article=_released(collected.article, notice))


def _version(
    stored: StoredArticle, notice: ItemOutcome, shingles: Sequence[int], seen_at: datetime
) -> CollectedArticle:
    """Return the stored article as the version that `notice` makes of it: the same words, and taken back."""
    return CollectedArticle(
        article=replace(_released(stored.article, notice), seen_at=seen_at),
        signals=replace(signals_of(stored), shingles=tuple(shingles)),
    )


def _released(article: Article, notice: ItemOutcome) -> Article:
    return replace(article, release=merged_release(notice.item.release, article.release))
