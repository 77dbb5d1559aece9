"""The sites of the newsroom, and the watch that follows them."""

import tomllib
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib.resources import files
from typing import Literal

from extractors.records import Source, SourceKind
from extractors.watch import AlertRule, Entity, Watch, entities_from
from flows.newsroom.gold import GOLD_SETS, all_articles, read_gold

Design = Literal["broadsheet", "portal", "blog", "wire", "magazine", "app"]
Offer = Literal[
    "rss",
    "rss-full",
    "rss-tracked",
    "atom",
    "rdf",
    "json",
    "sitemap",
    "page",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One news site.

    `feed` is what it offers to be polled, at the path `at`. `dates` says whether its dates carry a zone, none,
    or stand in the page for readers only (`hidden`). `charset` is what it sends, `declared` what it says it
    sends. `links` is the CSS selector of article links, None where they are to be found by rule.
    """

    host: str
    publisher: str
    language: str
    design: Design
    feed: Offer
    at: str
    structured: Literal["article", "graph", "none"]
    og: bool
    dates: Literal["zoned", "zoneless", "hidden"] = "zoned"
    charset: str = "utf-8"
    declared: str = "utf-8"
    links: str | None = None

    @property
    def source(self) -> Source:
        """What a watch says to follow this site."""
        kinds: dict[str, SourceKind] = {"page": "page", "sitemap": "sitemap"}
        return Source(
            source_id=self.host.removesuffix(".example"),
            kind=kinds.get(self.feed, "feed"),
            url=f"http://{self.host}{self.at}",
            every=timedelta(hours=1),
            language=self.language,
            publisher=self.publisher,
            links=self.links,
        )


def _read_sites() -> tuple[Site, ...]:
    told = tomllib.loads(files("flows.newsroom").joinpath("sites.toml").read_text(encoding="utf-8"))
    known = {article.host: article for article in all_articles()}
    return tuple(
        Site(
            **{"declared": line.get("charset", "utf-8"), **line},
            publisher=known[line["host"]].publisher,
            language=known[line["host"]].language,
        )
        for line in told["sites"]
    )


#: Every site of the newsroom: the hosts of all gold articles.
SITES: tuple[Site, ...] = _read_sites()


def sources() -> tuple[Source, ...]:
    """Return the newsroom's sources, one a site."""
    return tuple(site.source for site in SITES)


def newsroom_watch(base: Watch, alert_url: str) -> Watch:
    """Return `base` made to follow the newsroom: its sources, one alert rule to `alert_url`, the gold entities.

    Entities of the gold sets that `base` does not have are added to its own.
    """
    rule = AlertRule(name="newsroom-desk", to=alert_url, about="developments", language="en")
    missing = [entity for entity in _gold_entities() if entity.entity_id not in base.by_id]
    return replace(base, entities=(*base.entities, *missing), sources=sources(), alerts=(rule,))


def _gold_entities() -> tuple[Entity, ...]:
    found: dict[str, Entity] = {}
    for name in GOLD_SETS:
        for entity in entities_from(read_gold(name).watch["entities"], f"{name}/watch.json"):
            found.setdefault(entity.entity_id, entity)
    return tuple(found.values())
