"""A small webhook receiver on this machine: what a desk would get from the demo's alert rule."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from flows.newsroom.served import Served

#: The most that one message may hold, in bytes: beyond it the sender is told so (413).
_LIMIT = 1 << 20


class Receiver(Served):
    """A webhook on 127.0.0.1 that keeps what it is sent; a context manager."""

    def __init__(self, port: int = 0) -> None:
        """Bind to `port`, 0 for a free one; messages are taken once it is entered."""
        self.messages: list[dict[str, Any]] = []
        super().__init__(ThreadingHTTPServer(("127.0.0.1", port), _handler(self.messages)))

    @property
    def url(self) -> str:
        """The Apprise URL that sends to it."""
        return f"json://127.0.0.1:{self.port}/"


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
