"""What a listing gives, whatever its format: items, when to come again, further listings."""

from collections import Counter
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from extractors.decoding import visible
from extractors.records import Item

#: A listing of more items is cut: real ones have up to 1,000 (Google's bound for a news sitemap).
MOST_ITEMS = 2000
_LONGEST_URL = 2048
_LONGEST_TITLE = 1000
_LONGEST_SUMMARY = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The items of a feed, sitemap or page in its order, each URL once.

    `wait_s` is the number of seconds the listing itself asks to wait (ttl, update period), None where it asks
    nothing; `more` the URLs of the listings it points to (a sitemap index).
    """

    items: tuple[Item, ...]
    wait_s: float | None = None
    more: tuple[str, ...] = ()


def absolute(base: str, link: str | None) -> str | None:
    """Return `link` as an absolute http(s) URL without fragment; None where it is none."""
    if not link or not link.strip():
        return None
    try:
        url = urljoin(base, visible(link).strip()).partition("#")[0]
        parts = urlsplit(url)
    except ValueError:
        return None
    fine = parts.scheme in ("http", "https") and parts.hostname and len(url) <= _LONGEST_URL
    return url if fine and url.isprintable() and " " not in url else None


def bounded(items: list[Item]) -> tuple[Item, ...]:
    """Return the first `MOST_ITEMS` of `items`, each URL once.

    A guid that several items share names none of them: with it, all that comes later would count as known.
    """
    first: dict[str, Item] = {}
    for item in items:
        first.setdefault(item.url, item)
    kept = tuple(first.values())[:MOST_ITEMS]
    uses = Counter(item.guid for item in kept)
    return tuple(item if uses[item.guid] == 1 else replace(item, guid=None) for item in kept)


def short_title(text: str | None) -> str | None:
    """Return a title on one line, 1,000 characters at most; None for an empty one."""
    return " ".join(visible(text or "").split())[:_LONGEST_TITLE] or None


def short_summary(text: str | None) -> str | None:
    """Return a summary of a million characters at most; None for an empty one."""
    return (text or "").strip()[:_LONGEST_SUMMARY] or None
