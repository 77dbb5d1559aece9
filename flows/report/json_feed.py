"""The same developments as JSON Feed 1.1, for readers and programs that would rather have that."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flows.alerts.escaping import web_address
from flows.report.atom import address_of, entry_id, entry_terms, entry_text, entry_title, stamp
from flows.report.data import Entry
from flows.report.words import Words, words_of

JSON_FEED = "developments.json"
VERSION = "https://jsonfeed.org/version/1.1"
_ENGLISH = words_of("en")


def json_feed(
    entries: Sequence[Entry], title: str, *, words: Words = _ENGLISH, served_at: str | None = None
) -> bytes:
    """Return the feed of `entries`, the newest first; ids, times and words are those of the Atom feed."""
    feed: dict[str, Any] = {"version": VERSION, "title": title or "newswatch", "language": words.language}
    if served_at:
        feed |= {
            "home_page_url": address_of(served_at, "index.html"),
            "feed_url": address_of(served_at, JSON_FEED),
        }
    feed["items"] = [_item(entry, words) for entry in entries]
    return json.dumps(feed, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def _item(entry: Entry, words: Words) -> Mapping[str, Any]:
    item: dict[str, Any] = {
        "id": entry_id(entry),
        "title": entry_title(entry, words),
        "content_text": entry_text(entry, words),
        "date_published": stamp(entry.reported_at),
        "date_modified": stamp(entry.updated_at),
        "authors": [{"name": entry.first.publisher or words.catalogue.gettext("unknown")}],
        "tags": list(entry_terms(entry)),
    }
    if entry.first.url:
        item["url"] = web_address(entry.first.url)
    return item
