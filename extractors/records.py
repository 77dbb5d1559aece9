"""The records that travel between the rooms: frozen, in plain units, with the meaning of None said.

Every moment is an aware `datetime` in UTC. Offsets count characters (code points). Records that go through
the landing zone hold only strings, numbers, booleans, bytes, moments, durations, other records, tuples of
these, and None, so that `warehouse.landing` can derive their Parquet columns from the annotations.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import xxhash

SourceKind = Literal["feed", "sitemap", "page", "search"]
Part = Literal["title", "lead", "body"]
EventType = Literal[
    "partnership",
    "stake",
    "investment",
    "licence",
    "plant",
    "product",
    "production",
    "orders",
    "supply",
    "personnel",
    "finance",
    "legal",
    "safety",
    "regulation",
    "market",
]
Status = Literal[
    "considered",
    "talks",
    "planned",
    "applied",
    "agreed",
    "approved",
    "started",
    "completed",
    "delayed",
    "denied",
    "ended",
]
Basis = Literal["official", "unconfirmed"]
FigureKind = Literal["money", "vehicles", "vehicles_per_year", "percent", "date", "other"]
PollOutcome = Literal["new", "unchanged", "failed"]
ItemState = Literal["article", "rejected", "failed"]
CorrectionKind = Literal["correction", "retraction"]
PublishedFrom = Literal["feed", "structured", "page", "import"]
TextFrom = Literal["page", "feed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A feed, news sitemap, page or search feed that is polled, as the watch file describes it.

    `every` is the shortest interval between two polls; `language` the ISO 639-1 code the source is written
    in, None where the text decides; `links` the CSS selector of article links (kind `page` only), None to
    find them by rule; `publisher` the name to show, None to take it from the page or the host.
    """

    source_id: str
    kind: SourceKind
    url: str
    every: timedelta
    language: str | None = None
    links: str | None = None
    publisher: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What a source lists. `url` is absolute, as listed (not yet cleaned).

    `guid` is the source's own id, None where it gives none; `published_at` None where it gives no date that
    carries or is given a zone; `summary` the plain text the source gives (whole article or teaser), None
    where it gives none; `attempts` how many times its page has been asked for already without an answer.
    """

    source_id: str
    url: str
    guid: str | None = None
    title: str | None = None
    published_at: datetime | None = None
    summary: str | None = None
    authors: tuple[str, ...] = ()
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOrder:
    """One source to poll, with all that whoever collects must know of it.

    `etag` and `last_modified` are byte for byte what the server sent with the last answer that was used;
    `body_hash` is `content_hash` of that answer's body. Each is None where unknown. `pending` are items
    listed earlier whose page could not be had yet.
    """

    source: Source
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    pending: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be collected. `known` holds the `item_keys` of items that need no fetch."""

    order_id: str
    created_at: datetime
    sources: tuple[SourceOrder, ...]
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One visit to a source.

    `seconds` from request to parsed answer; `bytes` as received on the wire; `http_status` None where no
    answer came. `error` says what failed and `cause` is its short constant, both None unless `outcome` is
    `failed`; `advice` is what the user can do, None where nothing. `etag`, `last_modified`, `body_hash` as
    in `SourceOrder`, to be kept for the next poll. `wait_s` is the least number of seconds the server or
    the feed asks to wait (Retry-After, max-age, ttl), None where it asks nothing. `keys` are the
    `item_keys` of all items the source listed this time.
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
    advice: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    wait_s: float | None = None
    keys: tuple[str, ...] = ()


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
class StoredPage:
    """The bytes an article was read from, kept so that history can be read again with newer rules.

    `body` is gzip-compressed; `final_url` the address after redirects; `content_type` as sent, None where
    not sent.
    """

    final_url: str
    fetched_at: datetime
    content_type: str | None
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What extraction made of a page. `url` is the canonical URL and the article's identity.

    `text` is the whole article with its lead and without its title, paragraphs separated by a blank line;
    `lead` is a piece of the start of `text`, None where none can be told apart. `language` is an ISO 639-1
    code, None where the text is too short to tell. `published_at` is None where neither feed nor page gives
    a date; `published_from` then too.
    """

    url: str
    source_id: str
    publisher: str
    title: str
    text: str
    seen_at: datetime
    lead: str | None = None
    language: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_from: PublishedFrom | None = None
    text_from: TextFrom = "page"

    @property
    def reported_at(self) -> datetime:
        """When the news counts from: publication, or first sight where no date is known or it lies ahead.

        A date that was found in the page's text or URL is a day without a time: the news counts from its end,
        so that it does not pass for earlier than reports of that day whose time is known.
        """
        if self.published_at is None:
            return self.seen_at
        known = self.published_at + timedelta(days=1) if self.published_from == "page" else self.published_at
        return min(known, self.seen_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A name of an entity (or a word of a topic) in an article.

    `start` and `stop` count characters of the title where `part` is `title`, of the text otherwise, and
    `words[start:stop] == surface`.
    """

    entity_id: str
    surface: str
    part: Part
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number and its meaning. `value` is the normal form (`10000000000`, `2024-H1`), `number` its float.

    `number` is None for dates. `unit` is an ISO 4217 code for money, `vehicles`, `vehicles_per_year`,
    `percent`, `date`, or a word for `other`. `claim` is the index in `Signals.claims` of the claim it belongs
    to, None where it belongs to none. Offsets as in `Mention`.
    """

    kind: FigureKind
    value: str
    number: float | None
    unit: str
    surface: str
    part: Part
    start: int
    stop: int
    claim: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One statement of an article: what kind of event, in which state, on whose word, about whom.

    `sentence` is the one that says it, offsets as in `Mention`. `is_news` is False for what the article
    only recalls. `score` is the weight of the evidence, higher is surer; comparable only within one version
    of the rules.
    """

    event_type: EventType
    status: Status
    basis: Basis
    participants: tuple[str, ...]
    sentence: str
    part: Part
    start: int
    stop: int
    is_news: bool
    score: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """An origin that the article names for its news, as an entity id, or `media:slug` for one not listed."""

    origin: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What an article says of itself or of an earlier report of its paper: that it corrects it, or takes it back.

    `sentence` is the one that says so, offsets as in `Mention`.
    """

    kind: CorrectionKind
    sentence: str
    part: Part
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """All that was recognised in one article.

    `shingles` is its fingerprint: sampled 32-bit hashes of word runs, sorted.

    `words` counts words, for Chinese characters. `correction` is None where the article corrects nothing; `background`
    says that it is in the form of a comment, an explainer, a portrait or a look back.
    """

    words: int
    mentions: tuple[Mention, ...] = ()
    claims: tuple[Claim, ...] = ()
    figures: tuple[Figure, ...] = ()
    citations: tuple[Citation, ...] = ()
    shingles: tuple[int, ...] = ()
    correction: Correction | None = None
    background: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedArticle:
    """An article with its signals and its page; `page` is None where it was imported or is feed text."""

    article: Article
    signals: Signals
    page: StoredPage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """All that one collection brought: the unit that is loaded, once, in one transaction."""

    batch_id: str
    order_id: str
    collected_at: datetime
    polls: tuple[Poll, ...] = ()
    outcomes: tuple[ItemOutcome, ...] = ()
    articles: tuple[CollectedArticle, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How to behave on the network, and with what means.

    `allow_networks` are CIDR networks that may be reached though they are not public; `connect_to` sends
    requests for a host (key, without port) to another address `host:port` (value), as curl's option of that
    name does; `spacing` is the time between the starts of two requests to one host; `workers` the number of
    extraction processes.
    """

    user_agent: str
    spacing: timedelta = timedelta(seconds=5)
    workers: int = 1
    allow_networks: tuple[str, ...] = ()
    connect_to: tuple[tuple[str, str], ...] = ()


def content_hash(body: bytes | str) -> str:
    """Return the XXH3 128-bit hash of `body` (text as UTF-8) in hex: equal content, equal hash."""
    return xxhash.xxh3_128_hexdigest(
        body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
    )


def stable_id(prefix: str, *parts: object) -> str:
    """Return an id made from `parts` alone: the same parts give the same id in every run and place."""
    text = "\x1f".join(str(part) for part in parts)
    return prefix + xxhash.xxh3_128_hexdigest(text.encode("utf-8", "surrogatepass"))[:20]


def article_id(url: str) -> str:
    """Return the id of the article with the canonical URL `url`."""
    return stable_id("a", url)


def item_keys(item: Item) -> tuple[str, ...]:
    """Return the keys an item is known by: its URL, and (source, guid) where it has a guid."""
    keys = [stable_id("u", item.url)]
    if item.guid:
        keys.append(stable_id("g", item.source_id, item.guid))
    return tuple(keys)
