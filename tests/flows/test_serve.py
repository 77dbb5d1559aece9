"""A real Prefect server, real schedules: a scheduled run loads an article from a loopback feed."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from extractors.errors import NewswatchError
from flows.configuration import interval_of
from flows.prefect_settings import prefect_environment
from flows.settings import read_settings
from warehouse.database import open_snapshot

#: Seconds for a start of server and runner, and for two intervals of a minute, on a busy machine.
PATIENCE_S = 200


def articles(settings):
    try:
        with open_snapshot(settings.snapshot) as con:
            return con.execute("SELECT count(*) FROM articles").fetchone()[0]
    except NewswatchError:
        return -1


def wait_until(condition, process, what):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert process.poll() is None, f"serve ended while waiting for {what}"
        assert time.monotonic() < deadline, f"no {what} within {PATIENCE_S} s"
        time.sleep(0.5)


@pytest.mark.prefect
def test_scheduled_runs_load_what_comes_also_of_a_source_that_was_added_meanwhile(site, a_home):
    _, environment = a_home({"wire": site.feed})
    settings = read_settings(environment)
    site.publish(0)
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "serve"],
        env={**os.environ, **environment},
        stderr=subprocess.PIPE,
    )
    try:
        wait_until(lambda: articles(settings) == 1, process, "first run")
        site.publish(1)
        site.documents["/other.xml"] = site.documents["/feed.xml"]
        with settings.watch_file.open(
            "a", encoding="utf-8"
        ) as watch:  # due at once, unlike the one just polled
            watch.write(f'\n[[sources]]\nid = "other"\nkind = "feed"\nurl = "{site.feed[:-8]}other.xml"\n')
        wait_until(lambda: articles(settings) == 2, process, "scheduled run")
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    told = errors.decode()
    assert process.returncode == 0, told[-2000:]
    assert "child_killed" not in told, "server and runner end by themselves when they are asked to"
    assert "Traceback" not in told


def test_prefect_lives_in_the_home_and_reports_to_nobody(a_home):
    home, environment = a_home({})
    told = prefect_environment(read_settings(environment), 4321)

    assert told["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert told["DO_NOT_TRACK"] == "1"
    assert told["PREFECT_HOME"].startswith(str(home))
    assert str(home) in told["PREFECT_SERVER_DATABASE_CONNECTION_URL"]
    assert told["PREFECT_API_URL"] == "http://127.0.0.1:4321/api"
    json.dumps(told)


def test_cycles_are_several_times_as_frequent_as_the_most_frequent_source_within_bounds(a_watch, a_source):
    def interval_s(*every_s):
        sources = tuple(a_source(f"s{s}", every=timedelta(seconds=s)) for s in every_s)
        return interval_of(a_watch(sources=sources)).total_seconds()

    assert interval_s(900, 86_400) == 180
    assert interval_s(60) == 30
    assert interval_s(86_400) == 300
    assert interval_s() == 300
