"""The supervisor through days of simulated time, with stand-ins for its children; nothing but a signal ends it."""

import errno
import os
import signal
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from extractors.watch import read_watch
from flows import children, serve
from flows.configuration import Configuration
from flows.prefect_settings import database_of
from flows.serve import CHECK_S, Supervisor, free_port, is_taken
from flows.settings import read_settings

DAY_S = 86_400.0


class _Machine:
    """A machine of simulated time. Its processes run until they are ended, the server for `server_lives_s` at most."""

    def __init__(self):
        self.now = 1000.0
        self.server_lives_s = float("inf")
        self.refuses = self.answers = False
        self.started, self.ended, self.aside = [], [], []

    def monotonic(self):
        return self.now

    def popen(self, arguments, **_):
        if self.refuses:
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        kind = "server" if "flows.prefect_server" in arguments else "runner"
        self.started.append(kind)
        return _Process(self, kind)

    def run(self, supervisor, seconds, step_s=0.5):
        until = self.now + seconds
        while self.now < until:
            supervisor.look()
            self.now += step_s


class _Process:
    pid = 4_100_000  # beyond the highest number that Linux gives

    def __init__(self, machine, kind):
        self.machine, self.kind, self.began = machine, kind, machine.now

    def poll(self):
        lives_s = self.machine.server_lives_s if self.kind == "server" else float("inf")
        return 1 if self.machine.now - self.began > lives_s else None

    def terminate(self):
        self.machine.ended.append(self.kind)

    def wait(self, *_):
        return 0


def configuration(environment):
    settings = read_settings(environment)
    return Configuration(settings, read_watch(settings.watch_file), timedelta(minutes=3))


@pytest.fixture
def machine(monkeypatch):
    made = _Machine()
    monkeypatch.setattr(serve, "time", made)
    monkeypatch.setattr(children, "time", made)
    monkeypatch.setattr(children.subprocess, "Popen", made.popen)
    monkeypatch.setattr(children.os, "killpg", lambda *_: None)
    monkeypatch.setattr(serve, "is_broken", lambda _: False)
    monkeypatch.setattr(serve, "set_aside", lambda path, _: made.aside.append(made.now) or path)
    return made


@pytest.fixture
def supervisor(machine, a_home, monkeypatch):
    _, environment = a_home({})
    made = Supervisor(configuration(environment))
    monkeypatch.setattr(Supervisor, "_answers", lambda _: machine.answers)
    return made


def test_a_server_that_dies_at_every_start_disturbs_no_cycle(machine, supervisor):
    machine.server_lives_s = 8.0
    api = supervisor.environment["PREFECT_API_URL"]
    machine.run(supervisor, 7200)

    assert machine.started.count("server") > 100, "it is tried again every minute"
    assert machine.started.count("runner") == 1
    assert machine.ended == []
    assert supervisor.environment["PREFECT_API_URL"] == api


def test_a_port_that_somebody_took_is_left_to_him_whatever_he_answers(machine, a_home):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    _, environment = a_home({})
    supervisor = Supervisor(configuration(environment))
    port = int(supervisor.environment["PREFECT_SERVER_API_PORT"])
    machine.run(supervisor, 1)
    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as other:
        thread = threading.Thread(target=other.serve_forever, daemon=True)
        thread.start()
        machine.server_lives_s = 8.0
        machine.run(supervisor, 30)
        other.shutdown()
        thread.join()

    assert int(supervisor.environment["PREFECT_SERVER_API_PORT"]) != port
    assert machine.started.count("runner") == 2, "the one that knew the old port was ended"


def test_a_port_is_taken_while_somebody_listens():
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as other:
        port = other.server_address[1]
        assert is_taken(port)
    assert not is_taken(port)
    assert not is_taken(free_port())


def test_where_no_process_can_be_started_it_is_tried_again(machine, supervisor):
    machine.refuses = True
    database_of(supervisor._settings).write_bytes(b"x")
    machine.run(supervisor, 600)
    assert machine.started == []
    assert machine.aside == [], "that is no fault of the database"

    machine.refuses = False
    machine.run(supervisor, 61)
    assert sorted(machine.started) == ["runner", "server"]


def test_where_no_port_can_be_had_the_runner_goes_on(machine, supervisor, monkeypatch):
    def none_left(_):
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as patched:
        patched.setattr(serve, "is_taken", none_left)
        machine.run(supervisor, 60)
        assert machine.started == ["runner"]
    machine.run(supervisor, 61)
    assert machine.started == ["runner", "server"]


def test_a_server_that_holds_too_much_from_the_start_is_let_live_for_an_hour(
    machine, supervisor, monkeypatch
):
    monkeypatch.setattr(children.Child, "resident_bytes", property(lambda _: 401 << 20))
    machine.answers = True
    machine.run(supervisor, CHECK_S - 60)
    assert machine.started.count("server") == 1
    machine.run(supervisor, 120)
    assert machine.started.count("server") == 2


def test_a_server_that_is_silent_now_and_then_is_no_hopeless_one(machine, supervisor):
    database_of(supervisor._settings).write_bytes(b"x")
    for _ in range(9):
        machine.answers = True
        machine.run(supervisor, DAY_S / 4, step_s=5)
        machine.answers = False
        machine.run(supervisor, 130)
    assert machine.started.count("server") == 10
    assert machine.aside == []

    machine.run(supervisor, 2000)  # it never answers again: that may be the database
    assert machine.aside != []


@pytest.mark.parametrize("ignored", [False, True])
def test_a_stop_is_noted_and_what_nohup_ignores_stays_ignored(ignored):
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)
        asked = serve._stop_asked()
        os.kill(os.getpid(), signal.SIGHUP)
        assert asked == ([] if ignored else [signal.SIGHUP])
        os.kill(os.getpid(), signal.SIGTERM)
        assert asked[-1] == signal.SIGTERM
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
