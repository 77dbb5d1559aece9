"""Rights that are reserved: the files in which sites say so, and what is said of articles that are stored."""

from collections.abc import Collection
from datetime import datetime, timedelta

from extractors.orders import Batch, RightsFile
from extractors.records import Article, article_id
from warehouse.database import Connection, insert, rows, run

#: A file is asked for once in 30 days, where a page of its site is read; of others nothing needs to be known.
KEPT = timedelta(days=90)


def known_rights(con: Connection, now: datetime) -> tuple[RightsFile, ...]:
    """Return what is known of files about rights; old ones too, whose text serves where the site does not answer."""
    return tuple(RightsFile(**row) for row in rows(con, "known_rights", since=now - KEPT))


def save_rights(con: Connection, batch: Batch, written: Collection[str]) -> None:
    """Write down the files about rights in `batch`, and what it says of the rights to articles that did not change.

    `written` are the ids of those that were written as they are in the batch.
    """
    newest = {(one.origin, one.kind): one for one in sorted(batch.rights, key=lambda one: one.checked_at)}
    if newest:
        run(
            con,
            "forget_rights",
            files=[f"{origin} {kind}" for origin, kind in sorted(newest)],
            old=batch.collected_at - KEPT,
        )
        insert(
            con, "state.rights", [{n: getattr(f, n) for n in RightsFile.__slots__} for f in newest.values()]
        )
    note_rights_of_same(con, batch, written)


def note_rights_of_same(con: Connection, batch: Batch, written: Collection[str]) -> None:
    """Write down what `batch` says of the rights to articles that did not change; `written` as in `save_rights`."""
    read = (one.article for one in batch.articles if one.page is not None)
    same = {key: article for article in read if (key := article_id(article.url)) not in written}
    if same:
        told = [{"article_id": key} | rights_row(article) for key, article in same.items()]
        run(con, "note_rights", told=told)


def rights_row(article: Article) -> dict[str, object]:
    """Return what the table `articles` has of the rights to `article`."""
    told = article.reservations
    return {
        "rights_reserved": bool(told),
        "rights_from": sorted({one.place for one in told}),
        "rights_policy": next((one.policy for one in told if one.policy), None),
    }
