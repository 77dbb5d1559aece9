"""Judges a reader by what the server saw, independently of what the reader says of itself."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.simulation.served import Asked
from tests.simulation.web import Outlet, Site, Web, owner_of

DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
#: What tells of a robots.txt that it was had, or that there is none (RFC 9309, 2.3.1).
_READABLE = (200, 404)
#: What asks for one of these without being allowed to breaks the site's rules; a feed is the user's own wish.
_ROVING = ("page", "part", "instead")
#: Nobody invited a request for a file about rights: a reader that has been at a page may ask once in this time.
_RIGHTS_FOR = timedelta(days=30)
#: A server sees requests closer together than they were, where the first was held up for so long on its way.
_HELD_UP_S = 0.25
_NOT_MODIFIED = 304
#: Requests to the hosts of one owner in 24 hours.
BUDGET = 3000
_REDIRECTS = (301, 302, 308)
#: A permanent redirect may be taken at its word after so many polls and so long (field point 16).
HELD_POLLS, HELD_FOR = 3, timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A rule that was broken, by which request, and why it says so."""

    rule: str
    asked: Asked
    why: str

    def __str__(self) -> str:
        """Render on one line."""
        asked = self.asked
        return (
            f"{self.rule}: {asked.at:%d %H:%M} {asked.host}{asked.path} ({asked.answer.status}): {self.why}"
        )


@dataclass(slots=True)
class _Known:
    """The validators a URL gave last, and when it was last asked without any.

    `void` says that its last answer had none to give, since it led elsewhere or was not what was asked for: whether
    the ones before are still worth something may be seen either way.
    """

    etag: str | None = None
    modified: str | None = None
    void: bool = False
    bare_at: datetime | None = None


@dataclass(slots=True)
class _Source:
    """What a source's own answers allow next: moments, the skipped hours and days, and its bare requests."""

    polled_at: datetime | None = None
    not_before: datetime | None = None
    why: str = ""
    document_wait_s: float = 0.0
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    caught_at: datetime | None = None
    gone_paths: set[str] = field(default_factory=set)
    moved_at: list[datetime] = field(default_factory=list)
    lied: bool = False


class Judge:
    """Reads a log from the first request to the last; `violations` are what it found."""

    def __init__(
        self, web: Web, resumed: Mapping[datetime, datetime] | None = None, *, budget: int = BUDGET
    ) -> None:
        """Begin with nothing known. `resumed` says which cycle (by its moment) a killed one was gone on with in."""
        self._budget = budget
        self._in_a_day: dict[str, deque[datetime]] = defaultdict(deque)
        self._resumed = resumed or {}
        self.violations: list[Violation] = []
        self._web = web
        self._outlets: Mapping[str, Outlet] = {outlet.source_id: outlet for outlet in web.outlets}
        self._known: dict[tuple[str, str], _Known] = defaultdict(_Known)
        self._sources: dict[str, _Source] = defaultdict(_Source)
        self._rests: dict[str, tuple[datetime, str]] = {}
        self._robots: dict[str, list[Asked]] = defaultdict(list)
        #: Hosts that gave a page away, and when each of their files about rights was asked for last.
        self._read: set[str] = set()
        self._rights: dict[tuple[str, str], datetime] = {}
        self._in_cycle: tuple[datetime | None, set[tuple[str, str]]] = (None, set())
        #: Of a host: the moment of the cycle, seconds of its first request, and how many there were.
        self._runs: dict[str, tuple[datetime | None, float, int]] = {}
        #: Hosts whose 304s were seen to be false: nothing needs to be asked conditionally there.
        self._caught: set[str] = set()

    def read(self, log: Iterable[Asked]) -> list[Violation]:
        """Judge `log` and return the violations so far."""
        for asked in self._that_arrived(log):
            self._once(asked)
            self._rested(asked)
            self._alone(asked)
            self._enough(asked)
            self._spaced(asked)
            self._allowed(asked)
            self._shaped(asked)
            if asked.answer.source_id is not None:
                self._on_time(asked, self._outlets[asked.answer.source_id])
            self._conditional(asked)
            self._note(asked)
        return self.violations

    def _that_arrived(self, log: Iterable[Asked]) -> list[Asked]:
        """Return the requests without those that were on their way when the reader was killed, and came again.

        At most one a host: the last before the kill.
        """
        kept: list[Asked | None] = []
        last: dict[str, int] = {}
        for asked in log:
            before = kept[last[asked.host]] if asked.host in last else None
            again = before is not None and before.at != asked.at and self._cycle(before) == self._cycle(asked)
            if again and before is not None and before.path == asked.path:
                kept[last[asked.host]] = None
            last[asked.host] = len(kept)
            kept.append(asked)
        return [asked for asked in kept if asked is not None]

    def _break(self, rule: str, asked: Asked, why: str) -> None:
        self.violations.append(Violation(rule=rule, asked=asked, why=why))

    def _cycle(self, asked: Asked) -> datetime:
        return self._resumed.get(asked.at, asked.at)

    def _once(self, asked: Asked) -> None:
        at, seen = self._in_cycle
        if at != self._cycle(asked):
            self._in_cycle = _, seen = self._cycle(asked), set()
        if (asked.host, asked.path) in seen:
            self._break("twice in one cycle", asked, "it was asked for already")
        seen.add((asked.host, asked.path))

    def _rested(self, asked: Asked) -> None:
        until, told = self._rests.get(asked.host, (asked.at, ""))
        if asked.at < until:
            self._break("inside Retry-After", asked, f"the host rests until {until:%d %H:%M} ({told})")

    def _alone(self, asked: Asked) -> None:
        if asked.open_at_host > 1:
            self._break("more than one connection", asked, f"{asked.open_at_host} requests were open")

    def _enough(self, asked: Asked) -> None:
        lately = self._in_a_day[owner_of(asked.host)]
        while lately and lately[0] <= asked.at - DAY:
            lately.popleft()
        lately.append(asked.at)
        if len(lately) > self._budget:
            self._break("over the budget", asked, f"{len(lately)} requests to its owner in 24 hours")

    def _spaced(self, asked: Asked) -> None:
        """Crawl-delay, over all requests of a cycle from the moment that the file which names it was read."""
        site = self._web.sites.get(asked.host)
        if site is None or not site.crawl_delay or not self._good_robots(asked.host):
            return
        at, since, count = self._runs.get(asked.host, (None, 0.0, 0))
        if at != asked.at:
            at, since, count = asked.at, asked.seconds, 0
        self._runs[asked.host] = (at, since, count + 1)
        if asked.seconds - since < count * site.crawl_delay - _HELD_UP_S:
            why = f"{count + 1} requests in {asked.seconds - since:.2f} s, {site.crawl_delay} s are asked between two"
            self._break("Crawl-delay", asked, why)

    def _good_robots(self, host: str) -> list[Asked]:
        return [asked for asked in self._robots[host] if asked.answer.status in _READABLE]

    def _allowed(self, asked: Asked) -> None:
        """Robots.txt (RFC 9309): asked first, a day old at most, once a day, obeyed."""
        role, site = asked.answer.role, self._web.sites.get(asked.host)
        if site is None:
            self._break("unknown host", asked, "nobody named it")
            return
        before = self._robots[asked.host]
        if role == "robots":
            # A copy serves for a day; a file that could not be had may be asked for again in an hour.
            serves = DAY if before and before[-1].answer.status in _READABLE else _HOUR
            if before and asked.at - before[-1].at < serves:
                self._break("robots.txt too often", asked, f"asked {before[-1].at:%d %H:%M}")
            before.append(asked)
            return
        if role == "rights":
            self._uninvited(asked)
        if role == "listing" and self._outlets[str(asked.answer.source_id)].kind == "feed":
            return
        if role in (*_ROVING, "rights", "listing"):
            self._obeys(asked, site, before)

    def _uninvited(self, asked: Asked) -> None:
        """A file about rights: only of a site that a page was read of, and once in 30 days."""
        if asked.host not in self._read:
            self._break("rights of a site unread", asked, "no page of it was read")
        last = self._rights.get((asked.host, asked.path))
        if last is not None and asked.at - last < _RIGHTS_FOR:
            self._break("rights too often", asked, f"asked {last:%d %H:%M}")
        self._rights[asked.host, asked.path] = asked.at

    def _obeys(self, asked: Asked, site: Site, before: list[Asked]) -> None:
        good = [one for one in before if one.answer.status in _READABLE]
        if not before or asked.at - before[-1].at > DAY:
            self._break("robots.txt not asked", asked, "no robots.txt of the last 24 hours")
        elif not good:
            self._break("robots.txt unavailable", asked, "it was never readable, so nothing is allowed")
        elif good[-1].answer.status == 200 and site.refuses(asked.path, good[-1].at):
            self._break("robots.txt disobeyed", asked, "it disallows the path")

    def _shaped(self, asked: Asked) -> None:
        if asked.odd:
            self._break("odd headers", asked, ", ".join(asked.odd))
        if not asked.user_agent.startswith("newswatch/"):
            self._break("user agent", asked, asked.user_agent)

    def _on_time(self, asked: Asked, outlet: Outlet) -> None:
        source, answer = self._sources[outlet.source_id], asked.answer
        if asked.path in source.gone_paths:
            self._break("asked after 410", asked, "it had answered Gone")
        if source.polled_at == self._cycle(asked):
            return
        if source.not_before is not None and asked.at < source.not_before:
            self._break("early poll", asked, f"not before {source.not_before:%d %H:%M} ({source.why})")
        if asked.at.hour in source.skip_hours or asked.at.weekday() in source.skip_days:
            self._break("skipped hour or day", asked, "the feed wants not to be asked now")
        source.polled_at = self._cycle(asked)
        source.not_before, source.why = asked.at + outlet.every, "every"
        adopted = len(source.moved_at) >= HELD_POLLS and asked.at - source.moved_at[0] >= HELD_FOR
        if answer.role == "part" or (answer.role == "hop" and not adopted):
            self._break("listing begun in the middle", asked, "its own address was not asked first")

    def _conditional(self, asked: Asked) -> None:
        """Validators go back byte for byte; without them only the first time, or as an audit once a day."""
        if asked.answer.role in ("robots", "rights", "other"):
            return
        known = self._known[asked.host, asked.path]
        sent = (asked.etag, asked.since)
        if sent == (known.etag, known.modified) or (known.void and sent == (None, None)):
            return
        if sent != (None, None):
            self._break("other validators", asked, f"sent {sent}, known {(known.etag, known.modified)}")
            return
        if asked.answer.source_id is None:
            if asked.host not in self._caught:
                self._break("unconditional repeat", asked, "a page's validators were known")
            return
        source = self._sources[asked.answer.source_id]
        if source.caught_at is not None:
            return
        bare_at = known.bare_at or asked.at - DAY
        if asked.at - bare_at < DAY:
            self._break("unconditional repeat", asked, f"the one before was {bare_at:%d %H:%M}")

    def _note(self, asked: Asked) -> None:
        answer = asked.answer
        if answer.rest_s:
            until = asked.at + timedelta(seconds=answer.rest_s)
            self._rests[asked.host] = max(
                self._rests.get(asked.host, (until, "")), (until, f"{answer.status} of {asked.path}")
            )
        if answer.role == "page" and answer.full:
            self._read.add(asked.host)
        known = self._known[asked.host, asked.path]
        bare = asked.etag is None and asked.since is None
        known.bare_at = asked.at if bare else known.bare_at
        known.void = answer.status in _REDIRECTS or (answer.status == 200 and not answer.full)
        if answer.full and answer.role != "robots":
            if answer.status != _NOT_MODIFIED:
                known.etag, known.modified = answer.etag, answer.modified
            else:
                known.etag, known.modified = answer.etag or known.etag, answer.modified or known.modified
        if answer.source_id is not None:
            self._note_source(asked, self._sources[answer.source_id])

    def _note_source(self, asked: Asked, source: _Source) -> None:
        answer = asked.answer
        if answer.status == 410:
            source.gone_paths.add(asked.path)
        if answer.role == "listing" and answer.status in (301, 308):
            source.moved_at.append(asked.at)
        elif answer.role == "listing":
            source.moved_at.clear()
        if not answer.full:
            return
        source.lied = source.lied or answer.lie
        if answer.status != _NOT_MODIFIED:
            bare = asked.etag is None and asked.since is None
            if source.lied and bare and source.caught_at is None:
                source.caught_at = asked.at
                self._caught.add(asked.host)
            source.document_wait_s = answer.document_wait_s
            source.skip_hours, source.skip_days = answer.skip_hours, answer.skip_days
        for wait_s, why in ((answer.header_wait_s, "headers"), (source.document_wait_s, "document")):
            until = asked.at + timedelta(seconds=wait_s)
            if source.not_before is None or until > source.not_before:
                source.not_before, source.why = until, why
