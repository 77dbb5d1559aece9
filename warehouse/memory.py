"""The memory of what has been reported: takes one report after the other and says what each changes."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from extractors.records import Signals, stable_id
from warehouse.developments import FRESH, MATCH, Evidence, is_denial, match_score, resembles, tells_new, what
from warehouse.facts import Fact, conflict, news_of, said_before
from warehouse.judged import Development, DevelopmentArticle, Judgement, Report, Role, Story
from warehouse.known import HISTORY, LEDGER, Known, Rarities
from warehouse.origins import origins, roles_of
from warehouse.stories import closest, traits_of

__all__ = ["HISTORY", "LEDGER", "Memory"]

#: Step from the number of a claim to that of the claim in its place in a later revision; no article has so many.
REVISED = 1000


@dataclass(slots=True)
class _Changes:
    """What one judgement has changed so far."""

    opened: dict[str, None] = field(default_factory=dict)
    touched: dict[str, None] = field(default_factory=dict)
    links: dict[tuple[str, str], DevelopmentArticle] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What the claims of a report come to: known developments, new facts, facts a second report now carries."""

    known: tuple[str, ...] = ()
    new: tuple[Fact, ...] = ()
    second: tuple[tuple[Fact, Report], ...] = ()


class Memory:
    """Reports, stories and developments as they are known, and the decisions on what comes next.

    A memory rebuilt from all it has been given and has returned decides as the one that lived on: whatever a
    decision needs stands in these records.
    """

    def __init__(
        self,
        reports: Iterable[Report] = (),
        stories: Iterable[Story] = (),
        developments: Iterable[Development] = (),
        links: Iterable[DevelopmentArticle] = (),
        names: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Remember what is known, within `HISTORY` (reports) and `LEDGER` (all else).

        `names` gives the name of an entity by id, for what developments say.
        """
        self._names = names
        self._known = Known()
        for report in reports:
            self._known.put_report(report)
        for story in stories:
            self._known.put_story(story)
        for development in developments:
            self._known.put_development(development)
        for link in links:
            self._known.put_link(link)

    def judge(
        self, report: Report, *, earlier: Signals | None = None, copies: Collection[str] = ()
    ) -> Judgement:
        """Take a relevant report (a new article or a revision), remember it, and return what it changes.

        A copy goes where its original goes and never opens a development. `earlier` are the signals of the
        version before, None for a new article: what it said already is no news. `copies` are the ids of
        known reports that turn out to be copies of this one, which was published before them and came later.
        """
        rarities = self._known.rarities(report.reported_at)
        adopted = self._adopt(report, copies)
        if report.copy_of is not None:
            reading = _Reading(known=tuple(self._known.reported_by(report.copy_of)))
        else:
            reading = self._read(report, rarities, earlier)
        reading = replace(reading, known=tuple(dict.fromkeys((*reading.known, *adopted))))
        story = self._story(report, reading, rarities)
        report = replace(report, story_id=story.story_id)
        self._known.put_story(story)
        self._known.put_report(report)
        changes = _Changes()
        for key in reading.known:
            self._attach(key, report, changes)
        for fact in reading.new:
            self._open(report, fact, report, changes)
        for fact, first in reading.second:
            self._attach(self._open(first, fact, report, changes), report, changes)
        return self._judgement(story.story_id, changes)

    def forget(self, article_id: str) -> None:
        """Forget a report whose newest version does not belong to the watch; its developments stay."""
        self._known.drop_report(article_id)

    def _adopt(self, report: Report, copies: Iterable[str]) -> list[str]:
        """Make `copies` and their own copies those of `report`; return the developments that they report."""
        known = [key for one in copies for key in (one, *self._known.copies_of(one))]
        for key in known:
            if (copy := self._known.reports.get(key)) is not None:
                self._known.put_report(replace(copy, copy_of=report.article_id))
        return list(dict.fromkeys(found for key in known for found in self._known.reported_by(key)))

    def _read(self, report: Report, rarities: Rarities, earlier: Signals | None) -> _Reading:
        """Hold each claim of `report` against what is known."""
        facts = news_of(report)
        evidence = self._known.evidence_near(report.reported_at)
        said = _matched(report, facts, evidence, rarities)
        recent = [one for one in evidence if resembles(report, one, rarities)]
        new: list[Fact] = []
        second: list[tuple[Fact, Report]] = []
        for fact in facts:
            if fact.position in said or (earlier is not None and said_before(fact, earlier)):
                continue
            beside = bool(said or new)
            if is_denial(fact) or _is_new(fact, recent, beside=beside):
                new.append(fact)
            elif (found := self._waiting(report, fact)) is not None and found not in second:
                second.append(found)
        return _Reading(known=tuple(said.values()), new=tuple(new), second=tuple(second))

    def _waiting(self, report: Report, fact: Fact) -> tuple[Fact, Report] | None:
        """Return a claim like `fact` of another recent report that no development was made of yet."""
        for other in self._known.reports_near(report.reported_at, FRESH):
            if other.article_id == report.article_id or other.copy_of is not None:
                continue
            mine = self._known.types_of(other.article_id)
            for one in news_of(other):
                if one.event_type != fact.event_type or one.event_type in mine:
                    continue
                if is_denial(one) == is_denial(fact) and not conflict(one.figures, fact.figures):
                    return one, other
        return None

    def _story(self, report: Report, reading: _Reading, rarities: Rarities) -> Story:
        """Return the story `report` belongs to, its bounds moved; a new one where none fits."""
        before = self._known.reports.get(report.article_id)
        kept = report.story_id or (before.story_id if before else None)
        story_id = kept or self._story_id(report, reading, rarities)
        at = report.reported_at
        known = self._known.stories.get(story_id)
        if known is None:
            return Story(story_id=story_id, title=report.title, first_at=at, last_at=at)
        return replace(known, first_at=min(known.first_at, at), last_at=max(known.last_at, at))

    def _story_id(self, report: Report, reading: _Reading, rarities: Rarities) -> str:
        original = self._known.original_of(report)
        alike = (
            [original]
            if original
            else [self._known.reports[key] for key in self._known.copies_of(report.article_id)]
        )
        if alike and alike[0].story_id is not None:
            return alike[0].story_id
        votes = Counter(self._known.developments[key].story_id for key in reading.known)
        if votes:
            return votes.most_common(1)[0][0]
        members = self._known.members(report.reported_at)
        return closest(traits_of(report), members, rarities) or stable_id("s", report.article_id)

    def _open(self, first: Report, fact: Fact, second: Report, changes: _Changes) -> str:
        """Open the development that `fact` of `first` tells, recognised with `second`; return its id."""
        participants = first.signals.claims[fact.position].participants
        key = self._free_id(first.article_id, fact)
        development = Development(
            development_id=key,
            story_id=first.story_id or "",
            event_type=fact.event_type,
            status=fact.status,
            basis=fact.basis,
            participants=participants,
            what=what(fact, participants, self._names),
            sentence=fact.sentence,
            first_article_id=first.article_id,
            reported_at=first.reported_at,
            detected_at=second.detected_at,
            articles=0,
            origins=0,
            supersedes=self._superseded(first, fact, changes),
        )
        self._known.put_development(development)
        changes.opened[key] = None
        self._attach(key, first, changes)
        return key

    def _free_id(self, article_id: str, fact: Fact) -> str:
        """Return an id for the development, another one where an earlier revision has opened one in its place."""
        number = fact.position
        while (key := stable_id("d", article_id, fact.event_type, number)) in self._known.developments:
            number += REVISED
        return key

    def _superseded(self, report: Report, fact: Fact, changes: _Changes) -> str | None:
        for known in self._known.developments_of(report.story_id or "", report.reported_at):
            if known.event_type != fact.event_type or known.development_id in changes.opened:
                continue
            if fact.participants & set(known.participants):
                return known.development_id
        return None

    def _attach(self, key: str, report: Report, changes: _Changes) -> None:
        """Count `report` and its copies among the reports of a development; known ones keep their role.

        The copies of an article copy its first version: what a revision adds they do not report.
        """
        linked = self._known.roles(key)
        copies = self._known.copies_of(report.article_id) if report.revision == 1 else ()
        fresh = [article_id for article_id in (report.article_id, *copies) if article_id not in linked]
        for article_id in fresh:
            self._link(key, article_id, "repeats", changes)
        if not fresh:
            return
        development = self._known.developments[key]
        settled = replace(development, articles=len(self._known.roles(key)))
        if report.copy_of is None:
            settled = self._settled(settled, changes)
        self._known.put_development(settled)
        changes.touched[key] = None

    def _settled(self, development: Development, changes: _Changes) -> Development:
        """Return `development` with its origins and first report as its reports have it; set their roles."""
        reports = self._known.in_order(development)
        for article_id, role in roles_of(reports).items():
            if self._known.roles(development.development_id)[article_id] != role:
                self._link(development.development_id, article_id, role, changes)
        counted = replace(development, origins=origins(reports))
        return _moved(counted, reports[0]) if reports[0].copy_of is None else counted

    def _link(self, key: str, article_id: str, role: Role, changes: _Changes) -> None:
        link = DevelopmentArticle(development_id=key, article_id=article_id, role=role)
        changes.links[key, article_id] = link
        self._known.put_link(link)

    def _judgement(self, story_id: str, changes: _Changes) -> Judgement:
        known = self._known.developments
        return Judgement(
            story=self._known.stories[story_id],
            new=tuple(known[key] for key in changes.opened),
            changed=tuple(known[key] for key in changes.touched if key not in changes.opened),
            links=tuple(changes.links.values()),
        )


def _matched(
    report: Report, facts: Iterable[Fact], evidence: Iterable[Evidence], rarities: Rarities
) -> dict[int, str]:
    """Return by position of the claim the development that it repeats, the surest pairs first."""
    known = tuple(evidence)
    pairs = [
        (-match_score(fact, report, one, rarities), rank, fact.position, one.development.development_id)
        for rank, fact in enumerate(facts)
        for one in known
        if one.development.event_type == fact.event_type
    ]
    said: dict[int, str] = {}
    for negative, _, position, key in sorted(pairs):
        if -negative >= MATCH and position not in said and key not in said.values():
            said[position] = key
    return said


def _is_new(fact: Fact, recent: Collection[Evidence], *, beside: bool) -> bool:
    """Tell whether `fact`, which repeats nothing, is to be believed on the word of one report.

    Beside another piece of news of the same report it needs figures of its own, for second claims are
    the ones most often read wrongly; in a report that resembles `recent` ones, figures not heard before.
    """
    if beside and not fact.figures:
        return False
    return not recent or tells_new(fact, recent)


def _moved(development: Development, first: Report) -> Development:
    """Return `development` with `first` as its first report; its time never moves to a later one."""
    if first.article_id == development.first_article_id:
        return development
    same = [fact for fact in news_of(first) if fact.event_type == development.event_type]
    return replace(
        development,
        first_article_id=first.article_id,
        reported_at=first.reported_at,
        sentence=same[0].sentence if same else development.sentence,
    )
