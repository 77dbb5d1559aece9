"""Snapshots to search in: articles with their places in the order of arrival, as a load leaves them."""

from datetime import UTC, datetime, timedelta

from article_rows import article_row

from warehouse.database import insert, open_warehouse, run

T = datetime(2024, 3, 28, tzinfo=UTC)
HOUR = timedelta(hours=1)


def publish(path, *articles, number=1):
    """Add `articles` to the snapshot at `path`, the first at place `number`; one that is there is a revision."""
    with open_warehouse(path) as con:
        for query in ("delete_articles", "delete_shingles"):
            run(con, query, ids=[row["article_id"] for row in articles])
        insert(con, "articles", list(articles))
        places = [
            {"number": number + place, "article_id": row["article_id"], "shingles": [], "anchors": []}
            for place, row in enumerate(articles)
        ]
        insert(con, "state.fingerprints", places)
    return path


def row(name, title="Nothing", text="Nothing.", *, hours=0, **more):
    """Return an article reported so many hours after `T`."""
    return article_row(name, T + hours * HOUR, **{"title": title, "text": text} | more)
