"""`newswatch demo`: the whole pipeline on the bundled newsroom, over real HTTP on loopback, in simulated time."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from extractors.clock import standing_clock
from extractors.collect import extraction_pool
from extractors.errors import ConfigurationError
from extractors.watch import Watch, read_watch
from flows.cycle import CycleResult, report, run_cycle
from flows.newsroom.receiver import Receiver
from flows.newsroom.server import Newsroom
from flows.newsroom.sites import newsroom_watch
from flows.newsroom.steps import steps
from flows.settings import Settings
from flows.starter import default_watch_file
from warehouse.database import open_warehouse, rows, run


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """What the demo did: sums over its cycles, the messages its receiver got, seconds in all, and the two paths.

    `requests` are those the newsroom answered, `unchanged` the ones among them it answered with 304.
    """

    cycles: int
    polls: int
    articles: int
    revisions: int
    copies: int
    relevant: int
    developments: int
    alerts: int
    sent: int
    messages: tuple[tuple[str, str], ...]
    requests: int
    unchanged: int
    seconds: float
    snapshot: Path
    report: Path


def run_demo(settings: Settings, console: Console, *, stop_at: datetime | None = None) -> DemoResult:
    """Run the newsroom from the first article to the last, or from where an earlier demo on this home ended.

    `console` shows the progress; it should write to standard error. `stop_at` ends it earlier, None runs it whole.

    Raises:
        ConfigurationError: the home holds a watch of its own, which the demo's invented news would spoil.
    """
    started = time.perf_counter()
    base = read_watch(default_watch_file())
    with Newsroom() as newsroom, Receiver() as receiver:
        watch = newsroom_watch(base, alert_url="env:NEWSWATCH_ALERT_DEMO")
        told = replace(
            settings,
            spacing=timedelta(0),
            allow_networks=("127.0.0.0/8",),
            connect_to=newsroom.connect_to,
            environment={"NEWSWATCH_ALERT_DEMO": receiver.url},
        )
        moments = _moments(told, watch, [at for at in steps() if stop_at is None or at <= stop_at])
        results = _run_steps(told, watch, moments, newsroom, console)
        messages = tuple((str(one["title"]), str(one["message"])) for one in receiver.messages)
        requests, unchanged = newsroom.requests, newsroom.statuses.get(304, 0)
    return DemoResult(
        cycles=len(results),
        **{name: sum(getattr(result, name) for result in results) for name in _SUMMED},
        messages=messages,
        requests=requests,
        unchanged=unchanged,
        seconds=time.perf_counter() - started,
        snapshot=settings.snapshot,
        report=settings.report / "index.html",
    )


_SUMMED = ("polls", "articles", "revisions", "copies", "relevant", "developments", "alerts", "sent")


def _moments(settings: Settings, watch: Watch, planned: Sequence[datetime]) -> Sequence[datetime]:
    """Return which of the planned moments are still to come on this home, or one day more after the last."""
    if not settings.warehouse.exists():
        return planned
    with open_warehouse(settings.warehouse) as con:
        (last,) = run(con, "last_run_at")[0]
        foreign = {row["source_id"] for row in rows(con, "source_states")} - {
            s.source_id for s in watch.sources
        }
    if foreign:
        raise ConfigurationError(
            f"{settings.home}: holds other news (source {min(foreign)}); give the demo a home of its own with --home"
        )
    if last is None:
        return planned
    return [moment for moment in planned if moment > last] or [last + timedelta(days=1)]


def _run_steps(
    settings: Settings, watch: Watch, moments: Sequence[datetime], newsroom: Newsroom, console: Console
) -> list[CycleResult]:
    results = []
    with (
        extraction_pool(watch, settings.manners()) as pool,
        Progress(console=console, transient=True, disable=not console.is_terminal) as progress,
    ):
        for moment in progress.track(moments, description="newsroom"):
            newsroom.clock = moment
            clock = standing_clock(moment)
            results.append(
                run_cycle(settings, watch, clock, pool=pool, with_report=False, with_housekeeping=False)
            )
        report(settings, watch, standing_clock(moments[-1]), watch.alerts[0].language)  # as its messages
    return results
