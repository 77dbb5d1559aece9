"""The process that runs the flows by schedule: `python -m flows.runner PARENT HOME WATCH SECONDS STAMP NAME LEVEL`.

`flows.serve` starts it, with Prefect's settings in its environment. Each run is a process forked from this one, which
has read all code already: so a run costs a third of what a new interpreter would, and this process stays without
threads. Prefect's own runner is not used: it ends when the server is away for a moment, pauses the deployments when it
is ended, runs every missed schedule, and believes a scheduler that has stopped.
"""

import gc
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import NoReturn

import structlog
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.engine import handle_engine_signals
from prefect.flow_engine import run_flow
from prefect.settings import temporary_settings

from extractors.articles.workers import ExtractionPool
from extractors.clock import system_clock
from flows.configuration import Followed, followed_interval
from flows.cycle import LEASE
from flows.leash import leash
from flows.log import configure_logging
from flows.prefect_flows import BY_NAME
from flows.prefect_runs import SERVER_ERRORS, Runs
from flows.turns import CYCLE, Waiting, is_overdue, take_turn
from warehouse.lock import read_holder
from warehouse.processes import process_of

log = structlog.get_logger()

#: Seconds between two questions to the server at most: so long a run that somebody asks for waits. A question takes 15
#: ms of processor time (measured, both sides).
POLL_S = 15.0
#: Seconds until a server that did not answer is asked again.
RETRY_S = 2.0
#: Seconds one answer of the server may take.
ANSWER_S = 20.0
#: How often a run asks again where the server is away, after 2 and 4 seconds: with more it would keep the next one
#: waiting only to say how it ended.
RETRIES = 2
#: Seconds a run may go on when this process is asked to end: a batch is loaded in less, mostly. Then it is killed; what
#: it had begun is carried on by the next cycle.
GRACE_S = 2.0
#: Seconds a run may take beyond its lease of the home until it is killed; without one, as if it had one from the start.
SLACK_S = 60.0


class Stopped(BaseException):
    """This process was asked to end."""


class Runner:
    """Runs what is due, one run at a time, as long as it is let."""

    def __init__(self, runs: Runs, home: str, watch: str, interval: Followed[timedelta]) -> None:
        """Run the flows of the home and watch file, the cycle every `interval`, also as that is edited."""
        self._runs = runs
        self._home = home
        self._watch = watch
        self._lock = Path(home) / "state" / "cycle.lock"
        self._interval = interval
        self._registered = self._resumed = False
        self._answers = False
        self._since = time.monotonic()
        self._idle_before_s = _seconds_since(self._lock)
        self._begun: float | None = None

    def go_on(self) -> NoReturn:
        """Run what is due until `Stopped`: with the server, and without it where it is away for an interval."""
        log.info("runner_started")
        while True:
            if self._interval.renew():
                log.info("interval_changed", interval_s=self._interval_s)
                self._registered = False
            try:
                pause_s = self._turn()
                if not self._answers:
                    log.info("prefect_server_answers")
                self._answers = True
            except SERVER_ERRORS as error:
                if self._answers:
                    told = f"{type(error).__name__}: {error}".partition("\n")[0]
                    log.warning("prefect_server_away", error=told)
                self._answers = self._registered = False
                pause_s = RETRY_S
                waited_s = time.monotonic() - self._since
                idle_s = min(self._idle_s(), self._idle_before_s + waited_s)
                if is_overdue(idle_s, self._interval_s, waited_s):
                    log.warning("cycle_without_server", idle_s=round(idle_s))
                    self._run(None)
            time.sleep(pause_s)

    def _turn(self) -> float:
        """Do what is to be done now, and return the seconds until something may be to do again."""
        if not self._registered:
            self._runs.register(self._home, self._watch, self._interval.said, resume=not self._resumed)
            self._runs.close_left()
            self._registered = self._resumed = True
        now = system_clock()
        turn = take_turn(
            self._runs.waiting(now + timedelta(seconds=POLL_S)),
            now,
            idle_s=self._idle_s(),
            interval_s=self._interval_s,
            longest_s=POLL_S,
        )
        self._runs.drop(turn.drop)
        start = turn.start
        if turn.ask:
            start = self._asked()
        if start is not None:
            self._run(start)
        return turn.pause_s

    def _asked(self) -> Waiting | None:
        """Return a cycle of our own asking; None where somebody has paused it."""
        if self._begun is not None and self._runs.is_paused():
            self._begun = time.monotonic()
            log.warning(
                "cycle_paused", hint="its deployment was paused by hand; resume it there, or start again"
            )
            return None
        return self._runs.ask_for_cycle()

    @property
    def _interval_s(self) -> float:
        return self._interval.said.total_seconds()

    def _idle_s(self) -> float:
        """Return the seconds since a cycle began, by the clock that never jumps."""
        return float("inf") if self._begun is None else time.monotonic() - self._begun

    def _run(self, waiting: Waiting | None) -> None:
        """Carry out a run, None for a cycle that the server knows nothing of, and see that it ends."""
        run = self._runs.read(waiting.run_id) if waiting is not None else None
        flow = waiting.flow if waiting is not None else CYCLE
        if flow == CYCLE:
            self._begun = time.monotonic()
        process = multiprocessing.get_context("fork").Process(
            target=carry_out, args=(os.getpid(), flow, run, self._home, self._watch), name=f"run of {flow}"
        )
        process.start()
        try:
            why = self._ended(process, run)
        except Stopped:
            process.join(GRACE_S)
            if process.is_alive() and run is not None:
                _kill(process)
                with suppress(*SERVER_ERRORS):
                    self._runs.cancelled(run.id, "newswatch was stopped; the next cycle goes on from there")
            raise
        finally:
            _kill(process)
        if why is not None:
            log.warning("run_ended", flow=flow, why=why)
        if run is not None:
            self._close(run, why)

    def _ended(self, process: BaseProcess, run: FlowRun | None) -> str | None:
        """Wait until the process of a run has ended; return why that was, None where it ended by itself and well."""
        deadline = time.monotonic() + LEASE.total_seconds() + SLACK_S
        own = process_of(process.pid or 0)  # a dead cycle may have left a note with the same number
        while process.is_alive():
            holder = read_holder(self._lock)
            if holder is not None and holder.process == own and holder.until is not None:
                deadline = holder.until + SLACK_S
            if time.monotonic() > deadline:
                _kill(process)
                return f"it made no progress for {LEASE}"
            process.join(POLL_S)
            if run is not None and process.is_alive():
                with suppress(*SERVER_ERRORS):
                    if self._runs.read(run.id).state_type == StateType.CANCELLING:
                        _kill(process)
                        return "cancelled"
        return None if process.exitcode == 0 else f"its process ended with status {process.exitcode}"

    def _close(self, run: FlowRun, why: str | None) -> None:
        """See that a run whose process has ended is over at the server too; else it would be due again at once."""
        state = self._runs.read(run.id).state
        if state is not None and state.is_final():
            return
        if state is not None and state.is_cancelling():
            self._runs.cancelled(run.id, "cancelled; the next cycle goes on from there")
        else:
            self._runs.crashed(run.id, why or "its process ended without telling how")


def carry_out(parent: int, flow: str, run: FlowRun | None, home: str, watch: str) -> None:
    """Run a flow in this process, as the server's run or, with None, without the server."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    leash(parent)
    ExtractionPool.fork_server_stays = False  # what it read is loaded next: not both at once
    if run is None:
        BY_NAME[flow].fn(home, watch)
        return
    own = temporary_settings({"client.max_retries": RETRIES, "flows.heartbeat_frequency": None})
    with own, handle_engine_signals(run.id):
        # What the server says is not asked: whoever may make runs there must not choose the home.
        run_flow(BY_NAME[flow], flow_run=run, parameters={"home": home, "watch": watch})


def _seconds_since(lock: Path) -> float:
    """Return the seconds since a cycle ended that held `lock`; 0 where none did, or the clock was set back since."""
    try:
        return max(0.0, system_clock().timestamp() - lock.stat().st_mtime)
    except OSError:
        return 0.0


def _kill(process: BaseProcess) -> None:
    if process.is_alive():
        process.kill()
        process.join()


def _stop(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped


def main(arguments: list[str], stop: Callable[[int, FrameType | None], None] = _stop) -> None:
    """Run what is due until SIGTERM; a run in hand then has `GRACE_S` seconds to end."""
    parent, home, watch, seconds, stamp, name, level = arguments
    leash(int(parent))
    configure_logging(level)
    gc.freeze()  # what is there now stays: a collection in a run would only copy the pages that it shares with this one
    signal.signal(signal.SIGTERM, stop)
    try:
        # One try a question: the next turn asks again, and the runs themselves have more patience.
        with (
            temporary_settings({"client.max_retries": 0}),
            get_client(httpx_settings={"timeout": ANSWER_S}, sync_client=True) as client,
        ):
            interval = followed_interval(Path(watch), timedelta(seconds=float(seconds)), stamp)
            Runner(Runs(client, name), home, watch, interval).go_on()
    except Stopped:
        log.info("runner_stopped")


if __name__ == "__main__":
    main(sys.argv[1:])
