"""What a monitor may ask while `serve` runs: `/healthz` and `/metrics`, over HTTP on this machine.

Answered from the snapshot and the machine, never from the warehouse, by threads of the supervisor. What takes too long
is answered with what was known before.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import AF_INET, AF_INET6, SHUT_RDWR
from threading import Event, Lock, Thread
from typing import Any

import duckdb
import structlog

from extractors.clock import Clock
from extractors.errors import NewswatchError
from flows.alerts.message import plain_line
from flows.children import pause_s
from flows.machine import oldest_batch, rooms
from flows.metrics import CONTENT_TYPE, Reading, exposition
from flows.pulse import read_pulse
from flows.settings import Settings
from flows.watchdog_note import OWN
from warehouse.counts import Counts, read_counts
from warehouse.database import open_snapshot
from warehouse.episodes import Episode, open_episodes

log = structlog.get_logger()

#: Seconds that an answer waits for fresh figures.
PATIENCE_S = 3.0
#: Seconds after which a connection is ended, however slowly its client asks or takes the answer; and how many there
#: may be at a time: a monitor needs one.
CONNECTION_S = 10.0
CONNECTIONS = 20

#: What the supervisor has seen to be wrong.
Lasting = Callable[[], Sequence[Episode]]


class Readings:
    """What is known of the pipeline; the snapshot is read again where it was replaced."""

    def __init__(self, settings: Settings, lasting: Lasting, clock: Clock) -> None:
        """Make ready; nothing is read yet."""
        self._settings = settings
        self._lasting = lasting
        self._clock = clock
        self._lock = Lock()
        self._coming: _Coming | None = None
        self._last = Reading(now=clock())
        self._read: tuple[tuple[int, ...], Counts, tuple[Episode, ...]] | None = None

    def now(self) -> Reading:
        """Return what is known, fresh where it can be had within `PATIENCE_S`."""
        with self._lock:
            if self._coming is None or self._coming.over.is_set():
                self._coming = _Coming(self._fresh)
            coming = self._coming
        if not coming.over.wait(PATIENCE_S):
            log.warning("monitoring_slow")
        self._last = coming.reading or self._last
        return replace(self._last, now=self._clock())

    def _fresh(self) -> Reading:
        settings = self._settings
        counts, told, published_at = self._published()
        own = (one for one in told if one.name not in OWN)  # what the supervisor sees now is fresher
        batches, _ = oldest_batch(settings)
        return Reading(
            now=self._clock(),
            counts=counts,
            published_at=published_at,
            pulse=read_pulse(settings.state),
            troubles=(*self._lasting(), *own),
            rooms=rooms(settings),
            sizes=_sizes(settings.snapshot, settings.warehouse),
            batches=batches,
        )

    def _published(self) -> tuple[Counts | None, tuple[Episode, ...], datetime | None]:
        """Return what the snapshot says, and when it was published; nothing where it cannot be read."""
        path = self._settings.snapshot
        try:
            told = path.stat()
            stamp = (told.st_ino, told.st_mtime_ns, told.st_size)
            if self._read is None or self._read[0] != stamp:
                with open_snapshot(path) as con:
                    self._read = (stamp, read_counts(con), open_episodes(con))
        except FileNotFoundError:
            return None, (), None
        except (NewswatchError, OSError, duckdb.Error) as error:
            log.warning("snapshot_not_read", error=str(error).partition("\n")[0])
            return None, (), None
        return self._read[1], self._read[2], datetime.fromtimestamp(told.st_mtime, UTC)


class _Coming:
    """A reading on its way, in a thread that the end of the program does not wait for: it may hang for ever."""

    def __init__(self, read: Callable[[], Reading]) -> None:
        self.reading: Reading | None = None
        self.over = Event()
        Thread(target=self._work, args=(read,), name="reading", daemon=True).start()

    def _work(self, read: Callable[[], Reading]) -> None:
        try:
            self.reading = read()
        except Exception:
            log.exception("monitoring_failed")
        finally:
            self.over.set()


@contextmanager
def monitoring(
    address: tuple[str, int], settings: Settings, lasting: Lasting, clock: Clock
) -> Iterator[tuple[str, int] | None]:
    """Answer at `address` during the block; give where, None where it cannot be listened at (logged)."""
    readings = Readings(settings, lasting, clock)
    try:
        server = _started(address, readings)
    except (OSError, RuntimeError) as error:  # the latter where there can be no thread
        log.error("monitoring_not_served", host=address[0], port=address[1], error=str(error))
        yield None
        return
    host, port = server.server_address[:2]
    log.info("monitoring", host=host, port=port)
    try:
        yield str(host), int(port)
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def answering(settings: Settings, lasting: Lasting, clock: Clock) -> Iterator[Callable[[], None]]:
    """Answer at the address of `settings` during the block, from the first call on at which it can be listened at.

    Gives what is to be called about once a second: where the address is taken, or the machine lacks something, it tries
    again after 1, 2, 4 … 60 s.
    """
    assert settings.metrics is not None  # noqa: S101 - the caller has looked
    address, tries, not_before = settings.metrics, 0, 0.0
    with ExitStack() as stack:

        def answer() -> None:
            nonlocal tries, not_before
            if time.monotonic() < not_before:
                return
            with ExitStack() as tried:
                if tried.enter_context(monitoring(address, settings, lasting, clock)) is not None:
                    stack.push(tried.pop_all())
                    not_before = float("inf")
                    return
            tries += 1
            not_before = time.monotonic() + pause_s(tries)

        answer()
        yield answer


def health_of(reading: Reading) -> dict[str, Any]:
    """Return what `/healthz` says: `ok`, or `failing` with the reasons, that is, troubles that no news passes."""
    reasons = [_shown(one) for one in reading.troubles if one.grave]
    return {
        "status": "failing" if reasons else "ok",
        "reasons": reasons,
        "troubles": [_shown(one) for one in reading.troubles if not one.grave],
        "last_successful_cycle": _moment(reading.pulse.ok_at if reading.pulse else None),
        "published": _moment(reading.published_at),
    }


def _started(address: tuple[str, int], readings: Readings) -> "_Server":
    """Return a server that answers at `address`.

    Raises:
        OSError, RuntimeError: the address is taken, or there can be no thread.
    """
    server = _Server(address, readings)
    try:
        Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.2}, name="monitoring", daemon=True
        ).start()
    except RuntimeError:
        server.server_close()
        raise
    return server


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = CONNECTIONS

    def __init__(self, address: tuple[str, int], readings: Readings) -> None:
        self.address_family = AF_INET6 if ":" in address[0] else AF_INET
        self.readings = readings
        self._until: dict[Any, float] = {}
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if len(self._until) >= CONNECTIONS:
            self.shutdown_request(request)
            return
        self._until[request] = time.monotonic() + CONNECTION_S
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._until.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """End the connections whose time is over; called several times a second."""
        for request, until in list(self._until.items()):
            if time.monotonic() > until:
                with suppress(OSError):  # whoever serves it sees its end
                    request.shutdown(SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - as the library calls it
        log.debug("monitoring_request_broken")


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = CONNECTION_S
    server_version = "newswatch"
    sys_version = ""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/metrics":
            self._answer(200, CONTENT_TYPE, exposition(self.server.readings.now()))
        elif path == "/healthz":
            health = health_of(self.server.readings.now())
            status = 200 if health["status"] == "ok" else 503
            self._answer(status, "application/json", json.dumps(health, indent=2).encode() + b"\n")
        else:
            self._answer(404, "text/plain; charset=utf-8", b"there are /healthz and /metrics\n")

    do_HEAD = do_GET  # noqa: N815 - the library's name

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing: a monitor asks every few seconds."""


def _sizes(*paths: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    for path in paths:
        with suppress(OSError):
            found[path.name] = path.stat().st_size
    return found


def _shown(one: Episode) -> dict[str, Any]:
    return {
        "name": one.name,
        "subject": plain_line(one.subject) if one.subject else None,
        "title": plain_line(one.title),
        "since": _moment(one.since),
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
