"""A small webhook receiver on this machine: what a desk would get from the demo's alert rule."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

#: The most that one message may hold, in bytes: beyond it the sender is told so (413).
_LIMIT = 1 << 20


class Receiver:
    """A webhook on 127.0.0.1 that keeps what it is sent; a context manager."""

    def __init__(self, port: int = 0) -> None:
        """Bind to `port`, 0 for a free one; messages are taken once it is entered."""
        self.messages: list[dict[str, Any]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self.messages))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The Apprise URL that sends to it."""
        return f"json://127.0.0.1:{self.port}/"

    def __enter__(self) -> Self:
        """Start to answer."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and give the port back."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(messages: list[dict[str, Any]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.close_connection = True
            length = int(self.headers.get("Content-Length") or 0)
            if length > _LIMIT:
                self._answer(413)
                return
            try:
                message = json.loads(self.rfile.read(length))
            except ValueError:
                message = None
            if isinstance(message, dict):
                messages.append(message)
            self._answer(200 if isinstance(message, dict) else 400)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing: the messages are the record."""

    return Handler
