"""The newsroom's web server: all its sites on one port of this machine, told apart by the Host header."""

import gzip
import threading
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from flows.newsroom.documents import FOUNDED, Document, document
from flows.newsroom.served import Served
from flows.newsroom.sites import SITES


class Newsroom(Served):
    """The sites of the newsroom on 127.0.0.1, as they stand at `clock`; a context manager.

    What is published after `clock` is not there yet. The same clock gives the same bytes and validators.
    """

    def __init__(self, port: int = 0) -> None:
        """Bind to `port`, 0 for a free one; it answers once it is entered. The clock stands at the founding."""
        self._lock = threading.Lock()
        self._clock = FOUNDED
        self._statuses: Counter[int] = Counter()
        super().__init__(_Server(("127.0.0.1", port), self))

    @property
    def clock(self) -> datetime:
        """The moment that the sites show; set it to an aware moment.

        Raises:
            ValueError: it is set to a naive one.
        """
        with self._lock:
            return self._clock

    @clock.setter
    def clock(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError(f"naive datetime: {moment!r}")
        with self._lock:
            self._clock = moment

    @property
    def connect_to(self) -> tuple[tuple[str, str], ...]:
        """Where each of its hosts is to be found, in the form of `Manners.connect_to`."""
        return tuple((site.host, f"127.0.0.1:{self.port}") for site in SITES)

    @property
    def requests(self) -> int:
        """How many requests it has answered."""
        return sum(self.statuses.values())

    @property
    def statuses(self) -> Mapping[int, int]:
        """How many requests it has answered with each HTTP status."""
        with self._lock:
            return dict(self._statuses)

    def count(self, status: int) -> None:
        """Note that a request was answered with `status`."""
        with self._lock:
            self._statuses[status] += 1


class _Server(ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], newsroom: Newsroom) -> None:
        super().__init__(address, _Handler)
        self.newsroom = newsroom


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    # An answer leaves in one piece: in two, the second waits 40 ms for the receiver's delayed acknowledgement.
    wbufsize = 1 << 16
    disable_nagle_algorithm = True
    timeout = 60

    def do_GET(self) -> None:
        """Answer with the document, 304 where the client has it, 404 where there is none."""
        newsroom = self.server.newsroom
        found = document(self.headers.get("Host", ""), self.path, newsroom.clock)
        if found is None:
            self._answer(HTTPStatus.NOT_FOUND, b"not found\n", {"Content-Type": "text/plain"})
            return
        fields = {
            "ETag": found.etag,
            "Last-Modified": format_datetime(found.changed, usegmt=True),
            "Cache-Control": "max-age=300",
            "Vary": "Accept-Encoding",
        }
        if _is_known(found, self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")):
            self._answer(HTTPStatus.NOT_MODIFIED, b"", fields)
            return
        body = found.body
        fields["Content-Type"] = found.content_type
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            body = _zipped(body)
            fields["Content-Encoding"] = "gzip"
        self._answer(HTTPStatus.OK, body, fields)

    def do_HEAD(self) -> None:
        """Answer as to GET, without the body."""
        self.do_GET()

    def _answer(self, status: HTTPStatus, body: bytes, fields: Mapping[str, str]) -> None:
        self.server.newsroom.count(status)
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 - the base names it
        """Return the newsroom's clock for the Date header: its sites live in its time."""
        return format_datetime(self.server.newsroom.clock.astimezone(UTC).replace(microsecond=0), usegmt=True)

    def log_message(self, *_: object) -> None:
        """Say nothing: the newsroom counts."""


def _is_known(found: Document, etags: str | None, since: str | None) -> bool:
    """Tell whether the client has the document; If-None-Match goes before If-Modified-Since (RFC 9110, 13.2.2)."""
    if etags is not None:
        return etags.strip() == "*" or found.etag in (
            tag.strip().removeprefix("W/") for tag in etags.split(",")
        )
    if since is None:
        return False
    try:
        return found.changed.replace(microsecond=0) <= parsedate_to_datetime(since).astimezone(UTC)
    except (ValueError, TypeError):
        return False


@lru_cache(maxsize=512)
def _zipped(body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)
