"""What a batch replaces: rows as they were and until when, so that the file can answer as of a moment.

A change is dated by the sight of the article that made it, not by the time of loading. What one batch changes several
times is kept step by step, but for articles of earlier batches: of these only what they were before the batch.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from warehouse.database import Connection, insert, rows, run
from warehouse.judged import Development, DevelopmentArticle, Judgement, Story
from warehouse.stored import SIGNAL_ROWS, StoredArticle

Kind = Literal["article", "original", "gone", "story", "development", "link"]
Key = str | tuple[str, str]

#: What is kept of what was stored before the batch, each with the kinds of changes that replace it.
_KEPT: tuple[tuple[tuple[Kind, ...], str], ...] = (
    (("article", "original", "gone"), "keep_past_articles"),
    (("story",), "keep_past_stories"),
    (("development", "gone"), "keep_past_developments"),
    (("link",), "keep_past_links"),
)
_KEPT_OF_VERSIONS = ("keep_past_mentions", "keep_past_claims", "keep_past_figures", "keep_past_citations")

_STORY = ("story_id", "title", "title_article_id", "first_at", "last_at")
_DEVELOPMENT = (
    "development_id",
    "story_id",
    "first_article_id",
    "reported_at",
    "sentence",
    "articles",
    "copies",
    "origins",
    "state",
    "confirmed_at",
    "official_at",
    "withdrawn_at",
    "withdrawn_by",
)
_ARTICLE = ("publisher", "language", "lead", "published_at", "published_from", "date_clamped", "text_from")
_STORED = ("article_id", "revision", "words", "relevant", "likeness", "copy_of", "story_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Until when something was so, and the place of the change that ended it among those of the batch, from 1."""

    until: datetime
    position: int


@dataclass(slots=True)
class History:
    """Collects what a batch replaces, in the order of its changes; `save` writes it down before the batch is written.

    What was stored before the batch is read from the tables then; what the batch itself has made and made anew is kept
    here. `linked_at` says since when articles are known to report developments, as far as the batch found it.
    """

    linked_at: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _position: int = 0
    _own: set[str] = field(default_factory=set)
    _rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    _touched: dict[Kind, dict[Key, Stamp]] = field(default_factory=lambda: defaultdict(dict))
    _revised: set[str] = field(default_factory=set)

    def take(self, article_id: str, before: StoredArticle | None, at: datetime) -> None:
        """Note that a version of the article was seen at this time; `before` is the one that it replaces."""
        if before is not None and article_id in self._own:
            self._keep("articles", _article_row(before), at)
            for table, rows_of in SIGNAL_ROWS.items():
                self._rows[table] += [row | {"revision": before.revision} for row in rows_of(before)]
        elif before is not None:
            self._touch("article", article_id, at)
            self._revised.add(article_id)
        self._own.add(article_id)

    def move(self, articles: Iterable[StoredArticle], at: datetime) -> None:
        """Note that these articles, as they were, have another original or story from then on."""
        for stored in articles:
            if stored.article_id in self._own:
                self._keep("articles", _article_row(stored), at)
            else:
                self._touch("article", stored.article_id, at)

    def adopt(self, copies: Iterable[str], articles: Iterable[StoredArticle], at: datetime) -> None:
        """Note that the articles `copies`, and copies of theirs, have another original; `articles` as for `move`."""
        for article_id in copies:
            if article_id not in self._own:
                self._touch("article", article_id, at)
            self._touch("original", article_id, at)
        self.move(articles, at)

    def judge(
        self,
        judgement: Judgement,
        at: datetime,
        stories: dict[str, Story],
        developments: dict[str, Development],
        links: dict[tuple[str, str], DevelopmentArticle],
    ) -> None:
        """Note what a judgement replaces; the three hold by id what the batch has made so far."""
        for step in judgement.lineage:
            if step.change == "merged":
                self._replace("story", step.story_id, stories.get(step.story_id), None, at)
                self._touch("gone", step.story_id, at)
        for key, _ in judgement.moved:
            if key not in self._own:
                self._touch("article", key, at)
        for story in judgement.stories:
            self._replace("story", story.story_id, stories.get(story.story_id), story, at)
        for found in (*judgement.new, *judgement.changed):
            key = found.development_id
            self._replace("development", key, developments.get(key), found, at)
        for link in judgement.links:
            pair = (link.development_id, link.article_id)
            self._replace("link", pair, links.get(pair), link, at)
            self.linked_at.setdefault(pair, at)

    def save(self, con: Connection) -> None:
        """Write down what will be replaced; call it before anything of the batch is written."""
        if not self._position:
            return
        ((base,),) = run(con, "last_past_position")
        for kinds, query in _KEPT:
            touched = self._listed(kinds)
            if touched["keys"]:
                run(con, query, base=base, **touched)
        if self._revised:
            for query in _KEPT_OF_VERSIONS:
                run(con, query, ids=sorted(self._revised))
        for table, kept in self._rows.items():
            placed = [row | {"position": row["position"] + base} if "until" in row else row for row in kept]
            insert(con, f"state.past_{table}", placed)
        self.linked_at |= known_links(con, list(self.linked_at))

    def _replace(self, kind: Kind, key: Key, before: Any, after: Any, at: datetime) -> None:
        if before is None:
            self._touch(kind, key, at)
        elif before != after:
            table, names = _TABLES[kind]
            self._keep(table, {name: getattr(before, name) for name in names}, at)

    def _touch(self, kind: Kind, key: Key, at: datetime) -> None:
        self._touched[kind].setdefault(key, self._stamp(at))

    def _keep(self, table: str, row: dict[str, Any], at: datetime) -> None:
        stamp = self._stamp(at)
        self._rows[table].append(row | {"until": stamp.until, "position": stamp.position})

    def _stamp(self, at: datetime) -> Stamp:
        self._position += 1
        return Stamp(until=at, position=self._position)

    def _listed(self, kinds: Sequence[Kind]) -> dict[str, list[Any]]:
        """Return what was touched of these kinds as columns."""
        found = [(kind, key, stamp) for kind in kinds for key, stamp in self._touched[kind].items()]
        return {
            "kinds": [kind for kind, _, _ in found],
            "keys": [key if isinstance(key, str) else key[0] for _, key, _ in found],
            "articles": ["" if isinstance(key, str) else key[1] for _, key, _ in found],
            "untils": [stamp.until for _, _, stamp in found],
            "positions": [stamp.position for _, _, stamp in found],
        }


def known_links(con: Connection, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Any]:
    """Return since when stored links are known by development and article, None for those of older programs."""
    if not keys:
        return {}
    found = rows(con, "links_since", keys=[list(key) for key in keys])
    return {(row["development_id"], row["article_id"]): row["linked_at"] for row in found}


_TABLES: dict[Kind, tuple[str, tuple[str, ...]]] = {
    "story": ("stories", _STORY),
    "development": ("developments", _DEVELOPMENT),
    "link": ("links", DevelopmentArticle.__slots__),
}


def _article_row(stored: StoredArticle) -> dict[str, Any]:
    article = stored.article
    release = article.release
    row: dict[str, Any] = {name: getattr(article, name) for name in _ARTICLE}
    row |= {name: getattr(stored, name) for name in _STORED}
    return row | {
        "authors": list(article.authors),
        "pubstatus": release.pubstatus if release else None,
        "ednote": release.ednote if release else None,
    }
