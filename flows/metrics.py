"""The figures for Prometheus, from what is known of the pipeline: gauges, with their units in their names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric

from flows.alerts.message import plain_line
from flows.conditions import Room
from flows.pulse import Pulse
from warehouse.counts import Counts
from warehouse.episodes import Episode

#: What the answer is, in terms of HTTP.
CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
#: Characters of a label: ids of sources and names of rules come from the watch file.
_LONGEST_LABEL = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is known at `now`.

    `counts` are those of the snapshot, published at `published_at`; both None where it cannot be read or is not there.
    `sizes` are bytes of files by name, `troubles` what lasts; `pulse` None where no cycle has come to its end.
    """

    now: datetime
    counts: Counts | None = None
    published_at: datetime | None = None
    pulse: Pulse | None = None
    troubles: Sequence[Episode] = ()
    rooms: Sequence[Room] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)
    batches: int = 0


def exposition(reading: Reading) -> bytes:
    """Return `reading` in the text format of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(reading))
    return generate_latest(registry)


class _Collector:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def collect(self) -> Iterator[Metric]:
        reading = self._reading
        yield _labelled(
            "newswatch_build_info", "The version that runs.", "version", {version("newswatch"): 1}
        )
        yield from _cycles(reading)
        yield from _machine(reading)
        yield from _troubles(reading.troubles)
        if reading.counts is not None:
            yield from _counts(reading.counts)


def _cycles(reading: Reading) -> Iterator[Metric]:
    yield _gauge(
        "newswatch_snapshot_readable", "1 where the snapshot can be read.", int(reading.counts is not None)
    )
    if reading.published_at is not None:
        age = (reading.now - reading.published_at).total_seconds()
        yield _gauge(
            "newswatch_snapshot_age_seconds", "Since anything in the snapshot changed.", max(0.0, age)
        )
    ok_at = reading.pulse.ok_at if reading.pulse else None
    if ok_at is not None:
        yield _gauge(
            "newswatch_last_successful_cycle_timestamp_seconds",
            "When a cycle last came to its end well, Unix time.",
            ok_at.timestamp(),
        )
        yield _gauge(
            "newswatch_seconds_since_last_successful_cycle",
            "Seconds since a cycle last came to its end well.",
            max(0.0, (reading.now - ok_at).total_seconds()),
        )
    yield _gauge(
        "newswatch_last_cycle_failed",
        "1 where the last cycle broke off.",
        int(reading.pulse is not None and reading.pulse.error is not None),
    )


def _machine(reading: Reading) -> Iterator[Metric]:
    yield _labelled(
        "newswatch_disk_free_bytes",
        "Free room on the file system of a folder.",
        "folder",
        {room.folder: room.free_bytes for room in reading.rooms},
    )
    yield _labelled("newswatch_file_bytes", "Length of a file.", "file", reading.sizes)
    yield _gauge("newswatch_waiting_batches", "Collected batches that wait to be loaded.", reading.batches)


def _troubles(troubles: Sequence[Episode]) -> Iterator[Metric]:
    found = GaugeMetricFamily(
        "newswatch_trouble", "1 for each trouble that lasts.", labels=("name", "subject", "grave")
    )
    shown = [(_label(one.name), _label(one.subject or ""), "yes" if one.grave else "no") for one in troubles]
    for labels in dict.fromkeys(shown):  # subjects that differ in what is not shown are one series
        found.add_metric(labels, 1)
    yield found


def _counts(counts: Counts) -> Iterator[Metric]:
    told = {
        "articles": ("Articles in the snapshot.", counts.articles),
        "relevant_articles": ("Of these: those that belong to the watch.", counts.relevant),
        "copies": ("Of the articles: copies of others.", counts.copies),
        "stories": ("Stories.", counts.stories),
        "developments": ("Developments, withdrawn ones too.", counts.developments),
        "backlog_items": ("Listed items that wait for their page.", counts.pending_items),
        "runs_last_day": ("Cycles that loaded something, in the day before the newest run.", counts.runs),
    }
    for name, (what, value) in told.items():
        yield _gauge(f"newswatch_{name}", what, value)
    yield _labelled(
        "newswatch_polls_last_day",
        "Polls by outcome, in the day before the newest run.",
        "outcome",
        {"new": 0, "unchanged": 0, "failed": 0} | dict(counts.polls),
    )
    yield _labelled("newswatch_sources", "Sources by state.", "state", counts.sources)
    yield _labelled(
        "newswatch_source_failures",
        "Failed polls in a row, of sources that fail.",
        "source",
        counts.failures,
    )
    alerts = GaugeMetricFamily("newswatch_alerts", "Alerts by kind and state.", labels=("kind", "state"))
    for (kind, state), number in counts.alerts.items():
        alerts.add_metric((_label(kind), _label(state)), number)
    yield alerts


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, value=value)


def _labelled(name: str, what: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    found = GaugeMetricFamily(name, what, labels=(label,))
    merged: dict[str, float] = {}
    for key, value in values.items():  # ids that differ in what is not shown must not make a series twice
        merged[_label(key)] = merged.get(_label(key), 0) + value
    for key, value in merged.items():
        found.add_metric((key,), value)
    return found


def _label(text: str) -> str:
    """Return `text` without what is no visible character; the library escapes quotes and backslashes."""
    return plain_line(text, _LONGEST_LABEL)
