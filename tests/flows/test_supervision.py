"""Children that end are started again, end with their parent, and are found by the next one; what Prefect is told."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from extractors.watch import read_watch
from flows.children import LONGEST_WAIT_S, Child, end_left, note_children, pause_s
from flows.configuration import Configuration
from flows.notes import read_note
from flows.prefect_settings import database_of, is_broken, prefect_environment, set_aside
from flows.serve import Supervisor, free_port, own_name
from flows.settings import read_settings
from tests.waiting import until
from warehouse.processes import process_of

SLEEP = ["-c", "import time; time.sleep(60)"]
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="prctl is Linux's")


def children_of(pid):
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


@pytest.fixture
def child():
    made = Child("sleeper")
    yield made
    made.end(stop_s=0)


@pytest.fixture
def settings(a_home):
    _, environment = a_home({})
    return read_settings(environment)


def test_the_waits_double_up_to_a_minute_and_never_end():
    assert [pause_s(failures) for failures in (1, 2, 3, 4, 7, 8, 10**6)] == [1, 2, 4, 8, 60, 60, 60]
    assert LONGEST_WAIT_S == 60


def test_a_child_that_ended_waits_before_it_is_started_again(child):
    assert child.is_due()
    child.start(["-c", "raise SystemExit(3)"], os.environ)
    until(child.has_ended)

    assert not child.runs
    assert (child.failures, child.is_due()) == (1, False)
    until(child.is_due, 3)
    child.start(["-c", "raise SystemExit(3)"], os.environ)
    until(child.has_ended)
    assert child.failures == 2


@LINUX
def test_a_child_is_ended_with_what_it_started(child):
    child.start(["-c", "import subprocess; subprocess.run(['sleep', '60'], check=False)"], os.environ)
    grandchild = process_of(until(lambda: children_of(child.process.pid))[0])
    child.end()

    until(lambda: not grandchild.runs())
    assert child.is_due()


@LINUX
def test_a_child_dies_with_a_parent_that_was_killed():
    code = (
        "import os, sys, time; from flows.children import Child; child = Child('x'); "
        f"child.start({SLEEP!r}, os.environ); print(child.process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    grandchild = process_of(next(int(line) for line in parent.stdout if line.strip().isdigit()))
    assert grandchild.runs()
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()

    until(lambda: not grandchild.runs())


def test_children_that_were_left_are_ended_at_the_next_start_and_nobody_else(child, tmp_path):
    note = tmp_path / "children.json"
    child.start(SLEEP, os.environ)
    note_children(note, [child])
    left = child.process

    told = json.loads(note.read_text(encoding="utf-8"))
    note.write_text(
        json.dumps({"sleeper": told["sleeper"] | {"born": told["sleeper"]["born"] + 1}}), encoding="utf-8"
    )
    end_left(note)
    assert left.runs(), "another process that has the number of a child"

    note_children(note, [child])
    end_left(note)
    until(lambda: not left.runs())
    end_left(note)  # nobody is left
    note.write_text("garbage", encoding="utf-8")
    end_left(note)
    end_left(tmp_path / "none.json")


def test_the_supervisor_is_light_and_knows_no_prefect():
    heavy = ("prefect", "httpx", "numpy", "lxml")
    code = f"import sys; import flows.serve; print([one for one in {heavy} if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_a_second_serve_says_who_runs_and_ends_with_status_1(settings):
    lock = settings.state / "serve.lock"
    code = f"""
import time
from pathlib import Path
from warehouse.lock import exclusive
with exclusive(Path({str(lock)!r})):
    print("held", flush=True)
    time.sleep(60)
"""
    first = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert first.stdout.readline()
        second = subprocess.run(
            [sys.executable, "-m", "flows.cli", "serve"],
            env={**os.environ, **settings.environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        first.kill()
        first.wait()
        first.stdout.close()

    assert second.returncode == 1
    assert f"another newswatch is serving this home (process {first.pid}, since 20" in second.stderr


def test_a_server_that_is_named_is_not_started_and_may_be_away(settings, a_home):
    """`serve` waits for it, and ends at once when it is asked to."""
    api = f"http://127.0.0.1:{free_port()}/api"
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "serve"],
        env={**os.environ, **settings.environment, "PREFECT_API_URL": api},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(iter(process.stderr.readline, "")), daemon=True)
        reader.start()
        until(lambda: any("runner_started" in line for line in lines), 60)
        assert process.poll() is None
        began = time.monotonic()
        process.terminate()
        assert process.wait(15) == 0
        assert time.monotonic() - began < 10
    finally:
        process.kill()
        process.wait()
        reader.join(5)
        process.stderr.close()
    assert not any('"child": "server"' in line for line in lines)
    assert (settings.state / "prefect" / "name").exists()


def test_the_deployments_at_a_server_that_others_use_keep_a_name_of_their_own(settings, a_home):
    prefect_environment(settings, 1)
    _, other = a_home({}, "other")
    other = read_settings(other)
    prefect_environment(other, 1)

    assert own_name(settings) == own_name(settings) != own_name(other)


@pytest.mark.parametrize(
    "content",
    [b"no database at all, but text enough to be read as one" * 40, b"SQLite format 3\0" + b"\xff" * 8192],
)
def test_a_broken_database_of_prefect_is_told_and_set_aside_and_a_whole_one_is_not(settings, content):
    database = database_of(settings)
    prefect_environment(settings, 1)
    assert not is_broken(database)
    with closing(sqlite3.connect(database)) as con:
        con.execute("CREATE TABLE t (x)")
        con.commit()
    assert not is_broken(database)

    database.write_bytes(content)
    assert is_broken(database)
    for _ in range(2):  # one is kept, not one a failure
        database.write_bytes(content)
        aside = set_aside(database, datetime.now(UTC))
    assert not database.exists()
    assert [path.name for path in database.parent.glob("*.broken")] == [aside.name]


def test_what_prefect_is_told_can_be_set_otherwise_but_for_where_it_lives(settings, a_home):
    told = {**settings.environment, "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "86400"}
    told |= {"PREFECT_HOME": "elsewhere", "PREFECT_SERVER_ANALYTICS_ENABLED": "true"}
    found = prefect_environment(read_settings(told), 4321)

    assert found["PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD"] == "86400"
    assert found["PREFECT_HOME"].startswith(str(settings.state))
    assert found["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"


@pytest.mark.prefect
def test_a_server_whose_port_was_taken_gets_another_one_and_the_runner_with_it(settings):
    supervisor = Supervisor(Configuration(settings, read_watch(settings.watch_file)))
    taken = int(supervisor.environment["PREFECT_SERVER_API_PORT"])
    try:
        with socket.socket() as thief:
            thief.bind(("127.0.0.1", taken))
            thief.listen()

            def moved():
                supervisor.look()
                return int(supervisor.environment["PREFECT_SERVER_API_PORT"]) != taken

            until(moved, 120)
            until(
                lambda: (supervisor.look(), f":{taken}/api" not in environment_of("runner", settings))[1], 60
            )
    finally:
        supervisor.close()
    assert read_note(settings.state / "children.json") == {}


def environment_of(kind, settings):
    """Return the environment that a child was started with; the old one as long as there is no new child."""
    told = (read_note(settings.state / "children.json") or {}).get(kind)
    return Path(f"/proc/{told['pid']}/environ").read_text(encoding="utf-8")
