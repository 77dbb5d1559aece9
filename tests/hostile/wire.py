"""Hostile on the wire: whatever a server can do to a client before there is a document to read."""

import asyncio
import gzip
import zlib
from functools import cache

from tests.hostile.kinds import READ, Kind, kind
from tests.hostile.server import Exchange, document, head, raw

_RSS = "application/rss+xml; charset=utf-8"
#: The items lead to an address that was never listed before, so that reading one of these is seen.
FEED = (
    b"<rss version='2.0'><channel><title>Wire</title><item><title>One more thing</title>"
    b"<link>http://nothing.example/1</link></item></channel></rss>"
)
_FOREVER = 1_000_000


async def _drip(exchange: Exchange) -> None:
    await exchange.send(head(kind=_RSS))
    for _ in range(_FOREVER):
        await exchange.send(b" ")
        await asyncio.sleep(0.5)


async def _slow_head(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\n")
    for _ in range(_FOREVER):
        await exchange.send(b"X: y\r\n")
        await asyncio.sleep(0.5)


async def _slow_chunks(exchange: Exchange) -> None:
    await exchange.send(head(kind=_RSS, Transfer_Encoding="chunked"))
    for _ in range(_FOREVER):
        await exchange.send(b"1\r\n \r\n")
        await asyncio.sleep(0.5)


async def _silent(_: Exchange) -> None:
    await asyncio.sleep(_FOREVER)


async def _stalled(exchange: Exchange) -> None:
    await exchange.send(head(kind=_RSS, Content_Length="5000") + FEED)
    await asyncio.sleep(_FOREVER)


async def _half_closed(exchange: Exchange) -> None:
    await exchange.send(head(kind=_RSS, Content_Length="5000") + FEED)
    exchange.half_close()
    await asyncio.sleep(_FOREVER)


async def _half_closed_head(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-")
    exchange.half_close()
    await asyncio.sleep(_FOREVER)


async def _reset(exchange: Exchange) -> None:
    await exchange.send(head(kind=_RSS, Content_Length="5000") + FEED)
    exchange.reset()


async def _endless(exchange: Exchange) -> None:
    await exchange.send(head(kind=_RSS) + FEED[:-20])
    for _ in range(_FOREVER):
        await exchange.send(b"<item><title>More</title></item>" * 2000)


async def _endless_chunks(exchange: Exchange) -> None:
    await exchange.send(head(kind=_RSS, Transfer_Encoding="chunked"))
    for _ in range(_FOREVER):
        await exchange.send(b"ffff\r\n" + b"x" * 65535 + b"\r\n")


async def _endless_header(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
    for _ in range(_FOREVER):
        await exchange.send(b"y" * 65536)


async def _endless_headers(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\n")
    for number in range(_FOREVER):
        await exchange.send(b"".join(b"X-%d-%d: y\r\n" % (number, one) for one in range(2000)))


async def _endless_extension(exchange: Exchange) -> None:
    await exchange.send(head(kind=_RSS, Transfer_Encoding="chunked") + b"5;")
    for _ in range(_FOREVER):
        await exchange.send(b"z" * 65536)


async def _endless_trailers(exchange: Exchange) -> None:
    await exchange.send(head(kind=_RSS, Transfer_Encoding="chunked") + b"1\r\n \r\n0\r\n")
    for number in range(_FOREVER):
        await exchange.send(b"".join(b"X-%d-%d: y\r\n" % (number, one) for one in range(2000)))


async def _early_hints(exchange: Exchange) -> None:
    for _ in range(_FOREVER):
        await exchange.send(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000)


async def _slow_hints(exchange: Exchange) -> None:
    for _ in range(_FOREVER):
        await exchange.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        await asyncio.sleep(0.5)


@cache
def _bomb() -> bytes:
    """Return 60 MB of spaces, packed a thousand to one."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b" " * 1_000_000) for _ in range(60)) + packer.flush()


def _told(status: str, body: bytes = b"no", **headers: str) -> bytes:
    return head(status, "text/plain", Content_Length=str(len(body)), **headers) + body


def _lengths() -> list[Kind]:
    good = head(kind=_RSS)[:-2]
    return [
        kind("too-long-told", raw(good + b"Content-Length: 9999\r\n\r\n" + FEED)),
        kind("too-short-told", raw(good + b"Content-Length: 40\r\n\r\n" + FEED), "broken-feed", READ),
        kind("no-number-told", raw(good + b"Content-Length: many\r\n\r\n" + FEED)),
        kind("less-than-nothing-told", raw(good + b"Content-Length: -5\r\n\r\n" + FEED)),
        kind("two-lengths", raw(good + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n" + FEED)),
        kind("huge-length", raw(good + b"Content-Length: " + b"9" * 400 + b"\r\n\r\n" + FEED)),
        kind(
            "length-and-chunks",
            raw(good + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            *("broken-answer", "empty-body"),
        ),
    ]


def _chunks() -> list[Kind]:
    chunked = head(kind=_RSS, Transfer_Encoding="chunked")
    return [
        kind("chunk-without-size", raw(chunked + b"zzz\r\n" + FEED)),
        kind("chunk-of-all", raw(chunked + b"ffffffffffffffff\r\n" + FEED)),
        kind("chunk-below-nothing", raw(chunked + b"-5\r\n" + FEED)),
        kind("chunk-cut-off", raw(chunked + b"500\r\n" + FEED)),
        kind("chunks-without-end", raw(chunked + b"5\r\n<rss>\r\n")),
        kind("unknown-transfer", raw(head(kind=_RSS, Transfer_Encoding="gzip, magic") + FEED)),
        kind(
            "endless-extension",
            _endless_extension,
            "broken-answer",
            "too-many-headers",
            "too-large",
            "timeout",
        ),
        kind(
            "endless-trailers", _endless_trailers, "broken-answer", "too-many-headers", "too-large", "timeout"
        ),
    ]


def _heads() -> list[Kind]:
    many = b"".join(b"X-%d: %d\r\n" % (number, number) for number in range(3000))
    start = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
    return [
        kind(
            "many-headers",
            raw(start + many + b"\r\n" + FEED),
            "broken-answer",
            "too-many-headers",
            "too-large",
        ),
        kind(
            "long-header",
            raw(start + b"X: " + b"y" * 900_000 + b"\r\n\r\n" + FEED),
            "broken-answer",
            "too-many-headers",
        ),
        kind("endless-header", _endless_header, "broken-answer", "too-many-headers", "too-large", "timeout"),
        kind(
            "endless-headers", _endless_headers, "broken-answer", "too-large", "too-many-headers", "timeout"
        ),
        kind("no-head-at-all", raw(FEED)),
        kind("no-headers", raw(b"HTTP/1.1 200 OK\r\n\r\n" + FEED), READ),
        kind("half-a-head", raw(b"HTTP/1.1 200 OK\r\nContent-")),
        kind("another-protocol", raw(b"SSH-2.0-OpenSSH_9.2p1\r\n")),
        kind("says-nothing", raw(b"")),
        kind("noise", raw(bytes(range(256)) * 40)),
        kind("status-of-letters", raw(b"HTTP/1.1 abc OK\r\n\r\n" + FEED)),
        kind(
            "status-999",
            raw(b"HTTP/1.1 999 Denied\r\nContent-Length: 2\r\n\r\nno"),
            "broken-answer",
            "http-999",
        ),
        kind(
            "status-0", raw(b"HTTP/1.1 000 Nothing\r\nContent-Length: 0\r\n\r\n"), "broken-answer", "http-0"
        ),
        kind(
            "switching",
            raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"),
            "broken-answer",
            "http-101",
        ),
        kind("nul-in-header", raw(start + b'ETag: "a\0b"\r\n\r\n' + FEED), "broken-answer", READ),
        kind(
            "lone-cr-in-header",
            raw(start + b'ETag: "a\rX-Injected: yes"\r\n\r\n' + FEED),
            "broken-answer",
            READ,
        ),
        kind(
            "folded-header",
            raw(start + b'ETag: "a"\r\n X-Injected: yes\r\n\r\n' + FEED),
            "broken-answer",
            READ,
        ),
        kind("injected-validator", document(FEED, _RSS, ETag='"a%0d%0aX-Injected: yes"'), READ),
    ]


def _packed() -> list[Kind]:
    packed = gzip.compress(FEED * 50)
    return [
        kind("gzip-bomb", document(_bomb, _RSS, Content_Encoding="gzip"), "too-large"),
        kind(
            "gzip-in-gzip",
            document(lambda: gzip.compress(_bomb()), _RSS, Content_Encoding="gzip, gzip"),
            "too-large",
            "bad-encoding",
        ),
        kind(
            "gzip-in-gzip-untold",
            document(lambda: gzip.compress(_bomb()), _RSS, Content_Encoding="gzip"),
            "too-large",
            "broken-feed",
            "bad-encoding",
        ),
        kind(
            "ten-times-packed",
            document(FEED, _RSS, Content_Encoding=", ".join(["gzip"] * 1000)),
            "bad-encoding",
            "too-large",
            "broken-answer",
        ),
        kind("packed-by-no-word", document(packed, _RSS), "broken-feed", READ),
        kind("packed-only-in-word", document(FEED, _RSS, Content_Encoding="gzip"), "bad-encoding", READ),
        kind(
            "brotli-unasked", document(b"\x0b\x02\x80feed\x03", _RSS, Content_Encoding="br"), "bad-encoding"
        ),
        kind("packing-unknown", document(FEED, _RSS, Content_Encoding="magic"), "bad-encoding"),
        kind("packed-cut-off", document(packed[:-30], _RSS, Content_Encoding="gzip")),
        kind(
            "packed-damaged",
            document(packed[:40] + b"\xff" * 40 + packed[80:], _RSS, Content_Encoding="gzip"),
            "bad-encoding",
            "broken-answer",
        ),
        kind(
            "packed-with-more-behind",
            document(gzip.compress(FEED) + b"PK\x03\x04more", _RSS, Content_Encoding="gzip"),
            "bad-encoding",
            "broken-answer",
            READ,
        ),
        kind(
            "ten-thousand-members",
            document(
                lambda: gzip.compress(b" ") * 10_000 + gzip.compress(FEED), _RSS, Content_Encoding="gzip"
            ),
            "too-large",
            READ,
        ),
    ]


def _statuses() -> list[Kind]:
    never = "Fri, 31 Dec 9999 23:59:59 GMT"
    return [
        kind("nothing-new-unasked", raw(b"HTTP/1.1 304 Not Modified\r\n\r\n")),
        kind("no-content", raw(b"HTTP/1.1 204 No Content\r\n\r\n"), "empty-body", "broken-answer"),
        kind(
            "a-part",
            raw(head("206 Partial Content", _RSS) + FEED[:70]),
            "broken-answer",
            "broken-feed",
            "http-206",
        ),
        kind("redirect-to-nowhere", raw(_told("302 Found")), "http-302", "bad-redirect", "broken-answer"),
        kind("choices", raw(_told("300 Multiple Choices")), "http-300"),
        kind("login", raw(_told("401 Unauthorized", WWW_Authenticate="Basic realm=x")), "http-401", "login"),
        kind("paywalled", raw(_told("402 Payment Required")), "http-402"),
        kind(
            "challenged", raw(_told("403 Forbidden", cf_mitigated="challenge")), "http-403", "bot-challenge"
        ),
        kind("gone", raw(_told("410 Gone")), "http-410", READ, robots=None),
        kind("wait-for-ever", raw(_told("429 Slow down", Retry_After="9" * 300)), "http-429"),
        kind("wait-backwards", raw(_told("429 Slow down", Retry_After="-100")), "http-429"),
        kind(
            "wait-nonsense", raw(_told("503 Busy", Retry_After="tomorrow\x85")), "http-503", "broken-answer"
        ),
        kind("wait-till-the-end", raw(_told("503 Busy", Retry_After=never)), "http-503"),
        kind("fresh-for-ever", document(FEED, _RSS, Cache_Control="max-age=" + "9" * 300, Age="-1"), READ),
        kind("expires-nonsense", document(FEED, _RSS, Expires="-1", Date="yesterday"), READ),
    ]


def wire_kinds() -> tuple[Kind, ...]:
    """Return all kinds of this room, those that take long first."""
    slow = [
        kind("slow-drip", _drip, "timeout", slow=True),
        kind("slow-head", _slow_head, "timeout", slow=True),
        kind("slow-chunks", _slow_chunks, "timeout", slow=True),
        kind("slow-hints", _slow_hints, "timeout", "broken-answer", slow=True),
        kind("early-hints", _early_hints, "timeout", "broken-answer", "too-large", slow=True),
        kind("silent", _silent, "timeout", slow=True),
        kind("stalled", _stalled, "timeout", slow=True),
    ]
    quick = [
        kind("half-closed", _half_closed),
        kind("half-closed-head", _half_closed_head),
        kind("reset", _reset),
        kind("endless-body", _endless, "too-large", "timeout"),
        kind("endless-chunks", _endless_chunks, "too-large", "timeout"),
    ]
    return (*slow, *quick, *_lengths(), *_chunks(), *_heads(), *_packed(), *_statuses())
