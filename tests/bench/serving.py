"""A server that does next to nothing, in a process of its own: answers that were made beforehand, by path."""

import asyncio
import multiprocessing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection

_END = b"\r\n\r\n"
_SAME = b'HTTP/1.1 304 Not Modified\r\nConnection: close\r\nETag: "1"\r\n\r\n'
_MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class _Speaker(asyncio.Protocol):
    def __init__(self, answers: Mapping[bytes, bytes]) -> None:
        self._answers = answers
        self._asked = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._asked += data
        if _END not in self._asked:
            return
        path = self._asked.split(b" ", 2)[1]
        answer = self._answers.get(path) or self._answers.get(path[path.rindex(b"/") :])
        known = b"If-None-Match" in self._asked and answer is not None
        self._transport.write(_SAME if known else answer or _MISSING)
        self._transport.close()


def document(body: bytes, kind: str, **headers: str) -> bytes:
    """Return the whole answer that holds `body`; underscores in names of headers become hyphens."""
    told = {"Content-Type": kind, "Content-Length": str(len(body)), "ETag": '"1"', "Connection": "close"}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode() + body


@contextmanager
def serving(answers: Mapping[bytes, bytes]) -> Iterator[int]:
    """Serve `answers` by path, whatever the host is called, while the block runs; give the port on 127.0.0.1.

    A path without an answer has that of its last part, so that many addresses can have one page. A request that is
    conditional is answered with 304.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, answers), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Connection, answers: Mapping[bytes, bytes]) -> None:
    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Speaker(answers), "127.0.0.1", 0, backlog=1024)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())
