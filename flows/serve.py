"""Unattended running: a Prefect server of our own on loopback, schedules, and a runner, until stopped.

Two child processes: the server (SQLite in the home) and the runner. Prefect is imported in the children
alone, with its settings in their environment: its home is in ours, and reporting to its maker is off.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta

import httpx
import structlog

from extractors.errors import NewswatchError
from extractors.watch import Watch
from flows.settings import Settings
from warehouse.lock import exclusive

log = structlog.get_logger()

#: Seconds the server may take until it answers: 5 to 13 s measured on 2 cores with a new database.
START_S = 120.0
#: Seconds a child may take to end before it is killed: two children, one after the other, within 10 s.
STOP_S = 4.5
#: Cycles per interval of the most frequent source: it is polled at the first cycle after it is due, never before, so
#: it waits a fifth of its interval longer at most. An idle cycle takes 3 to 5 s of processor time under Prefect.
CYCLES_PER_INTERVAL = 5
#: Shortest and longest time between two cycles.
SHORTEST, LONGEST = timedelta(seconds=30), timedelta(minutes=5)


class ServeError(NewswatchError):
    """The server or the runner could not be started, or ended by itself."""


def serve(settings: Settings, watch: Watch) -> None:
    """Run cycles by schedule until SIGTERM or SIGINT; the children are ended with it.

    A cycle runs at the start and then every `interval_of(watch)`; each polls what is due by then. An
    existing Prefect server is used where `PREFECT_API_URL` names one.

    Raises:
        ServeError: the server does not come up, or server or runner end by themselves.
        WarehouseError: another `serve` runs on this home.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    with exclusive(settings.state / "serve.lock", doing="serving this home"), contextlib.ExitStack() as stack:
        environment = prefect_environment(settings, _free_port())
        children = {}
        if "PREFECT_API_URL" not in settings.environment:
            children["server"] = stack.enter_context(_child(_SERVER, environment))
            _wait_until_it_answers(environment["PREFECT_API_URL"], children["server"], stop)
        children["runner"] = stack.enter_context(_child(_runner(settings, interval_of(watch)), environment))
        log.info("serving", api=environment["PREFECT_API_URL"], interval_s=interval_of(watch).total_seconds())
        while not stop.wait(1.0):
            for name, child in children.items():
                if (status := child.poll()) is not None:
                    raise ServeError(f"the Prefect {name} ended by itself (status {status}); see above")
    log.info("stopped")


def interval_of(watch: Watch) -> timedelta:
    """Return the time between two cycles: a part of the shortest interval of a source, within bounds."""
    every = min((source.every for source in watch.sources), default=LONGEST * CYCLES_PER_INTERVAL)
    return min(max(every / CYCLES_PER_INTERVAL, SHORTEST), LONGEST)


def prefect_environment(settings: Settings, port: int) -> dict[str, str]:
    """Return the environment of the children: the given one, with Prefect's settings and the program's."""
    home = settings.state / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    ours = {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / 'prefect.db'}",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_RUNNER_POLL_FREQUENCY": "5",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "PREFECT_CLI_PROMPT": "false",
    }
    told = settings.environment
    if "PREFECT_API_URL" in told:
        ours["PREFECT_API_URL"] = told["PREFECT_API_URL"]
    return {**told, **ours, "NEWSWATCH_HOME": str(settings.home), "NEWSWATCH_WATCH": str(settings.watch_file)}


#: What starts the server.
_SERVER = [sys.executable, "-m", "prefect", "server", "start", "--no-ui"]


def _runner(settings: Settings, interval: timedelta) -> list[str]:
    seconds = str(interval.total_seconds())
    return [sys.executable, "-m", "flows.runner", str(settings.home), str(settings.watch_file), seconds]


@contextlib.contextmanager
def _child(command: list[str], environment: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Run `command` during the block; then end it gently, after `STOP_S` for good, with its own children."""
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
        command, env=dict(environment), stdout=sys.stderr, stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield child
    finally:
        _end(child)


def _end(child: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError):
        child.terminate()
    try:
        child.wait(STOP_S)
    except subprocess.TimeoutExpired:
        log.warning("child_killed", pid=child.pid)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)  # what is left of its session: flow runs whose runner is gone
    child.wait()


def _wait_until_it_answers(api: str, server: "subprocess.Popen[bytes]", stop: threading.Event) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and not stop.is_set():
        if (status := server.poll()) is not None:
            raise ServeError(f"the Prefect server ended (status {status}) before it answered; see above")
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{api}/health", timeout=2.0, trust_env=False).is_success:
                return
        stop.wait(0.2)
    if not stop.is_set():
        raise ServeError(f"the Prefect server did not answer at {api} within {START_S:.0f} s")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
