"""The runner at a real Prefect server: what it closes, drops, sets going, and leaves behind when it is ended."""

import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from flows.children import Child
from flows.configuration import stamp_of
from flows.prefect_settings import prefect_environment
from flows.serve import free_port
from flows.settings import read_settings
from tests import waiting
from warehouse.processes import process_of

pytestmark = [pytest.mark.prefect, pytest.mark.timeout(900)]

FEED = b'<?xml version="1.0"?><rss version="2.0"><channel><title>W</title></channel></rss>'


#: A runner as `serve` starts it, but that it asks the server more often than every quarter of a minute.
CODE = "import sys, flows.runner as r; r.POLL_S, r.RETRY_S = 2.0, 0.5; r.main(sys.argv[1:])"


until = partial(waiting.until, seconds=200.0, pause_s=0.3)


@pytest.fixture(scope="module")
def slow_site():
    """A feed that is answered when `gate` is open, and how often it was asked for."""
    gate, asked = threading.Event(), []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path.startswith("/feed"):
                asked.append(self.path)
                gate.wait(60)
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(FEED)))
            self.end_headers()
            self.wfile.write(FEED)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/feed", gate, asked
    gate.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    """A Prefect server: the environment of those who ask it, and a client."""
    settings = read_settings({}, home=tmp_path_factory.mktemp("prefect"))
    environment = {**os.environ, **prefect_environment(settings, free_port())}
    server = Child("server")
    server.start(["-m", "prefect", "server", "start", "--no-ui"], environment)
    password = httpx.BasicAuth(*environment["PREFECT_API_AUTH_STRING"].split(":"))
    with httpx.Client(
        base_url=environment["PREFECT_API_URL"] + "/", timeout=20, trust_env=False, auth=password
    ) as client:

        def answers():
            try:
                return client.get("health").is_success
            except httpx.HTTPError:
                return False

        try:
            until(answers, seconds=120)
            yield environment, client
        finally:
            server.end()


class Started:
    """A runner that was started on a home."""

    def __init__(self, environment, settings, name, interval_s=600):
        """Start it; `environment` says where the Prefect server is."""
        self.settings = settings
        self.log = settings.home / "runner.log"
        told = {**environment, **settings.environment}
        home, watch = str(settings.home), str(settings.watch_file)
        stamp = stamp_of(settings.watch_file)
        arguments = [str(os.getpid()), home, watch, str(interval_s), stamp, name, "info"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([sys.executable, "-c", CODE, *arguments], env=told, stderr=log)

    def end(self):
        """End it as `serve` does; return its status and the seconds it took."""
        began = time.monotonic()
        self.process.terminate()
        try:
            return self.process.wait(20), time.monotonic() - began
        finally:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def start(api, a_home, slow_site):
    started = []

    def begin(name, **options):
        _, environment = a_home({"wire": slow_site[0]}, name)
        started.append(Started(api[0], read_settings(environment), name, **options))
        return started[-1]

    yield begin
    for one in started:
        one.process.kill()
        one.process.wait()


def ask(client, path, **body):
    answer = until(
        lambda: (
            (found := client.post(path, json=body)).status_code != httpx.codes.SERVICE_UNAVAILABLE and found
        )
    )
    assert answer.is_success, answer.text
    return answer.json()


def deployment(client, name):
    found = client.get(f"deployments/name/cycle/{name}")
    return found.json() if found.is_success else None


def runs(client, name, *states):
    told = {
        "deployments": {"name": {"any_": [name]}},
        "flow_runs": {"state": {"type": {"any_": list(states)}}},
    }
    return ask(client, "flow_runs/filter", **told) if deployment(client, name) else []


def make(client, name, *states, **more):
    elsewhere = {"home": "elsewhere", "watch": "elsewhere.toml"}  # whoever asks for a run chooses no home
    body = {"state": {"type": "SCHEDULED", "state_details": more}, "parameters": elsewhere}
    run = ask(client, f"deployments/{deployment(client, name)['id']}/create_flow_run", **body)
    for state in states:
        ask(client, f"flow_runs/{run['id']}/set_state", state={"type": state}, force=True)
    return run["id"]


def test_what_a_dead_runner_left_is_closed_missed_cycles_are_one_and_a_pause_is_lifted(api, start, slow_site):
    _, client = api
    _, gate, _ = slow_site
    assert (
        client.get("flow_runs/count", auth=("newswatch", "guessed")).status_code == httpx.codes.UNAUTHORIZED
    )
    gate.set()
    first = start("left")
    until(lambda: runs(client, "left", "COMPLETED"))
    assert first.end()[0] == 0
    known = deployment(client, "left")
    left = [make(client, "left", *states) for states in (["RUNNING"], ["PENDING"], ["RUNNING", "CANCELLING"])]
    late = [datetime.now(UTC) - timedelta(minutes=minutes) for minutes in (50, 40, 30, 20, 10)]
    for moment in late:
        make(client, "left", scheduled_time=moment.isoformat())
    until(lambda: client.patch(f"deployments/{known['id']}", json={"paused": True}).is_success)

    second = Started(api[0], first.settings, "left")
    until(lambda: len(runs(client, "left", "COMPLETED")) >= 2)
    time.sleep(1)
    done = runs(client, "left", "COMPLETED")
    waiting = runs(client, "left", "SCHEDULED")
    closed = {run["id"]: run["state"]["message"] for run in runs(client, "left", "CRASHED")}
    now = deployment(client, "left")
    second.end()

    assert set(closed) == set(left)
    assert all("is gone" in message for message in closed.values())
    assert len(done) == 2, "five were missed, one catches up"
    assert all(datetime.fromisoformat(run["expected_start_time"]) > late[-1] for run in waiting)
    assert not now["paused"]
    assert now["schedules"][0]["schedule"]["timezone"] == "UTC"
    assert now["schedules"][0]["schedule"]["anchor_date"].startswith("2024-01-01T00:00:00")


def test_a_run_in_hand_is_left_for_the_next_one_and_nothing_is_paused(api, start, slow_site):
    _, client = api
    _, gate, asked = slow_site
    gate.clear()
    asked.clear()
    runner = start("stopped")
    until(lambda: asked)
    (child,) = [
        int(one)
        for one in Path(f"/proc/{runner.process.pid}/task/{runner.process.pid}/children").read_text().split()
    ]
    flow = process_of(child)
    threads = [one.name for one in Path(f"/proc/{runner.process.pid}/task").iterdir()]
    status, seconds = runner.end()
    gate.set()

    assert threads == [str(runner.process.pid)], "it is forked for each run, and must have no threads"
    assert (status, seconds < 8) == (0, True), runner.log.read_text()
    until(lambda: not flow.runs(), seconds=5)
    (run,) = runs(client, "stopped", "CANCELLED", "CRASHED", "RUNNING")
    assert "the next cycle goes on from there" in run["state"]["message"]
    assert not deployment(client, "stopped")["paused"]
    assert deployment(client, "stopped")["schedules"][0]["active"]


def test_a_run_that_is_cancelled_at_the_server_ends(api, start, slow_site):
    _, client = api
    _, gate, asked = slow_site
    gate.clear()
    asked.clear()
    runner = start("cancelled")
    until(lambda: asked)
    (run,) = until(lambda: runs(client, "cancelled", "RUNNING"))
    ask(client, f"flow_runs/{run['id']}/set_state", state={"type": "CANCELLING"})
    until(
        lambda: runs(client, "cancelled", "CANCELLED", "CRASHED")
    )  # the latter if the server is too busy (503)
    gate.set()
    runner.end()

    assert runs(client, "cancelled", "RUNNING", "CANCELLING") == []


def test_an_edited_watch_changes_the_schedule_at_once_and_one_with_a_fault_leaves_it(api, start, slow_site):
    _, client = api
    slow_site[1].set()
    runner = start("edited", interval_s=600)
    watch_file = runner.settings.watch_file
    watch = watch_file.read_text(encoding="utf-8")

    def interval_s():
        known = deployment(client, "edited")
        return known and [one["schedule"]["interval"] for one in known["schedules"]]

    until(lambda: runs(client, "edited", "COMPLETED"))
    assert interval_s() == [600]
    watch_file.write_text(watch.replace('"1m"', '"10m"'), encoding="utf-8")
    until(lambda: interval_s() == [120])
    watch_file.write_text(watch.replace('"1m"', '"often"'), encoding="utf-8")
    until(lambda: "file_not_read" in runner.log.read_text(encoding="utf-8"))
    until(lambda: runs(client, "edited", "SCHEDULED"))
    due = [datetime.fromisoformat(one["expected_start_time"]) for one in runs(client, "edited", "SCHEDULED")]

    assert interval_s() == [120]
    assert {(after - before).total_seconds() for before, after in pairwise(sorted(due))} <= {120}
    assert "often" in runner.log.read_text(encoding="utf-8")
    assert runner.process.poll() is None


def test_cycles_go_on_where_the_server_has_gone_or_its_schedule_has_stopped(api, start, slow_site):
    _, client = api
    slow_site[1].set()
    runner = start("forgotten", interval_s=2)
    until(lambda: len(runs(client, "forgotten", "COMPLETED")) >= 2)
    known = deployment(client, "forgotten")
    for schedule in known["schedules"]:
        path = f"deployments/{known['id']}/schedules/{schedule['id']}"
        until(lambda path=path: client.delete(path).is_success)
    for run in runs(client, "forgotten", "SCHEDULED"):
        client.delete(f"flow_runs/{run['id']}")
    before = len(runs(client, "forgotten", "COMPLETED"))
    until(lambda: len(runs(client, "forgotten", "COMPLETED")) >= before + 2)

    # As with a server whose database was lost; it may be busy (503) at the first try.
    until(lambda: client.delete(f"deployments/{known['id']}").is_success)
    until(lambda: deployment(client, "forgotten") and runs(client, "forgotten", "COMPLETED"))
    assert runner.process.poll() is None

    known = deployment(client, "forgotten")
    until(lambda: client.patch(f"deployments/{known['id']}", json={"paused": True}).is_success)
    until(lambda: "cycle_paused" in runner.log.read_text(encoding="utf-8"))
    assert deployment(client, "forgotten")["paused"], "who pauses it while it runs means it"
