"""What a stream must hold to: every label means something, and says what the texts say."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from extractors.records import Basis, EventType, FigureKind, Status
from extractors.signals.relevance import is_relevant
from extractors.signals.tagger import Tagger
from flows.newsroom.gold import GoldArticle
from tests.given_claims import article_of
from tests.streams.reading import Stream


def faults_of(stream: Stream) -> list[str]:
    """Return a sentence for every fault of `stream`."""
    return [*_faults_of_labels(stream), *_faults_of_texts(stream)]


def notes_on(stream: Stream) -> list[str]:
    """Return what is worth a second look: articles where watch and label differ on being relevant."""
    tagger = Tagger(stream.watch)
    found = []
    for one in stream.gold.articles:
        article = article_of(one)
        if is_relevant(stream.watch, article, tagger.tag(article)) != one.relevant:
            found.append(f"{one.id}: labelled relevant={one.relevant}, the watch says otherwise")
    return found


def _faults_of_labels(stream: Stream) -> Iterator[str]:
    articles, developments = stream.gold.articles, {one["id"]: one for one in stream.gold.developments}
    earlier: dict[str, GoldArticle] = {}
    last = None
    for one in articles:
        if last is not None and one.published < last:
            yield f"{one.id}: not in the order of publication"
        last = one.published
        yield from (f"{one.id}: {fault}" for fault in _faults_of_references(one, earlier, developments))
        earlier[one.id] = one
    for key in developments.keys() - {told for one in articles for told in one.developments}:
        yield f"{key}: no article reports it"
    for one in articles:
        yield from (f"{one.id}: {fault}" for claim in one.claims for fault in _faults_of_claim(claim, stream))
    for key, development in developments.items():
        yield from (f"{key}: {fault}" for fault in _faults_of_claim(development, stream))


def _faults_of_references(
    one: GoldArticle, earlier: Mapping[str, GoldArticle], developments: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    if one.id in earlier:
        yield "twice"
    for other in {one.duplicate_of, one.revises} - {None} - earlier.keys():
        yield f"refers to {other}, which is not earlier"
    if one.revises in earlier and earlier[one.revises].url != one.url:
        yield "revises an article of another URL"
    if bool(one.story) != one.relevant or (not one.relevant and (one.developments or one.claims)):
        yield "story, developments and claims exactly where relevant"
    for told in one.developments:
        if told not in developments:
            yield f"no development {told}"
        elif developments[told]["story"] != one.story:
            yield f"development {told} belongs to another story"


def _faults_of_claim(claim: Mapping[str, Any], stream: Stream) -> Iterator[str]:
    for kind in {claim["type"], *(claim.get("also") or [])} - set(get_args(EventType)):
        yield f"no event type {kind}"
    if claim["status"] not in get_args(Status):
        yield f"no status {claim['status']}"
    if claim["basis"] not in get_args(Basis):
        yield f"no basis {claim['basis']}"
    for unknown in set(claim["participants"]) - set(stream.watch.by_id):
        yield f"participant {unknown} is not in the watch"
    for figure in claim["figures"]:
        if figure["kind"] not in get_args(FigureKind) or not figure.get("unit"):
            yield f"no such figure: {figure}"


def _faults_of_texts(stream: Stream) -> Iterator[str]:
    tagger = Tagger(stream.watch)
    for one in stream.gold.articles:
        signals = tagger.tag(article_of(one))
        said = {mention.entity_id for mention in signals.mentions}
        for claim in one.claims:
            if missing := set(claim["participants"]) - said:
                yield f"{one.id}: names no {', '.join(sorted(missing))} (participant of its claim {claim['type']})"
        for medium in {cited for cited in one.cites if cited.startswith("media:")} - said:
            yield f"{one.id}: names no {medium}, which it is labelled to cite"
