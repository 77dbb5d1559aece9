"""Which pages a collection has met on its ways: what was read, what leads on, what failed. None is asked twice."""

from extractors.errors import FetchError, PermanentFetchError
from extractors.web.spool import Spool


class Met:
    """What the addresses of pages answered in this collection, whichever link led to them."""

    def __init__(self, spool: Spool | None = None) -> None:
        """Start with what the same collection met before it was ended; None: with nothing."""
        self._pages = set(spool.pages if spool else ())
        self._hops = dict(spool.hops if spool else {})
        self._failures = dict(spool.failures if spool else {})

    def redirect_of(self, url: str) -> tuple[int, str | None] | None:
        """Return status and target of the redirect that `url` answered, None where it was not asked.

        Raises:
            PermanentFetchError: it is a page that was read (`read-already`).
            FetchError: it was asked, and failed so.
        """
        if url in self._pages:
            raise PermanentFetchError(url, "read-already", "another link led there in this run")
        if url in self._failures:
            raise self._failures[url].named(url)
        return self._hops.get(url)

    def read(self, url: str) -> None:
        """Note that `url` answered with a page."""
        self._pages.add(url)

    def led(self, url: str, status: int, location: str | None) -> None:
        """Note that `url` answered with a redirect."""
        self._hops[url] = (status, location)

    def failed(self, url: str, error: FetchError) -> None:
        """Note what asking `url` failed of."""
        self._failures[url] = error
