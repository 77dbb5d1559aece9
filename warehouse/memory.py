"""The memory of what has been reported: takes one report after the other and says what each changes."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from extractors.records import Basis, Signals, stable_id
from warehouse.developments import FRESH, opened_by, what
from warehouse.facts import Fact, news_of
from warehouse.judged import Development, DevelopmentArticle, Judgement, Lineage, Report, Role, Story
from warehouse.judging import Nearby, Reading, Waiting, contradicted, read_claims, tellers
from warehouse.known import LEDGER, Counted, Known
from warehouse.matching import Weights, development_weights
from warehouse.nearest import HISTORY
from warehouse.origins import confirmed_at, origins, roles_of
from warehouse.placing import Placing, with_report
from warehouse.stories import odds_of_stories, tokens_of, traits_of
from warehouse.withdrawals import withdrawn_by

__all__ = ["HISTORY", "LEDGER", "Memory"]

#: Step from the number of a claim to that of the claim in its place in a later revision; no article has so many.
REVISED = 1000


@dataclass(slots=True)
class _Changes:
    """What one judgement has changed so far."""

    opened: dict[str, None] = field(default_factory=dict)
    touched: dict[str, None] = field(default_factory=dict)
    links: dict[tuple[str, str], DevelopmentArticle] = field(default_factory=dict)


class Memory:
    """Reports, stories and developments as they are known, and the decisions on what comes next.

    A memory rebuilt from all it has been given and has returned decides as the one that lived on: whatever a
    decision needs stands in these records.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - all that is known, and how to speak of it
        self,
        reports: Iterable[Report] = (),
        stories: Iterable[Story] = (),
        developments: Iterable[Development] = (),
        links: Iterable[DevelopmentArticle] = (),
        names: Mapping[str, str] = MappingProxyType({}),
        counted: Counted | None = None,
        weights: Weights | None = None,
        languages: Sequence[str] = (),
    ) -> None:
        """Remember what is known and bears on what will be judged.

        `reports`, in the order of judgement, are those that the coming ones are held against (`TokenIndex.nearest`),
        their originals, copies and earlier revisions, and all reports of the developments that these tell. `names`
        gives the name of an entity by id, for what developments say. `counted` says how often tokens occur among all
        reports there are; None where `reports` are all. `weights` are what was learned of claims; None takes what the
        package brings. `languages` are those that titles are wanted in, the best first.
        """
        self._names = names
        self._weights = weights or development_weights()
        self._languages = tuple(languages)
        known = tuple(reports)
        self.known = Known(counted or counted_in(known))
        for report in known:
            self.known.recall_report(report)
        for story in stories:
            self.known.put_story(story)
        for development in developments:
            self.known.put_development(development)
        for link in links:
            self.known.put_link(link)

    def judge(
        self, report: Report, *, earlier: Signals | None = None, copies: Collection[str] = ()
    ) -> Judgement:
        """Take a relevant report (a new article or a revision), remember it, and return what it changes.

        A copy goes where its original goes and never opens a development. `earlier` are the signals of the
        version before, None for a new article: what it said already is no news. `copies` are the ids of
        known reports that turn out to be copies of this one, which was published before them and came later.
        """
        rarities = self.known.rarities()
        adopted = self._adopt(report, copies)
        near = self.known.nearest(report, rarities)
        waiting = self._waiting(report, near)
        evidence = self.known.evidence_of(near, report.reported_at)
        taken_back = withdrawn_by(report, earlier, evidence)
        if report.copy_of is not None:
            reading = Reading(known=dict.fromkeys(self.known.reported_by(report.copy_of)))
        else:
            standing = [one for one in evidence if one.development.development_id not in taken_back]
            nearby = Nearby(evidence=standing, rarities=rarities, waiting=waiting, earlier=earlier)
            reading = read_claims(report, nearby, self._weights)
        reading = replace(reading, known={**dict.fromkeys(adopted), **reading.known})
        join = self._weights.join
        members = self.known.members(near, report.reported_at)
        odds = odds_of_stories(traits_of(report), members, rarities, join)
        placing = Placing(known=self.known, near=near, rarities=rarities, join=join, odds=odds)
        story_id = placing.story_of(report, reading.known)
        recounted = self._told_as_another(report)
        report = replace(report, story_id=story_id)
        self.known.put_story(with_report(story_id, self.known.stories.get(story_id), report))
        self.known.put_report(report)
        changes = _Changes()
        for key in taken_back:
            self._withdraw(key, report, changes)
        for key, fact in reading.known.items():
            if key not in taken_back:
                self._attach(key, report, fact, changes)
        for fact in reading.new:
            key = self._open(report, fact, near, changes)
            joining = tellers(fact, report, waiting, rarities)
            waiting = tuple(one for one in waiting if one not in joining)
            for one in joining:
                self._attach(key, one.report, one.fact, changes)
        for key in recounted:
            self._count(key, report, changes)
        lineage = placing.regroup(report)
        placed = self.known.reports[report.article_id]
        self.known.put_story(placing.called(placed, self._languages))
        return self._judgement(report.article_id, changes, lineage)

    def forget(self, article_id: str) -> None:
        """Forget a report whose newest version does not belong to the watch; its developments stay."""
        self.known.drop_report(article_id)

    def _told_as_another(self, report: Report) -> list[str]:
        """Return the developments that the article reports already, but not as what it is now: a copy or its own text.

        So it is where it had been forgotten, too.
        """
        before = self.known.reports.get(report.article_id)
        if before is not None and before.copy_of == report.copy_of:
            return []
        return self.known.reported_by(report.article_id)

    def _adopt(self, report: Report, copies: Iterable[str]) -> list[str]:
        """Make `copies` and their own copies those of `report`; return the developments that they report."""
        known = self.known.adopt(report.article_id, copies)
        return list(dict.fromkeys(found for key in known for found in self.known.reported_by(key)))

    def _waiting(self, report: Report, near: Iterable[Report]) -> tuple[Waiting, ...]:
        """Return the claims of other recent reports, none of them copies, that no development was made of."""
        return tuple(
            Waiting(report=other, fact=fact)
            for other in near
            if other.copy_of is None
            and other.article_id != report.article_id
            and abs(other.reported_at - report.reported_at) <= FRESH
            for fact in news_of(other)
            if fact.event_type not in self.known.types_of(other.article_id)
        )

    def _withdraw(self, key: str, report: Report, changes: _Changes) -> None:
        """Note that `report` takes the development back."""
        withdrawn = replace(
            self.known.developments[key],
            state="withdrawn",
            withdrawn_at=report.reported_at,
            withdrawn_by=report.article_id,
        )
        self.known.put_development(withdrawn)
        changes.touched[key] = None

    def _open(self, report: Report, fact: Fact, near: Iterable[Report], changes: _Changes) -> str:
        """Open the development that `fact` of `report` tells and return its id."""
        evidence = self.known.evidence_of(near, report.reported_at)
        key = self._free_id(report.article_id, fact)
        opened = opened_by(report, fact, key)
        development = replace(
            opened,
            what=what(fact, opened.participants, self._names),
            supersedes=self._superseded(report, fact, changes),
            contradicts=contradicted(
                fact,
                report,
                (one for one in evidence if one.development.development_id not in changes.opened),
            ),
        )
        self.known.put_development(development)
        changes.opened[key] = None
        self._attach(key, report, fact, changes)
        return key

    def _free_id(self, article_id: str, fact: Fact) -> str:
        """Return an id for the development, another one where an earlier revision has opened one in its place."""
        number = fact.position
        while (key := stable_id("d", article_id, fact.event_type, number)) in self.known.developments:
            number += REVISED
        return key

    def _superseded(self, report: Report, fact: Fact, changes: _Changes) -> str | None:
        for known in self.known.developments_of(report.story_id or "", report.reported_at):
            if known.event_type != fact.event_type or known.development_id in changes.opened:
                continue
            if known.state == "withdrawn" and known.withdrawn_by != report.article_id:
                continue
            if fact.participants & set(known.participants):
                return known.development_id
        return None

    def _attach(self, key: str, report: Report, fact: Fact | None, changes: _Changes) -> None:
        """Count `report` and its copies among the reports of a development; known ones keep their role.

        `fact` is the claim that says it, None where that is not known. The copies of an article copy its first version:
        what a revision adds they do not report.
        """
        linked = self.known.links(key)
        copies = self.known.copies_of(report.article_id) if report.revision == 1 else ()
        fresh = [article_id for article_id in (report.article_id, *copies) if article_id not in linked]
        for article_id in fresh:
            own = article_id == report.article_id and report.copy_of is None
            self._link(key, article_id, "repeats", fact.basis if fact and own else None, changes)
        if fresh:
            self._count(key, report, changes)

    def _count(self, key: str, report: Report, changes: _Changes) -> None:
        """Count the articles, copies and origins of a development, which `report` has changed."""
        known = self.known.links(key)
        development = replace(self.known.developments[key], articles=len(known))
        # what repeats a withdrawn one confirms nothing
        if report.copy_of is None and development.state == "standing":
            development = self._settled(development, changes)
        copied = sum(self.known.is_copy(article_id) for article_id in known)
        self.known.put_development(replace(development, copies=copied))
        changes.touched[key] = None

    def _settled(self, development: Development, changes: _Changes) -> Development:
        """Return `development` with its origins and first report as its reports have it; set their roles."""
        key = development.development_id
        reports = self.known.in_order(development)
        for article_id, role in roles_of(reports).items():
            link = self.known.links(key)[article_id]
            if link.role != role:
                self._link(key, article_id, role, link.basis, changes)
        links = self.known.links(key)
        official = [one.reported_at for one in reports if links[one.article_id].basis == "official"]
        counted = replace(
            development,
            origins=origins(reports),
            confirmed_at=confirmed_at(reports),
            official_at=min((*official, *filter(None, [development.official_at])), default=None),
        )
        return _moved(counted, reports[0]) if reports[0].copy_of is None else counted

    def _link(self, key: str, article_id: str, role: Role, basis: Basis | None, changes: _Changes) -> None:
        link = DevelopmentArticle(development_id=key, article_id=article_id, role=role, basis=basis)
        changes.links[key, article_id] = link
        self.known.put_link(link)

    def _judgement(self, article_id: str, changes: _Changes, lineage: Sequence[Lineage]) -> Judgement:
        known = self.known.developments
        moved, self.known.moved = self.known.moved, {}
        story = self.known.stories[self.known.reports[article_id].story_id or ""]
        regrouped = {one for step in lineage for one in (step.story_id, step.successor_id)}
        copied = {self.known.reports[key].story_id for key in self.known.copies_of(article_id)}
        others = sorted(one for one in regrouped | copied if one in self.known.stories)
        stories = {one: self.known.stories[one] for one in others}
        replaced = sorted(key for key, one in known.items() if one.story_id in regrouped) if lineage else ()
        touched = dict.fromkeys((*changes.touched, *replaced))
        return Judgement(
            story=story,
            stories=tuple({**stories, story.story_id: story}.values()),
            lineage=tuple(lineage),
            moved=tuple(sorted(moved.items())),
            new=tuple(known[key] for key in changes.opened),
            changed=tuple(known[key] for key in touched if key not in changes.opened),
            links=tuple(changes.links.values()),
        )


def counted_in(reports: Iterable[Report]) -> Counted:
    """Return how many `reports` there are, and how many of them hold each token."""
    held = [tokens_of(traits_of(report)) for report in reports]
    return Counted(reports=len(held), holders=Counter(token for tokens in held for token in tokens))


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
