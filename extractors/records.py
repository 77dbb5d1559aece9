"""The records that travel between the rooms: frozen, in plain units, with the meaning of None said.

Every moment is an aware `datetime` in UTC. Offsets count characters (code points). Records that go through
the landing zone hold only strings, numbers, booleans, bytes, moments, durations, other records, tuples of
these, and None, so that `warehouse.landing` can derive their Parquet columns from the annotations.
"""

from dataclasses import asdict, dataclass, replace
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
CorrectionKind = Literal["correction", "retraction"]
PublishedFrom = Literal["feed", "structured", "page", "import"]
TextFrom = Literal["page", "feed"]
PubStatus = Literal["usable", "withheld", "canceled"]
#: What is not, or not any more, to be used.
_WITHDRAWN: tuple[PubStatus, ...] = ("withheld", "canceled")
RightsPlace = Literal["meta", "header", "tdmrep", "robots", "ai-txt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A feed, news sitemap, page or search feed that is polled, as the watch file describes it.

    `every` is the shortest interval between two polls; `language` the ISO 639-1 code the source is written
    in, None where the text decides; `links` the CSS selector of article links (kind `page` only), None to
    find them by rule; `publisher` the name to show, None to take it from the page or the host. `text` is the
    CSS selector of the text of a page that is watched for its own change (kind `page` only), None for a page
    that lists articles; `zone` the IANA name of the zone of dates that are written without one, None to
    go by the language.
    """

    source_id: str
    kind: SourceKind
    url: str
    every: timedelta
    language: str | None = None
    links: str | None = None
    publisher: str | None = None
    text: str | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What a newsroom says of one version of an article, under the names of NewsML-G2 and ninjs (IPTC).

    Each is None where it says nothing. `pubstatus` is `withheld` where the article is not to be used for now,
    `canceled` where it is taken back for good; `version` as the newsroom counts; `versioncreated` when it made this
    version; `embargoed` until when nothing of it is to be published; `ednote` its note to whoever uses the article,
    plain text.
    """

    pubstatus: PubStatus | None = None
    version: str | None = None
    versioncreated: datetime | None = None
    embargoed: datetime | None = None
    ednote: str | None = None

    @property
    def is_withdrawn(self) -> bool:
        """Whether the article is not, or not any more, to be used."""
        return self.pubstatus in _WITHDRAWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What a source lists. `url` is absolute, as listed (not yet cleaned).

    `guid` is the source's own id, None where it gives none; `published_at` None where it gives no date that
    carries or is given a zone; `summary` the plain text the source gives (whole article or teaser), None
    where it gives none; `attempts` how many times its page has been asked for already without an answer.
    `publisher` is the medium that a search feed names, None for other sources. `redirector` is True where the
    link leads through a service that hides the article's address: it is listed, and never asked for. `release` is what
    the newsroom says of this version, None where it says nothing.
    """

    source_id: str
    url: str
    guid: str | None = None
    title: str | None = None
    published_at: datetime | None = None
    summary: str | None = None
    authors: tuple[str, ...] = ()
    attempts: int = 0
    publisher: str | None = None
    redirector: bool = False
    release: Release | None = None

    @property
    def is_withdrawn(self) -> bool:
        """Whether its newsroom wants it not to be used: its page is not asked for."""
        return self.release is not None and self.release.is_withdrawn

    def is_embargoed(self, now: datetime) -> bool:
        """Whether its newsroom wants nothing of it published yet at `now`."""
        until = self.release.embargoed if self.release else None
        return until is not None and until > now


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
class RightsNotice:
    """What one place says of the rights of text and data mining, or of use by AI: they are `reserved`, or are not.

    `tdmrep` says that it speaks the TDM Reservation Protocol (W3C community group, 2024), where a place nearer to the
    article overrules one that is farther; `policy` is the address of the terms that it names, None where it names none.
    """

    place: RightsPlace
    reserved: bool = True
    tdmrep: bool = False
    policy: str | None = None


#: Where the protocol looks, the nearest to the article first (section "Processing priority").
_NEAREST: tuple[RightsPlace, ...] = ("meta", "header", "tdmrep")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What extraction made of a page. `url` is the canonical URL and the article's identity.

    `text` is the whole article with its lead and without its title, paragraphs separated by a blank line;
    `lead` is a piece of the start of `text`, None where none can be told apart. `language` is an ISO 639-1
    code, None where the text is too short to tell. `published_at` is None where neither feed nor page gives
    a date; `published_from` then too. `date_clamped` says that the date lay ahead of `seen_at`, which stands in its
    place. `section` is the department of the paper, as it names it, None where it names none. `rights` is
    what page, answer and site said of the rights to it, empty where nothing or where only the feed was read.
    `release` is what the newsroom says of this version, None where it says nothing.
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
    date_clamped: bool = False
    section: str | None = None
    rights: tuple[RightsNotice, ...] = ()
    release: Release | None = None

    @property
    def is_withdrawn(self) -> bool:
        """Whether its newsroom has taken it back, or wants it not to be used for now."""
        return self.release is not None and self.release.is_withdrawn

    @property
    def reservations(self) -> tuple[RightsNotice, ...]:
        """The notices that reserve rights to it; of those by the TDM Reservation Protocol the nearest alone counts."""
        told = [one for one in self.rights if one.tdmrep]
        nearest = min(told, key=lambda one: _NEAREST.index(one.place), default=None)
        return tuple(one for one in self.rights if one.reserved and (not one.tdmrep or one is nearest))

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


def merged_release(first: Release | None, second: Release | None) -> Release | None:
    """Return what both say of a version, each of the five in the words of `first` where it has any."""
    if first is None or second is None:
        return first or second
    return replace(second, **{name: told for name, told in asdict(first).items() if told is not None})


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
    """Return the keys an item is known by: its URL, and (source, guid) where it has a guid.

    One that is withdrawn is known by that alone: as an article it may be known already, or be listed for use later.
    """
    if item.release is not None and item.is_withdrawn:
        return (stable_id("w", item.url, item.release.pubstatus),)
    keys = [stable_id("u", item.url)]
    if item.guid:
        keys.append(stable_id("g", item.source_id, item.guid))
    return tuple(keys)


def withdrawn_keys(item: Item) -> tuple[str, ...]:
    """Return the keys by which `item` is known where it was taken back, be it for good or for now."""
    return tuple(stable_id("w", item.url, status) for status in _WITHDRAWN)
