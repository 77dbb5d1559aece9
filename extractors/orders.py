"""What is asked of a collector and what it brings: orders, batches, and what is in them.

As in `extractors.records`: every moment is an aware `datetime` in UTC, and all of it travels through the landing zone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from extractors.records import CollectedArticle, Item, Source, SourceKind, content_hash, stable_id
from extractors.shares import Share

PollOutcome = Literal["new", "unchanged", "failed"]
ItemState = Literal["article", "rejected", "failed"]
PageOutcome = Literal["read", "unchanged", "gone", "failed"]
Purpose = Literal[
    "poll", "listing", "archive", "audit", "page", "recheck", "robots", "rights", "discovery", "check"
]
RightsFileKind = Literal["tdmrep", "ai-txt"]
Unconditional = Literal["first", "no-validators", "unread", "audit", "untrusted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Validator:
    """What the last used answer of one address said of itself; it serves for this address only.

    `etag` and `last_modified` are byte for byte as sent, None where not sent; `body_hash` is `content_hash` of the
    body, None where it could not be read (with neither of the two: no answer has been read so far); `more` are the
    listings that this one points to (a sitemap index).
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """The next older part of a feed that is to be read, once, for the first import of its source.

    `read` are the addresses of the feed and of its parts that were read before: none of them is read again. Of what it
    lists, the first `most` items count. `began_at` is when the feed was read first, None where that is not told.
    """

    url: str
    read: tuple[str, ...] = ()
    most: int = 1000
    began_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOrder:
    """One source to poll, with all that whoever collects must know of it.

    `source` is as it is polled now: with the address that it has moved to, or with kind and address of the listing
    that is read in its place; `asked_at` when it was read last, None for never. `validators` are those of its
    addresses. `trusted` is False where this server's 304 was found false: then nothing is asked conditionally. `audit`
    asks once without conditions, to see whether its 304s are true. `lost` says that it has failed so long that another
    listing of its site is looked for where it fails again. `pending` are items listed earlier whose page could not be
    had yet, `past` the addresses of those that are no news (a first import, an older part of the feed). `waiting` are
    items, without their texts, whose page is not to be asked for yet, unless the source says so of an embargo now.
    `archive` is an older part of its feed to read as well, None for none. `polled` is False where the source
    itself is not to be asked now, but for its archive or pending items.
    """

    source: Source
    asked_at: datetime | None = None
    validators: tuple[Validator, ...] = ()
    trusted: bool = True
    audit: bool = False
    lost: bool = False
    pending: tuple[Item, ...] = ()
    past: tuple[str, ...] = ()
    waiting: tuple[Item, ...] = ()
    archive: Archive | None = None
    polled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRest:
    """A host that asked to be left alone until `until` (429 or 503); `cause` is that of the error."""

    host: str
    until: datetime
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteUse:
    """What was asked of a site (`extractors.hosts.site_of`) in the last 24 hours.

    `requests` counts them, `pages` those of them that were no polls (`extractors.budget`). `asked_at` is when the last
    one began, `too_many` whether it was answered that there were too many (429).
    """

    site: str
    requests: int
    asked_at: datetime
    pages: int = 0
    too_many: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsFile:
    """What is known of the robots.txt of an origin (`https://host[:port]`).

    `checked_at` is when it was asked for last. `text` is what it said when it could be read last, empty where there
    is none (4xx), None where it never could be read; `failing_since` is when it began to fail, None where the last
    answer was a good one.
    """

    origin: str
    checked_at: datetime
    text: str | None = None
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsFile:
    """What is known of a file in which an origin (`https://host[:port]`) speaks of its rights: tdmrep.json or ai.txt.

    `checked_at` is when it was asked for last. `text` is what it said when it could be read last, empty where there is
    none, None where that never was to be had.
    """

    origin: str
    kind: RightsFileKind
    checked_at: datetime
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """A known page that is asked for again, to see whether its article has changed.

    `item` is what the source listed, `validator` what the page said of itself; `checks` counts the earlier rechecks.
    """

    source: Source
    item: Item
    validator: Validator
    checks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be collected.

    `known` holds the `item_keys` of items that need no fetch. `rests` are hosts that are not to be asked yet, `robots`
    the robots.txt files that are known, `rights` the files about rights, `rechecks` the known pages to look at again;
    `quarantined` the `quarantine_key`s of bytes that killed the worker that read them twice. `used` is what was asked
    of sites before, so that spacing and budget go on where they were.
    """

    order_id: str
    created_at: datetime
    sources: tuple[SourceOrder, ...]
    known: tuple[str, ...] = ()
    rests: tuple[HostRest, ...] = ()
    robots: tuple[RobotsFile, ...] = ()
    rechecks: tuple[Recheck, ...] = ()
    quarantined: tuple[str, ...] = ()
    rights: tuple[RightsFile, ...] = ()
    used: tuple[SiteUse, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """A listing that is read in the place of a source that cannot be had: its kind and address."""

    kind: SourceKind
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One visit to a source.

    `seconds` from request to parsed answer; `bytes` as received on the wire; `http_status` None where no
    answer came. `error` says what failed, `cause` is its short constant, `evidence` what was seen of it and `tried`
    what was done about it at once, all None unless `outcome` is `failed` (but `tried` also tells how `instead` came
    about); `advice` is what the user can do, None where nothing. `validators` are to be kept for the next poll: of a
    failed poll, those that the order brought.

    `wait_s` is the least number of seconds the server or the feed asks to wait (max-age, Expires, ttl, update period),
    `retry_after_s` what Retry-After asks, each None where it asks nothing; `skip_hours` (0 to 23, UTC) and `skip_days`
    (0 Monday to 6 Sunday) are when the feed wants not to be asked. `keys` are the `item_keys` of all items the source
    listed this time. `partial` says that it listed only what it has not listed before (226, RFC 3229): nothing follows
    from what is missing.

    `url` is the address that the order named, None where that is not told. `gone` says that the source's own address
    answered 410, be it that another listing was read then.

    `moved_to` is the address that permanent redirects alone led to, None where none did. `audited` says that it was
    asked without conditions though validators were known; `lied` that what came then differed from what 304s had
    said. `instead` is the listing that was read in place of the source, None for itself; `closed` that the source
    said it will list nothing any more. `robots` tells whether the site's robots.txt allows the address, None where
    that is not known.

    `older` is the address of the next older part of the feed, told only where the source was read for the first time
    and has such a part on its own host, else None; `complete` says that the feed lists all there is (RFC 5005,
    `fh:complete`).
    """

    source_id: str
    started_at: datetime
    outcome: PollOutcome
    http_status: int | None = None
    items: int = 0
    new_items: int = 0
    bytes: int = 0
    seconds: float = 0.0
    error: str | None = None
    cause: str | None = None
    evidence: str | None = None
    tried: str | None = None
    advice: str | None = None
    validators: tuple[Validator, ...] = ()
    wait_s: float | None = None
    retry_after_s: float | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    keys: tuple[str, ...] = ()
    moved_to: str | None = None
    audited: bool = False
    lied: bool = False
    instead: Instead | None = None
    closed: bool = False
    robots: bool | None = None
    url: str | None = None
    gone: bool = False
    older: str | None = None
    complete: bool = False
    partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request on the wire, a redirect's hop too: a line of the ledger.

    `url` is what was asked; of the query that a redirect added, only a mark. `source_id` is the source it was made
    for, None where it was for none alone (robots.txt, files about rights). `conditional` says that validators were
    sent; `unconditional` why not, None where they were. `validators` says that the answer carried an ETag or
    Last-Modified. `open_at_host` counts the requests to the site of the host (`extractors.hosts.site_of`) that were
    open when it began, itself included; `gap_s` is the time since the one before to this site began, None for the first
    that is known of. `http_status` and `cause` are None where no answer came, or nothing failed. `retry_after_s` is
    what the answer asked.
    """

    url: str
    host: str
    purpose: Purpose
    started_at: datetime
    source_id: str | None = None
    seconds: float = 0.0
    http_status: int | None = None
    bytes: int = 0
    conditional: bool = False
    unconditional: Unconditional | None = None
    validators: bool = False
    retry_after_s: float | None = None
    open_at_host: int = 1
    gap_s: float | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageVisit:
    """A page that was asked for: what is needed to ask for it again.

    `item` is what the source listed; `article_url` the canonical URL of its article, None where none was read. `checks`
    counts the rechecks so far, this one included. `validator` is what the page says of itself now.
    """

    item: Item
    visited_at: datetime
    outcome: PageOutcome
    validator: Validator
    article_url: str | None = None
    checks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveVisit:
    """An older part of a feed that was asked for.

    `items` counts the items it listed, `keys` are their `item_keys`, `older` the address of the part before it, None
    where that was the last one or the next cannot be followed. `began_at` is that of the order. `error` says what
    failed, None where it was read; `again` that it is worth another try.
    """

    source_id: str
    url: str
    visited_at: datetime
    began_at: datetime | None = None
    items: int = 0
    keys: tuple[str, ...] = ()
    older: str | None = None
    error: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """Bytes that ended the worker that read them (`cause`: `timeout`, `crash` or `memory`)."""

    key: str
    url: str
    killed_at: datetime
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemOutcome:
    """What became of one new item: an article, rejected for good, or failed and worth a retry.

    `url` is the article's canonical URL where there is one, else None; `error` names cause and place unless
    `state` is `article`.
    """

    item: Item
    state: ItemState
    url: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """All that one collection brought: the unit that is loaded, once, in one transaction.

    `rests`, `robots` and `rights` are what was learned of hosts, robots.txt files and files about rights in this
    collection. `parts` are the ids of the batches that were joined to this one: what several collectors brought for
    one plan. `shares` tells how many of the records are of each of them: all kinds stand in the order of the parts.
    """

    batch_id: str
    order_id: str
    collected_at: datetime
    polls: tuple[Poll, ...] = ()
    outcomes: tuple[ItemOutcome, ...] = ()
    articles: tuple[CollectedArticle, ...] = ()
    requests: tuple[Request, ...] = ()
    pages: tuple[PageVisit, ...] = ()
    rests: tuple[HostRest, ...] = ()
    robots: tuple[RobotsFile, ...] = ()
    kills: tuple[Kill, ...] = ()
    parts: tuple[str, ...] = ()
    rights: tuple[RightsFile, ...] = ()
    archives: tuple[ArchiveVisit, ...] = ()
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What was asked by hand, without an order, and what hosts and robots.txt files said."""

    requests: tuple[Request, ...] = ()
    rests: tuple[HostRest, ...] = ()
    robots: tuple[RobotsFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How to behave on the network, and with what means.

    `allow_networks` are CIDR networks that may be reached though they are not public; `connect_to` sends
    requests for a host (key, without port) to another address `host:port` (value), as curl's option of that
    name does; `spacing` is the time between the starts of two requests to one site (`extractors.hosts.site_of`);
    `budget` the number of requests that one site gets in 24 hours at most, None for no bound; `workers` the number of
    extraction processes; `deadline` the time that one request with its redirects may take at most.
    """

    user_agent: str
    spacing: timedelta = timedelta(seconds=5)
    budget: int | None = None
    workers: int = 1
    deadline: timedelta = timedelta(seconds=30)
    allow_networks: tuple[str, ...] = ()
    connect_to: tuple[tuple[str, str], ...] = ()


def quarantine_key(url: str, body: bytes) -> str:
    """Return the key under which the bytes had from `url` are known where they end workers."""
    return stable_id("q", url, content_hash(body))


def batch_id_of(order_id: str) -> str:
    """Return the id of the batch that carrying out the order `order_id` brings, however often that is begun."""
    return stable_id("b", order_id)
