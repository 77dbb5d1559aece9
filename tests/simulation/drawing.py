"""Draws a web from a seed: as many sources as wanted, of every behaviour in turn, each with its own rhythm."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from tests.simulation.documents import title_of
from tests.simulation.web import Asks, Move, Outlet, Piece, Site, Trouble, TroubleKind, Web

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: Items of each source that are listed already when a simulation starts.
BACKLOG = 6


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a behaviour draws from: chance, and the time that it has."""

    chance: random.Random
    start: datetime
    days: float
    backlog: int

    def at(self, low: float, high: float) -> datetime:
        """Return a moment between two shares of the whole time, on a full minute."""
        minutes = round(self.chance.uniform(low, high) * self.days * 1440)
        return self.start + timedelta(minutes=minutes)

    def trouble(self, kind: TroubleKind, low: float = 1, high: float = 10) -> Trouble:
        """Return a trouble in the middle of the time: days of 60, proportionally less of a shorter time."""
        begin = self.at(0.15, 0.4)
        lasts = timedelta(days=round(self.chance.uniform(low, high) * min(self.days / 60, 1), 2))
        return Trouble(start=begin, stop=begin + max(lasts, 3 * HOUR), kind=kind)


@dataclass(frozen=True, kw_only=True)
class Habit:
    """A behaviour: what it changes of an outlet and of its site. `own_host` keeps the host to itself.

    `every` are its intervals in hours, `rate` its pieces a day, None for the usual ones.
    """

    outlet: Mapping[str, Any] = field(default_factory=dict)
    site: Mapping[str, Any] = field(default_factory=dict)
    own_host: bool = True
    every: int | None = None
    rate: float | None = None
    burst: int = 1


def _form(form: str, **more: Any) -> Callable[[Draft], Habit]:
    kind = {"news": "sitemap", "index": "sitemap", "page": "page"}.get(form, "feed")
    return lambda draft: Habit(outlet={"form": form, "kind": kind, **more}, own_host=kind != "feed")


def _style(style: str, **more: Any) -> Callable[[Draft], Habit]:
    return lambda draft: Habit(outlet={"style": style, **more})


def _asks(every: int = 1, **asks: Any) -> Callable[[Draft], Habit]:
    return lambda draft: Habit(outlet={"asks": Asks(**asks)}, every=every)


def _site_trouble(kind: TroubleKind, low: float = 1, high: float = 10) -> Callable[[Draft], Habit]:
    return lambda draft: Habit(site={"troubles": (draft.trouble(kind, low, high),)})


def _own_trouble(kind: TroubleKind, low: float = 1, high: float = 6) -> Callable[[Draft], Habit]:
    return lambda draft: Habit(outlet={"troubles": (draft.trouble(kind, low, high),)}, own_host=False)


def _moves(status: int, hops: int, stop: tuple[float, float] | None = None) -> Callable[[Draft], Habit]:
    def habit(draft: Draft) -> Habit:
        begin = draft.at(0.1, 0.2)
        chain = tuple(f"/moved/{step}.xml" for step in range(hops))
        end = begin + timedelta(days=draft.chance.uniform(*stop)) if stop else None
        return Habit(outlet={"moves": (Move(start=begin, stop=end, status=status, chain=chain),)}, every=2)

    return habit


def _ended(key: str, instead: str | None) -> Callable[[Draft], Habit]:
    return lambda draft: Habit(outlet={key: draft.at(0.2, 0.3), "instead": instead}, every=2, rate=2.0)


def _disallowed(draft: Draft) -> Habit:
    return Habit(site={"disallowed": ((draft.at(0.2, 0.4), "/news/"),)})


def _part_trouble(key: str) -> Callable[[Draft], Habit]:
    """For some hours a site gives away its listings, but not its robots.txt or its articles."""

    def habit(draft: Draft) -> Habit:
        begin = draft.start if draft.chance.random() < 0.5 else draft.at(0.2, 0.4)
        trouble = Trouble(start=begin, stop=begin + HOUR * draft.chance.uniform(8, 30), kind="503")
        return Habit(outlet={"summaries": False}, site={key: (trouble,)}, every=1, rate=2.0)

    return habit


BEHAVIOURS: Mapping[str, Callable[[Draft], Habit]] = {
    "changing": lambda draft: Habit(own_host=False),
    "frozen": lambda draft: Habit(own_host=False, rate=0.0),
    "liar": lambda draft: Habit(outlet={"lies_from": draft.at(0.0, 0.3)}, rate=1.0),
    "429": _site_trouble("429", 0.3, 1),
    "429-seconds": _own_trouble("429-seconds", 0.3, 3),
    "429-date": _own_trouble("429-date", 1, 5),
    "503": _own_trouble("503"),
    "503-seconds": _own_trouble("503-seconds"),
    "503-date": _site_trouble("503-date", 1, 5),
    "moved": _moves(301, 2),
    "moved-308": _moves(308, 1),
    "flips-back": _moves(301, 1, (0.5, 1.5)),
    "moved-302": _moves(302, 1),
    "gone": _ended("gone_at", None),
    "gone-sitemap": _ended("gone_at", "/news-sitemap.xml"),
    "lost-sitemap": _ended("lost_at", "/news-sitemap.xml"),
    "ttl": _asks(ttl_min=240),
    "max-age": _asks(max_age_s=14400, age_s=600),
    "endless-max-age": _asks(max_age_s=31_536_000),
    "expires": _asks(expires_s=18000),
    "sy": _asks(updates_a_day=3),
    "skip-hours": _asks(skip_hours=(0, 1, 2, 3, 4, 5)),
    "skip-days": _asks(every=2, skip_days=(5, 6)),
    "etag": _style("etag"),
    "weak": _style("weak"),
    "odd": _style("odd"),
    "modified": _style("modified"),
    "suffix": _style("suffix"),
    "none": _style("none"),
    "fickle": _style("fickle"),
    "restless": _style("both", restless=True),
    "down": _site_trouble("500"),
    "cut": _site_trouble("reset", 1, 8),
    "forbidden": _site_trouble("403", 1, 6),
    "missing": _own_trouble("404", 1, 9),
    "maintenance": _own_trouble("html", 0.5, 2),
    "burst": lambda draft: Habit(outlet={"listed": 5, "summaries": False}, every=1, rate=0.5, burst=8),
    "atom": _form("atom"),
    "rdf": _form("rdf"),
    "json": _form("json"),
    "news": _form("news", summaries=False),
    "index": _form("index", summaries=False),
    "page": _form("page", links="main h2 a", summaries=False),
    "page-by-rule": _form("page", summaries=False),
    "slow": lambda draft: Habit(site={"crawl_delay": 0.1}, every=4, rate=0.3),
    "disallowed": _disallowed,
    "robots-down": _part_trouble("robots_troubles"),
    "pages-down": _part_trouble("page_troubles"),
    "no-robots": lambda draft: Habit(site={"robots": False}),
    "quota": lambda draft: Habit(site={"quota": 5}, every=2, rate=1.0),
    "section": lambda draft: Habit(own_host=False, every=2),
}


def draw_web(seed: int, count: int, start: datetime, days: float, backlog: int = BACKLOG) -> Web:
    """Return a web of `count` sources for `days` from `start`; the same arguments draw the same one.

    `backlog` is how many items each source has published before.
    """
    sites: dict[str, Site] = {}
    outlets: list[Outlet] = []
    names = tuple(BEHAVIOURS)
    for index in range(count):
        behaviour = names[index % len(names)]
        draft = Draft(chance=random.Random(f"{seed}/{index}"), start=start, days=days, backlog=backlog)
        habit = BEHAVIOURS[behaviour](draft)
        # Of the hosts that several sources share, two and two are one owner's.
        shared = index % 7 + index // len(names) * 7
        host = f"s{index:03}.example" if habit.own_host else f"{'ab'[shared % 2]}.house{shared // 2}.co.uk"
        scheme = "https" if draft.chance.random() < 0.7 else "http"
        sites.setdefault(host, replace(Site(host=host, scheme=scheme), **habit.site))
        before = [outlet for outlet in outlets if outlet.host == host]
        outlet = _outlet(draft, index, behaviour, host, habit)
        if behaviour == "section" and before:
            outlet = replace(outlet, pieces=before[0].pieces, listed=before[0].listed)
        outlets.append(outlet)
    return Web(start=start, stop=start + timedelta(days=days), sites=sites, outlets=tuple(outlets))


def _outlet(draft: Draft, index: int, behaviour: str, host: str, habit: Habit) -> Outlet:
    chance = draft.chance
    rate = habit.rate if habit.rate is not None else chance.choice((0.2, 0.4, 0.8))
    every = habit.every or chance.choice((1, 1, 2, 3, 6))
    told = Outlet(
        source_id=f"{behaviour}-{index:03}",
        behaviour=behaviour,
        kind="feed",
        form="rss",
        host=host,
        path=f"/feeds/{index}.html" if habit.outlet.get("form") == "page" else f"/feeds/{index}.xml",
        every=every * HOUR,
        listed=chance.choice((12, 20, 30)),
        pieces=_pieces(draft, host, index, rate, habit.burst),
        summaries=chance.random() < 0.5,
    )
    return replace(told, **habit.outlet)


def _pieces(draft: Draft, host: str, index: int, rate: float, burst: int) -> tuple[Piece, ...]:
    """Return the pieces of a source: some from before the start, then `rate` a day in bursts of `burst`."""
    chance = draft.chance
    moments = [draft.start - timedelta(minutes=chance.uniform(10, 4 * 1440)) for _ in range(draft.backlog)]
    for _ in range(round(rate * draft.days / burst)):
        at = draft.start + timedelta(minutes=chance.uniform(30, draft.days * 1440))
        moments += [at + timedelta(minutes=step) for step in range(burst)]
    return tuple(
        _piece(chance, host, index * 10_000 + number, moment.replace(second=0, microsecond=0))
        for number, moment in enumerate(sorted(moments))
    )


def _piece(chance: random.Random, host: str, number: int, published: datetime) -> Piece:
    title = title_of(host, number)
    slug = f"{published:%Y/%m/%d}/{title.lower().replace(' ', '-')}.html"
    fate = chance.random()
    return Piece(
        number=number,
        path=f"/news/{slug}",
        title=title,
        published=published,
        old_path=f"/old/{slug}" if fate < 0.05 else None,
        edited_at=published + timedelta(hours=chance.uniform(1, 40)) if fate > 0.8 else None,
        gone_at=published + timedelta(days=chance.uniform(4, 6)) if 0.05 <= fate < 0.1 else None,
        late_until=published + HOUR if 0.1 <= fate < 0.13 else None,
        relevant=0.13 <= fate < 0.15,
    )
