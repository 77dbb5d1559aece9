"""A home that reads a site of hostile strings: in titles, pages, addresses, names of entities and the watch's title."""

import html
import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from extractors.clock import standing_clock
from extractors.watch import read_watch
from flows.cycle import run_cycle
from flows.settings import read_settings
from tests.hostile.strings import ADDRESSES, hostile_strings

START = datetime(2024, 3, 1, 8, tzinfo=UTC)
FIRMS = tuple(
    a + b
    for a in ("Nord", "Velo", "Astra", "Quin", "Halden", "Moro", "Tesk", "Ular")
    for b in ("avia", "tex", "mont")
)
STATEMENTS = (
    ("recalls {n} cars", "{a} began a recall of {n} cars because of faulty brakes, the regulator said {x}."),
    ("buys {p} percent stake in {b}", "{a} has acquired a stake of {p} percent in {b}, they said {x}."),
    (
        "to build plant with {b}",
        "{a} and {b} have signed an agreement to build a joint plant, they said {x}.",
    ),
    ("posts loss of {n} million yuan", "{a} reported a net loss of {n} million yuan for the year {x}."),
)
PLAIN = ("the market", "a harbour", "its dealers", "some steel", "the winter")


def toml(text):
    """Return `text` as TOML writes a string."""
    return '"' + "".join(f"\\U{ord(c):08x}" if not c.isalnum() and c != " " else c for c in text) + '"'


class HostileHome:
    """A site with a piece of news for each string and a home that follows it; harmless words instead with `plain`."""

    def __init__(self, folder, *, plain=False, every=1):
        """Make the home in `folder`; of all strings each `every`-th is taken."""
        self.strings = list(hostile_strings())[::every]
        self.said = {
            one.key: PLAIN[number % len(PLAIN)] if plain else one.text
            for number, one in enumerate(self.strings)
        }
        self._addresses = [f"https://web.example/{n}" if plain else a for n, a in enumerate(ADDRESSES)]
        self.received, self.pages, self._items = [], {}, []
        self._serve()
        apart = max(len(self.strings) // len(FIRMS), 1)
        self.settings = self._home(folder, [self.said[one.key] for one in self.strings[::apart]])

    def _serve(self):
        home = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                kind, body = home.answer(self.path)
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                home.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self):
        """End the site."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path):
        """Return the kind and the bytes of what lies at `path`."""
        if path == "/feed.json":
            told = {"version": "https://jsonfeed.org/version/1.1", "title": "W", "items": self._items}
            return "application/feed+json", json.dumps(told).encode()
        return "text/html; charset=utf-8", self.pages.get(path, b"")

    def publish(self):
        """Put all news online: what comes before that is the first import, which is silent."""
        for number, one in enumerate(self.strings):
            self._publish(number, one.key, self.said[one.key])
        for number, address in enumerate(self._addresses):
            self._items.append({"id": f"address {number}", "url": address, "title": f"Address {number}"})

    def _publish(self, number, key, text):
        a, b = FIRMS[number % len(FIRMS)], FIRMS[(number * 7 + 5) % len(FIRMS)]
        told = {
            "a": a,
            "b": b if b != a else FIRMS[number % 5],
            "n": 100 + 7 * number,
            "p": 3 + number % 90,
            "x": text,
        }
        title, lead = (one.format(**told) for one in STATEMENTS[number % len(STATEMENTS)])
        title = f"{a} {title} {key} {text}"
        at = START + timedelta(hours=1, minutes=number)
        rest = (
            f"{key} It was the {number}th report of the year from the harbour, and {text} was all they said."
        )
        self.pages[f"/{key}.html"] = (
            f"<html lang=en><head><title>{html.escape(title)}</title></head><body><article>"
            f"<h1>{html.escape(title)}</h1><p>{html.escape(lead)}</p><p>{html.escape(rest)}</p></article></body></html>"
        ).encode()
        url = f"http://127.0.0.1:{self.port}/{key}.html"
        authors = [{"name": text}]
        self._items.append(
            {"id": key, "url": url, "title": title, "authors": authors, "date_published": at.isoformat()}
        )

    def _home(self, folder, names):
        folder.mkdir()
        ids = ", ".join(f'"company:{firm.lower()}"' for firm in FIRMS)
        entities = "".join(
            f'\n[[entities]]\nid = "company:{firm.lower()}"\nnames = {{ en = [{toml(f"{firm} {name}")}, "{firm}"] }}\n'
            for firm, name in zip(FIRMS, names, strict=False)
        )
        watch = f"""
name = "trade"
title = {toml(names[0])}
languages = ["en"]

[relevance]
all_of = [[{ids}]]
{entities}
[[sources]]
id = "w"
kind = "feed"
url = "http://127.0.0.1:{self.port}/feed.json"
every = "1h"

[[alerts]]
name = "desk"
to = "env:NEWSWATCH_ALERT_URL"
"""
        (folder / "watch.toml").write_text(watch, encoding="utf-8")
        environment = {
            "NEWSWATCH_HOME": str(folder),
            "NEWSWATCH_ALLOW_NETWORKS": "127.0.0.0/8",
            "NEWSWATCH_HOST_SPACING": "0",
            "NEWSWATCH_ALERT_URL": f"json://127.0.0.1:{self.port}/",
        }
        return read_settings(environment)

    def cycle(self, hours):
        """Run a cycle so many hours after the start, and return what it did."""
        clock = standing_clock(START + timedelta(hours=hours))
        return run_cycle(self.settings, read_watch(self.settings.watch_file), clock)
