"""A news site that goes on publishing, a receiver of alerts, and a `serve` over both whose processes can be killed."""

import contextlib
import json
import os
import random
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from extractors.errors import NewswatchError
from flows.notes import read_note
from flows.settings import read_settings
from warehouse.database import open_snapshot
from warehouse.lock import read_holder
from warehouse.processes import process_of

#: Companies of the invented trade, two of which each piece of news is about.
FIRMS = tuple(
    a + b
    for a in ("Nord", "Velo", "Astra", "Quin", "Halden", "Moro", "Tesk", "Ular")
    for b in ("avia", "tex", "mont")
)
#: What happens, with another word for each piece.
EVENTS = (
    (
        "{a} recalls {n} cars over faulty {thing}",
        "{a} began a recall of {n} cars because of faulty {thing}, the regulator said.",
    ),
    (
        "{a} wins licence to build electric {thing}",
        "The planning agency has approved the application of {a} to make electric {thing}, a notice shows.",
    ),
    (
        "{a} buys {p} percent stake in {b}",
        "{a} has acquired a stake of {p} percent in {b}, the companies said in a statement.",
    ),
    (
        "{a} to build plant for {thing} with {b}",
        "{a} and {b} have signed an agreement to build a joint plant for {thing}, they said.",
    ),
    (
        "{a} posts loss of {n} million yuan",
        "{a} reported a net loss of {n} million yuan for the year, wider than the year before.",
    ),
)
THINGS = ("seats", "brakes", "batteries", "vans", "engines", "buses", "doors", "lamps", "trucks", "axles")
WORDS = (
    "market",
    "analysts",
    "quarter",
    "supply",
    "chain",
    "delivery",
    "network",
    "board",
    "members",
    "engineers",
    "suppliers",
    "customers",
    "dealers",
    "region",
    "harbour",
    "railway",
    "budget",
    "winter",
    "summer",
    "prices",
    "steel",
    "copper",
    "software",
    "charging",
    "stations",
    "export",
    "import",
    "tariff",
    "union",
    "workers",
    "contract",
    "research",
    "campus",
    "prototype",
    "highway",
    "insurance",
    "leasing",
    "rental",
    "fleet",
    "city",
    "council",
    "minister",
    "report",
)
FEEDS = 4

WATCH = """
name = "trade"
title = "Trade"
languages = ["en"]

[relevance]
all_of = [[{ids}]]
{entities}
{sources}
[[alerts]]
name = "desk"
to = "env:NEWSWATCH_ALERT_URL"
"""


class Site:
    """Feeds and pages on loopback, and the messages that were posted to it."""

    def __init__(self, seed):
        """Serve an empty site; what is published comes from `seed`."""
        self.chance = random.Random(seed)
        self.pages = {}
        self.received = []
        self.feeds = [[] for _ in range(FEEDS)]
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                kind, body = site.answer(self.path)
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def do_POST(self):
                site.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        """End the server."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def url(self, number):
        """Return the address of a piece."""
        return f"http://127.0.0.1:{self.port}/{number}.html"

    def publish(self):
        """Put one more piece of news online, in one of the feeds."""
        number, chance = len(self.pages), self.chance
        a, b = chance.sample(FIRMS, 2)
        told = {"a": a, "b": b, "n": 100 + number * 7, "p": 3 + number % 90, "thing": chance.choice(THINGS)}
        title, lead = (text.format(**told) for text in chance.choice(EVENTS))
        rest = [" ".join(chance.choices(WORDS, k=40)).capitalize() + "." for _ in range(4)]
        body = "".join(f"<p>{one}</p>" for one in (lead, *rest))
        self.pages[f"/{number}.html"] = (
            f"<html lang=en><head><title>{title}</title></head><body><article><h1>{title}</h1>{body}</article>"
            "</body></html>"
        ).encode()
        self.feeds[number % FEEDS].insert(0, (number, title, datetime.now(UTC)))

    def answer(self, path):
        """Return the kind and the body of what lies at `path`."""
        if path.startswith("/feed"):
            items = "".join(
                f"<item><title>{title}</title><guid>g{number}</guid><link>{self.url(number)}</link>"
                f"<pubDate>{format_datetime(at)}</pubDate></item>"
                for number, title, at in list(self.feeds[int(path[5])])
            )
            text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>W</title>{items}</channel></rss>'
            return "application/rss+xml", text.encode()
        return "text/html; charset=utf-8", self.pages.get(path)


class Served:
    """A `serve` over a home that watches a site; `interval_s` seconds between two cycles."""

    def __init__(self, folder, site, interval_s=None, every="1m"):
        """Make the home `folder`; nothing is started. `interval_s` None leaves the interval to `serve`."""
        self.home = folder
        folder.mkdir()
        ids = ", ".join(f'"company:{firm.lower()}"' for firm in FIRMS)
        entities = "".join(
            f'\n[[entities]]\nid = "company:{f.lower()}"\nnames = {{ en = ["{f}"] }}\n' for f in FIRMS
        )
        feed = f"http://127.0.0.1:{site.port}/feed"
        sources = "".join(
            f'\n[[sources]]\nid = "s{n}"\nkind = "feed"\nurl = "{feed}{n}"\nevery = "{every}"\n'
            for n in range(FEEDS)
        )
        watch = WATCH.format(ids=ids, entities=entities, sources=sources)
        (folder / "watch.toml").write_text(watch, encoding="utf-8")
        self.environment = {
            "NEWSWATCH_HOME": str(folder),
            "NEWSWATCH_ALLOW_NETWORKS": "127.0.0.0/8",
            "NEWSWATCH_HOST_SPACING": "0",
            "NEWSWATCH_WORKERS": "1",
            "NEWSWATCH_ALERT_URL": f"json://127.0.0.1:{site.port}/",
        }
        self.settings = read_settings(self.environment)
        patch = (
            "" if interval_s is None else f"s.interval_of = lambda watch: timedelta(seconds={interval_s}); "
        )
        self.code = (
            "from datetime import timedelta; import flows.serve as s; from flows.cli import main; "
            f"{patch}main(['serve'])"
        )
        self.process = None
        self.log = folder / "serve.log"
        self.begun = []  # when cycles began, by the clock that never jumps
        self._over = threading.Event()
        self._looking = threading.Thread(target=self._look, daemon=True)
        self._looking.start()

    def start(self):
        """Start `serve`."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", self.code], env={**os.environ, **self.environment}, stderr=log
            )

    def stop(self):
        """End it as an operator does; return its status and the seconds it took."""
        began = time.monotonic()
        self.process.terminate()
        return self.process.wait(30), time.monotonic() - began

    def close(self):
        """Kill what runs still."""
        self._over.set()
        self._looking.join()
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def _look(self):
        last = None
        while not self._over.wait(0.02):
            holder = read_holder(self.settings.state / "cycle.lock")
            if holder is not None and (holder.process, holder.since) != last:
                last = (holder.process, holder.since)
                self.begun.append(time.monotonic())

    def found(self, kind):
        """Return the process of a kind that runs now, None where there is none."""
        if kind == "serve":
            return process_of(self.process.pid)
        told = (read_note(self.settings.state / "children.json") or {}).get(
            "runner" if kind != "server" else kind
        )
        if told is None:
            return None
        pid = told["pid"]
        if kind in ("flow", "worker"):
            pid = next(iter(children_of(pid)), None)
        if kind == "worker" and pid is not None:
            pid = next((two for one in children_of(pid) for two in children_of(one)), None)
        found = process_of(pid) if pid is not None else None
        return found if found is not None and found.born is not None else None

    def kill(self, kind):
        """Kill a process of a kind with SIGKILL, if there is one just now; tell whether there was."""
        found = self.found(kind)
        return found is not None and found.end()

    def ask(self, query):
        """Return the rows of a query to the snapshot, none where there is no snapshot."""
        try:
            with open_snapshot(self.settings.snapshot) as con:
                return con.execute(query).fetchall()
        except NewswatchError:
            return []

    def lines(self):
        """Return what was logged."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait(self, condition, what, seconds=200):
        """Wait for what a condition finds, and return it."""
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            assert self.process.poll() is None, (
                f"serve ended while waiting for {what}: {self.lines()[-3000:]}"
            )
            assert time.monotonic() < deadline, f"no {what} within {seconds} s: {self.lines()[-3000:]}"
            time.sleep(0.4)
        return found


def children_of(pid):
    with contextlib.suppress(OSError):
        return [
            int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        ]
    return []
