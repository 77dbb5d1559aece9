"""The host of an address, in the one form in which it is asked and remembered, and the site that it is part of."""

from functools import lru_cache
from urllib.parse import urlsplit


def host_of(url: str) -> str:
    """Return the host of `url` in lower case, other scripts as `xn--…`; empty where it has none."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""
    return host if host.isascii() else _in_ascii(url)


def _in_ascii(url: str) -> str:
    import httpx  # noqa: PLC0415 - for the few hosts of other scripts: a cycle with nothing due must not pay for it

    try:
        return httpx.URL(url).raw_host.decode("ascii").rstrip(".").lower()
    except (httpx.InvalidURL, ValueError):
        return ""


@lru_cache(maxsize=20_000)
def site_of(host: str) -> str:
    """Return the site that `host` (as `host_of` gives it) is part of: its registrable domain.

    `www.paper.co.uk` and `feeds.paper.co.uk` are one site, `paper.co.uk`; two blogs of one service are two, where the
    public suffix list knows the service. A host under none of its suffixes (a name of an intranet, an address) is a
    site of its own.
    """
    from extractors.suffixes import labels_of_site  # noqa: PLC0415 - 0.1 s: a cycle with nothing due must not pay

    labels = labels_of_site(_in_letters(host)) if ":" not in host else None
    return ".".join(host.split(".")[-labels:]) if labels else host


def _in_letters(host: str) -> str:
    """Return `host` in its own script, in which the list has all of its suffixes."""
    if "xn--" not in host:
        return host
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host
