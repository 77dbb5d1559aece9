"""A home that watches a simulated web, and its cycles from one due time to the next."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from extractors.clock import standing_clock
from extractors.collect import extraction_pool
from extractors.watch import read_watch
from flows.cycle import run_cycle
from flows.settings import read_settings
from tests.simulation import documents
from tests.simulation.judge import HELD_FOR, Judge, Violation
from tests.simulation.served import SimulatedWeb
from tests.simulation.truth import Wanted, patience, wanted
from tests.simulation.web import Outlet, Web
from warehouse.database import open_warehouse

HEAD = """
name = "simulated"
title = "A simulated web"
languages = ["en"]

[relevance]
all_of = [["company:xiaomi", "company:baic"]]

[[entities]]
id = "company:xiaomi"
names = { en = ["Xiaomi"] }

[[entities]]
id = "company:baic"
names = { en = ["BAIC"] }
"""


def watch_text(web: Web) -> str:
    """Return the watch file with all sources of `web`."""
    return HEAD + "".join(_source(web, outlet) for outlet in web.outlets)


def _source(web: Web, outlet: Outlet) -> str:
    links = f'links = "{outlet.links}"\n' if outlet.links else ""
    return (
        f'\n[[sources]]\nid = "{outlet.source_id}"\nkind = "{outlet.kind}"\n'
        f'url = "{web.url(outlet.host, outlet.path)}"\nevery = "{outlet.every // timedelta(hours=1)}h"\n'
        f'language = "en"\n{links}'
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """An article that should be there and is not (`found_at` None), or was found too late."""

    wanted: Wanted
    found_at: datetime | None

    def __str__(self) -> str:
        """Render on one line."""
        told = self.wanted
        came = f"found {self.found_at:%d %H:%M}" if self.found_at else "missed"
        return f"{came}: {told.url} ({told.outlet.source_id}), wanted until {told.until:%d %H:%M}"


@dataclass(slots=True)
class Life:
    """What lives on a simulated web: a home, its cycles and how they went.

    `step` is the shortest time between two cycles, `workers` the number of extraction processes.
    """

    served: SimulatedWeb
    home: Path
    step: timedelta
    workers: int = 2
    cycles: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    resumed: dict[datetime, datetime] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The settings, as a process gets them."""
        return {
            "NEWSWATCH_HOME": str(self.home),
            "NEWSWATCH_ALLOW_NETWORKS": "127.0.0.0/8",
            "NEWSWATCH_HOST_SPACING": "0",
            "NEWSWATCH_WORKERS": str(self.workers),
            "NEWSWATCH_LOG": "error",
            "NEWSWATCH_CONNECT_TO": self.served.connect_to,
        }

    def begin(self) -> None:
        """Write the watch."""
        self.home.mkdir()
        (self.home / "watch.toml").write_text(watch_text(self.served.web), encoding="utf-8")

    def until(self, stop: datetime) -> None:
        """Run cycles until `stop`, each as soon as something is due and `step` after the one before at least."""
        settings = read_settings(self.environment)
        watch = read_watch(settings.watch_file)
        with extraction_pool(watch, settings.manners()) as pool:
            while self.served.now < stop:
                done = run_cycle(
                    settings, watch, standing_clock(self.served.now), pool=pool, with_report=False
                )
                self.cycles += 1
                self.outcomes[done.outcome] += 1
                self.served.now = self.next_at()

    def next_at(self) -> datetime:
        """Return when the next cycle has something to do: now and `step` at the earliest, in an hour at the latest."""
        earliest, latest = self.served.now + self.step, self.served.now + max(timedelta(hours=1), self.step)
        due = self.ask("SELECT min(next_poll_at) FROM sources WHERE state <> 'removed'")[0][0]
        return min(max(due or latest, earliest), latest)

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """Return the rows of `question` put to the warehouse."""
        with open_warehouse(read_settings(self.environment).warehouse) as con:
            return con.execute(question).fetchall()

    def command(self, *, killed_after: int | None = None) -> "subprocess.CompletedProcess[str]":
        """Run `newswatch run` in a process of its own at this moment, killed with its request `killed_after`."""
        code = "from flows.cli import main; main()"
        process = subprocess.Popen(
            [sys.executable, "-c", code, "run", "--now", self.served.now.isoformat()],
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if killed_after is not None:
            self.served.victim = (process.pid, killed_after)
        told, failed = process.communicate(timeout=120)
        self.served.settle()
        return subprocess.CompletedProcess(process.args, process.returncode, told, failed)

    def violations(self) -> list[Violation]:
        """Return what the judge finds in the server's log."""
        return Judge(self.served.web, self.resumed).read(self.served.log)

    def missed(self) -> list[Missed]:
        """Return the articles that should have been found by now and were not, or too late."""
        found: Mapping[str, datetime] = dict(self.ask("SELECT url, first_seen_at FROM articles"))  # type: ignore[arg-type]
        return [
            Missed(wanted=told, found_at=found.get(told.url))
            for told in wanted(self.served.web, self.step)
            if told.until < self.served.now and (told.url not in found or found[told.url] > told.until)
        ]

    def unrepresented(self) -> list[str]:
        """Return the sources that published something to be found, and of which nothing was."""
        found = {url for (url,) in self.ask("SELECT url FROM articles")}
        told: dict[str, bool] = {}
        for one in wanted(self.served.web, self.step):
            if one.until < self.served.now:
                told[one.outlet.source_id] = told.get(one.outlet.source_id, False) or one.url in found
        return [source_id for source_id, seen in told.items() if not seen]

    def unadopted(self) -> list[str]:
        """Return the sources that are still asked at an address that has led elsewhere for good for long."""
        old = {(asked.host, asked.path): asked.at for asked in self.served.log}
        return [
            outlet.source_id
            for outlet in self.served.web.outlets
            for move in outlet.moves
            if move.stop is None
            and move.status in (301, 308)
            and old[outlet.host, outlet.path] > move.start + HELD_FOR + 2 * patience(outlet, self.step)
        ]

    def lost_texts(self) -> list[str]:
        """Return the addresses of articles whose text is not the last version that was handed out."""
        web = self.served.web
        last: dict[str, str] = {}
        for asked in self.served.log:
            piece = web.pages.get((asked.host, asked.path))
            if piece is not None and asked.answer.status == 200:
                url = web.url(asked.host, piece.path)
                last[url] = documents.mark(asked.host, piece.number, asked.answer.version)
        texts = dict(self.ask("SELECT url, text FROM articles"))
        return [url for url, words in last.items() if words not in texts.get(url, "")]
