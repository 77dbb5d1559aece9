"""An article with all that is known of it and why: what is stored, what today's rules say, and where they differ."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from extractors.records import Article, Citation, Claim, Figure, Mention, Signals
from extractors.signals.naming import Dropped
from extractors.signals.reasons import ClaimReasons, Decision, Explainer, Explanation
from extractors.signals.relevance import ListReason
from flows.report.marks import Mark, MarkKind
from warehouse.explained import Kept

#: `same`: stored and found today; `stored`: only stored; `today`: only by today's rules; `unknown`: no rules at hand.
State = Literal["same", "stored", "today", "unknown"]
#: What a reader is told of a state; nothing where all is well.
STATE_WORDS: dict[State, str] = {
    "same": "",
    "unknown": "",
    "stored": "stored; today's rules do not find it",
    "today": "found by today's rules, not stored",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedClaim:
    """A claim with its number from 1, its figures and its reasons, None where there is no watch or no sentence."""

    number: int
    state: State
    claim: Claim
    figures: tuple[Figure, ...]
    reasons: ClaimReasons | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedMention:
    """A mention with its reason, None where today's rules do not find it or there is no watch."""

    state: State
    mention: Mention
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedFigure:
    """A figure; `claim` is the number of the claim it belongs to, None where it belongs to none."""

    state: State
    figure: Figure
    claim: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedCitation:
    """A citation; `in_title` and `start` tell where its sentence is, `start` None where it no longer stands there."""

    state: State
    citation: Citation
    in_title: bool
    start: int | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """All that `newswatch explain` tells of an article.

    `differs` says whether today's rules give other signals than those stored, `relevant_today` what today's rule says
    of the article; both None without a watch. Without one, `relevance` and `dropped` are empty too.
    """

    article_id: str
    article: Article
    revision: int
    reported_at: datetime
    relevant: bool
    relevant_today: bool | None
    relevance: tuple[ListReason, ...]
    likeness: float
    copy_of: str | None
    original_title: str | None
    original_url: str | None
    story_id: str | None
    story_title: str | None
    differs: bool | None
    claims: tuple[ExplainedClaim, ...]
    mentions: tuple[ExplainedMention, ...]
    dropped: tuple[Dropped, ...]
    figures: tuple[ExplainedFigure, ...]
    citations: tuple[ExplainedCitation, ...]


def explain(kept: Kept, explainer: Explainer | None) -> Explained:
    """Return the stored article with the reasons of today's rules; without an explainer only what is stored."""
    stored, article = kept.stored, kept.stored.article
    today = explainer.explain(article) if explainer else None
    claims = _claims(article, kept.signals, today, explainer)
    mentions, figures = _mentions(kept.signals, today), _figures(kept.signals, today, claims)
    citations = _citations(article, kept.signals, today)
    states = [one.state for many in (claims, mentions, figures, citations) for one in many]
    verdict = None if today is None else all(one.satisfied for one in today.relevance)
    as_stored = verdict == stored.relevant and all(state == "same" for state in states)
    return Explained(
        article_id=stored.article_id,
        article=article,
        revision=stored.revision,
        reported_at=stored.reported_at,
        relevant=stored.relevant,
        relevant_today=verdict,
        relevance=today.relevance if today else (),
        likeness=stored.likeness,
        copy_of=stored.copy_of,
        original_title=kept.original_title,
        original_url=kept.original_url,
        story_id=stored.story_id,
        story_title=kept.story_title,
        differs=None if today is None else not as_stored,
        claims=claims,
        mentions=mentions,
        dropped=today.dropped if today else (),
        figures=figures,
        citations=citations,
    )


def marks_of(explained: Explained, *, in_title: bool) -> tuple[Mark, ...]:
    """Return the marks of title or text: what is stored, and what only today's rules find, labelled as such."""
    return tuple(mark for is_title, mark in _marks(explained) if is_title == in_title)


def _marks(explained: Explained) -> Iterator[tuple[bool, Mark]]:
    """Yield every mark, and whether it stands in the title."""
    for one in explained.claims:
        label = f"claim {one.number}{_said(one.state)}"
        yield _mark("claim", one.claim, label, one.number)
    for cited in explained.citations:
        if cited.start is not None:
            label = f"cites {cited.citation.origin}{_said(cited.state)}"
            stop = cited.start + len(cited.citation.sentence)
            yield cited.in_title, Mark(kind="citation", start=cited.start, stop=stop, label=label)
    for named in explained.mentions:
        yield _mark("mention", named.mention, f"{named.mention.entity_id}{_said(named.state)}")
    for counted in explained.figures:
        yield _mark("figure", counted.figure, f"{figure_form(counted.figure)}{_said(counted.state)}")


def _mark(
    kind: MarkKind, place: Claim | Mention | Figure, label: str, number: int | None = None
) -> tuple[bool, Mark]:
    mark = Mark(kind=kind, start=place.start, stop=place.stop, label=label, number=number)
    return place.part == "title", mark


@dataclass(frozen=True, slots=True, kw_only=True)
class NameGroup:
    """Mentions of one entity with the same spelling and reason; `parts` are those they stand in, with how many."""

    entity_id: str
    surface: str
    state: State
    why: str | None
    parts: tuple[tuple[str, int], ...]

    @property
    def places(self) -> str:
        """The parts for a reader: `title 1×, body 3×`."""
        return ", ".join(f"{part} {count}×" for part, count in self.parts)


def grouped_names(explained: Explained) -> tuple[NameGroup, ...]:
    """Return the mentions in groups, in the order of their first."""
    groups: dict[tuple[str, str, State, str | None], Counter[str]] = {}
    for one in explained.mentions:
        key = (one.mention.entity_id, one.mention.surface, one.state, one.why)
        groups.setdefault(key, Counter())[one.mention.part] += 1
    return tuple(
        NameGroup(
            entity_id=entity_id,
            surface=surface,
            state=state,
            why=why,
            parts=tuple(parts.items()),
        )
        for (entity_id, surface, state, why), parts in groups.items()
    )


def decisions_of(claim: ExplainedClaim) -> tuple[tuple[str, Decision], ...]:
    """Return the decisions on a claim by their names; none where there are no reasons."""
    why = claim.reasons
    if why is None:
        return ()
    return (("type", why.event_type), ("status", why.status), ("basis", why.basis), ("news", why.news))


def told(decision: Decision) -> str:
    """Return a verdict in words: `talks 0.97, else completed 0.03`."""
    verdict = _with_chance(decision.verdict, decision.probability)
    if decision.runner_up is None:
        return verdict
    return f"{verdict}, else {_with_chance(decision.runner_up, decision.runner_up_probability)}"


def relevance_told(explained: Explained) -> str:
    """Return whether the article is relevant, as it is stored, and what today's rule says where that is another."""
    stored = "relevant" if explained.relevant else "not relevant"
    if explained.relevant_today in (None, explained.relevant):
        return stored
    return f"{stored} (today's rule: {'relevant' if explained.relevant_today else 'not relevant'})"


def _with_chance(verdict: str, probability: float | None) -> str:
    return verdict if probability is None else f"{verdict} {probability:.2f}"


def figure_form(figure: Figure) -> str:
    """Return a figure in its normal form, with the unit where it is no date."""
    return figure.value if figure.kind == "date" else f"{figure.value} {figure.unit}"


def _said(state: State) -> str:
    return {"same": "", "unknown": "", "stored": " (stored)", "today": " (today)"}[state]


def _paired(
    stored: Sequence[object], today: Sequence[object] | None, key: Callable[[object], object]
) -> Iterable[tuple[State, int]]:
    """Yield state and index: the stored ones in order, then those of today that are not stored."""
    if today is None:
        yield from (("unknown", number) for number in range(len(stored)))
        return
    mine, theirs = {key(one) for one in stored}, {key(one) for one in today}
    for number, one in enumerate(stored):
        yield "same" if key(one) in theirs else "stored", number
    yield from (("today", number) for number, one in enumerate(today) if key(one) not in mine)


def _claims(
    article: Article, signals: Signals, today: Explanation | None, explainer: Explainer | None
) -> tuple[ExplainedClaim, ...]:
    fresh = today.signals if today else None
    chosen = [
        (state, index, fresh if state == "today" and fresh else signals)
        for state, index in _paired(signals.claims, fresh.claims if fresh else None, _claim_key)
    ]
    claims = [source.claims[index] for _, index, source in chosen]
    citations = fresh.citations if fresh else signals.citations
    reasons = explainer.claim_reasons(article, claims, citations) if explainer else (None,) * len(claims)
    return tuple(
        ExplainedClaim(
            number=number,
            state=state,
            claim=claim,
            figures=tuple(one for one in source.figures if one.claim == index),
            reasons=why,
        )
        for number, ((state, index, source), claim, why) in enumerate(
            zip(chosen, claims, reasons, strict=True), start=1
        )
    )


def _claim_key(one: object) -> object:
    if not isinstance(one, Claim):
        return None
    return one.event_type, one.status, one.basis, one.is_news, one.part == "title", one.start


def _mentions(signals: Signals, today: Explanation | None) -> tuple[ExplainedMention, ...]:
    whys = {_mention_key(one.mention): one.why for one in today.mentions} if today else {}
    fresh = today.signals.mentions if today else None
    found = []
    for state, index in _paired(signals.mentions, fresh, _mention_key):
        mention = fresh[index] if state == "today" and fresh else signals.mentions[index]
        found.append(ExplainedMention(state=state, mention=mention, why=whys.get(_mention_key(mention))))
    return tuple(sorted(found, key=lambda one: (one.mention.part != "title", one.mention.start)))


def _mention_key(one: object) -> object:
    return (one.entity_id, one.part, one.start, one.stop) if isinstance(one, Mention) else None


def _figures(
    signals: Signals, today: Explanation | None, claims: Sequence[ExplainedClaim]
) -> tuple[ExplainedFigure, ...]:
    fresh = today.signals.figures if today else None
    owners = {id(figure): claim.number for claim in claims for figure in claim.figures}
    found = []
    for state, index in _paired(signals.figures, fresh, _figure_key):
        figure = fresh[index] if state == "today" and fresh else signals.figures[index]
        found.append(ExplainedFigure(state=state, figure=figure, claim=owners.get(id(figure))))
    return tuple(sorted(found, key=lambda one: (one.figure.part != "title", one.figure.start)))


def _figure_key(one: object) -> object:
    return (one.kind, one.value, one.unit, one.part, one.start, one.stop) if isinstance(one, Figure) else None


def _citations(
    article: Article, signals: Signals, today: Explanation | None
) -> tuple[ExplainedCitation, ...]:
    fresh = today.signals.citations if today else None
    found = []
    for state, index in _paired(signals.citations, fresh, lambda one: one):
        citation = fresh[index] if state == "today" and fresh else signals.citations[index]
        at_title, at_text = article.title.find(citation.sentence), article.text.find(citation.sentence)
        start = at_title if at_title >= 0 else at_text
        attributed = citation.origin.startswith("media:")
        found.append(
            ExplainedCitation(
                state=state,
                citation=citation,
                in_title=at_title >= 0,
                start=start if start >= 0 else None,
                why="the sentence attributes its news to this medium"
                if attributed
                else "the sentence speaks of its notice, statement or list",
            )
        )
    return tuple(found)
