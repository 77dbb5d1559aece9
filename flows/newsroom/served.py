"""What the newsroom and its receiver have in common: a web server on this machine, up within a `with` block."""

import threading
from http.server import ThreadingHTTPServer
from typing import Self


class Served:
    """A server on 127.0.0.1 that answers from a thread of its own once it is entered; a context manager."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        """Take over `server`, which is bound already."""
        self._server = server
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        """Start to answer."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and give the port back."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
