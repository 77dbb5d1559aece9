"""The host of an address, in the one form in which it is asked and remembered."""

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
