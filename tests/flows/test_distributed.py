"""Prefect on PostgreSQL, one worker that writes, three that collect, an S3 store: as one machine would have it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from extractors.clock import system_clock
from extractors.errors import NewswatchError
from extractors.watch import read_watch
from flows.cycle import run_cycle
from flows.settings import read_settings
from tests.flows.conftest import SOURCE, WATCH
from tests.flows.pieces import PIECES
from tests.shared_places import free_port
from warehouse.database import open_snapshot
from warehouse.zone import open_zone

ROOT = Path(__file__).parents[2]
#: Where PostgreSQL's programs are: Debian keeps them off the path. None where there are none.
POSTGRES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)), None)
#: Seconds for anything to happen on a busy machine.
PATIENCE_S = 400
#: Seconds after which a source that is polled every minute is due, with the little that is added by chance.
DUE_S = 75
HOSTS = [f"site{number}.example" for number in range(13)]
QUESTIONS = (
    "SELECT url, publisher, title, text, revision, relevant, copy_of, story_id FROM articles ORDER BY ALL",
    "SELECT story_id, title, articles, publishers FROM stories ORDER BY ALL",
    "SELECT development_id, story_id, event_type, status, what, articles, origins FROM developments ORDER BY ALL",
    "SELECT * FROM development_articles ORDER BY ALL",
    "SELECT alert_id, development_id, title FROM alerts WHERE kind = 'development' ORDER BY ALL",
)


@pytest.fixture
def web():
    """Sites on one port, told apart by their host: each lists what is `published`, in its own words."""
    published, received = [0], []
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=20)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            host = self.headers["Host"].partition(":")[0]
            kind, body = self._feed(host) if self.path == "/feed.xml" else self._page(host)
            self._answer(404 if body is None else 200, kind, (body or "").encode())

        def do_POST(self):
            received.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self._answer(200, "text/plain", b"")

        def _feed(self, host):
            minutes = [60 * number + HOSTS.index(host) for number in published]
            items = "".join(
                f"<item><title>{PIECES[number][0]}</title><guid>{number}</guid><link>http://{host}/{number}.html</link>"
                f"<pubDate>{format_datetime(start + timedelta(minutes=after))}</pubDate></item>"
                for number, after in zip(published, minutes, strict=True)
            )
            return (
                "application/rss+xml",
                f"<rss version='2.0'><channel><title>{host}</title>{items}</channel></rss>",
            )

        def _page(self, host):
            name = self.path.strip("/").removesuffix(".html")
            if not name.isdigit() or int(name) not in published:
                return "text/html", None
            time.sleep(0.3)
            title, *paragraphs = PIECES[int(name)]
            own = f"The paper of {host} has asked all of those concerned, and none of them wanted to say a word more."
            body = "".join(
                f"<p>{paragraph}</p>" for paragraph in (*paragraphs, own * (HOSTS.index(host) % 3))
            )
            return (
                "text/html",
                f"<html lang=en><title>{title}</title><article><h1>{title}</h1>{body}</article></html>",
            )

        def _answer(self, status, kind, body):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1], published, received
    server.shutdown()
    server.server_close()
    thread.join()


def home(folder, port, **environment):
    """Make a home that watches all sites, and return its environment."""
    folder.mkdir()
    sources = "".join(
        SOURCE.format(id=host.partition(".")[0], url=f"http://{host}/feed.xml", every="1m") for host in HOSTS
    )
    alerts = '\n[[alerts]]\nname = "desk"\nto = "env:NEWSWATCH_ALERT_URL"\n'
    (folder / "watch.toml").write_text(WATCH.format() + sources + alerts, encoding="utf-8")
    return {
        "NEWSWATCH_HOME": str(folder),
        "NEWSWATCH_ALLOW_NETWORKS": "127.0.0.0/8",
        "NEWSWATCH_CONNECT_TO": ",".join(f"{host}=127.0.0.1:{port}" for host in HOSTS),
        "NEWSWATCH_HOST_SPACING": "0",
        "NEWSWATCH_WORKERS": "1",
        "NEWSWATCH_ALERT_URL": f"json://127.0.0.1:{port}/",
    } | environment


@contextmanager
def running(command, environment, **more):
    """Run a process in a session of its own; at the end all of it is killed."""
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, start_new_session=True, stdin=subprocess.DEVNULL, **more
    )
    try:
        yield process
    finally:
        end(process)


def end(process):
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(condition, what):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"no {what} within {PATIENCE_S} s"
        time.sleep(0.2)


@contextmanager
def postgres():
    """Run a PostgreSQL server of its own; gives the URL of its database."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        place, port = Path(folder), free_port()
        user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        if user:
            shutil.chown(place, **user)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": place} | user
        data = str(place / "data")
        initdb = [POSTGRES, "-D", data, "-U", "prefect", "-A", "trust", "--no-sync"]
        subprocess.run(initdb, check=True, **quiet)
        command = [
            POSTGRES.with_name("postgres"),
            "-D",
            data,
            "-h",
            "127.0.0.1",
            "-p",
            str(port),
            "-k",
            folder,
            "-F",
        ]
        with running(command, {}, **quiet):
            wait_for(lambda: answers(port), "PostgreSQL")
            yield f"postgresql+asyncpg://prefect@127.0.0.1:{port}/postgres"


def answers(port):
    import socket  # noqa: PLC0415 - here alone

    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def is_healthy(api):
    try:
        return httpx.get(f"{api}/health", timeout=5, trust_env=False).is_success
    except httpx.TransportError:
        return False


def deployment(api, name):
    """Return the address of one of our deployments."""
    found = httpx.get(f"{api}/deployments/name/{name}/distributed", timeout=30, trust_env=False)
    return f"{api}/deployments/{found.raise_for_status().json()['id']}"


def call(api, name):
    """Make a run of a deployment that is due now."""
    made = httpx.post(f"{deployment(api, name)}/create_flow_run", json={}, timeout=30, trust_env=False)
    made.raise_for_status()


def again(api):
    """Give out again what got lost, as the schedule does, only more often."""
    time.sleep(20)
    call(api, "load")
    return True


def without_schedule(api, name):
    """Remove the schedules of a deployment, and the runs that were made for them."""
    place = f"{deployment(api, name)}/schedules"
    for schedule in httpx.get(place, timeout=30, trust_env=False).json():
        httpx.delete(f"{place}/{schedule['id']}", timeout=30, trust_env=False).raise_for_status()


def articles(environment):
    try:
        with open_snapshot(read_settings(environment).snapshot) as con:
            return con.execute("SELECT count(*) FROM articles").fetchone()[0]
    except NewswatchError:
        return 0


def told(environment):
    with open_snapshot(read_settings(environment).snapshot) as con:
        return [con.execute(question).fetchall() for question in QUESTIONS]


def on_one_machine(folder, port, published, received):
    environment = home(folder, port)
    settings = read_settings(environment)
    for number in range(3):
        published[:] = range(number + 1)
        at = system_clock() + timedelta(minutes=2 * number)
        run_cycle(settings, read_watch(settings.watch_file), lambda at=at: at)
    assert articles(environment) == 3 * len(HOSTS)
    messages = len(received)
    received.clear()
    return told(environment), messages


@pytest.mark.soak
@pytest.mark.prefect
@pytest.mark.timeout(1500)
@pytest.mark.skipif(POSTGRES is None, reason="PostgreSQL is not installed")
def test_workers_of_prefect_bring_what_one_machine_brings_and_one_killed_changes_nothing(
    web, tmp_path, s3_place, s3_environment
):
    port, published, received = web
    expected, messages = on_one_machine(tmp_path / "one", port, published, received)
    published[:] = [0]
    python = [sys.executable, "-m"]
    with ExitStack() as stack:
        api = f"http://127.0.0.1:{free_port()}/api"
        shared = s3_environment | {
            "NEWSWATCH_LANDING": s3_place,
            "PREFECT_API_URL": api,
            "PREFECT_HOME": str(tmp_path / "prefect"),
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": stack.enter_context(postgres()),
            "PREFECT_SERVER_API_HOST": "127.0.0.1",
            "PREFECT_SERVER_API_PORT": api.rpartition(":")[2].removesuffix("/api"),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_WORKER_QUERY_SECONDS": "2",
            "PREFECT_LOGGING_LEVEL": "WARNING",
            "PREFECT_CLI_PROMPT": "false",
            "DO_NOT_TRACK": "1",
        }
        stack.enter_context(running([*python, "prefect", "server", "start", "--no-ui"], shared))
        wait_for(lambda: is_healthy(api), "Prefect server")

        def prefect(*arguments):
            done = subprocess.run(
                [*python, "prefect", *arguments],
                env={**os.environ, **shared},
                cwd=ROOT / "deploy",
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr

        for pool in ("newswatch-write", "newswatch-collect"):
            prefect("work-pool", "create", "--type", "process", pool)
        prefect("--no-prompt", "deploy", "--all", "--prefect-file", "prefect.yaml")

        def worker(pool, environment):
            command = [*python, "prefect", "worker", "start", "--pool", pool, "--limit", "1"]
            return stack.enter_context(running(command, shared | environment, cwd=tmp_path))

        many = home(tmp_path / "many", port, NEWSWATCH_LANDING=s3_place)
        worker("newswatch-write", many)
        collectors = [
            worker("newswatch-collect", {"NEWSWATCH_HOME": str(tmp_path / f"c{number}")})
            for number in range(3)
        ]
        wait_for(lambda: articles(many) == len(HOSTS), "first articles")
        # From here on a round is planned when all sources are due, as on the one machine: a kill lets them be polled at
        # different times, and who is first is told by when a source was read.
        without_schedule(api, "plan")
        time.sleep(DUE_S)
        published[:] = [0, 1]
        call(api, "plan")
        killed = []

        def take_and_be_killed():
            for name in open_zone(s3_place).look().names("leases"):
                held = [
                    c for c in range(3) if list((tmp_path / f"c{c}").rglob(f"{name.partition('.')[0]}.spool"))
                ]
                if held and not killed:
                    end(collectors[held[0]])
                    killed.append(held[0])
            return killed

        wait_for(take_and_be_killed, "collector at work")
        wait_for(lambda: again(api) and articles(many) == 2 * len(HOSTS), "articles after a kill")
        time.sleep(DUE_S)
        published[:] = [0, 1, 2]
        call(api, "plan")
        wait_for(lambda: articles(many) == 3 * len(HOSTS), "articles of two collectors")
        wait_for(lambda: len(received) >= messages, "alerts")
        for question, one, found in zip(QUESTIONS, expected, told(many), strict=True):
            assert found == one, question
        time.sleep(5)
        assert len(received) == messages > 0
        assert {str(path.name) for path in tmp_path.rglob("warehouse.duckdb")} == {"warehouse.duckdb"}
        assert not list(tmp_path.glob("c*/state/warehouse.duckdb"))
