"""Three collectors with nothing in common but a store bring what one machine brings, be one of them killed or not."""

import os
import random
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from extractors.clock import standing_clock
from extractors.collect import extraction_pool
from extractors.watch import read_watch
from flows.cycle import run_cycle
from flows.distribution import load_finished, plan_round, progress
from flows.newsroom.receiver import Receiver
from flows.newsroom.server import Newsroom
from flows.newsroom.sites import newsroom_watch
from flows.newsroom.steps import steps
from flows.settings import read_settings
from flows.starter import default_watch_file
from warehouse import leases
from warehouse.database import open_snapshot

#: What must come out the same, times included: the clocks stand.
QUESTIONS = (
    "SELECT * FROM articles ORDER BY ALL",
    "SELECT * FROM revisions ORDER BY ALL",
    "SELECT * FROM stories ORDER BY ALL",
    "SELECT * FROM developments ORDER BY ALL",
    "SELECT * FROM development_articles ORDER BY ALL",
    "SELECT * EXCLUDE (sent_at) FROM alerts WHERE kind = 'development' ORDER BY ALL",
    "SELECT * EXCLUDE (seconds, bytes) FROM polls ORDER BY ALL",
    "SELECT * FROM runs ORDER BY ALL",
)
#: Seconds of a lease, between renewals, and until a holder that cannot renew gives up. A store tells whole seconds.
LEASE = (4.0, 0.7, 2.5)


class Workers:
    """Three collectors, each with a folder of its own."""

    def __init__(self, folder, environment):
        """Start them."""
        self._folder = folder
        self._environment = {**os.environ, **environment, "NEWSWATCH_WORKERS": "1", "NEWSWATCH_LOG": "error"}
        self._running = [self._start(number) for number in range(3)]
        self.done = [0, 0, 0]
        self.killed = 0

    def _start(self, number):
        home = self._folder / f"worker-{number}"
        return subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("a_collector.py")), *map(str, LEASE)],
            env=self._environment | {"NEWSWATCH_HOME": str(home)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def go(self, moment, *, killing, after):
        """Let all take orders; kill one a while after it has taken its first, and start it again with its folder."""
        for worker in self._running:
            worker.stdin.write(f"{moment.isoformat()}\n")
            worker.stdin.flush()
        killed = self._at_work() if killing else None
        if killed is not None:
            time.sleep(after)
            self._running[killed].kill()
            self._running[killed].communicate()
            self.killed += 1
        for number, worker in enumerate(self._running):
            if number != killed:
                self.done[number] += len(worker.stdout.readline().split())
        if killed is not None:
            self._running[killed] = self._start(killed)

    def _at_work(self):
        """Return the number of the first that has answers to an order; None where all have none for long."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for spool in self._folder.glob("worker-*/state/collector/orders/*.spool"):
                return int(spool.relative_to(self._folder).parts[0].removeprefix("worker-"))
            time.sleep(0.01)
        return None

    def end(self):
        """End all."""
        for worker in self._running:
            worker.kill()
            worker.communicate()


@pytest.fixture
def newsroom():
    with Newsroom() as room, Receiver() as receiver:
        yield room, receiver


def home(newsroom, path, **environment):
    """Return settings and watch of a home that follows the newsroom."""
    room, receiver = newsroom
    watch = newsroom_watch(read_watch(default_watch_file()), alert_url="env:NEWSWATCH_ALERT_DEMO")
    settings = replace(
        read_settings({"NEWSWATCH_WORKERS": "2"} | environment, home=path),
        spacing=timedelta(0),
        allow_networks=("127.0.0.0/8",),
        connect_to=room.connect_to,
        environment={"NEWSWATCH_ALERT_DEMO": receiver.url},
    )
    return settings, watch


def told(settings):
    with open_snapshot(settings.snapshot) as con:
        return [con.execute(question).fetchall() for question in QUESTIONS]


def taken(receiver):
    """Return the messages that came since the last time."""
    found = sorted((message["title"], message["message"]) for message in receiver.messages)
    receiver.messages.clear()
    return found


def on_one_machine(newsroom, path, moments):
    settings, watch = home(newsroom, path)
    with extraction_pool(watch, settings.manners()) as pool:
        for moment in moments:
            newsroom[0].clock = moment
            run_cycle(settings, watch, standing_clock(moment), pool=pool, with_report=False)
    return told(settings), taken(newsroom[1])


def on_many(newsroom, path, moments, place, workers, kills=()):
    """Plan, let the workers take orders until all are carried out, load; `kills` numbers the steps with a kill."""
    settings, watch = home(newsroom, path, NEWSWATCH_LANDING=place)
    chance = random.Random(len(moments))
    for number, moment in enumerate(moments):
        newsroom[0].clock = moment
        clock = standing_clock(moment)
        planned = plan_round(settings, watch, clock)
        killing = number in kills and len(planned) > 0
        while progress(settings).waiting:
            workers.go(moment, killing=killing, after=chance.uniform(0.0, 0.5))
            killing = False
            if progress(settings).waiting:
                time.sleep(0.3)
        run_cycle(settings, watch, clock, bringing=load_finished, with_report=False)
    return told(settings), taken(newsroom[1])


@pytest.mark.parametrize(
    ("moments", "kills"),
    [
        (steps()[:36:12], (1,)),  # half a year between two rounds: each brings many
        pytest.param(
            steps()[:45],
            tuple(range(0, 45, 3)),
            marks=[pytest.mark.soak, pytest.mark.timeout(3000)],
        ),
    ],
    ids=["short", "long"],
)
def test_three_collectors_bring_what_one_machine_brings_and_one_killed_changes_nothing(
    newsroom, tmp_path, monkeypatch, s3_place, s3_environment, moments, kills
):
    monkeypatch.setattr(leases, "LEASE", timedelta(seconds=LEASE[0]))
    expected, messages = on_one_machine(newsroom, tmp_path / "one", moments)

    with ExitStack() as stack:
        workers = Workers(tmp_path, s3_environment | {"NEWSWATCH_LANDING": s3_place})
        stack.callback(workers.end)
        found, received = on_many(newsroom, tmp_path / "many", moments, s3_place, workers, kills)

    assert all(found[:6])
    for question, one, many in zip(QUESTIONS, expected, found, strict=True):
        assert many == one, question
    assert received == messages
    assert len(messages) > 0
    assert sum(done > 0 for done in workers.done) == 3, "all of them had something to do"
    assert workers.killed > 0
    assert not (tmp_path / "worker-0" / "state" / "warehouse.duckdb").exists()
