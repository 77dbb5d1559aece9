"""Rows of the table `articles` for tests that look at what stands in it."""


def article_row(name, at, **changes):
    """Return a row that is complete but for what a test is about; `name` is its id and title."""
    row = {
        "article_id": name,
        "url": f"https://news.example/{name}",
        "source_id": "wire",
        "publisher": "Wire",
        "language": "en",
        "title": name,
        "lead": None,
        "text": name,
        "authors": [],
        "published_at": at,
        "published_from": "feed",
        "reported_at": at,
        "first_seen_at": at,
        "revision": 1,
        "words": 1,
        "relevant": True,
        "likeness": 0.0,
        "copy_of": None,
        "story_id": None,
        "text_from": "page",
    }
    return row | changes
