"""The claims of an article: what it reports as news, and what it recalls, each with the sentence that says it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from extractors.records import Article, Citation, Claim, EventType, Figure, Mention, Status
from extractors.signals import lexicon
from extractors.signals.basis import choose_basis
from extractors.signals.event_types import choose_types, recalls, strength, weigh_types
from extractors.signals.passages import REGION_WEIGHT, Passage, cut
from extractors.signals.scripts import is_han
from extractors.signals.status import choose_status
from extractors.watch import Watch

#: Kinds of entity that take part in events. Media report them, topics are no actors.
_ACTORS = frozenset({"company", "person", "authority", "product", "plant", "place", "organisation", "brand"})
#: Places are parties only to what happens at a place.
_PLACED: frozenset[EventType] = frozenset({"plant", "market"})
#: What an authority decides on.
_DECIDED: frozenset[EventType] = frozenset({"licence", "regulation"})

#: Least strength of a body sentence to be kept as a recalled claim: one outright phrase.
_LEAST_RECALLED = 2.0
_MOST_RECALLED = 6
#: The title sums up; where lead or body say as much, their sentence is the better evidence.
_EVIDENCE_WEIGHT = {**REGION_WEIGHT, "title": 1.5}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """An article as the rules see it."""

    article: Article
    language: str
    passages: tuple[Passage, ...]
    mentions: tuple[Mention, ...]

    @property
    def headline(self) -> tuple[Passage, ...]:
        """Title and lead: what the article itself says is its news."""
        return tuple(one for one in self.passages if one.region in ("title", "lead"))


class ClaimFinder:
    """Finds the claims of articles for one watch; holds no state between articles."""

    def __init__(self, watch: Watch) -> None:
        """Take the entities of `watch` and build the word lists of its languages, with what the watch adds."""
        self._kinds = {entity.entity_id: entity.kind for entity in watch.entities}
        self._lexicons = {
            language: lexicon.lexicon_for(language, watch.lexicon.get(language, {}))
            for language in lexicon.LANGUAGES
            if language in watch.languages or language in watch.lexicon
        }

    def find(
        self,
        article: Article,
        mentions: tuple[Mention, ...],
        figures: tuple[Figure, ...],
        citations: tuple[Citation, ...],
    ) -> tuple[tuple[Claim, ...], tuple[Figure, ...]]:
        """Return the claims, news first, and `figures` with `claim` set where a figure belongs to one.

        An article without event words, or in a language without word lists, has no claims. `citations` are the
        origins that the article names: where it names a medium, its news is on another's word.
        """
        language = _language(article)
        if language is None:
            return (), _tied(figures, ())
        passages = cut(article, self._lexicons.get(language) or lexicon.lexicon(language))
        reading = _Reading(article=article, language=language, passages=passages, mentions=mentions)
        news = self._news(reading, citations)
        claims = (*news, *self._recalled(reading, news))
        return claims, _tied(figures, claims)

    def _news(self, reading: _Reading, citations: tuple[Citation, ...]) -> tuple[Claim, ...]:
        if _is_opinion(reading.passages):
            return ()
        weights = weigh_types(reading.passages)
        chosen = choose_types(weights, reading.passages)
        return tuple(self._claim(reading, kind, weights[kind], citations) for kind in chosen)

    def _claim(
        self, reading: _Reading, event_type: EventType, score: float, citations: tuple[Citation, ...]
    ) -> Claim:
        told = [one for one in reading.passages if one.region != "rest"]
        status = choose_status(told, event_type, reading.language)
        cited = any(citation.origin.startswith("media:") for citation in citations)
        evidence = _evidence(reading.passages, event_type)
        return Claim(
            event_type=event_type,
            status=status,
            basis=choose_basis(told, event_type, status, cited=cited),
            participants=self._participants(reading, event_type, (*reading.headline, evidence), told),
            sentence=evidence.words,
            part=evidence.part,
            start=evidence.start,
            stop=evidence.stop,
            is_news=True,
            score=round(score, 3),
        )

    def _recalled(self, reading: _Reading, news: tuple[Claim, ...]) -> tuple[Claim, ...]:
        """Return what the body tells besides the news: one claim a type and status, the first sentence that says it."""
        known: set[tuple[EventType, Status]] = {(claim.event_type, claim.status) for claim in news}
        types = {claim.event_type for claim in news}
        claims: list[Claim] = []
        for passage in reading.passages:
            told = weigh_types((passage,))
            event_type = max(told, key=lambda kind: told[kind], default=None)
            if event_type is None or strength(passage, event_type) < _LEAST_RECALLED:
                continue
            if passage.words.endswith(("?", "？")) or (news and not _is_aside(passage)):
                continue
            claim = self._recalled_claim(reading, passage, event_type)
            repeats = event_type in types and not recalls(passage)
            if repeats or (event_type, claim.status) in known:
                continue
            known.add((event_type, claim.status))
            claims.append(claim)
        return tuple(claims[:_MOST_RECALLED])

    def _recalled_claim(self, reading: _Reading, passage: Passage, event_type: EventType) -> Claim:
        status = choose_status((passage,), event_type, reading.language)
        return Claim(
            event_type=event_type,
            status=status,
            basis=choose_basis((passage,), event_type, status),
            participants=self._participants(reading, event_type, (passage,)),
            sentence=passage.words,
            part=passage.part,
            start=passage.start,
            stop=passage.stop,
            is_news=False,
            score=round(REGION_WEIGHT[passage.region] * strength(passage, event_type), 3),
        )

    def _participants(
        self,
        reading: _Reading,
        event_type: EventType,
        passages: Sequence[Passage],
        authorities_from: Sequence[Passage] = (),
    ) -> tuple[str, ...]:
        """Return the actors named in `passages`, in the order of the passages and of their words, each once.

        Where an authority decides, it takes part though headlines seldom name it: `authorities_from` are the
        sentences that may.
        """
        found = dict.fromkeys(
            mention.entity_id
            for mention in _named(reading, passages)
            if self._takes_part(mention.entity_id, event_type)
        )
        if event_type in _DECIDED:
            deciding = (one.entity_id for one in _named(reading, authorities_from))
            found |= dict.fromkeys(one for one in deciding if self._kind(one) == "authority")
        return tuple(found)

    def _takes_part(self, entity_id: str, event_type: EventType) -> bool:
        kind = self._kind(entity_id)
        return kind in _ACTORS and (kind != "place" or event_type in _PLACED)

    def _kind(self, entity_id: str) -> str:
        return self._kinds.get(entity_id, entity_id.partition(":")[0])


def _language(article: Article) -> str | None:
    """Return the language of the word lists to use, None where there are none for this article."""
    if article.language is not None:
        return article.language if article.language in lexicon.LANGUAGES else None
    words = f"{article.title}\n{article.text[:500]}"
    if any(is_han(char) for char in words):
        return "zh"
    return max(("en", "de"), key=lambda language: len(lexicon.lexicon(language).hits(words)))


def _named(reading: _Reading, passages: Sequence[Passage]) -> Iterator[Mention]:
    for passage in passages:
        for mention in sorted(reading.mentions, key=lambda one: one.start):
            if _within(mention, passage):
                yield mention


def _is_opinion(passages: Sequence[Passage]) -> bool:
    """Say whether the title calls the article a comment, an explainer or a chronicle: it brings no news."""
    return any(one.region == "title" and one.says("news", "opinion") for one in passages)


def _is_aside(passage: Passage) -> bool:
    """Say whether the sentence stands behind the news, or tells of the past before that."""
    return passage.region == "rest" or recalls(passage)


def _evidence(passages: Sequence[Passage], event_type: EventType) -> Passage:
    return max(passages, key=lambda one: _EVIDENCE_WEIGHT[one.region] * strength(one, event_type))


def _within(place: Mention | Figure | Claim, passage: Passage | Claim) -> bool:
    same_text = (place.part == "title") == (passage.part == "title")
    return same_text and passage.start <= place.start < passage.stop


def _tied(figures: tuple[Figure, ...], claims: tuple[Claim, ...]) -> tuple[Figure, ...]:
    return tuple(replace(figure, claim=_claim_of(figure, claims)) for figure in figures)


def _claim_of(figure: Figure, claims: tuple[Claim, ...]) -> int | None:
    """Return the index of the claim whose sentence holds `figure`; title and lead figures go to the first news."""
    for index, claim in enumerate(claims):
        if _within(figure, claim):
            return index
    prominent = figure.part in ("title", "lead")
    return 0 if prominent and claims and claims[0].is_news else None
