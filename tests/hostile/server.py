"""A server that speaks as it likes: what is written to the socket is up to the answer, byte by byte."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Self

#: An address of this machine that nothing may ever ask: who connects to it has been led astray.
TRAP = "127.0.0.2"
_LONGEST_REQUEST_S = 20.0


@dataclass
class Exchange:
    """One request and the means to answer it; `headers` have their names in lower case."""

    host: str
    path: str
    headers: dict[str, str]
    port: int
    reader: asyncio.StreamReader = field(repr=False)
    writer: asyncio.StreamWriter = field(repr=False)

    async def send(self, data: bytes) -> None:
        """Write `data`, and wait until most of it has left."""
        self.writer.write(data)
        await self.writer.drain()

    def half_close(self) -> None:
        """Send nothing more, and leave the connection open."""
        self.writer.write_eof()

    def reset(self) -> None:
        """Break the connection off without a farewell (RST)."""
        inner = self.writer.get_extra_info("socket")
        inner.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Answer = Callable[[Exchange], Awaitable[None]]
_MAKERS: dict[Answer, Callable[[], bytes]] = {}


class Server:
    """Answers by host name, on one port of 127.0.0.1; robots.txt is missing unless the host says otherwise.

    `asked` are host and path of all requests in their order; `trapped` counts the connections to the trap;
    `smuggled` holds the requests that carried a header which only an injection can have brought.
    """

    def __init__(self, answers: Mapping[str, Answer], robots: Mapping[str, Answer] | None = None) -> None:
        """Keep what each host answers to all paths, and to /robots.txt; it listens once it is entered."""
        self.asked: list[tuple[str, str]] = []
        self.smuggled: list[str] = []
        self.trapped = 0
        self.port = 0
        self._answers = dict(answers)
        self._robots = dict(robots or {})
        self._loop = asyncio.new_event_loop()
        # Conversations that are cut off at the end are nobody's concern; their tracebacks would disturb other tests.
        self._loop.set_exception_handler(lambda *_: None)
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        """Listen."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        """End all conversations."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def give(self, host: str, answer: Answer) -> None:
        """Let `host` answer so from now on."""
        self._answers[host] = answer

    async def _listen(self) -> None:
        main = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=256)
        self.port = main.sockets[0].getsockname()[1]
        with contextlib.suppress(OSError):  # not every machine has more than one address of its own
            await asyncio.start_server(self._catch, TRAP, self.port)
        with contextlib.suppress(OSError):
            await asyncio.start_server(self._catch, "::1", self.port)

    async def _end(self) -> None:
        tasks = [task for task in asyncio.all_tasks(self._loop) if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _catch(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.trapped += 1
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError, ValueError, asyncio.TimeoutError, asyncio.CancelledError):
            async with asyncio.timeout(_LONGEST_REQUEST_S):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.split("\r\n")
            pairs = [line.partition(":") for line in lines if line]
            headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
            host = headers.get("host", "").partition(":")[0]
            path = first.split(" ")[1]
            self.asked.append((host, path))
            if "x-injected" in headers:
                self.smuggled.append(head)
            answers = self._robots if path == "/robots.txt" else self._answers
            exchange = Exchange(host, path, headers, self.port, reader, writer)
            await answers.get(host, _nothing)(exchange)
        with contextlib.suppress(OSError):
            writer.close()


async def later(exchange: Exchange) -> None:
    """Ask to be left alone for an hour."""
    await exchange.send(
        b"HTTP/1.1 429 Later\r\nRetry-After: 3600\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )


async def _nothing(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def raw(data: bytes) -> Answer:
    """Answer with these bytes and close."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(data)

    return answer


def head(status: str = "200 OK", kind: str | None = "text/html; charset=utf-8", **headers: str) -> bytes:
    """Return the head of an answer that ends with the connection; underscores in names become hyphens."""
    named = {"Content-Type": kind} if kind else {}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status}\r\nConnection: close\r\n{lines}\r\n".encode()


def document(
    body: bytes | str | Callable[[], bytes | str],
    kind: str | None = "text/html; charset=utf-8",
    status: str = "200 OK",
    **headers: str,
) -> Answer:
    """Answer with a document of the right length; `prepared` has those made that a function makes."""

    @cache
    def data() -> bytes:
        made = body() if callable(body) else body
        return made.encode() if isinstance(made, str) else made

    async def answer(exchange: Exchange) -> None:
        told = head(status, kind, Content_Length=str(len(data())), **headers)
        await exchange.send(told + data())

    _MAKERS[answer] = data
    return answer


def prepared(answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """Return `answers` with all documents made: that takes long, and nobody is to wait for it within a deadline."""
    for answer in answers.values():
        _MAKERS.get(answer, bytes)()
    return dict(answers)


def redirect(to: str | Callable[[Exchange], str], status: str = "302 Found") -> Answer:
    """Answer with a redirect; in the text, PORT stands for the server's own."""

    async def answer(exchange: Exchange) -> None:
        target = to(exchange) if callable(to) else to
        target = target.replace("PORT", str(exchange.port))
        await exchange.send(head(status, None, Content_Length="0", Location=target))

    return answer
