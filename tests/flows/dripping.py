"""A channel that answers a byte a second and never ends: no single read of it takes long."""

import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from flows.newsroom.served import Served


class Dripping(Served):
    """A webhook on 127.0.0.1 that takes every message and never comes to the end of its answer."""

    def __init__(self):
        """Bind to a free port; it answers once it is entered."""
        super().__init__(ThreadingHTTPServer(("127.0.0.1", 0), _Handler))

    @property
    def url(self):
        """The Apprise URL that sends to it."""
        return f"json://127.0.0.1:{self.port}/"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.close_connection = True
        self.rfile.read(int(self.headers["Content-Length"]))
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Endless: ")
        with suppress(OSError):
            while True:
                self.wfile.write(b"x")
                time.sleep(1)

    def log_message(self, *_):
        pass
