"""What a site allows: robots.txt (RFC 9309), asked once per origin and day."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import httpx
import structlog
from protego import Protego

from extractors.clock import Clock
from extractors.errors import NOT_ASKED, FetchError, PermanentFetchError, TransientFetchError
from extractors.orders import RobotsFile
from extractors.robots_rules import rules_for
from extractors.web.client import ROBOTS_LIMITS, Asking, Client
from extractors.web.guard import checked_url, host_of

log = structlog.get_logger()

#: RFC 9309, section 2.4: a copy serves for a day at most, unless the site cannot be asked.
FRESH_FOR = timedelta(days=1)
#: A site that could not be asked is asked again after this.
ASK_FAILING_AFTER = timedelta(hours=1)
#: Section 2.3.1.4: a file that could not be read for so long may be taken as absent.
GIVEN_UP_AFTER = timedelta(days=30)
_CLIENT_ERRORS = range(400, 500)
_PATH = "/robots.txt"


class Robots:
    """The rules of the sites of one run."""

    def __init__(
        self, client: Client, user_agent: str, clock: Clock, known: Iterable[RobotsFile] = ()
    ) -> None:
        """Start with the files that are `known`; the product's token is the user agent up to the first `/`."""
        self._client = client
        self.token = user_agent.partition("/")[0].strip() or "newswatch"
        self._clock = clock
        self._files = {file.origin: file for file in known}
        self._rules: dict[str, Protego] = {}
        self._learned: dict[str, RobotsFile] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def check(self, url: str, source_id: str | None = None) -> None:
        """Return if `url` may be fetched; ask the site where its file is not known or not fresh.

        Raises:
            PermanentFetchError: the site does not allow it (`robots`), or the URL is none.
            TransientFetchError: the site does not say what it allows for now (`robots-unavailable`), rests, or was
                asked enough for a day.
        """
        parsed = checked_url(url)
        file = await self._file(parsed, source_id)
        allowed = self._allows(url, parsed, file)
        if allowed is None:
            since = f" since {file.failing_since:%Y-%m-%d %H:%M} UTC" if file.failing_since else ""
            evidence = f"{file.origin}{_PATH} cannot be read{since}"
            raise TransientFetchError(
                url, "robots-unavailable", "robots.txt could not be read", evidence=evidence
            )
        if not allowed:
            evidence = f"{file.origin}{_PATH} disallows {parsed.path[:120]}"
            raise PermanentFetchError(
                url, "robots", "the site's robots.txt does not allow it", evidence=evidence
            )

    def allows(self, url: str) -> bool | None:
        """Tell from what is known already whether `url` may be fetched; None where that is not known."""
        try:
            parsed = checked_url(url)
        except FetchError:
            return None
        file = self._files.get(_origin(parsed))
        return self._allows(url, parsed, file) if file else None

    def text_for(self, origin: str) -> str | None:
        """Return the file that is known of `origin`, empty where it has none; None where it is not known."""
        file = self._files.get(origin)
        return file.text if file else None

    async def sitemaps(self, url: str) -> tuple[str, ...]:
        """Return the sitemaps that the site of `url` names; none where its file cannot be read."""
        try:
            file = await self._file(checked_url(url), None)
        except FetchError:
            return ()
        return tuple(self._rules_of(file).sitemaps) if file.text else ()

    def learned(self) -> tuple[RobotsFile, ...]:
        """Return what was asked for in this run."""
        return tuple(self._learned.values())

    async def _file(self, parsed: httpx.URL, source_id: str | None) -> RobotsFile:
        origin = _origin(parsed)
        async with self._locks.setdefault(origin, asyncio.Lock()):
            file = self._files.get(origin)
            if file is None or not self._is_fresh(file):
                file = await self._fetched(origin, file, source_id)
                self._files[origin] = self._learned[origin] = file
                self._rules.pop(origin, None)
        return file

    def _is_fresh(self, file: RobotsFile) -> bool:
        serves = FRESH_FOR if file.failing_since is None else ASK_FAILING_AFTER
        return file.origin in self._learned or self._clock() - file.checked_at < serves

    def _allows(self, url: str, parsed: httpx.URL, file: RobotsFile) -> bool | None:
        """Tell whether `file` allows `url`, None where it never could be read; keep the pause that it asks for."""
        if parsed.path == _PATH:
            return True
        if file.text is None:
            failing = file.checked_at - (file.failing_since or file.checked_at)
            return True if failing >= GIVEN_UP_AFTER else None
        if not file.text:
            return True
        rules = self._rules_of(file)
        delay = rules.crawl_delay(self.token)
        if delay:
            self._client.turns.slow_down(host_of(parsed), timedelta(seconds=min(float(delay), 3600.0)))
        return bool(rules.can_fetch(url, self.token))

    def _rules_of(self, file: RobotsFile) -> Protego:
        rules = self._rules.get(file.origin)
        if rules is None:
            rules = self._rules[file.origin] = rules_for(file.text or "", (self.token,))
        return rules

    async def _fetched(self, origin: str, before: RobotsFile | None, source_id: str | None) -> RobotsFile:
        """Ask for the file: a client error means that there is none; else what was known stays (section 2.3.1)."""
        asking = Asking(purpose="robots", source_id=source_id)
        try:
            answer = await self._client.get(f"{origin}{_PATH}", ROBOTS_LIMITS, asking)
        except FetchError as error:
            if error.cause in NOT_ASKED:
                raise
            now = self._clock()
            if means_absent(error):
                return RobotsFile(origin=origin, checked_at=now, text="")
            log.debug("robots_unavailable", origin=origin, cause=error.cause)
            known = before or RobotsFile(origin=origin, checked_at=now)
            return replace(known, checked_at=now, failing_since=known.failing_since or now)
        text = answer.body.decode("utf-8", "replace").replace("\0", "")
        return RobotsFile(origin=origin, checked_at=self._clock(), text=text)


def means_absent(error: FetchError, untold: frozenset[int] = frozenset({429})) -> bool:
    """Tell whether the site has no such file, as against: it could not be asked for it.

    `untold` are the client errors that do not tell.
    """
    if error.status in _CLIENT_ERRORS:
        return error.status not in untold
    # A chain of redirects without end, an answer that is a picture: nobody means rules by that.
    unanswered = error.status is None or error.status < _CLIENT_ERRORS.start
    return unanswered and isinstance(error, PermanentFetchError)


def origin_of(url: str) -> str:
    """Return the origin of `url`: scheme, host and port.

    Raises:
        PermanentFetchError: as `checked_url`.
    """
    return _origin(checked_url(url))


def _origin(parsed: httpx.URL) -> str:
    return f"{parsed.scheme}://{parsed.netloc.decode('ascii')}"
