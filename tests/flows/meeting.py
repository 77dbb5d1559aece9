"""A webhook that answers only once so many messages are open at the same time."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from flows.newsroom.served import Served

#: Seconds that one message waits for the others: longer than a message may take.
PATIENCE_S = 60.0


class Meeting(Served):
    """A webhook on 127.0.0.1; `titles` are those of its messages, `most` how many were open at once."""

    def __init__(self, number):
        """Bind to a free port; a message is answered when there are `number`."""
        self.titles, self.most, self._open = [], 0, 0
        self._lock, self._barrier = threading.Lock(), threading.Barrier(number)
        super().__init__(ThreadingHTTPServer(("127.0.0.1", 0), _handler(self)))

    @property
    def url(self):
        """The Apprise URL that sends to it."""
        return f"json://127.0.0.1:{self.port}/"

    def meet(self, title):
        """Take a message, and tell whether all came."""
        with self._lock:
            self.titles.append(title)
            self._open += 1
            self.most = max(self.most, self._open)
        try:
            self._barrier.wait(PATIENCE_S)
        except threading.BrokenBarrierError:
            return False
        finally:
            with self._lock:
                self._open -= 1
        return True


def _handler(meeting):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.close_connection = True
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200 if meeting.meet(told["title"]) else 503)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    return Handler
