"""The gold sets as frozen records: articles, developments and entities with their labels (see gold/LABELS.md)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

#: The sets that are bundled.
GOLD_SETS = ("xiaomi-baic", "su7-week")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldArticle:
    """One labelled article; every field as LABELS.md describes it.

    `published` keeps the offset of the place it was written in. `author`, `section`, `duplicate_of`, `story`
    and `revises` are None where the label is null. A claim is the label as it stands: `type`, `status`,
    `basis`, `participants`, `figures` and, where another reading is as right, `also`.
    """

    id: str
    url: str
    publisher: str
    language: str
    published: datetime
    title: str
    lead: str
    body: str
    author: str | None
    section: str | None
    relevant: bool
    duplicate_of: str | None
    story: str | None
    developments: tuple[str, ...]
    entities: tuple[str, ...]
    claims: tuple[Mapping[str, Any], ...]
    cites: tuple[str, ...]
    revises: str | None

    @property
    def host(self) -> str:
        """The host of the site that published it."""
        return urlsplit(self.url).netloc

    @property
    def path(self) -> str:
        """The path of its page on that host."""
        return urlsplit(self.url).path

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The paragraphs of the body, without the lead."""
        return tuple(part.strip() for part in self.body.split("\n\n") if part.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldSet:
    """A gold set: articles in the order of publication, developments and the watch as the files hold them."""

    name: str
    articles: tuple[GoldArticle, ...]
    developments: tuple[Mapping[str, Any], ...]
    watch: Mapping[str, Any]


@cache
def read_gold(name: str) -> GoldSet:
    """Return the bundled gold set `name` (one of `GOLD_SETS`).

    Raises:
        FileNotFoundError: there is no such set.
    """
    folder = files("flows.newsroom").joinpath("gold", name)
    lines = folder.joinpath("articles.jsonl").read_text(encoding="utf-8").split("\n")
    return GoldSet(
        name=name,
        articles=tuple(gold_article(json.loads(line)) for line in lines if line.strip()),
        developments=tuple(json.loads(folder.joinpath("developments.json").read_text(encoding="utf-8"))),
        watch=json.loads(folder.joinpath("watch.json").read_text(encoding="utf-8")),
    )


def all_articles() -> tuple[GoldArticle, ...]:
    """Return the articles of all bundled sets, in the order of publication."""
    found = (article for name in GOLD_SETS for article in read_gold(name).articles)
    return tuple(sorted(found, key=lambda article: (article.published, article.id)))


def gold_article(label: Mapping[str, Any]) -> GoldArticle:
    """Return the article of a line of `articles.jsonl`."""
    lists = {key: tuple(value) for key, value in label.items() if isinstance(value, list)}
    return GoldArticle(**{**label, **lists, "published": datetime.fromisoformat(label["published"])})
