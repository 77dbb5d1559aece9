"""What a news site shows at a moment: its published pieces, each in its newest version."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from flows.newsroom.gold import GoldArticle, all_articles


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """An article as its page shows it.

    `article` is the version shown, `published` when its first version came out, `version` counts from 1.
    """

    article: GoldArticle
    published: datetime
    version: int

    @property
    def updated(self) -> datetime:
        """When the version that is shown came out."""
        return self.article.published

    @property
    def link(self) -> str:
        """Where it is listed: over plain HTTP, an edited version with a query that makes the address new."""
        address = f"http://{self.article.host}{self.article.path}"
        return address if self.version == 1 else f"{address}?v={self.version}"


def published_count(host: str, clock: datetime) -> int:
    """Return how many articles, edited versions among them, the site `host` has published at `clock`."""
    return sum(article.published <= clock for article in _by_host().get(host, ()))


@cache
def edition(host: str, count: int) -> tuple[Piece, ...]:
    """Return the pieces on the site `host` after `count` publications, the newest first; edited ones rise again."""
    return _pieces(_by_host().get(host, ())[:count])


@cache
def _by_host() -> dict[str, tuple[GoldArticle, ...]]:
    found: dict[str, list[GoldArticle]] = {}
    for article in all_articles():
        found.setdefault(article.host, []).append(article)
    return {host: tuple(articles) for host, articles in found.items()}


def _pieces(articles: Iterable[GoldArticle]) -> tuple[Piece, ...]:
    shown: dict[str, Piece] = {}
    for article in articles:
        earlier = shown.get(article.path)
        shown[article.path] = Piece(
            article=article,
            published=earlier.published if earlier else article.published,
            version=earlier.version + 1 if earlier else 1,
        )
    return tuple(sorted(shown.values(), key=lambda piece: (piece.updated, piece.article.id), reverse=True))
