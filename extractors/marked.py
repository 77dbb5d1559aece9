"""Addresses as they may be told: what a redirect puts into a query may be the key of a session."""

from urllib.parse import urlsplit

from extractors.records import content_hash


def marked(url: str) -> str:
    """Return `url` with a mark in place of its query, where it has one, so that two addresses are still two."""
    parts = urlsplit(url)
    if not parts.query:
        return url
    return parts._replace(query=f"query-{content_hash(parts.query)[:12]}", fragment="").geturl()
