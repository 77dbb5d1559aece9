"""Gathers what a message about a development may draw from, of what judgement has at hand. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from flows.alerts.message import Against, Evidence, Place, Word, is_link
from warehouse.judged import Development, DevelopmentArticle, Judgement, Reporting


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """What messages on one judgement can draw from; `names` those of entities by id.

    `report_url` is where the folder of the report is served, None where nobody does.
    """

    judgement: Judgement
    reports: Mapping[str, Reporting]
    developments: Mapping[str, Development]
    names: Mapping[str, str]
    report_url: str | None = None

    def evidence(self, found: Development) -> Evidence | None:
        """Return what a message about `found` may say; None where what it rests on is not remembered."""
        first = self.reports.get(found.first_article_id)
        correction = self._correction(found)
        if correction is None and (first is None or found.state == "withdrawn"):
            return None
        before = self.developments.get(found.supersedes or "")
        against = tuple(self._against(found))
        official = self._official(found)
        second = self._second(found)
        links = (
            link.article_id for link in self.judgement.links if link.development_id == found.development_id
        )
        others = [*([before] if before else []), *(one.development for one in against)]
        return Evidence(
            story_title=self.judgement.story.title,
            article_title=first.title if first else "",
            first=_place(first) if first else None,
            second=_place(second) if second else None,
            before=before,
            against=against,
            official=official,
            correction=correction,
            links=tuple(self.reports[key].url for key in links if key in self.reports),
            names=tuple(self.names.get(key, key) for key in found.participants),
            story_url=story_url(self.report_url, found.story_id),
            same_step=tuple(self._same_step(found)),
            figures=tuple(
                figure
                for one in (found, *others)
                for report in self._told_by(one)
                for figure in report.figures
            ),
            found=self._found((found, *others)),
            known_names=frozenset(self.names.values()),
        )

    def _told_by(self, development: Development) -> Iterator[Reporting]:
        """Yield its first report, and those that were put to it just now: each may have brought figures of it."""
        links = [
            one.article_id for one in self.judgement.links if one.development_id == development.development_id
        ]
        for article_id in dict.fromkeys((development.first_article_id, *links)):
            if article_id in self.reports:
                yield self.reports[article_id]

    def _found(self, developments: tuple[Development, ...]) -> frozenset[str]:
        """Return the names of whom the reports mention; where that is not remembered, of whom the claims are about."""
        ids = {key for one in developments for report in self._told_by(one) for key in report.mentioned}
        forgotten = [
            one for one in developments if not any(report.mentioned for report in self._told_by(one))
        ]
        ids |= {key for one in forgotten for key in one.participants}
        return frozenset(self.names.get(key, key) for key in ids)

    def _second(self, found: Development) -> Reporting | None:
        """Return the report that brought the second origin, where it is among those that were judged just now."""
        return self._linked(found, found.confirmed_at, lambda link: link.role == "confirms")

    def _official(self, found: Development) -> Word | None:
        """Return the first official word on hearsay, where it has come just now and is no development of its own."""
        if found.basis == "official" or found.official_at is None:
            return None
        if any(one.supersedes == found.development_id for one in self._with_status(found, "official")):
            return None
        report = self._linked(found, found.official_at, lambda link: link.basis == "official")
        if report is None:
            return None
        said = (
            claim.sentence
            for claim in report.claims
            if claim.event_type == found.event_type and claim.basis == "official"
        )
        return Word(sentence=next(said, report.title), place=_place(report))

    def _linked(
        self, found: Development, at: datetime | None, fits: Callable[[DevelopmentArticle], bool]
    ) -> Reporting | None:
        """Return the report of that time among those that were put to `found` just now and fit, None where none did."""
        links = (
            one for one in self.judgement.links if one.development_id == found.development_id and fits(one)
        )
        reports = (self.reports.get(link.article_id) for link in links)
        return next((one for one in reports if one is not None and one.reported_at == at), None)

    def _same_step(self, found: Development) -> Iterator[str]:
        """Yield the developments that are the same step on from the same one."""
        if found.supersedes is None:
            return
        for other in self._with_status(found, found.basis):
            if other.supersedes == found.supersedes and other.development_id != found.development_id:
                yield other.development_id

    def _with_status(self, found: Development, basis: str) -> Iterator[Development]:
        for other in self.developments.values():
            same = (other.event_type, other.status) == (found.event_type, found.status)
            if same and other.basis == basis and other.state == "standing":
                yield other

    def _correction(self, found: Development) -> Word | None:
        """Return what took `found` back: in the words of what the same report says of the matter, else by its title."""
        by = self.reports.get(found.withdrawn_by or "") if found.state == "withdrawn" else None
        if by is None:
            return None
        says = (
            one.sentence
            for one in self.judgement.new
            if one.first_article_id == by.article_id and one.event_type == found.event_type
        )
        # a revision is read where its first version was, and later
        place = replace(_place(by), reported_at=found.withdrawn_at or by.reported_at)
        return Word(sentence=next(says, by.title), place=place)

    def _against(self, found: Development) -> Iterator[Against]:
        """Yield what contradicts `found`, whichever of the two points at the other, in the order of reporting."""
        for other in sorted(
            self.developments.values(), key=lambda one: (one.reported_at, one.development_id)
        ):
            if other.development_id == found.development_id or other.state == "withdrawn":
                continue
            if found.contradicts == other.development_id or other.contradicts == found.development_id:
                first = self.reports.get(other.first_article_id)
                yield Against(development=other, place=_place(first) if first else None)


def story_url(report_url: str | None, story_id: str) -> str | None:
    """Return where the page of a story is served, None where the report is not, or not at an address of the web."""
    if not report_url or not is_link(report_url):
        return None
    return f"{report_url.rstrip('/')}/stories/{quote(story_id, safe='')}.html"


def _place(report: Reporting) -> Place:
    return Place(
        url=report.url,
        publisher=report.publisher,
        reported_at=report.reported_at,
        language=report.language,
    )
