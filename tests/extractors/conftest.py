"""A real site on loopback, whose answers a test writes down."""

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from extractors.clock import standing_clock
from extractors.collect import collect, extraction_pool
from extractors.orders import Manners, Order, SourceOrder

FAULTS = Path(__file__).parents[1] / "faults"


@dataclass
class Site:
    """Answers by path; each is a tuple (status, headers, body) or a function of the handler."""

    port: int = 0
    answers: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)

    def url(self, path="/"):
        """Return the address of `path`."""
        return f"http://127.0.0.1:{self.port}{path}"

    def give(self, path, body=b"", status=200, **headers):
        """Answer `path` with this; underscores in names of headers become hyphens."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = (status, told, body if isinstance(body, bytes) else body.encode())

    def paths(self):
        """Return the paths that were asked for, in order."""
        return [path for path, _ in self.asked]


@pytest.fixture
def site():
    """A site that answers what the test says, 404 otherwise."""
    told = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            told.asked.append((self.path, dict(self.headers)))
            answer = told.answers.get(self.path, (404, {}, b""))
            if callable(answer):
                answer(self)
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

        def log_error(self, *_):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_):
            pass

    server = Server(("127.0.0.1", 0), Handler)
    told.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def manners():
    """Manners of a test: no pause, loopback allowed."""
    return Manners(user_agent="newswatch/test", spacing=timedelta(0), allow_networks=("127.0.0.0/8",))


@pytest.fixture
def fault():
    """A reader of the broken inputs in tests/faults."""
    return lambda name: (FAULTS / name).read_bytes()


@pytest.fixture(scope="module")
def pools():
    """Worker processes that the tests of a module share, by whoever needs them."""
    kept = {}
    yield kept
    for pool in kept.values():
        pool.close()


@pytest.fixture
def run(manners, noon, a_watch, pools):
    """Carry out an order of these sources (or `SourceOrder`s) at noon, with more of an order by keyword."""
    watch = a_watch()
    pool = pools.setdefault("pool", extraction_pool(watch, manners))

    def once(*told, spool=None, **more):
        sources = tuple(one if isinstance(one, SourceOrder) else SourceOrder(source=one) for one in told)
        order = Order(order_id="o1", created_at=noon, sources=sources, **more)
        return collect(order, watch, manners, standing_clock(noon), pool, spool=spool)

    return once
