"""A web hook and a mail server on loopback that go wrong as told, and a sender that reaches them from this process."""

import json
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller

from flows.alerts.apart import Apart, BrokenOffError
from flows.alerts.channel import CUT, DeliveryError, send_here
from flows.newsroom.served import Served


class Here(Apart):
    """Sends in this process, one after the other: hundreds of tries of a test need no process each."""

    most = 1

    def __init__(self):
        """Make ready."""
        self.over = deque()

    def begin(self, message):
        """Send a message."""
        try:
            send_here(message)
        except DeliveryError as error:
            kind = BrokenOffError if str(error) == CUT else DeliveryError
            self.over.append((message["id"], kind(str(error))))
        else:
            self.over.append((message["id"], None))

    def ended(self):
        """Return what became of it."""
        return self.over.popleft()

    def close(self):
        """Do nothing."""


class Faulty(Served):
    """A web hook: `faults` say what happens to the next messages, each once: a status, `cut` or `slow`; then it works.

    `taken` are the messages that it answered with 200, `seen` all that it read: headers in small letters, body, JSON.
    """

    def __init__(self, faults=(), port=0, retry_after=None):
        """Bind to `port`, 0 for a free one."""
        self.faults, self.retry_after = deque(faults), retry_after
        self.taken, self.seen = [], []
        super().__init__(ThreadingHTTPServer(("127.0.0.1", port), _handler(self)))

    @property
    def url(self):
        """The address that sends to it."""
        return f"json://127.0.0.1:{self.port}/hook"


def _handler(faulty):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.close_connection = True
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            faulty.seen.append((headers, body, json.loads(body)))
            fault = faulty.faults.popleft() if faulty.faults else 200
            if fault == "cut":
                self.connection.close()
                return
            if fault == "slow":
                time.sleep(5)  # longer than Apprise would wait
                fault = 200
            if fault == 200:
                faulty.taken.append(faulty.seen[-1])
            self.send_response(fault)
            if fault in (429, 503) and faulty.retry_after is not None:
                self.send_header("Retry-After", faulty.retry_after)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    return Handler


class Mailbox:
    """A mail server that keeps what it takes; a context manager, again and again on the same port."""

    def __init__(self, port):
        """Listen on `port` once it is entered."""
        self.port, self.mails = port, []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the name that aiosmtpd asks for
        """Take a mail."""
        self.mails.append(envelope.content)
        return "250 taken"

    @property
    def url(self):
        """The Apprise URL that sends to it."""
        return f"mailto://127.0.0.1:{self.port}/?from=news@watch.example&to=desk@watch.example"

    def __enter__(self):
        """Begin to listen."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()
        return self

    def __exit__(self, *_):
        """Stop."""
        self._controller.stop()
