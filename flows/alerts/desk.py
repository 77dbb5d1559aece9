"""Where judgement meets the alert rules: the decider that the loader calls in its transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from extractors.watch import AlertRule, Watch
from flows.alerts.gathering import Gathering
from flows.alerts.rules import alerts_for, channels_of
from flows.alerts.words import message_language
from warehouse.database import Connection
from warehouse.judged import Alert, Development, Judgement, Reporting
from warehouse.outbox import KnownAlert, known_alerts

#: The variable that says where the folder of the report is served, for links to it.
REPORT_URL = "NEWSWATCH_REPORT_URL"


class AlertDesk:
    """Decides on alerts while a batch is loaded (an `AlertDecider`): one development alerts a rule once.

    Where it is withdrawn after that, the rule is told once more, and where hearsay becomes official if it wants that.
    """

    def __init__(self, con: Connection, watch: Watch, environment: Mapping[str, str]) -> None:
        """Read how the alerts stand; `environment` is asked for the kinds of channel and for `REPORT_URL`."""
        self._rules = rules_of(watch)
        self._channels = channels_of(watch.alerts, environment)
        self._names = {entity.entity_id: entity.name for entity in watch.entities}
        self._report_url = environment.get(REPORT_URL)
        self._known = known_alerts(con)

    def __call__(
        self,
        judgement: Judgement,
        *,
        reports: Mapping[str, Reporting],
        developments: Mapping[str, Development],
        now: datetime,
    ) -> Sequence[Alert]:
        """Return the alerts that the judgement gives rise to."""
        gathering = Gathering(
            judgement=judgement,
            reports=reports,
            developments=developments,
            names=self._names,
            report_url=self._report_url,
        )
        touched = (*judgement.new, *judgement.changed)
        found = {one.development_id: gathering.evidence(one) for one in touched}
        evidence = {key: one for key, one in found.items() if one is not None}
        alerts = alerts_for(
            judgement.new, judgement.changed, self._known, evidence, self._rules, self._channels, now
        )
        for alert in alerts:
            withdrawn = alert.says == "withdrawn"
            self._known[alert.alert_id] = KnownAlert(state=alert.state, withdrawn=withdrawn)
        return alerts


def rules_of(watch: Watch) -> tuple[AlertRule, ...]:
    """Return the rules of `watch`, each with the language that its messages are written in."""
    return tuple(in_language(rule, watch) for rule in watch.alerts)


def in_language(rule: AlertRule, watch: Watch) -> AlertRule:
    """Return `rule` with the language of its messages, that of the watch where it names none."""
    language = message_language(rule.language, watch.languages)
    return replace(rule, language=language)  # type: ignore[arg-type]
