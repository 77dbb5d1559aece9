"""What a site allows: robots.txt (RFC 9309), asked once per origin and run."""

import asyncio
from datetime import timedelta

import structlog
from protego import Protego

from extractors.errors import FetchError, PermanentFetchError, TransientFetchError
from extractors.web.client import ROBOTS_LIMITS, Client
from extractors.web.guard import checked_url

log = structlog.get_logger()

_FIRST_SERVER_ERROR = 500


class Robots:
    """The rules of the sites of one run."""

    def __init__(self, client: Client, user_agent: str) -> None:
        """Start with no site known; the product's token is the user agent up to the first `/`."""
        self._client = client
        self._token = user_agent.partition("/")[0].strip() or "newswatch"
        self._rules: dict[str, Protego | None] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def check(self, url: str) -> None:
        """Return if `url` may be fetched.

        Raises:
            PermanentFetchError: the site does not allow it (`robots`), or the URL is none.
            TransientFetchError: the site does not say what it allows for now (`robots-unavailable`).
        """
        parsed = checked_url(url)
        origin = f"{parsed.scheme}://{parsed.netloc.decode('ascii')}"
        async with self._locks.setdefault(origin, asyncio.Lock()):
            if origin not in self._rules:
                self._rules[origin] = await self._fetch(origin)
            rules = self._rules[origin]
        if rules is None:
            raise TransientFetchError(url, "robots-unavailable", "robots.txt could not be read")
        delay = rules.crawl_delay(self._token)
        if delay:
            self._client.turns.slow_down(parsed.host, timedelta(seconds=float(delay)))
        if not rules.can_fetch(url, self._token):
            raise PermanentFetchError(url, "robots", "the site's robots.txt does not allow it")

    async def _fetch(self, origin: str) -> Protego | None:
        """Read the rules: no file (4xx) allows all, None where the site does not answer (RFC 9309, 2.3.1)."""
        try:
            answer = await self._client.get(f"{origin}/robots.txt", ROBOTS_LIMITS)
        except FetchError as error:
            if error.cause == "resting":
                raise
            log.debug("robots_unavailable", origin=origin, cause=error.cause)
            refused = error.status is not None and error.status < _FIRST_SERVER_ERROR
            permanent = isinstance(error, PermanentFetchError)
            return Protego.parse("") if refused or permanent else None
        return Protego.parse(answer.body.decode("utf-8", "replace"))
