"""Withdrawals: which developments a correction or retraction takes back. Pure decisions on reports and evidence.

A development falls with its only evidence. One that another publisher reports on its own word stands, whatever one of
them takes back, and so does one whose report is corrected in something else: a name's spelling, another number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import combinations

from extractors.records import Correction, Figure, Signals
from extractors.signals.corrections import speaks_of_own_report
from warehouse.developments import Evidence, is_denial
from warehouse.facts import MATERIAL, Fact, conflict, news_of, same_figure, share_figure
from warehouse.judged import Development, Report
from warehouse.origins import origins_of
from warehouse.stories import title_terms

#: A notice takes back reports of its publisher up to this old.
NOTICE_AFTER = timedelta(days=30)

#: A correction that begins by this place of the text is about the matter of the article, in characters; Chinese takes
#: about a third of them to say as much.
_FRONT = 400
_FRONT_CHINESE = 130

#: Share of the words of a title that makes it the same headline, a label put before it or not.
_SAME_TITLE = 0.7

#: So many words of title and lead (pairs of characters in Chinese) must a notice share with the report it takes back.
_SHARED_TERMS = 3

_NO_LONGER = frozenset({"denied", "ended"})


def withdrawn_by(report: Report, earlier: Signals | None, known: Iterable[Evidence]) -> tuple[str, ...]:
    """Return the ids of the developments of `known` that `report` takes back, sorted; most reports take back none.

    `earlier` are the signals of the version of the article before, None for a new article: a new version takes back
    what the article itself reported, a new article what its publisher reported in another one. A corrected figure
    takes back the development with the wrong one: the right one is news, which supersedes it. Ask before `report` is
    put in the place of its version before: that one's title tells whether the headline was kept.
    """
    correction = report.signals.correction
    if correction is None or report.copy_of is not None or _is_known(correction, earlier):
        return ()
    alone = [one for one in known if _stands_alone(one.development) and _rests_on(one, report)]
    if earlier is None:
        taken = _taken_back_by_notice(report, correction, alone)
    else:
        taken = [
            one
            for one in alone
            if report.article_id in one.articles and _is_taken_back(one, report, correction, earlier)
        ]
    return tuple(sorted(one.development.development_id for one in taken))


def is_corrective(fact: Fact, report: Report) -> bool:
    """Tell whether `fact` of a report that corrects is only its correction: what was wrong, or that it was.

    Such a fact is no news of its own: what it denies was known from nothing but the report that is taken back. A
    correction that says what is right, in figures, is news.
    """
    correction = report.signals.correction
    if correction is None:
        return False
    if correction.sentence == fact.sentence:
        return fact.status in _NO_LONGER or all(one.kind == "date" for one in fact.figures)
    return speaks_of_own_report(fact.sentence, report.language, report.publisher)


def _is_known(correction: Correction, earlier: Signals | None) -> bool:
    before = earlier.correction if earlier is not None else None
    return before is not None and (before.kind, before.sentence) == (correction.kind, correction.sentence)


def _stands_alone(development: Development) -> bool:
    return development.state == "standing" and development.origins <= 1


def _rests_on(evidence: Evidence, report: Report) -> bool:
    """Tell whether every report of the development is this article, or counts for its publisher."""
    given = {one.article_id: one for one in evidence.reports}
    own = origins_of(replace(report, copy_of=None, signals=Signals(words=0)), given)
    others = (one for one in evidence.reports if one.article_id != report.article_id)
    return all(origins_of(one, given) <= own for one in others)


def _is_taken_back(evidence: Evidence, report: Report, correction: Correction, earlier: Signals) -> bool:
    """Tell whether a new version of the article takes the development back."""
    if correction.kind == "retraction" or _has_other_figure(evidence, report, correction, earlier):
        return True
    if not _is_in_front(correction, report.language):
        return False
    if _keeps_title(report, evidence):
        return any(
            fact.event_type == evidence.development.event_type
            and is_denial(fact)
            and is_corrective(fact, report)
            for fact in news_of(report)
        )
    return not _still_says(evidence, report)


def _has_other_figure(evidence: Evidence, report: Report, correction: Correction, earlier: Signals) -> bool:
    """Tell whether a figure of the development has gone from the article, but for the note, and another come."""
    now = [one for one in report.signals.figures if not _stands_in(one, correction)]
    gone = [one for one in _figures_of(evidence) if not share_figure([one], now)]
    came = [one for one in now if not share_figure([one], earlier.figures)]
    return any((one.kind, one.unit) == (other.kind, other.unit) for one in gone for other in came)


def _still_says(evidence: Evidence, report: Report) -> bool:
    """Tell whether `report` says, elsewhere than in its correction, what the development says."""
    known = evidence.development
    return any(
        fact.event_type == known.event_type
        and (fact.status in _NO_LONGER) == (known.status in _NO_LONGER)
        and not conflict(fact.figures, _figures_of(evidence))
        and not is_corrective(fact, report)
        for fact in news_of(report)
    )


def _is_in_front(correction: Correction, language: str | None) -> bool:
    return correction.part != "body" or correction.start < (_FRONT_CHINESE if language == "zh" else _FRONT)


def _stands_in(figure: Figure, correction: Correction) -> bool:
    same_words = (figure.part == "title") == (correction.part == "title")
    return same_words and correction.start <= figure.start < correction.stop


def _keeps_title(report: Report, evidence: Evidence) -> bool:
    before = next((one for one in evidence.reports if one.article_id == report.article_id), None)
    if before is None:
        return False
    old, new = title_terms(before.title), title_terms(report.title)
    return len(old & new) >= _SAME_TITLE * len(old) and bool(old)


def _taken_back_by_notice(
    report: Report, correction: Correction, alone: Sequence[Evidence]
) -> list[Evidence]:
    """Return what a separate notice of the publisher takes back: of one article of its own, the likest one."""
    if not (correction.kind == "retraction" or _is_in_front(correction, report.language)):
        return []
    scored = [
        (shared, one)
        for one in alone
        if _is_about(report, one)
        and _is_the_matter(report, one)
        and (shared := _shared_terms(report, correction, one)) >= _SHARED_TERMS
    ]
    if not scored:
        return []
    _, likest = max(scored, key=lambda pair: (pair[0], pair[1].development.development_id))
    article_id = likest.development.first_article_id
    told = [one for _, one in scored if one.development.first_article_id == article_id]
    if correction.kind == "retraction":
        return told
    return [one for one in told if _is_named(report, one) and not _still_says(one, report)]


def _is_about(report: Report, evidence: Evidence) -> bool:
    """Tell whether `report` comes soon after the development and names those who take part, some of them up front."""
    known = evidence.development
    if not timedelta() <= report.reported_at - known.reported_at <= NOTICE_AFTER:
        return False
    if report.article_id == known.first_article_id:
        return False
    mentions = report.signals.mentions
    named = {one.entity_id for one in mentions}
    in_front = {one.entity_id for one in mentions if one.part != "body"}
    taking_part = frozenset(known.participants)
    return 2 * len(taking_part & named) >= len(taking_part) and bool(taking_part & in_front)


def _shared_terms(report: Report, correction: Correction, evidence: Evidence) -> int:
    """Return how many words a notice shares with the first report of the development, names left out."""
    wanted = evidence.development.first_article_id
    first = next((one for one in evidence.reports if one.article_id == wanted), None)
    if first is None:
        return 0
    ours = title_terms(f"{report.title} {report.lead or ''} {correction.sentence}")
    theirs = title_terms(f"{first.title} {first.lead or ''} {evidence.development.sentence}")
    mentions = (*report.signals.mentions, *first.signals.mentions)
    return len(ours & theirs - title_terms(" ".join(one.surface for one in mentions)))


def _figures_of(evidence: Evidence) -> list[Figure]:
    """Return the figures that the development is about, dates left out: a notice is full of other ones."""
    return [one for fact in evidence.facts[:1] for one in fact.figures if one.kind in MATERIAL - {"date"}]


def _is_named(report: Report, evidence: Evidence) -> bool:
    """Tell whether a notice speaks of the kind of event that the development is, or of its figures."""
    known = evidence.development
    if any(claim.event_type == known.event_type for claim in report.signals.claims):
        return True
    return share_figure(_figures_in_front(report), _figures_of(evidence))


def _figures_in_front(report: Report) -> list[Figure]:
    return [one for one in report.signals.figures if one.part != "body" and one.kind != "date"]


def _is_the_matter(report: Report, evidence: Evidence) -> bool:
    """Tell whether the figures of a notice are those of the development, where both have any of one kind.

    Two figures of one kind, both of them others than the development's, are the wrong and the right one of a detail.
    """
    theirs = _figures_of(evidence)
    kinds = {(one.kind, one.unit) for one in theirs}
    everywhere = [one for one in report.signals.figures if (one.kind, one.unit) in kinds]
    in_front = _figures_in_front(report)
    if any(
        (one.kind, one.unit) == (other.kind, other.unit)
        and not same_figure(one, other)
        and not share_figure([one, other], theirs)
        for ours in (in_front, everywhere)
        for one, other in combinations(ours, 2)
    ):
        return False
    return share_figure(everywhere, theirs) or not any((one.kind, one.unit) in kinds for one in in_front)
