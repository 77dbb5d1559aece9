"""The same developments as JSON Feed 1.1, for readers and programs that would rather have that."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flows.alerts.escaping import web_address
from flows.report.atom import entry_id, entry_terms, entry_text, entry_title, stamp
from flows.report.data import Entry

VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(entries: Sequence[Entry], title: str) -> bytes:
    """Return the feed of `entries`, the newest first; ids and times are those of the Atom feed."""
    feed = {"version": VERSION, "title": title or "newswatch", "items": [_item(entry) for entry in entries]}
    return json.dumps(feed, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def _item(entry: Entry) -> Mapping[str, Any]:
    item: dict[str, Any] = {
        "id": entry_id(entry),
        "title": entry_title(entry),
        "content_text": entry_text(entry),
        "date_published": stamp(entry.reported_at),
        "date_modified": stamp(entry.updated_at),
        "authors": [{"name": entry.first.publisher or "unknown"}],
        "tags": list(entry_terms(entry)),
    }
    if entry.first.url:
        item["url"] = web_address(entry.first.url)
    return item
