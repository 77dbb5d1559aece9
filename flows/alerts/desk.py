"""Where judgement meets the alert rules: the decider that the loader calls in its transaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from extractors.watch import Watch
from flows.alerts.message import WITHDRAWN, Against, Correction, Evidence, Place
from flows.alerts.rules import alerts_for, channels_of
from warehouse.database import Connection
from warehouse.judged import Alert, Development, Judgement, Reporting
from warehouse.outbox import KnownAlert, known_alerts


class AlertDesk:
    """Decides on alerts while a batch is loaded (an `AlertDecider`): one development alerts a rule once.

    Where it is withdrawn after that, the rule is told once more.
    """

    def __init__(self, con: Connection, watch: Watch, environment: Mapping[str, str]) -> None:
        """Read how the alerts stand that there are; `environment` is asked for the kinds of channel only."""
        self._rules = watch.alerts
        self._channels = channels_of(watch.alerts, environment)
        self._names = {entity.entity_id: entity.name for entity in watch.entities}
        self._known = known_alerts(con, WITHDRAWN)

    def __call__(
        self,
        judgement: Judgement,
        *,
        reports: Mapping[str, Reporting],
        developments: Mapping[str, Development],
        now: datetime,
    ) -> Sequence[Alert]:
        """Return the alerts that the judgement gives rise to."""
        told = _Told(judgement=judgement, reports=reports, developments=developments, names=self._names)
        touched = (*judgement.new, *judgement.changed)
        found = {one.development_id: told.evidence(one) for one in touched}
        evidence = {key: one for key, one in found.items() if one is not None}
        alerts = alerts_for(
            judgement.new, judgement.changed, self._known, evidence, self._rules, self._channels, now
        )
        for alert in alerts:
            withdrawn = alert.body.startswith(WITHDRAWN)
            self._known[alert.alert_id] = KnownAlert(state=alert.state, withdrawn=withdrawn)
        return alerts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What messages on one judgement can draw from; `names` those of entities by id."""

    judgement: Judgement
    reports: Mapping[str, Reporting]
    developments: Mapping[str, Development]
    names: Mapping[str, str]

    def evidence(self, found: Development) -> Evidence | None:
        """Return what a message about `found` may say; None where what it rests on is not remembered."""
        first = self.reports.get(found.first_article_id)
        correction = self._correction(found)
        if correction is None and (first is None or found.state == "withdrawn"):
            return None
        before = self.developments.get(found.supersedes or "")
        links = (
            link.article_id for link in self.judgement.links if link.development_id == found.development_id
        )
        return Evidence(
            story_title=self.judgement.story.title,
            article_title=first.title if first else "",
            first=_place(first) if first else None,
            known_before=_known_before(before) if before else None,
            against=tuple(self._against(found)),
            correction=correction,
            links=tuple(self.reports[key].url for key in links if key in self.reports),
            names=tuple(self.names.get(key, key) for key in found.participants),
        )

    def _correction(self, found: Development) -> Correction | None:
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
        return Correction(sentence=next(says, by.title), place=place)

    def _against(self, found: Development) -> Iterator[Against]:
        """Yield what contradicts `found`, whichever of the two points at the other, in the order of reporting."""
        for other in sorted(
            self.developments.values(), key=lambda one: (one.reported_at, one.development_id)
        ):
            if other.development_id == found.development_id or other.state == "withdrawn":
                continue
            if found.contradicts == other.development_id or other.contradicts == found.development_id:
                first = self.reports.get(other.first_article_id)
                place = _place(first) if first else None
                yield Against(what=other.what, sentence=other.sentence, place=place)


def _known_before(before: Development) -> str:
    return f"{before.what} (withdrawn)" if before.state == "withdrawn" else before.what


def _place(report: Reporting) -> Place:
    return Place(
        url=report.url,
        publisher=report.publisher,
        reported_at=report.reported_at,
        language=report.language,
    )
