"""What monitors get: figures that parse, from a real snapshot over real HTTP, whatever state the files are in."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from extractors.clock import standing_clock
from flows.conditions import Room
from flows.configuration import Configuration
from flows.metrics import Reading, exposition
from flows.monitoring import CONNECTIONS, Readings, health_of, monitoring
from flows.pulse import Pulse, beating
from flows.settings import read_settings
from flows.watchdog import watching_over
from warehouse.counts import Counts
from warehouse.database import insert, open_warehouse
from warehouse.episodes import Episode, save_episodes
from warehouse.snapshot import publish

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOSTILE = 'a"b\\c\nd\x1b[31m\u202e{} # x'
SHOWN = 'a"b\\c d [31m{} # x'
TOLD = {"since": NOON, "seen_at": NOON, "title": "T", "says": "S", "advice": "A"}
GRAVE = Episode(name="no-cycle", subject=None, grave=True, **TOLD)
SILENT = Episode(name="silent", subject=HOSTILE, grave=False, **TOLD)


@pytest.fixture
def settings(tmp_path):
    return read_settings({}, home=tmp_path / "home")


@pytest.fixture
def published(settings):
    """A published warehouse with a source that fails, a hostile one, and a trouble that lasts."""
    with open_warehouse(settings.warehouse) as con:
        rows = [(HOSTILE, "ok", 0), ("down", "failing", 4), (HOSTILE + "\x07", "failing", 2)]
        columns = ("source_id", "state", "failures")
        common = {"kind": "feed", "url": "https://x.example", "interval_s": 60.0}
        insert(con, "sources", [dict(zip(columns, row, strict=True)) | common for row in rows])
        save_episodes(con, [SILENT])
    publish(settings.warehouse, settings.snapshot)
    with beating(settings.state, standing_clock(NOON - MINUTE)):
        pass
    return settings


@pytest.fixture
def served(published):
    lasting = []
    with monitoring(("127.0.0.1", _free_port()), published, lambda: lasting, lambda: NOON) as address:
        yield published, lasting, address


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def asked(address, path, method="GET"):
    connection = http.client.HTTPConnection(*address, timeout=20)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, answer.headers["Content-Type"], body


def samples(text):
    """The values by name and labels; it must parse, and have no series twice."""
    found = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation
        for sample in family.samples:
            key = (sample.name, *sorted(sample.labels.items()))
            assert key not in found
            found[key] = sample.value
    return found


def test_figures_come_from_snapshot_files_and_machine(served):
    status, kind, text = asked(served[2], "/metrics")
    found = samples(text)

    assert (status, kind) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert found["newswatch_articles",] == 0
    assert found["newswatch_sources", ("state", "failing")] == 2
    assert found["newswatch_source_failures", ("source", "down")] == 4
    assert found["newswatch_polls_last_day", ("outcome", "new")] == 0
    assert found["newswatch_seconds_since_last_successful_cycle",] == 60
    assert found["newswatch_last_successful_cycle_timestamp_seconds",] == (NOON - MINUTE).timestamp()
    assert found["newswatch_snapshot_readable",] == 1
    assert found["newswatch_disk_free_bytes", ("folder", str(served[0].home))] > 0
    assert found["newswatch_file_bytes", ("file", "newswatch.duckdb")] == served[0].snapshot.stat().st_size


def test_what_stands_in_an_id_can_neither_add_a_series_nor_steer_a_terminal(served):
    _, _, text = asked(served[2], "/metrics")
    found = samples(text)

    assert found["newswatch_source_failures", ("source", SHOWN)] == 2
    assert found["newswatch_trouble", ("grave", "no"), ("name", "silent"), ("subject", SHOWN)] == 1
    assert not any(character in text for character in "\x1b\u202e\x07")


def test_ids_that_look_alike_are_one_series():
    counts = Counts(
        **dict.fromkeys(
            ("articles", "relevant", "copies", "stories", "developments", "pending_items", "runs"), 0
        ),
        polls={},
        sources={},
        failures={"a": 1, "a\x00": 2},
        alerts={},
    )
    found = samples(exposition(Reading(now=NOON, counts=counts)).decode())

    assert found["newswatch_source_failures", ("source", "a")] == 3


def test_health_is_200_while_news_pass_and_503_with_the_reasons_where_none_can(served):
    _, lasting, address = served
    status, kind, text = asked(address, "/healthz")
    told = json.loads(text)
    assert (status, kind, told["status"], told["reasons"]) == (200, "application/json", "ok", [])
    assert [one["name"] for one in told["troubles"]] == ["silent"]
    assert told["last_successful_cycle"] == "2024-03-28T11:59:00Z"

    lasting.append(GRAVE)
    status, _, text = asked(address, "/healthz")
    assert status == 503
    assert json.loads(text)["reasons"] == [
        {"name": "no-cycle", "subject": None, "title": "T", "since": "2024-03-28T12:00:00Z"}
    ]


def test_what_the_supervisor_told_and_the_tables_know_is_counted_once(served, published):
    _, lasting, address = served
    with open_warehouse(published.warehouse) as con:
        save_episodes(con, [GRAVE])
    publish(published.warehouse, published.snapshot)
    assert asked(address, "/healthz")[0] == 200  # it is over, as the supervisor knows
    lasting.append(GRAVE)

    key = ("newswatch_trouble", ("grave", "yes"), ("name", "no-cycle"), ("subject", ""))
    assert samples(asked(address, "/metrics")[2])[key] == 1


def test_the_snapshot_is_read_again_once_it_was_replaced(served, published):
    address = served[2]
    with open_warehouse(published.warehouse) as con:
        con.execute("DELETE FROM sources")
    assert ("newswatch_sources", ("state", "ok")) in samples(asked(address, "/metrics")[2])
    publish(published.warehouse, published.snapshot)

    assert ("newswatch_sources", ("state", "ok")) not in samples(asked(address, "/metrics")[2])


def test_only_two_paths_are_answered(served):
    assert asked(served[2], "/")[0] == 404
    assert asked(served[2], "/healthz?verbose=1")[0] == 200
    assert asked(served[2], "/metrics", "HEAD")[2] == ""
    assert asked(served[2], "/metrics", "POST")[0] == 501


@pytest.mark.parametrize("left", [None, b"", b"no database", b"x" * 100_000])
def test_without_a_readable_snapshot_the_rest_is_told(settings, left):
    settings.home.mkdir()
    if left is not None:
        settings.snapshot.write_bytes(left)
    with monitoring(("127.0.0.1", _free_port()), settings, tuple, lambda: NOON) as address:
        status, _, text = asked(address, "/metrics")
        found = samples(text)
        health = asked(address, "/healthz")[0]

    assert (status, health) == (200, 200)
    assert found["newswatch_snapshot_readable",] == 0
    assert ("newswatch_articles",) not in found


def test_a_client_that_says_nothing_keeps_no_other_one_waiting(served):
    with socket.create_connection(served[2]) as silent, socket.create_connection(served[2]) as drip:
        drip.sendall(b"GET /met")
        assert asked(served[2], "/healthz")[0] == 200
        assert is_open(silent)
        assert is_open(drip)
        silent.close()


def test_serve_looks_and_answers_at_the_address_of_the_settings(published, a_watch):
    told = replace(published, metrics=("127.0.0.1", _free_port()))
    with watching_over(Configuration(told, a_watch()), lambda: NOON) as look:
        look()
        assert asked(told.metrics, "/healthz")[0] == 200
    with pytest.raises(ConnectionRefusedError):
        asked(told.metrics, "/healthz")


def test_an_address_that_is_taken_stops_nothing(published):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with monitoring(taken.getsockname(), published, tuple, lambda: NOON) as address:
            assert address is None


def test_an_address_that_is_free_again_is_answered_at(published, a_watch, monkeypatch):
    monkeypatch.setattr("flows.monitoring.pause_s", lambda _: 0.0)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        told = replace(published, metrics=taken.getsockname())
        stack = ExitStack()
        look = stack.enter_context(watching_over(Configuration(told, a_watch()), lambda: NOON))
        look()
    with stack:
        look()
        assert asked(told.metrics, "/healthz")[0] == 200
        look()
    with pytest.raises(ConnectionRefusedError):
        asked(told.metrics, "/healthz")


def test_where_there_can_be_no_thread_nothing_is_answered_and_nothing_ends(published, monkeypatch):
    def none_left(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("flows.monitoring.Thread.start", none_left)
    with monitoring(("127.0.0.1", 0), published, tuple, lambda: NOON) as address:
        assert address is None


def test_figures_that_take_too_long_are_those_of_before(published, monkeypatch):
    readings = Readings(published, tuple, lambda: NOON)
    assert readings.now().counts is not None
    monkeypatch.setattr("flows.monitoring.PATIENCE_S", 0.2)
    over = threading.Event()
    monkeypatch.setattr(readings, "_lasting", lambda: over.wait(60) and ())

    assert readings.now().counts is not None
    assert not over.is_set()
    over.set()


def test_a_reading_that_hangs_does_not_keep_the_program_from_ending(settings):
    settings.state.mkdir(parents=True)
    os.mkfifo(settings.state / "pulse.json")
    code = (
        "import sys\nfrom pathlib import Path\nfrom extractors.clock import system_clock\n"
        "from flows import monitoring\nfrom flows.settings import read_settings\n"
        "monitoring.PATIENCE_S = 0.1\n"
        "monitoring.Readings(read_settings({}, home=Path(sys.argv[1])), tuple, system_clock).now()\n"
    )

    done = subprocess.run([sys.executable, "-c", code, settings.home], check=False, timeout=30)
    assert done.returncode == 0


def test_a_client_that_drips_is_ended(published, monkeypatch):
    monkeypatch.setattr("flows.monitoring.CONNECTION_S", 1.0)
    with (
        monitoring(("127.0.0.1", 0), published, tuple, lambda: NOON) as address,
        socket.create_connection(address) as client,
    ):
        client.sendall(b"GET /healthz HTTP/1.1\r\n")
        drip_until(client, time.monotonic() + 60)


def test_there_are_only_so_many_clients_at_a_time(served):
    with ExitStack() as stack:
        others = [stack.enter_context(socket.create_connection(served[2])) for _ in range(CONNECTIONS)]
        for one in others:
            one.sendall(b"GET ")
        with socket.create_connection(served[2], timeout=8) as one_more:
            assert one_more.recv(1) == b""  # ended at once, before any of the others
        assert all(map(is_open, others))
    deadline = time.monotonic() + 60
    while True:
        with suppress(OSError, http.client.HTTPException):
            assert asked(served[2], "/healthz")[0] == 200
            break
        assert time.monotonic() < deadline
        time.sleep(0.1)


def is_open(line):
    """Tell whether the server has neither answered nor ended the connection."""
    line.settimeout(0)
    try:
        line.recv(1)
    except BlockingIOError:
        return True
    return False


def drip_until(client, deadline):
    """Send a line of the head every fifth of a second until the server has ended the connection."""
    with suppress(BrokenPipeError, ConnectionResetError):
        while True:
            assert time.monotonic() < deadline
            client.sendall(b"X: 1\r\n")
            time.sleep(0.2)


def test_subjects_that_differ_only_in_what_is_cut_off_are_one_series():
    folder = "/" + "x" * 300
    told = [replace(SILENT, subject=folder + end) for end in "ab"]

    assert samples(exposition(Reading(now=NOON, troubles=told)).decode())


def test_health_has_no_control_characters():
    text = json.dumps(health_of(Reading(now=NOON, troubles=[SILENT])), ensure_ascii=False)

    assert SHOWN in json.loads(text)["troubles"][0]["subject"]


def test_a_machine_that_was_never_asked_before_has_figures():
    found = samples(exposition(Reading(now=NOON)).decode())
    failed = Pulse(ended_at=NOON, ok_at=None, error="x")
    room = Room(folder="/data", free_bytes=5)

    assert found["newswatch_last_cycle_failed",] == 0
    told = samples(exposition(replace(Reading(now=NOON), pulse=failed, rooms=(room,))).decode())
    assert told["newswatch_last_cycle_failed",] == 1
    assert told["newswatch_disk_free_bytes", ("folder", "/data")] == 5
