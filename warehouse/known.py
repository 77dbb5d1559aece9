"""What is known: reports, stories and developments with the indexes that judgement asks. Decides nothing."""

from collections import defaultdict
from datetime import datetime, timedelta

from extractors.records import EventType, stable_id
from warehouse.developments import REACH, Evidence
from warehouse.facts import Fact, headline_figures, news_of
from warehouse.judged import Development, DevelopmentArticle, Report, Role, Story
from warehouse.stories import MEMBERS, Traits, entities_of, rarity, traits_of, traits_of_development
from warehouse.timeline import Frequencies, Timeline

#: Reports that a judgement looks back on (and, for late ones, ahead). Whoever rebuilds a memory gives it all
#: reports from this time before the earliest report that is to be judged.
HISTORY = timedelta(days=90)

#: Developments that a judgement looks back on: all of this time must be given, with their stories and links.
LEDGER = timedelta(days=3 * 365)


class Rarities(dict[str, float]):
    """The weights of names and words around one moment, worked out when first asked for."""

    def __init__(self, frequencies: Frequencies, moment: datetime) -> None:
        """Weigh by the reports within `HISTORY` of `moment`."""
        super().__init__()
        self._frequencies = frequencies
        self._window = (moment - HISTORY, moment + HISTORY)
        self._documents = frequencies.documents(*self._window)

    def __missing__(self, token: str) -> float:
        """Return and keep the weight of `token`."""
        weight = rarity(self._frequencies.holders(token, *self._window), self._documents)
        self[token] = weight
        return weight


class Known:
    """Reports, stories, developments and links, by id and in the order of time."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.reports: dict[str, Report] = {}
        self.stories: dict[str, Story] = {}
        self.developments: dict[str, Development] = {}
        self._roles: defaultdict[str, dict[str, Role]] = defaultdict(dict)
        self._reported: defaultdict[str, set[str]] = defaultdict(set)
        self._copies: defaultdict[str, set[str]] = defaultdict(set)
        self._traits: dict[str, Traits] = {}
        self._report_line = Timeline()
        self._development_line = Timeline()
        self._members: defaultdict[str, Timeline] = defaultdict(Timeline)
        self._facts_of_story: defaultdict[str, Timeline] = defaultdict(Timeline)
        self._frequencies = Frequencies()
        self._evidence: dict[str, Evidence] = {}

    def put_report(self, report: Report) -> None:
        """Remember `report`, in the place of an earlier revision."""
        self.drop_report(report.article_id)
        self.reports[report.article_id] = report
        traits = self._traits[report.article_id] = traits_of(report)
        self._report_line.add(report.reported_at, report.article_id)
        self._frequencies.add(report.reported_at, traits.entities | traits.terms)
        if report.story_id is not None:
            self._members[report.story_id].add(report.reported_at, report.article_id)
        if report.copy_of is not None:
            self._copies[report.copy_of].add(report.article_id)
        self._forget_evidence(report.article_id)

    def drop_report(self, article_id: str) -> None:
        """Forget a report, if it is known; the developments that it reports stay."""
        self._forget_evidence(article_id)
        old = self.reports.pop(article_id, None)
        if old is None:
            return
        traits = self._traits[article_id]
        self._report_line.remove(old.reported_at, article_id)
        self._frequencies.remove(old.reported_at, traits.entities | traits.terms)
        if old.story_id is not None:
            self._members[old.story_id].remove(old.reported_at, article_id)
        if old.copy_of is not None:
            self._copies[old.copy_of].discard(article_id)

    def put_development(self, development: Development) -> None:
        """Remember `development`, in the place of what was known of it."""
        key = development.development_id
        if (old := self.developments.get(key)) is not None:
            self._development_line.remove(old.reported_at, key)
            self._facts_of_story[old.story_id].remove(old.reported_at, key)
        self.developments[key] = development
        self._traits[key] = traits_of_development(development)
        self._development_line.add(development.reported_at, key)
        self._facts_of_story[development.story_id].add(development.reported_at, key)
        self._evidence.pop(key, None)

    def put_link(self, link: DevelopmentArticle) -> None:
        """Remember that an article reports a development, and in which role."""
        self._roles[link.development_id][link.article_id] = link.role
        self._reported[link.article_id].add(link.development_id)
        self._evidence.pop(link.development_id, None)

    def put_story(self, story: Story) -> None:
        """Remember `story`, in the place of what was known of it."""
        self.stories[story.story_id] = story

    def roles(self, development_id: str) -> dict[str, Role]:
        """Return the articles that report a development, with their roles."""
        return self._roles.get(development_id, {})

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

    def original_of(self, report: Report) -> Report | None:
        """Return the original of the copy `report`, None where it lies out of `HISTORY`."""
        original = self.reports.get(report.copy_of or "")
        if original is None or abs(original.reported_at - report.reported_at) > HISTORY:
            return None
        return original

    def rarities(self, moment: datetime) -> Rarities:
        """Return the weights of names and words around `moment`."""
        return Rarities(self._frequencies, moment)

    def reports_near(self, moment: datetime, reach: timedelta) -> list[Report]:
        """Return the reports within `reach` of `moment`, the earliest first."""
        return [self.reports[key] for key in self._report_line.within(moment - reach, moment + reach)]

    def evidence_near(self, moment: datetime) -> list[Evidence]:
        """Return the evidence of all developments within `REACH` of `moment`, the earliest first."""
        return [self.evidence(key) for key in self._development_line.within(moment - REACH, moment + REACH)]

    def developments_of(self, story_id: str, moment: datetime) -> list[Development]:
        """Return the developments of a story up to `moment`, the latest first."""
        line = self._facts_of_story[story_id].newest_within(moment - LEDGER, moment)
        return [self.developments[key] for key in line]

    def members(self, moment: datetime) -> dict[str, list[Traits]]:
        """Return by story the traits of its newest reports and developments around `moment`."""
        found: dict[str, list[Traits]] = {}
        for story_id in self.stories:
            reports = self._members[story_id].newest_within(moment - HISTORY, moment + HISTORY)
            facts = self._facts_of_story[story_id].newest_within(moment - LEDGER, moment + HISTORY)
            keys = [key for line in (reports, facts) for key, _ in zip(line, range(MEMBERS), strict=False)]
            if keys:
                found[story_id] = [self._traits[key] for key in keys]
        return found

    def evidence(self, development_id: str) -> Evidence:
        """Return what is known of a development through its reports."""
        if (known := self._evidence.get(development_id)) is None:
            known = self._evidence[development_id] = self._gather(self.developments[development_id])
        return known

    def _gather(self, development: Development) -> Evidence:
        linked = self.roles(development.development_id)
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
        known = [self.reports.get(key) for key in self.roles(development.development_id)]
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


def development_id(article_id: str, fact: Fact) -> str:
    """Return the id of the development that `fact` of an article opens."""
    return stable_id("d", article_id, fact.event_type, fact.position)
