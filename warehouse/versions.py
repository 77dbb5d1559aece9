"""A version of an article that follows a stored one: whether it is another, what stays, and what it changes."""

from dataclasses import replace

from extractors.records import Article, CollectedArticle, Signals, merged_release
from warehouse.revisions import change_of, diff_of, is_same, taken_back
from warehouse.stored import StoredArticle, signals_of


def differs(before: Article, after: Article) -> bool:
    """Whether `after` is another version: never where only the feed's shorter text is at hand this time.

    The same words are another version where the newsroom takes them back, or releases them.
    """
    if before.text_from == "page" and after.text_from == "feed":
        return False
    said = after.release.pubstatus if after.release else None
    if said is not None and after.is_withdrawn != before.is_withdrawn:
        return True
    return not is_same(before, after)


def said_in(before: StoredArticle) -> Signals:
    """Return the signals of a version as the next one finds them: what was taken back, it does not say again."""
    signals = signals_of(before)
    return replace(signals, claims=()) if before.article.is_withdrawn else signals


def revised(stored: StoredArticle, before: StoredArticle) -> StoredArticle:
    """Return the version `stored` as the revision that follows `before`: identity and first sight stay.

    So does what the newsroom said of it, unless it says otherwise now.
    """
    article, signals = stored.article, signals_of(stored)
    article = replace(article, release=merged_release(article.release, before.article.release))
    if article.is_withdrawn:
        signals = taken_back(article, signals, before.article, before.signals)
    return replace(
        stored,
        signals=signals,
        article=replace(
            article,
            source_id=before.article.source_id,
            published_at=before.article.published_at or article.published_at,
            published_from=before.article.published_from or article.published_from,
            date_clamped=(before.article if before.article.published_at else article).date_clamped,
        ),
        revision=before.revision + 1,
        first_seen_at=before.first_seen_at,
        reported_at=before.reported_at,
        copy_of=before.copy_of,
        story_id=before.story_id,
        changed=change_of(
            CollectedArticle(article=before.article, signals=signals_of(before)),
            CollectedArticle(article=article, signals=signals),
        ),
        diff=diff_of(before.article, article),
    )
