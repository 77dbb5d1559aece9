"""What is known: reports, stories and developments with the indexes that judgement asks. Decides nothing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from extractors.records import EventType, stable_id
from warehouse.developments import FRESH, REACH, Evidence
from warehouse.facts import Fact, headline_figures, news_of
from warehouse.judged import Development, DevelopmentArticle, Report, Story
from warehouse.nearest import TokenIndex
from warehouse.stories import Traits, entities_of, rarity, tokens_of, traits_of, traits_of_development
from warehouse.timeline import Timeline

#: Developments that a judgement looks back on: all of this time must be given, with their stories and links.
LEDGER = timedelta(days=3 * 365)

#: So many of the newest developments of a story speak for it beside its reports.
DEVELOPMENTS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many reports there are in all, and how many hold a token: as far as anybody asks for it."""

    reports: int = 0
    holders: Mapping[str, int] = field(default_factory=dict)


class Rarities(dict[str, float]):
    """The weights of names and words at one moment, worked out when first asked for."""

    def __init__(self, holders: Mapping[str, int], reports: int) -> None:
        """Weigh by `holders` (reports with a token) among `reports`."""
        super().__init__()
        self._holders = holders
        self._reports = reports

    def __missing__(self, token: str) -> float:
        """Return and keep the weight of `token`."""
        weight = rarity(self._holders.get(token, 0), self._reports)
        self[token] = weight
        return weight

    def holders(self, token: str) -> int:
        """Return how many reports hold `token`."""
        return self._holders.get(token, 0)


class Known:
    """Reports, stories, developments and links, by id and in the order of time."""

    def __init__(self, counted: Counted) -> None:
        """Know nothing yet but how often tokens occur."""
        self.reports: dict[str, Report] = {}
        self.stories: dict[str, Story] = {}
        self.developments: dict[str, Development] = {}
        self._links: defaultdict[str, dict[str, DevelopmentArticle]] = defaultdict(dict)
        self._reported: defaultdict[str, set[str]] = defaultdict(set)
        self._copies: defaultdict[str, set[str]] = defaultdict(set)
        self._traits: dict[str, Traits] = {}
        self._index = TokenIndex()
        self._facts_of_story: defaultdict[str, Timeline] = defaultdict(Timeline)
        self._holders = Counter(counted.holders)
        self._counted = counted.reports
        self._evidence: dict[str, Evidence] = {}
        #: Stories of reports that were moved, until somebody has taken note.
        self.moved: dict[str, str] = {}

    def recall_report(self, report: Report) -> None:
        """Remember a report that has been counted already."""
        self.reports[report.article_id] = report
        traits = self._traits[report.article_id] = traits_of(report)
        self._index.add(report.article_id, report.reported_at.date(), tokens_of(traits))
        if report.copy_of is not None:
            self._copies[report.copy_of].add(report.article_id)

    def put_report(self, report: Report) -> None:
        """Remember and count `report`, in the place of an earlier revision."""
        self.drop_report(report.article_id)
        self.recall_report(report)
        self._holders.update(tokens_of(self._traits[report.article_id]))
        self._counted += 1
        self._forget_evidence(report.article_id)

    def drop_report(self, article_id: str) -> None:
        """Forget a report, if it is known; the developments that it reports stay."""
        self._forget_evidence(article_id)
        old = self.reports.pop(article_id, None)
        if old is None:
            return
        self._index.remove(article_id)
        self._holders.subtract(tokens_of(self._traits[article_id]))
        self._counted -= 1
        if old.copy_of is not None:
            self._copies[old.copy_of].discard(article_id)

    def put_development(self, development: Development) -> None:
        """Remember `development`, in the place of what was known of it."""
        key = development.development_id
        if (old := self.developments.get(key)) is not None:
            self._facts_of_story[old.story_id].remove(old.reported_at, key)
        self.developments[key] = development
        self._traits[key] = traits_of_development(development)
        self._facts_of_story[development.story_id].add(development.reported_at, key)
        self._evidence.pop(key, None)

    def put_link(self, link: DevelopmentArticle) -> None:
        """Remember that an article reports a development, and in which role."""
        self._links[link.development_id][link.article_id] = link
        self._reported[link.article_id].add(link.development_id)
        self._evidence.pop(link.development_id, None)
        self._forget_evidence(link.article_id)  # with two of one type, neither can be told from the other

    def put_story(self, story: Story) -> None:
        """Remember `story`, in the place of what was known of it."""
        self.stories[story.story_id] = story

    def links(self, development_id: str) -> Mapping[str, DevelopmentArticle]:
        """Return by article id which articles report a development."""
        return self._links.get(development_id, {})

    def is_copy(self, article_id: str) -> bool:
        """Tell whether an article is a copy, as far as it is known."""
        report = self.reports.get(article_id)
        return report is not None and report.copy_of is not None

    def reported_by(self, article_id: str) -> list[str]:
        """Return the ids of the known developments that an article reports, sorted."""
        return sorted(key for key in self._reported.get(article_id, ()) if key in self.developments)

    def types_of(self, article_id: str) -> set[EventType]:
        """Return the event types of the developments that an article reports."""
        keys = self._reported.get(article_id, ())
        return {self.developments[key].event_type for key in keys if key in self.developments}

    def copies_of(self, article_id: str) -> list[str]:
        """Return the ids of the known copies of an article, sorted."""
        return sorted(self._copies.get(article_id, ()))

    def adopt(self, original: str, copies: Iterable[str]) -> list[str]:
        """Make the articles `copies` and their own copies those of `original`; return the ids of all of them.

        Their place in the order of judgement stays.
        """
        adopted = [key for one in copies for key in (one, *self.copies_of(one))]
        for key in adopted:
            if (report := self.reports.get(key)) is not None:
                self._copies[report.copy_of or ""].discard(key)
                self._copies[original].add(key)
                self.reports[key] = replace(report, copy_of=original)
                self._forget_evidence(key)
        return adopted

    def original_of(self, report: Report) -> Report | None:
        """Return the original of the copy `report`, None where it is none or its original is no report."""
        return self.reports.get(report.copy_of or "")

    def rarities(self) -> Rarities:
        """Return the weights of names and words as they are now; ask it before the next report is put."""
        return Rarities(self._holders, self._counted)

    def nearest(self, report: Report, weights: Mapping[str, float]) -> list[Report]:
        """Return the reports that `report` is held against, the nearest first, earlier revisions and copies too."""
        found = self._index.nearest(tokens_of(traits_of(report)), report.reported_at.date(), weights)
        own = [key for key in (report.article_id, report.copy_of) if key in self.reports]
        return [self.reports[key] for key in dict.fromkeys((*(key for key in own if key), *found))]

    def evidence_of(self, reports: Iterable[Report], moment: datetime) -> list[Evidence]:
        """Return the evidence of the developments that `reports` tell, those within `REACH` of `moment`.

        One that was withdrawn is there for `FRESH` only: who repeats it afterwards has it from elsewhere.
        """
        keys = {key for report in reports for key in self._reported.get(report.article_id, ())}
        found = [self.developments[key] for key in keys if key in self.developments]
        near = [one for one in found if abs(one.reported_at - moment) <= (REACH if _stands(one) else FRESH)]
        near.sort(key=lambda one: (one.reported_at, one.development_id))
        return [self.evidence(one.development_id) for one in near]

    def developments_of(self, story_id: str, moment: datetime) -> list[Development]:
        """Return the developments of a story up to `moment`, the latest first."""
        line = self._facts_of_story[story_id].newest_within(moment - LEDGER, moment)
        return [self.developments[key] for key in line]

    def members(self, reports: Iterable[Report], moment: datetime) -> dict[str, list[Traits]]:
        """Return by story the traits of those of its reports that are given, and of its developments."""
        found: defaultdict[str, list[Traits]] = defaultdict(list)
        for report in reports:
            if report.story_id is not None and report.story_id in self.stories:
                found[report.story_id].append(self._traits[report.article_id])
        for story_id, traits in found.items():
            line = self._facts_of_story[story_id].newest_within(moment - LEDGER, moment + LEDGER)
            traits += [self._traits[key] for key, _ in zip(line, range(DEVELOPMENTS), strict=False)]
        return dict(found)

    def traits_in(self, story_id: str, reports: Iterable[Report]) -> dict[str, Traits]:
        """Return by article id the traits of those of `reports` that belong to a story now, copies left out."""
        keys = dict.fromkeys(one.article_id for one in reports)
        found = (self.reports[key] for key in keys if key in self.reports)
        return {
            one.article_id: self._traits[one.article_id]
            for one in found
            if one.story_id == story_id and one.copy_of is None
        }

    def merge_story(self, gone: str, into: str) -> None:
        """Make the story `gone` part of `into`: its reports and developments, as far as they are known."""
        old, kept = self.stories.pop(gone), self.stories[into]
        self.stories[into] = replace(
            kept, first_at=min(old.first_at, kept.first_at), last_at=max(old.last_at, kept.last_at)
        )
        self._move([key for key, one in self.reports.items() if one.story_id == gone], into)
        for one in tuple(self.developments.values()):
            if one.story_id == gone:
                self.put_development(replace(one, story_id=into))

    def split_story(self, story_id: str, successor: Story, leaving: Iterable[str]) -> None:
        """Make the articles `leaving` a story, their copies and the developments that one of them reported first."""
        self.stories[successor.story_id] = successor
        gone = {key for one in leaving for key in (one, *self.copies_of(one))}
        self._move(sorted(gone & self.reports.keys()), successor.story_id)
        for one in tuple(self.developments.values()):
            if one.story_id == story_id and one.first_article_id in gone:
                self.put_development(replace(one, story_id=successor.story_id))

    def _move(self, keys: Iterable[str], story_id: str) -> None:
        for key in keys:
            self.reports[key] = replace(self.reports[key], story_id=story_id)
            self.moved[key] = story_id

    def evidence(self, development_id: str) -> Evidence:
        """Return what is known of a development through its reports."""
        if (known := self._evidence.get(development_id)) is None:
            known = self._evidence[development_id] = self._gather(self.developments[development_id])
        return known

    def _gather(self, development: Development) -> Evidence:
        linked = self.links(development.development_id)
        reports = self.in_order(development)
        first = next((one for one in reports if one.article_id == development.first_article_id), None)
        facts = [self._main_fact(first, development)] if first else []
        for report in reports:
            if report is not first and self._reports_one_of(report.article_id, development.event_type):
                facts += [fact for fact in news_of(report) if fact.event_type == development.event_type][:1]
        originals = [report for report in reports if report.copy_of is None]
        return Evidence(
            development=development,
            facts=tuple(fact for fact in facts if fact),
            reports=tuple(originals),
            headlines=tuple(figure for report in originals for figure in headline_figures(report)),
            entities=frozenset(one for report in originals for one in entities_of(report)),
            articles=frozenset(linked),
            last_at=max((report.reported_at for report in reports), default=development.reported_at),
        )

    def in_order(self, development: Development) -> list[Report]:
        """Return the known reports of `development`: originals before copies, the earliest first.

        A revision may carry a later time than the version that was the first report; that one's time counts.
        Reports from before its reach (late copies of an article that told it in a revision) are left out.
        """
        known = [self.reports.get(key) for key in self.links(development.development_id)]
        since = development.reported_at - REACH
        reports = [report for report in known if report is not None and report.reported_at >= since]

        def place(report: Report) -> tuple[bool, datetime, str]:
            is_first = report.article_id == development.first_article_id
            at = development.reported_at if is_first else report.reported_at
            return report.copy_of is not None, at, report.article_id

        return sorted(reports, key=place)

    def _reports_one_of(self, article_id: str, event_type: EventType) -> bool:
        mine = (self.developments.get(key) for key in self._reported.get(article_id, ()))
        return sum(one is not None and one.event_type == event_type for one in mine) == 1

    @staticmethod
    def _main_fact(report: Report, development: Development) -> Fact | None:
        """Return the claim of the first report that the development was made of, as far as it can be told."""
        facts = [fact for fact in news_of(report) if fact.event_type == development.event_type]
        said = [fact for fact in facts if fact.sentence == development.sentence] or facts
        for fact in said:
            if development_id(report.article_id, fact) == development.development_id:
                return fact
        return said[0] if said else None

    def _forget_evidence(self, article_id: str) -> None:
        for key in self._reported.get(article_id, ()):
            self._evidence.pop(key, None)


def _stands(development: Development) -> bool:
    return development.state == "standing"


def development_id(article_id: str, fact: Fact) -> str:
    """Return the id of the development that `fact` of an article opens."""
    return stable_id("d", article_id, fact.event_type, fact.position)
