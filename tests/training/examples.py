"""The corpus as the model learns from it: sentences with their features, and what each claims."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from extractors.records import Basis, EventType, Status
from extractors.signals.features import sentence_features
from extractors.signals.lexicon import lexicon
from extractors.signals.passages import Passage, cut
from tests.corpus.reading import Affair, LabelledArticle, LabelledSentence, Mode

#: Evidence shorter than this has to be the whole sentence; longer one may be a part of it, or hold it.
_LEAST_PART = 12

Told = tuple[EventType, Status, Basis | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A sentence. `told` are its claims, basis None where unlabelled; `unsure`: types it may as well tell of."""

    passage: Passage
    language: str
    mode: Mode
    told: tuple[Told, ...]
    unsure: frozenset[str]
    features: dict[str, float] = field(repr=False)

    @property
    def types(self) -> frozenset[str]:
        """The event types that it tells of."""
        return frozenset(kind for kind, _, _ in self.told)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleExample:
    """An article as its sentences, in the order of `passages.cut`."""

    labelled: LabelledArticle
    examples: tuple[Example, ...]

    @property
    def language(self) -> str:
        """The language of the article."""
        return self.labelled.article.language or "en"

    @property
    def types(self) -> frozenset[str]:
        """The event types of its news: of the claims that title or lead tell."""
        told = {kind for example in self._headline for kind in example.types}
        return frozenset(claim.event_type for claim in self.labelled.claims if claim.event_type in told)

    @property
    def every_type(self) -> frozenset[str]:
        """The event types of all its claims, those that only the body tells too."""
        return frozenset(claim.event_type for claim in self.labelled.claims)

    @property
    def unsure(self) -> frozenset[str]:
        """The types that are neither right nor wrong: other readings of a claim."""
        return frozenset(kind for claim in self.labelled.claims for kind in claim.also) - self.types

    @property
    def _headline(self) -> tuple[Example, ...]:
        return tuple(one for one in self.examples if one.passage.region in ("title", "lead"))


def article_examples(affairs: Iterable[Affair]) -> list[ArticleExample]:
    """Return the articles of `affairs`."""
    return [article_example(article) for affair in affairs for article in affair.articles]


def article_example(labelled: LabelledArticle) -> ArticleExample:
    """Return one article with the labels of its sentences."""
    article = labelled.article
    language = article.language or "en"
    passages = cut(article, lexicon(language))
    return ArticleExample(
        labelled=labelled,
        examples=tuple(_example(labelled, passage, language) for passage in passages),
    )


def _example(labelled: LabelledArticle, passage: Passage, language: str) -> Example:
    stated = [claim for claim in labelled.claims if any(_is_part(one, passage) for one in claim.evidence)]
    recalled = [(kind, status) for kind, status, one in labelled.recalled if _is_part(one, passage)]
    told: list[Told] = [(claim.event_type, claim.status, claim.basis) for claim in stated]
    mode: Mode = "news" if stated else "recalled" if recalled else "none"
    if not stated:
        told = [(kind, status, None) for kind, status in recalled]
    of_article = {kind for claim in labelled.claims for kind in (claim.event_type, *claim.also)}
    of_article |= {kind for kind, _ in recalled}
    return Example(
        passage=passage,
        language=language,
        mode=mode,
        told=tuple(told),
        unsure=frozenset(of_article - {kind for kind, _, _ in told}),
        features=sentence_features(passage.words, language, passage.hits),
    )


def _is_part(evidence: str, passage: Passage) -> bool:
    words, said = passage.words, evidence.strip()
    if said == words:
        return True
    return (len(words) > _LEAST_PART and words in said) or (len(said) > _LEAST_PART and said in words)


def sentence_examples(sentences: Iterable[LabelledSentence]) -> list[Example]:
    """Return the sentences of no article, read as titles."""
    return [_of_sentence(one) for one in sentences]


def _of_sentence(sentence: LabelledSentence) -> Example:
    hits = tuple(lexicon(sentence.language).hits(sentence.text))
    passage = Passage(
        words=sentence.text, part="title", region="title", start=0, stop=len(sentence.text), hits=hits
    )
    return Example(
        passage=passage,
        language=sentence.language,
        mode=sentence.mode,
        told=sentence.claims,
        unsure=frozenset(),
        features=sentence_features(sentence.text, sentence.language, hits),
    )
