"""Judgement alone: the gold articles with their labels in the place of the claims that the tagger finds."""

from dataclasses import replace
from pathlib import Path

from extractors.clock import to_utc
from extractors.orders import Batch
from extractors.records import Article, Claim, CollectedArticle, Figure, Signals
from extractors.signals.tagger import Tagger
from extractors.watch import Watch
from flows.newsroom.gold import GoldArticle, GoldSet
from warehouse.database import open_warehouse
from warehouse.facts import CERTAIN
from warehouse.load import load


def load_given(gold: GoldSet, watch: Watch, warehouse: Path) -> None:
    """Load the articles of `gold` into a new warehouse, each with its labelled claims as certain ones."""
    tagger = Tagger(watch)
    articles = []
    for one in gold.articles:
        article = article_of(one)
        articles.append(CollectedArticle(article=article, signals=given(tagger.tag(article), one)))
    batch = Batch(
        batch_id="given",
        order_id="import",
        collected_at=articles[-1].article.seen_at,
        articles=tuple(articles),
    )
    with open_warehouse(warehouse) as con:
        load(con, batch, watch, batch.collected_at)


def article_of(one: GoldArticle) -> Article:
    """Return the labelled article as collecting would hand it on, seen when it was published."""
    at = to_utc(one.published)
    return Article(
        url=one.url,
        source_id="import",
        publisher=one.publisher,
        title=one.title,
        text=f"{one.lead}\n\n{one.body}",
        lead=one.lead,
        language=one.language,
        seen_at=at,
        published_at=at,
        published_from="import",
    )


def given(signals: Signals, one: GoldArticle) -> Signals:
    """Return `signals` with the labelled claims and their figures; figures of no claim stay."""
    claims = tuple(
        Claim(
            event_type=label["type"],
            status=label["status"],
            basis=label["basis"],
            participants=tuple(label["participants"]),
            sentence=one.title,
            part="title",
            start=0,
            stop=len(one.title),
            is_news=True,
            score=CERTAIN,
        )
        for label in one.claims
    )
    figures = [
        _figure(number, label) for number, claim in enumerate(one.claims) for label in claim["figures"]
    ]
    loose = (replace(figure, claim=None) for figure in signals.figures)
    return replace(signals, claims=claims, figures=(*figures, *loose))


def _figure(claim: int, label: dict[str, object]) -> Figure:
    value = str(label["value"])
    return Figure(
        kind=label["kind"],  # type: ignore[arg-type]  # as the label has it
        value=value,
        number=None if label["kind"] == "date" else float(value),
        unit=str(label["unit"]),
        surface=value,
        part="title",
        start=0,
        stop=1,
        claim=claim,
    )
