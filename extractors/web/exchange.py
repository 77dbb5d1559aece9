"""What is asked of a server, within which limits, and what it answered."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from extractors.orders import Purpose, Unconditional, Validator

_MB = 1_000_000
_NOT_MODIFIED = 304
_FEED_TYPES = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, "
    "text/xml;q=0.9, application/json;q=0.8, text/html;q=0.5, */*;q=0.1"
)
#: RFC 9309, section 2.5: at least the first 500 KiB of a robots.txt are to be read.
_ROBOTS_BYTES = 500 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much and how long one request may take: bytes on the wire and decoded, seconds.

    `total_s` is for the whole request with name look-up and redirects, without the waiting for the host's turn. `cut`
    takes the start of a body that is too large, instead of refusing it.
    """

    wire: int
    decoded: int
    accept: str = "*/*"
    connect_s: float = 5.0
    read_s: float = 10.0
    total_s: float = 30.0
    cut: bool = False


#: Bounds of a listing, a page and a robots file: sizes an order above what real ones have.
FEED_LIMITS = Limits(wire=10 * _MB, decoded=20 * _MB, accept=_FEED_TYPES)
PAGE_LIMITS = Limits(wire=5 * _MB, decoded=10 * _MB, accept="text/html, application/xhtml+xml, */*;q=0.1")
ROBOTS_LIMITS = Limits(
    wire=_ROBOTS_BYTES, decoded=_ROBOTS_BYTES, accept="text/plain, */*;q=0.1", total_s=15.0, cut=True
)

#: Bounds of a file about rights: real ones have some hundred bytes, and the longest list of crawlers has 4 kB.
RIGHTS_LIMITS = Limits(
    wire=64 * 1024, decoded=64 * 1024, accept="application/json, text/plain, */*;q=0.1", total_s=10.0
)
#: Headers in which an answer speaks of the rights to its content: TDM Reservation Protocol, noai, and the preferences
#: of draft-ietf-aipref-attach and draft-romm-aipref-contentsignals.
RIGHTS_HEADERS = ("tdm-reservation", "tdm-policy", "x-robots-tag", "content-usage", "content-signal")
#: Characters of such a header that are read: real ones have less than a hundred.
_LONGEST_HEADER = 1000

#: Asked before a redirect is followed: may the target be fetched?
Gate = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Why a request is made, and with what knowledge.

    `validators` are those known of any address that may be met, each is sent to its own address only; `unconditional`
    is the reason not to send them though they are known (`audit`, `untrusted`), None to send them. `delta` says that a
    listing of what is new since then will do (RFC 3229). `gate` is awaited for the target of each redirect before that
    is asked; it refuses by raising a `FetchError`.
    """

    purpose: Purpose
    source_id: str | None = None
    validators: tuple[Validator, ...] = ()
    unconditional: Unconditional | None = None
    delta: bool = False
    gate: Gate | None = None

    def known(self, url: str) -> Validator | None:
        """Return what is known of exactly this address, None where nothing is."""
        return next((one for one in self.validators if one.url == url), None)


def rights_in(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return what `headers` (by small name) say of the rights to the content."""
    return tuple((name, headers[name][:_LONGEST_HEADER]) for name in RIGHTS_HEADERS if name in headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered: 2xx with its body, or 304 with none.

    `url` is the address after redirects, `moved_to` the same where permanent redirects (301, 308) alone led
    there, None where there was none or one of another kind. `wire_bytes` are those received; `fresh_s` the seconds
    the answer says it stays fresh, None where it does not say; `etag` and `last_modified` byte for byte as sent.
    `validator` is what to send to `url` the next time: after a 304 the known one with what the 304 changed. `rights`
    are the headers of `RIGHTS_HEADERS` that it carries, name and value. `partial_of` is the validator of the listing
    that the body adds to (226), None where the body is the whole.
    """

    url: str
    status: int
    body: bytes
    wire_bytes: int
    content_type: str | None
    etag: str | None
    last_modified: str | None
    fresh_s: float | None
    validator: Validator
    moved_to: str | None = None
    rights: tuple[tuple[str, str], ...] = ()
    partial_of: Validator | None = None

    def repeats(self, before: Validator | None) -> bool:
        """Tell whether it says what is known already: not modified, or the bytes that `before` was of."""
        same = (
            before is not None
            and before.url == self.validator.url
            and before.body_hash == self.validator.body_hash
        )
        return self.status == _NOT_MODIFIED or same
