"""What a listing gives, whatever its format: items, when to come again, further listings."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from extractors.decoding import visible
from extractors.hosts import host_of
from extractors.records import Item

#: A listing of more items is cut: real ones have up to 1,000 (Google's bound for a news sitemap).
MOST_ITEMS = 2000
_LONGEST_URL = 2048
_LONGEST_TITLE = 1000
_LONGEST_SUMMARY = 200_000
#: What no host has in its name, and what is written otherwise behind it (WHATWG URL, forbidden host code points and
#: path percent-encode set): of both only what could end a place where the address is shown.
_NO_HOST = re.compile(r"[<>\"\\^|`]")
_ESCAPED = str.maketrans({"<": "%3C", ">": "%3E", '"': "%22"})
_HTML = re.compile(r"<(?:!doctype\s+html|html\b|head\b|body\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The items of a feed, sitemap or page in its order, each URL once.

    `wait_s` is the number of seconds the listing itself asks to wait (ttl, update period), None where it asks
    nothing; `skip_hours` (0 to 23, UTC) and `skip_days` (0 Monday to 6 Sunday) are when it wants not to be asked
    (RSS 2.0, skipHours and skipDays); `more` the URLs of the listings it points to (a sitemap index). `closed`
    says that nothing will come any more (JSON Feed, `expired`; RFC 5005, an archive that names the current feed).
    `older` is the absolute URL of the part of the feed before this one, None where it names none; `complete` says that
    it lists all there is, so that what is missing has been deleted.
    """

    items: tuple[Item, ...]
    wait_s: float | None = None
    more: tuple[str, ...] = ()
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    closed: bool = False
    older: str | None = None
    complete: bool = False


def absolute(base: str, link: str | None) -> str | None:
    """Return `link` as an absolute http(s) URL without fragment; None where it is none.

    Angle brackets and quotes in its path and query are percent-encoded.
    """
    if not link or not link.strip():
        return None
    try:
        url = urljoin(base, visible(link).strip()).partition("#")[0]
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or _NO_HOST.search(parts.netloc):
        return None
    url = url.translate(_ESCAPED)
    return url if len(url) <= _LONGEST_URL and url.isprintable() and " " not in url else None


def older_part(url: str, listing: Listing, read: Iterable[str] = ()) -> str | None:
    """Return the address of the part before the listing at `url`, None where it names none that can be followed.

    It is another one than those `read`, and on the same host: a feed must not send us round in circles or elsewhere.
    """
    older = listing.older
    if older is None or older in (url, *read) or host_of(older) != host_of(url):
        return None
    return older


def is_html(text: str) -> bool:
    """Tell whether `text` begins as a web page, where a feed or sitemap was expected."""
    rest = text[:100_000].lstrip()
    while rest.startswith("<!--"):
        rest = rest.partition("-->")[2].lstrip()
    return _HTML.match(rest) is not None


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
    """Return a summary of 200,000 characters at most; None for an empty one."""
    return (text or "").strip()[:_LONGEST_SUMMARY] or None
