"""Articles as the warehouse has them: rows → records and records → rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from extractors.records import (
    Article,
    Citation,
    Claim,
    Figure,
    Mention,
    Release,
    RightsNotice,
    Signals,
    article_id,
    stable_id,
)
from extractors.watch import Watch
from warehouse.database import Connection, insert, rows, run
from warehouse.revisions import Change
from warehouse.rights import rights_row


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle:
    """One version of an article, with what judgement made of it; fields as in the table `articles`.

    `changed` and `diff` say how the revision differs from the one before (`first` and None for the first
    one). `signals` is None where the article was read from the warehouse without them.
    """

    article: Article
    revision: int
    first_seen_at: datetime
    reported_at: datetime
    words: int
    relevant: bool
    likeness: float
    copy_of: str | None
    story_id: str | None
    detected_at: datetime | None = None
    changed: Change = "first"
    diff: str | None = None
    signals: Signals | None = None

    @property
    def article_id(self) -> str:
        """The id of the article."""
        return article_id(self.article.url)

    @property
    def judged_at(self) -> datetime:
        """The moment this version's news counts from: a revision's is when it was seen."""
        return self.reported_at if self.revision == 1 else self.article.seen_at


def read_articles(con: Connection, ids: Sequence[str]) -> dict[str, StoredArticle]:
    """Return those of the articles that are stored, by id, without their signals."""
    return {row["article_id"]: _stored(row) for row in rows(con, "articles_by_id", ids=list(ids))}


def read_signals(con: Connection, words: Mapping[str, int]) -> dict[str, Signals]:
    """Return the stored signals of articles by id, without shingles; `words` holds their word counts."""
    ids = list(words)
    claims = _grouped(rows(con, "memory_claims", ids=ids))
    figures = _grouped(rows(con, "memory_figures", ids=ids))
    mentions = _grouped(rows(con, "memory_mentions", ids=ids))
    citations = _grouped(rows(con, "memory_citations", ids=ids))
    found: dict[str, Signals] = {}
    for key, count in words.items():
        index = {row.pop("claim_id"): number for number, row in enumerate(claims.get(key, []))}
        found[key] = Signals(
            words=count,
            mentions=tuple(Mention(**row) for row in mentions.get(key, [])),
            claims=tuple(
                Claim(**row | {"participants": tuple(row["participants"])}) for row in claims.get(key, [])
            ),
            figures=tuple(
                Figure(claim=index.get(row.pop("claim_id")), **row) for row in figures.get(key, [])
            ),
            citations=tuple(Citation(**row) for row in citations.get(key, [])),
        )
    return found


def save_articles(con: Connection, articles: Sequence[StoredArticle]) -> None:
    """Write these versions in place of what was stored of the articles."""
    newest = {stored.article_id: stored for stored in articles}
    known = [key for key, stored in newest.items() if stored.revision > 1]
    for query in ("articles", "mentions", "claims", "figures", "citations", "shingles"):
        if known:
            run(con, f"delete_{query}", ids=known)
    insert(con, "articles", [_article_row(stored) for stored in newest.values()])
    insert(con, "revisions", [_revision_row(stored) for stored in articles])
    for table, rows_of in SIGNAL_ROWS.items():
        insert(con, table, [row for stored in newest.values() for row in rows_of(stored)])
    run(
        con,
        "insert_shingles",
        fingerprints=[
            {"article_id": stored.article_id, "shingles": list(signals_of(stored).shingles)}
            for stored in articles
        ],
    )


def save_entities(con: Connection, watch: Watch) -> None:
    """Write down the entities and topics of `watch`, where they are others than before."""
    wanted = [
        {"entity_id": entity.entity_id, "kind": entity.kind, "name": entity.name, "wikidata": entity.wikidata}
        for entity in watch.entities
    ]
    wanted += [
        {
            "entity_id": topic.topic_id,
            "kind": "topic",
            "name": topic.topic_id.partition(":")[2],
            "wikidata": None,
        }
        for topic in watch.topics
    ]
    wanted.sort(key=lambda row: str(row["entity_id"]))
    if rows(con, "all_entities") != wanted:
        run(con, "delete_entities")
        insert(con, "entities", wanted)


def claim_id(stored: StoredArticle, number: int) -> str:
    """Return the id of claim `number` (from 0) of this version of the article."""
    return stable_id("c", stored.article_id, stored.revision, number)


def signals_of(stored: StoredArticle) -> Signals:
    """Return the signals of this version.

    Raises:
        ValueError: it was read from the warehouse without them.
    """
    if stored.signals is None:
        raise ValueError(f"{stored.article.url}: was read without its signals")
    return stored.signals


def _stored(row: Mapping[str, Any]) -> StoredArticle:
    return StoredArticle(
        article=Article(
            url=row["url"],
            source_id=row["source_id"],
            publisher=row["publisher"],
            title=row["title"],
            text=row["text"],
            seen_at=row["first_seen_at"],
            lead=row["lead"],
            language=row["language"],
            authors=tuple(row["authors"]),
            published_at=row["published_at"],
            published_from=row["published_from"],
            text_from=row["text_from"],
            section=row["section"],
            rights=_rights(row),
            date_clamped=row["date_clamped"],
            release=_release(row),
        ),
        revision=row["revision"],
        first_seen_at=row["first_seen_at"],
        reported_at=row["reported_at"],
        words=row["words"],
        relevant=row["relevant"],
        likeness=row["likeness"],
        copy_of=row["copy_of"],
        story_id=row["story_id"],
    )


def _rights(row: Mapping[str, Any]) -> tuple[RightsNotice, ...]:
    return tuple(RightsNotice(place=place, policy=row["rights_policy"]) for place in row["rights_from"] or ())


def _release(row: Mapping[str, Any]) -> Release | None:
    found = Release(**{name: row[name] for name in Release.__slots__})
    return None if found == Release() else found


def _article_row(stored: StoredArticle) -> dict[str, object]:
    article = stored.article
    return (
        {
            "article_id": stored.article_id,
            "url": article.url,
            "source_id": article.source_id,
            "publisher": article.publisher,
            "language": article.language,
            "title": article.title,
            "lead": article.lead,
            "text": article.text,
            "authors": list(article.authors),
            "published_at": article.published_at,
            "published_from": article.published_from,
            "reported_at": stored.reported_at,
            "first_seen_at": stored.first_seen_at,
            "revision": stored.revision,
            "words": stored.words,
            "relevant": stored.relevant,
            "likeness": stored.likeness,
            "copy_of": stored.copy_of,
            "story_id": stored.story_id,
            "text_from": article.text_from,
            "section": article.section,
            "date_clamped": article.date_clamped,
        }
        | rights_row(article)
        | asdict(article.release or Release())
    )


def _revision_row(stored: StoredArticle) -> dict[str, object]:
    return {
        "article_id": stored.article_id,
        "revision": stored.revision,
        "seen_at": stored.article.seen_at,
        "title": stored.article.title,
        "text": stored.article.text,
        "change": stored.changed,
        "diff": stored.diff,
    }


def _mention_rows(stored: StoredArticle) -> Iterable[dict[str, object]]:
    for mention in signals_of(stored).mentions:
        yield {"article_id": stored.article_id} | {name: getattr(mention, name) for name in Mention.__slots__}


def _claim_rows(stored: StoredArticle) -> Iterable[dict[str, object]]:
    for number, claim in enumerate(signals_of(stored).claims):
        row = {name: getattr(claim, name) for name in Claim.__slots__}
        yield row | {
            "claim_id": claim_id(stored, number),
            "article_id": stored.article_id,
            "participants": list(claim.participants),
            "position": number,
        }


def _figure_rows(stored: StoredArticle) -> Iterable[dict[str, object]]:
    for figure in signals_of(stored).figures:
        row = {name: getattr(figure, name) for name in Figure.__slots__ if name != "claim"}
        owner = None if figure.claim is None else claim_id(stored, figure.claim)
        yield row | {"article_id": stored.article_id, "claim_id": owner}


def _citation_rows(stored: StoredArticle) -> Iterable[dict[str, object]]:
    for citation in signals_of(stored).citations:
        yield {
            "article_id": stored.article_id,
            "origin": citation.origin,
            "sentence": citation.sentence,
        }


#: Table of what stands in an article → how its rows are made of a version.
SIGNAL_ROWS: dict[str, Callable[[StoredArticle], Iterable[dict[str, object]]]] = {
    "mentions": _mention_rows,
    "claims": _claim_rows,
    "figures": _figure_rows,
    "citations": _citation_rows,
}


def _grouped(found: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        grouped.setdefault(row.pop("article_id"), []).append(row)
    return grouped
