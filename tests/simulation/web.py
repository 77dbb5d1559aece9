"""The simulated web: its sites, what they publish and when, and how each of them behaves. Data, without a clock."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal

from extractors.records import SourceKind

Form = Literal["rss", "atom", "rdf", "json", "news", "index", "page"]
Style = Literal["both", "etag", "weak", "odd", "modified", "suffix", "none", "fickle"]
TroubleKind = Literal[
    "429", "429-seconds", "429-date", "503", "503-seconds", "503-date", "500", "403", "404", "reset", "html"
]

#: What a Retry-After in seconds says here.
RETRY_S = 12600
#: Google's rule for news sitemaps: what is older is not listed.
NEWS_FOR = timedelta(days=2)
#: The one index here splits its news into so many sitemaps.
PARTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """From `start` until `stop` all (of a site, or of one listing) is answered as `kind` says."""

    start: datetime
    stop: datetime
    kind: TroubleKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """From `start` until `stop` the listing's address answers `status` and leads over `chain` to the last of it.

    `stop` None: for good. `chain` are paths on the same host.
    """

    start: datetime
    stop: datetime | None
    status: int
    chain: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks:
    """When a listing wants to be asked again: headers, and what stands in an RSS document."""

    max_age_s: int | None = None
    age_s: int = 0
    expires_s: int | None = None
    ttl_min: int | None = None
    #: Times a day (sy:updatePeriod daily, sy:updateFrequency).
    updates_a_day: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()

    @property
    def header_wait_s(self) -> float:
        """Seconds that the headers ask for (RFC 9111, 4.2.1): max-age less Age, else Expires; a day at most."""
        asked = self.max_age_s - self.age_s if self.max_age_s is not None else self.expires_s or 0
        return min(float(asked), 86400.0)

    @property
    def document_wait_s(self) -> float:
        """Seconds that the document asks for."""
        daily = 86400 / self.updates_a_day if self.updates_a_day else 0.0
        return max((self.ttl_min or 0) * 60.0, daily)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One article of a site. `old_path` is what listings name where the page has moved (301) to `path`.

    `edited_at` is when its text changes, `gone_at` when its page is taken away (410), `late_until` until when its page
    answers 503, each None for never.
    """

    number: int
    path: str
    title: str
    published: datetime
    old_path: str | None = None
    edited_at: datetime | None = None
    gone_at: datetime | None = None
    late_until: datetime | None = None
    relevant: bool = False

    @property
    def link(self) -> str:
        """The path that listings name."""
        return self.old_path or self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """A source as it really is: address, form, habits, and all it will ever publish, oldest first.

    `listed` is how many items it lists; `lies_from` when it begins to answer every conditional request with 304;
    `gone_at` and `lost_at` when it answers 410 and 404 for good; `instead` the path of a news sitemap that goes on.
    `restless` writes a new date into the document with every answer; `summaries` whether items have a text.
    """

    source_id: str
    behaviour: str
    kind: SourceKind
    form: Form
    host: str
    path: str
    every: timedelta
    listed: int
    pieces: tuple[Piece, ...]
    style: Style = "both"
    asks: Asks = field(default_factory=Asks)
    troubles: tuple[Trouble, ...] = ()
    moves: tuple[Move, ...] = ()
    lies_from: datetime | None = None
    gone_at: datetime | None = None
    lost_at: datetime | None = None
    instead: str | None = None
    restless: bool = False
    summaries: bool = True
    links: str | None = None

    def shown(self, now: datetime) -> tuple[Piece, ...]:
        """Return what it lists at `now`, newest first."""
        stop = bisect_right(self.pieces, now, key=lambda piece: piece.published)
        newest = self.pieces[max(stop - self.listed, 0) : stop][::-1]
        if self.form in ("news", "index"):
            newest = tuple(piece for piece in newest if piece.published > now - NEWS_FOR)
        return newest

    def pushed_out_at(self, index: int, *, news: bool = False) -> datetime | None:
        """Return when the piece at `index` is listed no more; None for never. `news`: in its news sitemap."""
        out = index + self.listed
        by_number = self.pieces[out].published if out < len(self.pieces) else None
        if self.form not in ("news", "index") and not news:
            return by_number
        by_age = self.pieces[index].published + NEWS_FOR
        return min(by_number, by_age) if by_number else by_age


def owner_of(host: str) -> str:
    """Return what one owner has registered of `host`, as the hosts of a simulation are named."""
    return ".".join(host.split(".")[-3:]) if host.endswith(".co.uk") else host


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A host. `disallowed` are (from when, path prefix) of its robots.txt.

    `robots_troubles` befall that file alone, `page_troubles` articles alone. `quota` is how many pages it gives away in
    an hour before it answers 429 (None: all), `crawl_delay` seconds.
    """

    host: str
    scheme: Literal["http", "https"] = "https"
    troubles: tuple[Trouble, ...] = ()
    robots: bool = True
    disallowed: tuple[tuple[datetime, str], ...] = ()
    robots_troubles: tuple[Trouble, ...] = ()
    page_troubles: tuple[Trouble, ...] = ()
    crawl_delay: float | None = None
    quota: int | None = None

    def refuses(self, path: str, now: datetime) -> bool:
        """Tell whether the robots.txt of `now` disallows `path`."""
        return any(now >= since and path.startswith(prefix) for since, prefix in self.disallowed)


@dataclass(frozen=True, kw_only=True)
class Web:
    """All sites and sources of a simulation, from `start` to `stop`."""

    start: datetime
    stop: datetime
    sites: Mapping[str, Site]
    outlets: tuple[Outlet, ...]

    @cached_property
    def pages(self) -> Mapping[tuple[str, str], Piece]:
        """The pieces by host and path; by their old paths too."""
        found: dict[tuple[str, str], Piece] = {}
        for outlet in self.outlets:
            for piece in outlet.pieces:
                found[outlet.host, piece.path] = piece
                found[outlet.host, piece.link] = piece
        return found

    @cached_property
    def listings(self) -> Mapping[tuple[str, str], tuple[Outlet, str]]:
        """The sources by host and path, each with what the path is: `own`, `hop`, `part` or `instead`."""
        found: dict[tuple[str, str], tuple[Outlet, str]] = {}
        for outlet in self.outlets:
            found[outlet.host, outlet.path] = (outlet, "own")
            for move in outlet.moves:
                for path in move.chain:
                    found[outlet.host, path] = (outlet, "hop")
            if outlet.form == "index":
                for part in range(PARTS):
                    found[outlet.host, f"{outlet.path}.part{part}.xml"] = (outlet, "part")
            if outlet.instead:
                found[outlet.host, outlet.instead] = (outlet, "instead")
        return found

    def url(self, host: str, path: str) -> str:
        """Return the address of `path` at `host`."""
        return f"{self.sites[host].scheme}://{host}{path}"

    def troubles_of(self, host: str) -> tuple[Trouble, ...]:
        """Return all troubles at `host`, of the site and of its listings: a pause is asked for the whole host."""
        own = [trouble for outlet in self.outlets if outlet.host == host for trouble in outlet.troubles]
        return (*self.sites[host].troubles, *own)
