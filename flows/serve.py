"""Unattended running: a Prefect server of our own on loopback, schedules, and a runner, until stopped.

This process supervises two children, the server (SQLite in the home) and the runner, and starts again what ends:
nothing but a signal ends it. Prefect is imported in the children alone, with its settings in their environment. The
children die with this process, however it dies.
"""

import errno
import http.client
import os
import signal
import socket
import time
from contextlib import ExitStack, suppress
from http import HTTPStatus
from types import FrameType
from urllib.parse import urlsplit
from uuid import uuid4

import structlog

from extractors.clock import system_clock
from extractors.watch import Watch
from flows.children import Child, end_left, note_children
from flows.configuration import Configuration, interval_of
from flows.prefect_settings import (
    database_of,
    is_broken,
    prefect_environment,
    server_environment,
    set_aside,
    without_api,
)
from flows.settings import Settings
from flows.starting import begun
from flows.watchdog import watching_over
from warehouse.lock import exclusive

log = structlog.get_logger()

#: Seconds the server may take until it answers: 5 to 13 s measured on 2 cores with a new database. So long, too, may
#: one that has answered before be silent.
START_S = 120.0
#: Seconds an answer to that question may take.
ANSWER_S = 2.0
#: Seconds between two looks at a server that has answered.
LOOK_S = 15.0
#: The server is started anew when it holds more: 230 MB at the start, 247 after 450 cycles in 38 minutes (measured),
#: the most of it soon; whether it ends there after weeks is not known. Cycles go on meanwhile.
MOST_BYTES = 400 << 20
#: Seconds between two checks of its database while it runs: 3 ms a megabyte. So long a server runs at least until it
#: is started anew for its memory: one that holds too much from the start is still better than none.
CHECK_S = 3600.0
#: Starts in a row after which a database that Prefect cannot work with is set aside, though it is whole: it is another
#: version's, say. It holds the history of runs, and nothing else.
HOPELESS = 4


def serve(settings: Settings, watch: Watch) -> None:
    """Run cycles by schedule until SIGTERM, SIGINT or SIGHUP; the children are ended with it, within 10 s.

    A cycle runs at the start and then every `interval_of(watch)`, also as the watch file is edited; each polls what is
    due by then. An existing Prefect server is used where `PREFECT_API_URL` names one; it may come and go.

    Raises:
        WarehouseError: another `serve` runs on this home; the message says which.
        ConfigurationError: the home cannot be written to, and that does not pass by itself.
    """
    asked = _stop_asked()
    configuration = Configuration(settings, watch, interval_of(watch))
    with ExitStack() as stack:

        def hold() -> bool:
            stack.enter_context(exclusive(settings.serve_lock, doing="serving this home"))
            return True

        if not begun(hold, asked):
            return
        watch_over = stack.enter_context(watching_over(configuration, system_clock))
        end_left(settings.state / "children.json")
        supervisor = begun(lambda: Supervisor(configuration), asked, watch_over)
        if supervisor is None:
            return
        stack.callback(supervisor.close)
        log.info("serving", interval_s=configuration.interval.total_seconds())
        while not asked:
            supervisor.look()
            watch_over()
            time.sleep(0.5)
    log.info("stopped")


class Supervisor:
    """Sees that server and runner run; none of its looks waits for more than the answer of the server."""

    def __init__(self, configuration: Configuration) -> None:
        """Prepare the children of the home; the first look starts them.

        Raises:
            OSError: the folder for Prefect cannot be made, or no port be had.
        """
        self._configuration = configuration
        self._settings = settings = configuration.settings
        self._server = Child("server") if without_api(settings.environment) else None
        self._runner = Child("runner")
        self.environment = prefect_environment(settings, free_port())
        self._answered_at: float | None = None
        self._looked_at = 0.0
        self._checked_at = time.monotonic()
        self._name = own_name(settings)

    def look(self) -> None:
        """Start what does not run and may be started by now; end what does not do its work.

        The runner does not wait for the server: where that takes longer than an interval, cycles begin without it.
        """
        if self._server is not None:
            try:
                self._look_at_server(self._server)
            except OSError as error:  # no port, no handle: nothing that is not tried again
                self._server.put_off(error)
        if self._runner.has_ended():
            self._note()
        if self._runner.is_due():
            self._start_runner()

    def close(self) -> None:
        """End the children: first the runner, which tells the server what becomes of its run."""
        self._runner.end()
        if self._server is not None:
            self._server.end()
        self._note()

    def _start_runner(self) -> None:
        configuration, settings = self._configuration, self._settings
        configuration.renew()
        told = (
            settings.home,
            settings.watch_file,
            configuration.interval.total_seconds(),
            configuration.watch_stamp,
            self._name,
            configuration.settings.log_level,
        )
        self._runner.start(
            ["-m", "flows.runner", str(os.getpid()), *(str(one) for one in told)], self.environment
        )
        self._note()

    def _look_at_server(self, server: Child) -> None:
        if server.has_ended():
            self._answered_at = None
        if server.is_due():
            if is_taken(int(self.environment["PREFECT_SERVER_API_PORT"])):
                self._move()
            self._heal_database(server)
            server.start(
                ["-m", "flows.prefect_server", str(database_of(self._settings))],
                server_environment(self.environment),
            )
            self._note()
        if server.runs and (self._answered_at is None or time.monotonic() - self._looked_at >= LOOK_S):
            self._looked_at = time.monotonic()
            if self._answers():
                if self._answered_at is None:
                    log.info("server_answers", after_s=round(server.runs_for_s, 1), api=self._api)
                self._answered_at = time.monotonic()
                self._renew(server)
            elif self._silent_s(server) > START_S:
                log.error("server_silent", seconds=round(self._silent_s(server)))
                server.give_up(silent_s=self._silent_s(server))
                self._answered_at = None

    def _renew(self, server: Child) -> None:
        """End a server that holds too much, or whose database has broken under it; the next look starts another."""
        broken = False
        if time.monotonic() - self._checked_at >= CHECK_S:
            self._checked_at = time.monotonic()
            broken = is_broken(database_of(self._settings))
        if broken or (server.runs_for_s >= CHECK_S and server.resident_bytes > MOST_BYTES):
            log.warning("server_renewed", megabytes=server.resident_bytes >> 20, database_broken=broken)
            server.end()
            self._answered_at = None

    def _silent_s(self, server: Child) -> float:
        return min(server.runs_for_s, time.monotonic() - (self._answered_at or 0.0))

    def _move(self) -> None:
        """Give the next server another port; the runner, which knows the old one, starts anew with it."""
        environment = prefect_environment(self._settings, free_port())
        self._runner.end()
        self.environment = environment

    def _heal_database(self, server: Child) -> None:
        """Set Prefect's database aside where it is broken or no start succeeds with it: a new one is made."""
        database = database_of(self._settings)
        hopeless = server.failures > 0 and server.failures % HOPELESS == 0 and database.exists()
        with suppress(OSError):
            if hopeless or is_broken(database):
                log.error("prefect_database_set_aside", path=str(set_aside(database, system_clock())))

    @property
    def _api(self) -> str:
        return self.environment["PREFECT_API_URL"]

    def _answers(self) -> bool:
        where = urlsplit(self._api)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=ANSWER_S)
        try:
            connection.request("GET", f"{where.path}/health")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _note(self) -> None:
        children = [self._runner] if self._server is None else [self._server, self._runner]
        note_children(self._settings.state / "children.json", children)


def _stop_asked() -> list[int]:
    """Return a list that is empty until the process is asked to end: by SIGTERM, SIGINT or SIGHUP.

    A signal that is ignored already stays so (`nohup`, a shell's job in the background), but SIGTERM. No lock is taken
    in the handler: it runs in the midst of whatever holds one.
    """
    asked: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if number == signal.SIGTERM or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, note)
    return asked


def is_taken(port: int) -> bool:
    """Tell whether somebody listens on the port of loopback, or it may not be used.

    Raises:
        OSError: it cannot be told, as this process has too many files open, say.
    """
    with socket.socket() as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # as the server does: what it left is no hindrance
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return True
            raise
    return False


def free_port() -> int:
    """Return a port on loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def own_name(settings: Settings) -> str:
    """Return a name for the deployments that no other home has at the same server, the same after each start."""
    path = settings.state / "prefect" / "name"
    with suppress(OSError):
        if named := path.read_text(encoding="utf-8").strip():
            return named
    name = f"newswatch-{uuid4().hex[:8]}"
    with suppress(OSError):
        path.write_text(name, encoding="utf-8")
    return name
