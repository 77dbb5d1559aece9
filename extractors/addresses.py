"""Which addresses belong together."""

import re
from urllib.parse import parse_qsl, urlsplit

from courlan import extract_domain

#: What addresses of print, AMP and mobile versions have and those of the page itself do not. No address is made up
#: from these: where a version does not name its page, it is an article of its own, and a copy by its text.
_VIEW_HOSTS = re.compile(r"^(?:(?:www|m|mobile|mobil|amp|touch)\.)+")
_VIEW_PARTS = frozenset({"amp", "print", "drucken", "druckversion", "mobile", "mobil", "m"})
_VIEW_KEYS = frozenset({"amp", "print", "drucken", "mobile", "view", "output", "outputtype"})
_VIEW_ENDING = re.compile(r"[._-](?:amp|print)(?=\.html?$|$)")


def same_site(one: str, other: str) -> bool:
    """Tell whether two URLs are of one registrable domain; of one host where no list knows their ending."""
    return _site(one) == _site(other)


def is_version_of(url: str, page: str) -> bool:
    """Tell whether `url` reads like the address of the print, AMP or mobile version of `page`, or of `page` itself."""
    return same_site(url, page) and _without_view(url) == _without_view(page)


def _site(url: str) -> str:
    known: str | None = extract_domain(url)
    return known or (urlsplit(url).hostname or url).removeprefix("www.")


def _without_view(url: str) -> tuple[str, list[str], list[tuple[str, str]]]:
    """Return host, parts of the path and query of `url`, without what tells its versions apart."""
    told = urlsplit(url)
    path = _VIEW_ENDING.sub("", told.path)
    return (
        _VIEW_HOSTS.sub("", told.hostname or ""),
        [part for part in path.split("/") if part and part.lower() not in _VIEW_PARTS],
        sorted((key, value) for key, value in parse_qsl(told.query) if key.lower() not in _VIEW_KEYS),
    )
