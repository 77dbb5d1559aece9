"""Which addresses belong together."""

from urllib.parse import urlsplit

from courlan import extract_domain


def same_site(one: str, other: str) -> bool:
    """Tell whether two URLs are of one registrable domain; of one host where no list knows their ending."""
    return _site(one) == _site(other)


def _site(url: str) -> str:
    known: str | None = extract_domain(url)
    return known or (urlsplit(url).hostname or url).removeprefix("www.")
