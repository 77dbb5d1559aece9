"""The claims of an article: what it reports as news, and what it recalls, each with the sentence that says it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from extractors.records import Article, Citation, Claim, EventType, Figure, Mention, Status
from extractors.signals import lexicon
from extractors.signals.basis import choose_basis
from extractors.signals.candidates import best_passage, news_types, sigmoid, status_of
from extractors.signals.claim_model import ClaimReader, Reading, claim_model
from extractors.signals.event_types import EVENT_TYPES, recalls
from extractors.signals.passages import Passage, cut
from extractors.signals.scripts import script_language
from extractors.signals.status import STATUSES
from extractors.watch import Watch

#: Kinds of entity that take part in events. Media report them, topics are no actors.
_ACTORS = frozenset({"company", "person", "authority", "product", "plant", "place", "organisation", "brand"})
#: Places are parties only to what happens at a place.
_PLACED: frozenset[EventType] = frozenset({"plant", "market"})
#: What an authority decides on.
_DECIDED: frozenset[EventType] = frozenset({"licence", "regulation"})

#: Least probability that a sentence tells of a type, to be kept as a recalled claim.
_LEAST_RECALLED = 0.5
_MOST_RECALLED = 6

#: However sure the model is, it guesses: a score of 1 is for who knows.
_SUREST = 0.999


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """An article as the rules see it."""

    article: Article
    reading: Reading
    mentions: tuple[Mention, ...]

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The sentences, title first."""
        return self.reading.passages

    @property
    def headline(self) -> tuple[Passage, ...]:
        """Title and lead: what the article itself says is its news."""
        return tuple(one for one in self.passages if one.region in ("title", "lead"))


class ClaimFinder:
    """Finds the claims of articles for one watch; holds no state between articles."""

    def __init__(self, watch: Watch, reader: ClaimReader | None = None) -> None:
        """Take the entities of `watch` and build the word lists of its languages, with what the watch adds.

        `reader` reads the sentences; None takes the model that the package brings.
        """
        self._kinds = {entity.entity_id: entity.kind for entity in watch.entities}
        self._lexicons = {
            language: lexicon.lexicon_for(language, watch.lexicon.get(language, {}))
            for language in lexicon.LANGUAGES
            if language in watch.languages or language in watch.lexicon
        }
        self._model = reader or claim_model()

    def find(
        self,
        article: Article,
        mentions: tuple[Mention, ...],
        figures: tuple[Figure, ...],
        citations: tuple[Citation, ...],
    ) -> tuple[tuple[Claim, ...], tuple[Figure, ...]]:
        """Return the claims, news first, and `figures` with `claim` set where a figure belongs to one.

        An article without sentences, or in a language without word lists, has no claims. `citations` are the
        origins that the article names: where it names a medium, its news is on another's word.
        """
        reading = self.read(article)
        if reading is None:
            return (), _tied(figures, ())
        read = _Read(article=article, reading=reading, mentions=mentions)
        news = self._news(read, citations)
        claims = (*news, *self._recalled(read, news))
        return claims, _tied(figures, claims)

    def read(self, article: Article) -> Reading | None:
        """Return what the model makes of `article`; None without sentences, or word lists for its language."""
        language = _language(article)
        if language is None:
            return None
        passages = cut(article, self._lexicons.get(language) or lexicon.lexicon(language))
        return self._model.read(passages, language) if passages else None

    def _news(self, read: _Read, citations: tuple[Citation, ...]) -> tuple[Claim, ...]:
        found = news_types(self._model.weights, read.reading)
        return tuple(self._claim(read, kind, chance, citations) for kind, chance in found)

    def _claim(
        self, read: _Read, event_type: EventType, chance: float, citations: tuple[Citation, ...]
    ) -> Claim:
        told = [one for one in read.passages if one.region != "rest"]
        status, _ = status_of(self._model, read.reading, event_type)
        cited = any(citation.origin.startswith("media:") for citation in citations)
        evidence = read.passages[best_passage(read.reading, event_type)]
        return Claim(
            event_type=event_type,
            status=status,
            basis=choose_basis(told, event_type, status, cited=cited),
            participants=self._participants(read, event_type, (*read.headline, evidence), told),
            sentence=evidence.words,
            part=evidence.part,
            start=evidence.start,
            stop=evidence.stop,
            is_news=True,
            score=min(round(chance, 3), _SUREST),
        )

    def _recalled(self, read: _Read, news: tuple[Claim, ...]) -> tuple[Claim, ...]:
        """Return what the body tells besides the news: one claim a type and status, the first sentence that says it."""
        known: set[tuple[EventType, Status]] = {(claim.event_type, claim.status) for claim in news}
        types = {claim.event_type for claim in news}
        claims: list[Claim] = []
        chances = sigmoid(read.reading.types)
        for row, passage in enumerate(read.passages):
            event_type = EVENT_TYPES[int(chances[row].argmax())]
            chance = float(chances[row].max())
            if chance < _LEAST_RECALLED or passage.words.endswith(("?", "？")):
                continue
            if news and not _is_aside(passage):
                continue
            claim = self._recalled_claim(read, row, event_type, chance)
            repeats = event_type in types and not recalls(passage)
            if repeats or (event_type, claim.status) in known:
                continue
            known.add((event_type, claim.status))
            claims.append(claim)
        return tuple(claims[:_MOST_RECALLED])

    def _recalled_claim(self, read: _Read, row: int, event_type: EventType, chance: float) -> Claim:
        passage = read.passages[row]
        status = STATUSES[int(self._model.status_probabilities(read.reading, event_type)[row].argmax())]
        return Claim(
            event_type=event_type,
            status=status,
            basis=choose_basis((passage,), event_type, status),
            participants=self._participants(read, event_type, (passage,)),
            sentence=passage.words,
            part=passage.part,
            start=passage.start,
            stop=passage.stop,
            is_news=False,
            score=min(round(chance, 3), _SUREST),
        )

    def _participants(
        self,
        read: _Read,
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
            for mention in _named(read, passages)
            if self._takes_part(mention.entity_id, event_type)
        )
        if event_type in _DECIDED:
            deciding = (one.entity_id for one in _named(read, authorities_from))
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
    told = script_language(words)
    if told is not None:
        return told if told in lexicon.LANGUAGES else None
    return max(("en", "de"), key=lambda language: len(lexicon.lexicon(language).hits(words)))


def _named(read: _Read, passages: Sequence[Passage]) -> Iterator[Mention]:
    for passage in passages:
        for mention in sorted(read.mentions, key=lambda one: one.start):
            if within(mention, passage):
                yield mention


def _is_aside(passage: Passage) -> bool:
    """Say whether the sentence stands behind the news, or tells of the past before that."""
    return passage.region == "rest" or recalls(passage)


def within(place: Mention | Figure | Claim, passage: Passage | Claim) -> bool:
    """Say whether `place` begins in the sentence of `passage`."""
    same_text = (place.part == "title") == (passage.part == "title")
    return same_text and passage.start <= place.start < passage.stop


def _tied(figures: tuple[Figure, ...], claims: tuple[Claim, ...]) -> tuple[Figure, ...]:
    return tuple(replace(figure, claim=_claim_of(figure, claims)) for figure in figures)


def _claim_of(figure: Figure, claims: tuple[Claim, ...]) -> int | None:
    """Return the index of the claim whose sentence holds `figure`; title and lead figures go to the first news."""
    for index, claim in enumerate(claims):
        if within(figure, claim):
            return index
    prominent = figure.part in ("title", "lead")
    return 0 if prominent and claims and claims[0].is_news else None
