"""The simulated web on one port of this machine, in time that is set; it notes every request."""

import asyncio
import os
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Self

from tests.simulation.answering import Answer, Answering
from tests.simulation.web import Web, owner_of

#: An answer takes this long, so that a second request at the same host would be seen beside it.
ANSWER_S = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as the server saw it: when (simulated, and seconds of the real clock), what, and what it answered.

    `etag` and `since` are its conditions as sent; `open_at_host` how many requests to hosts of its owner were open,
    this one included; `odd` names headers that a polite reader does not send.
    """

    at: datetime
    seconds: float
    host: str
    path: str
    etag: str | None
    since: str | None
    user_agent: str
    odd: tuple[str, ...]
    open_at_host: int
    answer: Answer


class SimulatedWeb:
    """Serves `web` on 127.0.0.1 from a thread of its own once it is entered; a context manager."""

    def __init__(self, web: Web) -> None:
        """Prepare; `now` stands at the start of `web`."""
        self.web = web
        self.now = web.start
        self.log: list[Asked] = []
        self.port = 0
        #: The process to kill, and with how many requests more.
        self.victim: tuple[int, int] | None = None
        self._answering = Answering(web)
        self._open: Counter[str] = Counter()
        self._connected = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def connect_to(self) -> str:
        """Where each of its hosts is to be found, as the setting is written."""
        return ",".join(f"{host}=127.0.0.1:{self.port}" for host in self.web.sites)

    def __enter__(self) -> Self:
        """Start to answer."""
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and give the port back."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def settle(self) -> None:
        """Wait until all that a reader which is gone had sent is noted: at the moment when it was sent."""
        # A connection is taken in one turn of the loop, and read in one of the next.
        for _ in range(5):
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0), self._loop).result(60)
        deadline = time.monotonic() + 60
        while self._connected:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self._connected} connections of a reader that is gone are still open")
            time.sleep(0.001)

    def begin(self, host: str, path: str, headers: dict[str, str]) -> Answer:
        """Note a request and return its answer."""
        self._open[owner_of(host)] += 1
        answer = self._answering.answer(host, path, headers, self.now)
        self.log.append(
            Asked(
                at=self.now,
                seconds=time.perf_counter(),
                host=host,
                path=path,
                etag=headers.get("if-none-match"),
                since=headers.get("if-modified-since"),
                user_agent=headers.get("user-agent", ""),
                odd=tuple(name for name in ("cookie", "referer", "authorization") if name in headers),
                open_at_host=self._open[owner_of(host)],
                answer=answer,
            )
        )
        if self.victim is not None:
            process, left = self.victim
            self.victim = (process, left - 1) if left > 1 else None
            if left <= 1:
                os.kill(process, signal.SIGKILL)
        return answer

    def end(self, host: str) -> None:
        """Note that a request of `host` is over."""
        self._open[owner_of(host)] -= 1

    def connected(self, change: int) -> None:
        """Note that a connection began (1) or ended (-1)."""
        self._connected += change

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            self._loop.create_server(lambda: _Connection(self), "127.0.0.1", 0, backlog=512)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(asyncio.sleep(0))


class _Connection(asyncio.Protocol):
    """One connection: requests one after the other, each answered a moment later."""

    def __init__(self, served: SimulatedWeb) -> None:
        self._served = served
        self._pending = b""
        self._transport: asyncio.Transport | None = None
        self._host: str | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        self._served.connected(1)

    def connection_lost(self, _: Exception | None) -> None:
        self._served.connected(-1)
        if self._host is not None:
            self._served.end(self._host)
            self._host = None

    def data_received(self, data: bytes) -> None:
        self._pending += data
        head, found, rest = self._pending.partition(b"\r\n\r\n")
        if not found or self._host is not None:
            return
        self._pending = rest
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        host = headers.get("host", "").partition(":")[0]
        answer = self._served.begin(host, first.split(" ")[1], headers)
        self._host = host
        asyncio.get_running_loop().call_later(ANSWER_S, self._send, answer, headers.get("connection", ""))

    def _send(self, answer: Answer, connection: str) -> None:
        transport = self._transport
        if self._host is None or transport is None:
            return
        self._served.end(self._host)
        self._host = None
        if answer.status == 0:
            transport.abort()
            return
        headers = {
            "Date": format_datetime(self._served.now.replace(microsecond=0), usegmt=True),
            **answer.headers,
        }
        if answer.status != HTTPStatus.NOT_MODIFIED:
            headers["Content-Length"] = str(len(answer.body))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        reason = HTTPStatus(answer.status).phrase
        transport.write(f"HTTP/1.1 {answer.status} {reason}\r\n{lines}\r\n".encode("latin-1") + answer.body)
        if connection.lower() == "close":
            transport.close()
        elif self._pending:
            self.data_received(b"")
