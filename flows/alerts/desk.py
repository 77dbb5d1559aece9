"""Where judgement meets the alert rules: the decider that the loader calls in its transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from extractors.watch import Watch
from flows.alerts.message import Evidence
from flows.alerts.rules import alerts_for, channels_of
from warehouse.database import Connection
from warehouse.judged import Alert, Development, Judgement, Reporting
from warehouse.outbox import known_alert_ids


class AlertDesk:
    """Decides on alerts while a batch is loaded (an `AlertDecider`): one development alerts a rule once."""

    def __init__(self, con: Connection, watch: Watch, environment: Mapping[str, str]) -> None:
        """Read which alerts there are; `environment` is asked for the kinds of channel only."""
        self._rules = watch.alerts
        self._channels = channels_of(watch.alerts, environment)
        self._names = {entity.entity_id: entity.name for entity in watch.entities}
        self._known = set(known_alert_ids(con))

    def __call__(
        self,
        judgement: Judgement,
        *,
        reports: Mapping[str, Reporting],
        developments: Mapping[str, Development],
        now: datetime,
    ) -> Sequence[Alert]:
        """Return the alerts that the judgement gives rise to."""
        touched = (*judgement.new, *judgement.changed)
        evidence = {
            found.development_id: self._evidence(found, judgement, reports, developments)
            for found in touched
            if found.first_article_id in reports
        }
        alerts = alerts_for(
            judgement.new, judgement.changed, self._known, evidence, self._rules, self._channels, now
        )
        self._known |= {alert.alert_id for alert in alerts}
        return alerts

    def _evidence(
        self,
        found: Development,
        judgement: Judgement,
        reports: Mapping[str, Reporting],
        developments: Mapping[str, Development],
    ) -> Evidence:
        first = reports[found.first_article_id]
        before = developments.get(found.supersedes or "")
        others = (
            reports[link.article_id].url
            for link in judgement.links
            if link.development_id == found.development_id and link.article_id in reports
        )
        return Evidence(
            story_title=judgement.story.title,
            article_title=first.title,
            url=first.url,
            publisher=first.publisher,
            reported_at=first.reported_at,
            language=first.language,
            known_before=before.what if before else None,
            links=tuple(url for url in others if url != first.url),
            names=tuple(self._names.get(key, key) for key in found.participants),
        )
