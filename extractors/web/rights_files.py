"""Files in which sites speak of the rights to their pages: asked for seldom, and only where robots.txt allows it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import structlog

from extractors.clock import Clock
from extractors.errors import NOT_ASKED, FetchError, PermanentFetchError
from extractors.orders import RightsFile, RightsFileKind
from extractors.web.client import Asking, Client
from extractors.web.exchange import RIGHTS_LIMITS, Answer
from extractors.web.robots import Robots, means_absent, origin_of

log = structlog.get_logger()

#: Nobody invited these requests: an origin is asked for each file once in this time, whatever it answers.
FRESH_FOR = timedelta(days=30)
#: Where the files lie: TDM Reservation Protocol, section "TDM File on the Origin Server"; Spawning's ai.txt.
PATHS: dict[RightsFileKind, str] = {"tdmrep": "/.well-known/tdmrep.json", "ai-txt": "/ai.txt"}
#: Client errors that do not tell whether there is a file.
_UNTOLD = frozenset({401, 403, 408, 425, 429})


class RightsFiles:
    """What the origins of one run say in files about rights."""

    def __init__(
        self, client: Client, robots: Robots, clock: Clock, known: Iterable[RightsFile] = ()
    ) -> None:
        """Start with the files that are `known`."""
        self._client = client
        self._robots = robots
        self._clock = clock
        self._files = {(file.origin, file.kind): file for file in known}
        self._learned: dict[tuple[str, RightsFileKind], RightsFile] = {}

    def text_for(self, origin: str, kind: RightsFileKind) -> str | None:
        """Return the file of `origin`, empty where it has none; None where that is not known."""
        file = self._files.get((origin, kind))
        return file.text if file else None

    def unknown(self, url: str) -> tuple[str, ...]:
        """Return the addresses of the files that the origin of `url` may be asked for now.

        Those are left out that it was asked for within 30 days, and those that its robots.txt does not allow, as far
        as it is known: it is not asked for its robots.txt for their sake.
        """
        try:
            origin = origin_of(url)
        except FetchError:
            return ()
        due = (path for kind, path in PATHS.items() if not self._is_fresh(origin, kind))
        return tuple(f"{origin}{path}" for path in due if self._robots.allows(f"{origin}{path}"))

    async def ask(self, url: str) -> None:
        """Ask for the file at `url`, one of `unknown`. Nothing is raised: what fails leaves what was known before."""
        origin = origin_of(url)
        kind = next(kind for kind, path in PATHS.items() if url == f"{origin}{path}")
        before = self._files.get((origin, kind))
        file = before or RightsFile(origin=origin, kind=kind, checked_at=self._clock())
        try:
            answer = await self._client.get(
                url, RIGHTS_LIMITS, Asking(purpose="rights", gate=self._may_follow)
            )
        except FetchError as error:
            if error.cause in NOT_ASKED:
                return
            log.debug("rights_file_failed", url=url, cause=error.cause)
            file = replace(file, text="") if means_absent(error, _UNTOLD) else file
        else:
            file = replace(file, text=_text(answer))
        self._files[origin, kind] = self._learned[origin, kind] = replace(file, checked_at=self._clock())

    def learned(self) -> tuple[RightsFile, ...]:
        """Return what was asked for in this run."""
        return tuple(self._learned.values())

    async def _may_follow(self, url: str) -> None:
        """Return if a redirect to `url` may be followed: only where a robots.txt that is known allows it."""
        if not self._robots.allows(url):
            raise PermanentFetchError(url, "robots", "nothing is known that allows it")

    def _is_fresh(self, origin: str, kind: RightsFileKind) -> bool:
        file = self._files.get((origin, kind))
        return file is not None and self._clock() - file.checked_at < FRESH_FOR


def _text(answer: Answer) -> str:
    """Return the text of the file; empty where a web page came in its place, as many sites answer what they lack."""
    text = answer.body.decode("utf-8-sig", "replace").replace("\0", "").strip()
    return "" if text.startswith("<") else text
