"""The way through redirects: where the next hop goes, and which ways are not gone."""

from urllib.parse import urljoin, urlsplit

from extractors.errors import FetchError, PermanentFetchError
from extractors.marked import marked
from extractors.web.guard import checked_url
from extractors.web.refusals import redirect_refusal

MOST_REDIRECTS = 5
#: Those that say that the address has changed for good (RFC 9110, sections 15.4.2 and 15.4.9).
_PERMANENT = frozenset({301, 308})


class Trail:
    """The addresses that one request has led through so far; `at` is the one to ask next."""

    def __init__(self, url: str, *, downgrade: bool = False) -> None:
        """Begin at `url`; `downgrade` lets it lead from https to http too."""
        self.at = url
        self._downgrade = downgrade
        self._start = url
        self._seen = {url}
        self._permanent = True

    @property
    def moved_to(self) -> str | None:
        """Where permanent redirects alone led; None where there was none, or one of another kind."""
        return self.at if self._permanent and self.at != self._start else None

    @property
    def shown(self) -> str:
        """The address to ask next, as it may be told: the query that a redirect added may be the key of a session.

        In its place stands a mark, so that two addresses are still two.
        """
        return self.at if self.at == self._start else marked(self.at)

    def follow(self, status: int, location: str | None) -> None:
        """Go on to where an answer with `status` points.

        Raises:
            PermanentFetchError: there is nothing to follow (`bad-redirect`), or it is not to be followed
                (`insecure-redirect`, `redirect-loop`, `too-many-redirects`, `consent-wall`, `login`).
        """
        before, self.at = self.at, self._target(status, location)
        self._permanent = self._permanent and status in _PERMANENT
        evidence = f"status {status}; location: {_shown(self.at)}"
        schemes = (checked_url(before).scheme, checked_url(self.at).scheme)
        if schemes == ("https", "http") and not self._downgrade:
            raise self._error("insecure-redirect", "from https to http", status, evidence)
        if self.at in self._seen:
            raise self._error("redirect-loop", f"back to {_shown(self.at)}", status, evidence)
        if len(self._seen) > MOST_REDIRECTS:
            raise self._error("too-many-redirects", f"more than {MOST_REDIRECTS}", status, evidence)
        self._seen.add(self.at)
        cause = redirect_refusal(before, self.at)
        if cause is not None:
            raise self._error(cause, f"sent on to {_shown(self.at)}", status, evidence)

    def _target(self, status: int, location: str | None) -> str:
        written = (location or "none").partition("?")[0][:120]
        evidence = f"status {status}; location: {written!r}"
        if not location:
            raise self._error("bad-redirect", "it does not say where to", status, evidence)
        try:
            target = urljoin(self.at, _read(location.strip()))
            checked_url(target)
        except (ValueError, FetchError) as error:
            raise self._error("bad-redirect", repr(written), status, evidence) from error
        return target

    def _error(self, cause: str, detail: str, status: int, evidence: str) -> PermanentFetchError:
        return PermanentFetchError(self._start, cause, detail, status=status, evidence=evidence)


def _read(location: str) -> str:
    """Return a header's bytes (each a character) as the text they mean: UTF-8, as browsers take it, where they are."""
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return location


def _shown(url: str) -> str:
    """Return the address without what may be secret in it: a query can carry the key of a session."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"[:120]
