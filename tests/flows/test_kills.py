"""Killed with SIGKILL at any moment, the next cycle ends with what there would have been."""

import os
import random
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from extractors.clock import standing_clock
from extractors.watch import read_watch
from flows.cycle import run_cycle
from flows.settings import read_settings
from warehouse.database import open_snapshot

START = datetime(2024, 3, 1, 8, tzinfo=UTC)
ALERT = '\n[[alerts]]\nname = "desk"\nto = "env:NEWSWATCH_ALERT_URL"\n'
#: What must come out the same. Times of detection are the clock's, which stands.
QUESTIONS = (
    "SELECT url, title, text, revision, relevant, copy_of FROM articles ORDER BY url",
    "SELECT article_id, revision, change FROM revisions ORDER BY ALL",
    "SELECT development_id, event_type, status, what, articles, origins, reported_at FROM developments ORDER BY ALL",
    "SELECT * FROM development_articles ORDER BY ALL",
    "SELECT alert_id, development_id, state, title FROM alerts ORDER BY ALL",
    "SELECT article_id, entity_id, start FROM mentions ORDER BY ALL",
)


@pytest.fixture
def receiver():
    """A webhook receiver: the bodies that were posted to it."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"json://127.0.0.1:{server.server_address[1]}/", received
    server.shutdown()
    server.server_close()
    thread.join()


def moment(step):
    return START + timedelta(hours=2 * step)


def outcome(settings):
    with open_snapshot(settings.snapshot) as con:
        return [con.execute(question).fetchall() for question in QUESTIONS]


def command(environment, step):
    return subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "run", "--now", moment(step).isoformat()],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def kill_at_random(environment, step, seed, tries=4, longest=2.5):
    """Start a cycle and kill it after a random time; several times, then let one end."""
    chance = random.Random(seed)
    killed = 0
    for _ in range(tries):
        process = command(environment, step)
        try:
            process.wait(chance.uniform(0.2, longest))
        except subprocess.TimeoutExpired:
            process.kill()
            killed += 1
        process.communicate()
    last = command(environment, step)
    _, errors = last.communicate(timeout=120)
    assert last.returncode == 0, errors.decode()
    return killed


# The kills of the first seed are spread over a cycle, from the start of the program to its report.
@pytest.mark.parametrize(
    ("seed", "tries"),
    [(2268, 2), *(pytest.param(seed, 12, marks=pytest.mark.soak) for seed in range(11))],
)
def test_a_killed_cycle_changes_nothing_in_the_end(site, a_home, receiver, seed, tries):
    url, received = receiver
    calm_home, calm = a_home({"wire": site.feed}, "calm", alerts=ALERT)
    _, rough = a_home({"wire": site.feed}, "rough", alerts=ALERT)
    rough["NEWSWATCH_ALERT_URL"] = calm["NEWSWATCH_ALERT_URL"] = url
    settings = read_settings(calm)
    expected, messages, killed = [], [], 0
    for step in range(3):
        watch = read_watch(settings.watch_file)
        run_cycle(settings, watch, standing_clock(moment(step)), with_report=False)
        expected.append(outcome(settings))
        messages.append(sorted(received))
        received.clear()
        killed += kill_at_random(rough, step, seed=10 * seed + step, tries=tries)
        time.sleep(0.1)
        assert outcome(read_settings(rough)) == expected[step]
        repeats = [body for body in received if "may be a repeat" in body]
        assert len(received) - len(repeats) <= len(messages[step])
        assert len(received) >= len(messages[step])
        received.clear()
        site.publish(step, at=moment(step))
    assert killed > 0
    assert sum(len(sent) for sent in messages) > 0
    assert calm_home.exists()
