"""HTTP requests with manners: deadlines, limits, checked addresses, turns; errors in our own words."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import httpx

from extractors.clock import Clock
from extractors.errors import PermanentFetchError, TransientFetchError
from extractors.records import Manners
from extractors.web.caching import freshness_s, retry_after_s
from extractors.web.guard import Guard, Target, checked_url
from extractors.web.inflate import Inflater
from extractors.web.politeness import Turns

_MB = 1_000_000
MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: Statuses that another try may cure (RFC 9110, RFC 6585); every 5xx too.
_TRANSIENT = frozenset({408, 425, 429})
_FIRST_SERVER_ERROR = 500
_FEED_TYPES = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, "
    "text/xml;q=0.9, application/json;q=0.8, text/html;q=0.5, */*;q=0.1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much and how long one request may take: bytes on the wire and decoded, seconds.

    `total_s` is for the whole request with its redirects, without the waiting for the host's turn.
    """

    wire: int
    decoded: int
    accept: str = "*/*"
    connect_s: float = 5.0
    read_s: float = 10.0
    total_s: float = 30.0


#: Bounds of a listing, a page and a robots file: sizes an order above what real ones have.
FEED_LIMITS = Limits(wire=10 * _MB, decoded=20 * _MB, accept=_FEED_TYPES)
PAGE_LIMITS = Limits(wire=5 * _MB, decoded=10 * _MB, accept="text/html, application/xhtml+xml, */*;q=0.1")
ROBOTS_LIMITS = Limits(wire=512_000, decoded=512_000, accept="text/plain, */*;q=0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered: 2xx with its body, or 304 with none.

    `url` is the address after redirects; `wire_bytes` those received; `fresh_s` the seconds the answer says
    it stays fresh, None where it does not say; `etag` and `last_modified` byte for byte as sent.
    """

    url: str
    status: int
    body: bytes
    wire_bytes: int
    content_type: str | None
    etag: str | None
    last_modified: str | None
    fresh_s: float | None


class Client:
    """The one door to the network, open for one run. Keeps no cookies and reads no environment."""

    def __init__(self, manners: Manners, clock: Clock) -> None:
        """Prepare the client; `clock` is for waits that a server gives as a date."""
        self.turns = Turns(manners.spacing)
        self._guard = Guard(manners)
        self._clock = clock
        self._user_agent = manners.user_agent
        self._resting: dict[str, float | None] = {}
        self._http = httpx.AsyncClient(
            verify=_tls(),
            trust_env=False,
            follow_redirects=False,
            # A kept connection belongs to an address, not to a name: two names must never share one.
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    async def __aenter__(self) -> Self:
        """Open the client."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def get(
        self, url: str, limits: Limits, *, etag: str | None = None, last_modified: str | None = None
    ) -> Answer:
        """Fetch `url`, with its redirects; `etag` and `last_modified` make the request conditional.

        Raises:
            TransientFetchError: worth another try later.
            PermanentFetchError: will fail again until someone acts.
        """
        conditions = _conditions(etag, last_modified)
        left_s, at = limits.total_s, url
        loop = asyncio.get_running_loop()
        for _ in range(MOST_REDIRECTS + 1):
            host = checked_url(at).host
            async with self.turns.turn(host):
                self._refuse_resting(at, host)
                started = loop.time()
                answer = await self._hop(at, replace(limits, total_s=left_s), conditions)
                left_s -= loop.time() - started
            if isinstance(answer, Answer):
                return answer
            at = _next_hop(at, answer)
        raise PermanentFetchError(url, "too-many-redirects", f"more than {MOST_REDIRECTS}")

    async def _hop(self, url: str, limits: Limits, conditions: Mapping[str, str]) -> "Answer | str":
        """Send one request under all deadlines; return the answer, or where it redirects to."""
        try:
            async with asyncio.timeout(max(limits.total_s, 0.0)):
                target = await self._guard.target(url)
                return await self._send_to_any(url, target, limits, conditions)
        except TimeoutError as error:
            raise TransientFetchError(url, "timeout", "the answer took too long") from error
        except httpx.TimeoutException as error:
            raise TransientFetchError(url, "timeout", type(error).__name__) from error
        except httpx.ConnectError as error:
            cause = "tls" if isinstance(_root(error), ssl.SSLError) else "unreachable"
            raise TransientFetchError(url, cause, str(error)) from error
        except httpx.InvalidURL as error:
            raise PermanentFetchError(url, "bad-url", str(error)) from error
        except (httpx.HTTPError, httpx.StreamError, ValueError) as error:
            raise TransientFetchError(url, "broken-answer", f"{type(error).__name__}: {error}") from error

    async def _send_to_any(
        self, url: str, target: Target, limits: Limits, conditions: Mapping[str, str]
    ) -> "Answer | str":
        """Send to the first address of `target` that takes the connection."""
        for other in target.others:
            try:
                return await self._send(url, target, limits, conditions)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                target = replace(target, address=other)
        return await self._send(url, target, limits, conditions)

    async def _send(
        self, url: str, target: Target, limits: Limits, conditions: Mapping[str, str]
    ) -> "Answer | str":
        request = self._request(url, target, limits, conditions)
        response = await self._http.send(request, stream=True)
        # Nothing a site sets is sent to it again.
        self._http.cookies.clear()
        try:
            if response.status_code in _REDIRECTS and "location" in response.headers:
                return response.headers["location"]
            self._refuse_errors(url, response, asked=bool(conditions))
            body, wire = (b"", 0)
            if response.status_code != httpx.codes.NOT_MODIFIED:
                body, wire = await _read(url, response, limits)
            return _answer(url, response, body, wire)
        finally:
            await response.aclose()

    def _request(
        self, url: str, target: Target, limits: Limits, conditions: Mapping[str, str]
    ) -> httpx.Request:
        """Address the request to the checked address; name and certificate stay those of the host."""
        parsed = checked_url(url)
        scheme = "http" if target.plain else parsed.scheme
        headers = {
            "Host": parsed.netloc.decode("ascii"),
            "User-Agent": self._user_agent,
            "Accept": limits.accept,
            "Accept-Encoding": "gzip, deflate",
            **conditions,
        }
        return self._http.build_request(
            "GET",
            parsed.copy_with(scheme=scheme, host=target.address, port=target.port, fragment=None),
            headers=[(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()],
            timeout=httpx.Timeout(limits.read_s, connect=limits.connect_s, write=5.0, pool=10.0),
            extensions={"sni_hostname": parsed.raw_host.decode("ascii")},
        )

    def _refuse_resting(self, url: str, host: str) -> None:
        """Ask nothing more of a host that has said in this run that it was asked too often."""
        if host in self._resting:
            wait_s = self._resting[host]
            raise TransientFetchError(url, "resting", "the host asked for a pause", retry_after_s=wait_s)

    def _refuse_errors(self, url: str, response: httpx.Response, *, asked: bool) -> None:
        """Raise unless there is an answer to read; `asked` tells whether a 304 can be one."""
        status = response.status_code
        if response.is_success or (asked and status == httpx.codes.NOT_MODIFIED):
            return
        if status == httpx.codes.NOT_MODIFIED:
            raise TransientFetchError(
                url, "broken-answer", "not modified, but nothing was known", status=status
            )
        wait_s = retry_after_s(response.headers.get("retry-after"), self._clock())
        if status == httpx.codes.TOO_MANY_REQUESTS:
            self._resting[checked_url(url).host] = wait_s
        transient = status in _TRANSIENT or status >= _FIRST_SERVER_ERROR
        kind = TransientFetchError if transient else PermanentFetchError
        raise kind(url, f"http-{status}", response.reason_phrase, status=status, retry_after_s=wait_s)


async def _read(url: str, response: httpx.Response, limits: Limits) -> tuple[bytes, int]:
    """Read the raw stream and decompress it here: a library's own decoding has no bound."""
    inflater = Inflater(url, response.headers.get("content-encoding", ""), limits.decoded)
    wire = 0
    async for chunk in response.aiter_raw():
        wire += len(chunk)
        if wire > limits.wire:
            raise PermanentFetchError(url, "too-large", f"more than {limits.wire} bytes")
        inflater.feed(chunk)
    return inflater.body(), wire


def _answer(url: str, response: httpx.Response, body: bytes, wire: int) -> Answer:
    headers = response.headers
    return Answer(
        url=url,
        status=response.status_code,
        body=body,
        wire_bytes=wire,
        content_type=headers.get("content-type"),
        etag=_as_sent(response, b"etag"),
        last_modified=_as_sent(response, b"last-modified"),
        fresh_s=freshness_s(headers.get("cache-control"), headers.get("age")),
    )


def _as_sent(response: httpx.Response, wanted: bytes) -> str | None:
    """Return a header byte for byte, each byte a character, so that it can be sent back; None where not sent."""
    return next(
        (value.decode("latin-1") for name, value in response.headers.raw if name.lower() == wanted), None
    )


def _conditions(etag: str | None, last_modified: str | None) -> dict[str, str]:
    conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in conditions.items() if value}


def _next_hop(url: str, location: str) -> str:
    try:
        target = urljoin(url, location)
    except ValueError as error:
        raise PermanentFetchError(url, "bad-redirect", location[:200]) from error
    if url.startswith("https:") and target.startswith("http:"):
        raise PermanentFetchError(url, "insecure-redirect", target[:200])
    return target


def _root(error: BaseException) -> BaseException:
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return error


@cache
def _tls() -> ssl.SSLContext:
    """Load the certificates once a process; that takes longer than a request on loopback."""
    return httpx.create_ssl_context(trust_env=False)
