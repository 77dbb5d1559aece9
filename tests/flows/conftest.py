"""A small news site on loopback, and homes that watch it."""

import json
import shutil
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

import pytest
from click.testing import CliRunner
from kept_home import KeptHome
from pieces import PIECES

from extractors.collect import extraction_pool
from extractors.orders import Manners
from extractors.watch import read_watch
from flows.cli import main

START = datetime(2024, 3, 1, 8, tzinfo=UTC)

WATCH = """
name = "cars"
title = "Cars"
languages = ["en"]

[relevance]
all_of = [["company:xiaomi", "company:baic"]]

[[entities]]
id = "company:xiaomi"
names = {{ en = ["Xiaomi"] }}

[[entities]]
id = "company:baic"
names = {{ en = ["BAIC"] }}
"""

SOURCE = """
[[sources]]
id = "{id}"
kind = "feed"
url = "{url}"
every = "{every}"
language = "en"
"""

ALERT = """
[[alerts]]
name = "desk"
to = "env:NEWSWATCH_ALERT_URL"
"""


@dataclass
class Site:
    """What the server answers: `documents` by path; `failing` paths answer 500; `hits` counts requests by path.

    While it is `silent`, it takes requests and says nothing. `moved` paths answer 301 with an address.
    """

    port: int = 0
    documents: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)
    hits: dict[str, int] = field(default_factory=dict)
    listed: list[int] = field(default_factory=list)
    silent: bool = False
    moved: dict[str, str] = field(default_factory=dict)

    @property
    def feed(self):
        """Address of the feed."""
        return f"http://127.0.0.1:{self.port}/feed.xml"

    def publish(self, number, at=START):
        """Put piece `number` online and on top of the feed."""
        title, *paragraphs = PIECES[number]
        body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
        page = f"<html lang=en><head><title>{escape(title)}</title></head><body><nav><a href=/>Home</a></nav>"
        page += f"<article><h1>{escape(title)}</h1>{body * 1}</article><footer>Imprint</footer></body></html>"
        self.documents[f"/{number}.html"] = ("text/html; charset=utf-8", page.encode())
        self.listed.insert(0, number)
        self._write_feed(at)

    def _write_feed(self, at):
        items = "".join(
            f"<item><title>{escape(PIECES[number][0])}</title><guid>g{number}</guid>"
            f"<link>http://127.0.0.1:{self.port}/{number}.html</link>"
            f"<pubDate>{format_datetime(at + timedelta(hours=number))}</pubDate></item>"
            for number in self.listed
        )
        text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>'
        self.documents["/feed.xml"] = ("application/rss+xml", text.encode())


def imported_home(home, watch, articles):
    """Make a home with `watch` and import (name, title, text, language) rows, one a day; return it."""
    home.mkdir()
    (home / "watch.toml").write_text(watch, encoding="utf-8")
    rows = [
        {
            "url": f"https://news.example/{name}",
            "title": title,
            "text": text,
            "language": language,
            "publisher": f"Paper {number}",
            "published": f"2024-03-0{number + 1}T08:00:00Z",
        }
        for number, (name, title, text, language) in enumerate(articles)
    ]
    (home / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    result = CliRunner().invoke(main, ["--home", str(home), "import", str(home / "rows.jsonl")])
    assert result.exit_code == 0, result.output
    return home


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    """Extraction workers for all homes of a module: their sources differ at most."""
    path = tmp_path_factory.mktemp("watch") / "watch.toml"
    path.write_text(WATCH.format(), encoding="utf-8")
    with extraction_pool(read_watch(path), Manners(user_agent="x")) as workers:
        yield workers


@pytest.fixture(scope="session")
def import_home():
    return imported_home


@pytest.fixture
def site():
    """An empty site with a feed, served until the end of the test."""
    served = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            served.hits[self.path] = served.hits.get(self.path, 0) + 1
            while served.silent:
                time.sleep(0.05)
            if self.path in served.moved:
                self.send_response(301)
                self.send_header("Location", served.moved[self.path])
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif self.path in served.failing:
                self._answer(500, "text/plain", b"broken")
            elif self.path not in served.documents:
                self._answer(404, "text/plain", b"nothing here")
            else:
                kind, body = served.documents[self.path]
                etag = f'"{sha256(body).hexdigest()[:16]}"'
                if self.headers.get("If-None-Match") == etag:
                    self._answer(304, kind, b"", etag)
                else:
                    self._answer(200, kind, body, etag)

        def _answer(self, status, kind, body, etag=None):
            self.send_response(status)
            if etag:
                self.send_header("ETag", etag)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.port = server.server_address[1]
    served._write_feed(START)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield served
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def a_home(tmp_path):
    """A maker of homes: writes a watch with the given feeds (id → URL) and returns (home, environment)."""

    def make(feeds, name="home", every="1m", alerts=""):
        home = tmp_path / name
        home.mkdir()
        sources = "".join(SOURCE.format(id=key, url=url, every=every) for key, url in feeds.items())
        (home / "watch.toml").write_text(WATCH.format() + sources + alerts, encoding="utf-8")
        environment = {
            "NEWSWATCH_HOME": str(home),
            "NEWSWATCH_ALLOW_NETWORKS": "127.0.0.0/8",
            "NEWSWATCH_HOST_SPACING": "0",
            "NEWSWATCH_WORKERS": "1",
        }
        return home, environment

    return make


@pytest.fixture(scope="session")
def a_kept_home(tmp_path_factory):
    """The folder of a home that has been running for four hours, with two articles and an alert for each."""
    home = KeptHome(tmp_path_factory.mktemp("kept") / "home")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("flows.alerts.deliver.send_by_apprise", lambda *_: None)
        for hour, piece in ((0, None), (2, 0), (4, 1)):
            home.collected(hour, piece)
            home.run(hour)
    return home.settings.home


@pytest.fixture
def desk(monkeypatch):
    """The messages about news that are sent: title and body."""
    sent = []

    def send(_url, title, body):
        if not title.startswith("newswatch:"):
            sent.append((title, body))

    monkeypatch.setattr("flows.alerts.deliver.send_by_apprise", send)
    return sent


@pytest.fixture
def kept(a_kept_home, tmp_path, desk):
    """A copy of that home of a test's own; `desk` has been told twice."""
    shutil.copytree(a_kept_home, tmp_path / "home")
    desk += [("Told", "before"), ("Told", "before")]
    return KeptHome(tmp_path / "home")
