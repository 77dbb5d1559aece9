"""One request to one checked address, and what came back: bounded, and every failure in our own words."""

import asyncio
import os
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache

import httpx

from extractors.errors import FetchError, PermanentFetchError, TransientFetchError
from extractors.web.connection import PinnedTransport
from extractors.web.exchange import Limits
from extractors.web.guard import Target, checked_url
from extractors.web.inflate import Inflater
from extractors.web.ledger import Line
from extractors.web.refusals import SUSPECT
from extractors.web.room import SMALL, Room
from extractors.web.sniffing import SNIFFED, wrong_type

#: Real answers have 10 to 40 header lines; h11 itself stops at 100 KiB of them.
MOST_HEADERS = 200
_TOO_LONG_FOR_H11 = "Receive buffer too long"
#: Headers that may be given in several lines, which are one list (RFC 9110, section 5.3); of others the first counts.
_LISTS = frozenset({"cache-control", "content-encoding", "x-robots-tag", "content-usage", "content-signal"})
#: A body in more pieces than this, of fewer bytes each, is meant to keep the reader busy: a piece costs 20 µs.
_MOST_PIECES = 10_000
_LEAST_PIECE = 64
#: How much of the body of a refusal is looked at, and for how long: challenges say so at once.
_REFUSAL_BYTES = 16_384
_REFUSAL_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back: headers by small name, each byte a character; the body of a 2xx, the start of a refusal's."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether it is an answer with a body (2xx)."""
        return httpx.codes.is_success(self.status)


class Wire:
    """The sockets. Keeps no cookies and reads no environment."""

    def __init__(self, user_agent: str) -> None:
        """Prepare; nothing is opened yet."""
        self._same = (
            (b"User-Agent", user_agent.encode("latin-1", "replace")),
            (b"Accept-Encoding", b"gzip, deflate"),
            (b"Connection", b"close"),
        )
        self._transport = PinnedTransport(_tls())
        self.room = Room()

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.aclose()

    async def exchange(
        self, url: str, target: Target, limits: Limits, conditions: Mapping[str, str], line: Line
    ) -> Reply:
        """Send one request, to the first address of `target` that takes the connection; fill in `line`.

        Raises:
            TransientFetchError, PermanentFetchError: no answer came, or one that is not to be read.
        """
        with _told(url, limits):
            for other in target.others:
                try:
                    return await self._send(url, target, limits, conditions, line)
                except (httpx.ConnectError, httpx.ConnectTimeout):
                    target = replace(target, address=other)
            return await self._send(url, target, limits, conditions, line)

    async def _send(
        self, url: str, target: Target, limits: Limits, conditions: Mapping[str, str], line: Line
    ) -> Reply:
        response = await self._transport.handle_async_request(self._request(url, target, limits, conditions))
        try:
            raw = response.headers.raw
            line.status = status = response.status_code
            if len(raw) > MOST_HEADERS:
                raise PermanentFetchError(
                    url,
                    "too-many-headers",
                    f"{len(raw)} lines",
                    status=status,
                    evidence=f"{len(raw)} header lines",
                )
            headers = _headers(raw)
            line.validators = "etag" in headers or "last-modified" in headers
            reply = Reply(status=status, headers=headers, body=b"")
            if reply.is_success:
                return replace(reply, body=await _read(url, response, reply, limits, line, self.room))
            if status in SUSPECT:
                return replace(reply, body=await _start(url, response, reply, line))
            return reply
        finally:
            await response.aclose()

    def _request(
        self, url: str, target: Target, limits: Limits, conditions: Mapping[str, str]
    ) -> httpx.Request:
        """Address the request to the checked address; name and certificate stay those of the host."""
        parsed = checked_url(url)
        headers = [(b"Host", parsed.netloc), *self._same, (b"Accept", limits.accept.encode("ascii"))]
        headers += [(name.encode("ascii"), value.encode("latin-1")) for name, value in conditions.items()]
        timeout = {"connect": limits.connect_s, "read": limits.read_s}
        return httpx.Request(
            "GET", parsed, headers=headers, extensions={"timeout": timeout, "target": target}
        )


@contextmanager
def _told(url: str, limits: Limits) -> Iterator[None]:
    """Tell the library's errors in our words."""
    try:
        yield
    except httpx.ConnectTimeout as error:
        evidence = f"no connection in {limits.connect_s:g} s"
        raise TransientFetchError(url, "timeout", "ConnectTimeout", evidence=evidence) from error
    except httpx.TimeoutException as error:
        evidence = f"nothing came for {limits.read_s:g} s"
        raise TransientFetchError(url, "timeout", type(error).__name__, evidence=evidence) from error
    except httpx.ConnectError as error:
        root = _root(error)
        cause = "tls" if isinstance(root, ssl.SSLError) else "unreachable"
        number = root.errno if isinstance(root, OSError) and cause == "unreachable" else None
        evidence = os.strerror(number) if number else str(root)[:200]
        raise TransientFetchError(url, cause, str(error), evidence=evidence) from error
    except httpx.InvalidURL as error:
        raise PermanentFetchError(url, "bad-url", str(error)) from error
    except (httpx.HTTPError, httpx.StreamError, ValueError) as error:
        said = f"{type(error).__name__}: {error}"[:200]
        if _TOO_LONG_FOR_H11 in said:
            raise PermanentFetchError(url, "too-many-headers", "over 100 KiB", evidence=said) from error
        raise TransientFetchError(url, "broken-answer", said, evidence=said) from error


async def _read(
    url: str, response: httpx.Response, reply: Reply, limits: Limits, line: Line, room: Room
) -> bytes:
    """Read the raw stream and decompress it here: a library's own decoding has no bound.

    A body that grows large waits until there is room for as much as it may become; the deadline goes on meanwhile.
    """
    inflater = Inflater(url, reply.headers.get("content-encoding", ""), limits.decoded, cut=limits.cut)
    said = reply.headers.get("content-length", "")
    if not limits.cut and said.isascii() and said.isdigit() and int(said[:20]) > limits.wire:
        raise _too_large(url, limits, f"content-length: {said[:20]}")
    content_type, judged, pieces = reply.headers.get("content-type"), False, 0
    small = True
    async for chunk in response.aiter_raw():
        pieces += 1
        line.bytes += len(chunk)
        if pieces > _MOST_PIECES and line.bytes < pieces * _LEAST_PIECE:
            evidence = f"{line.bytes} bytes in {pieces} pieces"
            raise TransientFetchError(url, "broken-answer", "it comes in crumbs", evidence=evidence)
        if small:
            small = await _grow(inflater, chunk, limits, room)
        else:
            inflater.feed(chunk)
        if not judged and inflater.size >= SNIFFED:
            _refuse_type(url, content_type, inflater)
            judged = True
        if inflater.full or (limits.cut and line.bytes >= limits.wire):
            break
        if line.bytes > limits.wire:
            raise _too_large(url, limits, f"more than {limits.wire} bytes came")
    if not judged:
        _refuse_type(url, content_type, inflater)
    if not small:
        room.shrink(inflater.size)
    return inflater.body()


async def _grow(inflater: Inflater, chunk: bytes, limits: Limits, room: Room) -> bool:
    """Take the next chunk of a small body; return whether it is small still. Before it is not, there is room for it."""
    small = True
    for piece in inflater.bites(chunk):
        inflater.feed(piece)
        if small and inflater.size > SMALL:
            await room.take(limits.decoded if inflater.packed else limits.wire)
            small = False
    return small


async def _start(url: str, response: httpx.Response, reply: Reply, line: Line) -> bytes:
    """Read the start of a refusal's body; what cannot be read says nothing."""
    with suppress(FetchError, httpx.HTTPError, httpx.StreamError, TimeoutError):
        encoding = reply.headers.get("content-encoding", "")
        inflater = Inflater(url, encoding, _REFUSAL_BYTES, cut=True)
        async with asyncio.timeout(_REFUSAL_S):
            async for chunk in response.aiter_raw():
                line.bytes += len(chunk)
                inflater.feed(chunk)
                if inflater.full or line.bytes > _REFUSAL_BYTES:
                    break
        return inflater.start(_REFUSAL_BYTES)
    return b""


def _refuse_type(url: str, content_type: str | None, inflater: Inflater) -> None:
    evidence = wrong_type(content_type, inflater.start(SNIFFED))
    if evidence is not None:
        raise PermanentFetchError(url, "wrong-type", "there is no text to read", evidence=evidence)


def _too_large(url: str, limits: Limits, evidence: str) -> PermanentFetchError:
    return PermanentFetchError(url, "too-large", f"more than {limits.wire} bytes", evidence=evidence)


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return the headers byte for byte, each byte a character, so that they can be sent back as they came."""
    headers: dict[str, str] = {}
    for name_bytes, value_bytes in raw:
        name, value = name_bytes.decode("latin-1").lower(), value_bytes.decode("latin-1")
        if name in _LISTS and name in headers:
            headers[name] += f", {value}"
        else:
            headers.setdefault(name, value)
    return headers


def _root(error: BaseException) -> BaseException:
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return error


@cache
def _tls() -> ssl.SSLContext:
    """Load the certificates once a process; that takes longer than a request on loopback."""
    context = httpx.create_ssl_context(trust_env=False)
    context.set_alpn_protocols(["http/1.1"])
    return context
