"""Search feeds: feeds whose links lead to other sites, and whose titles carry the medium's name at the end."""

from dataclasses import replace
from datetime import datetime

from extractors.records import Item, Source
from extractors.sources.feed import parse_feed
from extractors.sources.listing import Listing


def parse_search(
    body: bytes, content_type: str | None, source: Source, url: str, *, now: datetime
) -> Listing:
    """Return what the search feed `body` lists; its snippets are cut out of other sites' texts and dropped.

    Raises:
        ParseError: as `parse_feed`.
    """
    listing = parse_feed(body, content_type, source, url, now=now)
    return replace(listing, items=tuple(_bare(item) for item in listing.items))


def _bare(item: Item) -> Item:
    """Return `item` without the snippet: it repeats titles of several media and is no text of the article."""
    return replace(item, summary=None)
