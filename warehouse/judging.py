"""What the claims of a report come to: which developments they repeat, and which are news. Pure decisions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from extractors.records import Signals
from warehouse.developments import FRESH, MATCH, Evidence, match_score, opened_by
from warehouse.facts import Fact, conflict, headline_figures, news_of, said_before
from warehouse.judged import Report
from warehouse.ladders import FALLEN
from warehouse.matching import Held, Setting, Weights, held, is_certain, newness, probability, sameness
from warehouse.stories import entities_of
from warehouse.withdrawals import is_corrective


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the claims of a report come to: facts that are known, by id of the development, and new ones."""

    known: Mapping[str, Fact | None]
    new: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A claim of a recent report that nothing was made of: not sure enough to be told on the word of one."""

    report: Report
    fact: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """What a report is held against: developments near it, claims that wait for a second report, the version before.

    `earlier` are the signals of that version, None for a new article; `rarities` weigh names.
    """

    evidence: Sequence[Evidence]
    rarities: Mapping[str, float]
    waiting: Sequence[Waiting] = ()
    earlier: Signals | None = None


def read_claims(report: Report, near: Nearby, weights: Weights) -> Reading:
    """Hold each claim of `report` against what is near it.

    What the article said before is no news. A claim is, where it is certain or likely enough, or where a report of
    another publisher has told it within `FRESH`, which nobody believed alone.
    """
    evidence, rarities = near.evidence, near.rarities
    facts = news_of(report)
    whole = held(report)
    chances = likelihoods(whole, facts, near, weights)
    said = matched(report, facts, near, chances, weights)
    recent = [one for one in evidence if abs(report.reported_at - one.last_at) <= FRESH]
    new: list[Fact] = []
    waiting = [one for one in near.waiting if one.report.publisher != report.publisher]
    for rank, fact in enumerate(facts):
        if fact.position in said or is_corrective(fact, report):
            continue
        if near.earlier is not None and said_before(fact, near.earlier):
            continue
        told = tellers(fact, report, waiting, rarities)
        if is_certain(fact) or told:
            new.append(fact)
            waiting = [one for one in waiting if one not in told]
            continue
        setting = Setting(
            known=chances[fact.position], recent=recent, beside=bool(said or new), second=rank > 0
        )
        if probability(newness(fact, whole, setting, rarities), weights.news) > weights.news_from:
            new.append(fact)
    by_position = {fact.position: fact for fact in facts}
    return Reading(known={key: by_position[position] for position, key in said.items()}, new=tuple(new))


def likelihoods(
    report: Held, facts: Sequence[Fact], near: Nearby, weights: Weights
) -> dict[int, list[float]]:
    """Return by position of a claim that is not certain how likely it says what each development near it says."""
    return {
        fact.position: [
            probability(sameness(fact, report, one, near.rarities, second=rank > 0), weights.same)
            for one in near.evidence
        ]
        for rank, fact in enumerate(facts)
        if not is_certain(fact)
    }


def matched(
    report: Report,
    facts: Sequence[Fact],
    near: Nearby,
    chances: Mapping[int, Sequence[float]],
    weights: Weights,
) -> dict[int, str]:
    """Return by position of the claim the development that it repeats, the surest pairs first; none is repeated twice.

    A claim that is certain repeats by the rules, which ask for the same type. Of others the type is often misread: for
    them counts what was learned, the `chances` of `likelihoods`.
    """
    pairs = []
    for rank, fact in enumerate(facts):
        for number, one in enumerate(near.evidence):
            if is_certain(fact):
                asked = one.development.event_type == fact.event_type
                score = match_score(fact, report, one, near.rarities) if asked else -1.0
                enough = MATCH
            else:
                score, enough = chances[fact.position][number], weights.same_from
            if score >= enough:
                pairs.append((-score, rank, fact.position, one.development.development_id))
    said: dict[int, str] = {}
    for _, _, position, key in sorted(pairs):
        if position not in said and key not in said.values():
            said[position] = key
    return said


def contradicted(fact: Fact, report: Report, evidence: Iterable[Evidence]) -> str | None:
    """Return the development that `fact` contradicts and does not replace, None where there is none.

    One of its type and about one of its participants that it denies, or that denied it; or one of the same days, from
    another publisher, that gives another figure for the same state of the matter.
    """
    found = [one for one in evidence if _speaks_of(fact, one) and _says_otherwise(fact, report, one)]
    latest = max(found, key=lambda one: (one.last_at, one.development.development_id), default=None)
    return latest.development.development_id if latest else None


def _speaks_of(fact: Fact, known: Evidence) -> bool:
    development = known.development
    return (
        development.event_type == fact.event_type
        and development.state == "standing"
        and bool(fact.participants & set(development.participants))
    )


def _says_otherwise(fact: Fact, report: Report, known: Evidence) -> bool:
    development = known.development
    denied = "denied" in (fact.status, development.status)
    if denied and (fact.status in FALLEN) != (development.status in FALLEN):
        return True
    apart = abs(report.reported_at - development.reported_at)
    theirs = [figure for one in known.facts for figure in one.figures]
    return (
        fact.status == development.status
        and apart <= FRESH
        and all(one.publisher != report.publisher for one in known.reports)
        and conflict(
            [one for one in fact.figures if one.kind != "date"], [one for one in theirs if one.kind != "date"]
        )
    )


def tellers(
    fact: Fact, report: Report, waiting: Iterable[Waiting], rarities: Mapping[str, float]
) -> list[Waiting]:
    """Return those of the `waiting` claims that say what `fact` of `report` says, the earliest first."""
    typed = [one for one in waiting if one.fact.event_type == fact.event_type]
    if not typed:
        return []
    alone = _alone(fact, report)
    same = [one for one in typed if match_score(one.fact, one.report, alone, rarities) >= MATCH]
    return sorted(same, key=lambda one: (one.report.reported_at, one.report.article_id))


def _alone(fact: Fact, report: Report) -> Evidence:
    """Return what would be known of the development that `fact` opened, had it been believed."""
    return Evidence(
        development=opened_by(report, fact, ""),
        facts=(fact,),
        reports=(report,),
        headlines=headline_figures(report),
        entities=entities_of(report),
        articles=frozenset({report.article_id}),
        last_at=report.reported_at,
    )
