"""A run in hand without a server: whose word counts for its home, its lease, its pulse and its settings."""

import json
import multiprocessing
import os
import time
from datetime import timedelta
from itertools import pairwise
from types import SimpleNamespace
from uuid import uuid4

import httpx
import pytest

from extractors.clock import system_clock
from extractors.errors import NewswatchError
from extractors.watch import read_watch
from flows import cycle, runner
from flows.alerts.deliver import Delivery
from flows.prefect_flows import BY_NAME
from flows.prefect_runs import SERVER_ERRORS
from flows.prefect_settings import prefect_environment, server_environment
from flows.pulse import beating, read_pulse
from flows.settings import read_settings
from warehouse import processes
from warehouse.lock import exclusive, read_holder


@pytest.fixture
def settings(a_home):
    _, environment = a_home({})
    return read_settings(environment)


def test_a_run_takes_home_and_watch_from_this_process_not_from_the_server(monkeypatch):
    told = []
    monkeypatch.setattr(runner, "leash", lambda _: None)
    monkeypatch.setattr(runner.signal, "signal", lambda *_: None)
    monkeypatch.setattr(runner, "run_flow", lambda _flow, **given: told.append(given))
    run = SimpleNamespace(id=uuid4(), parameters={"home": "evil", "watch": "evil.toml"})
    runner.carry_out(os.getpid(), "cycle", run, "home", "watch.toml")

    assert [one["parameters"] for one in told] == [{"home": "home", "watch": "watch.toml"}]


def test_a_note_that_a_dead_cycle_left_ends_no_run_that_has_its_number_by_chance(settings):
    process = multiprocessing.get_context("fork").Process(target=time.sleep, args=(0.5,))
    process.start()
    note = {
        "pid": process.pid,
        "born": 1,
        "since": system_clock().isoformat(),
        "until": time.monotonic() - 100,
    }
    settings.state.mkdir(parents=True, exist_ok=True)
    (settings.state / "cycle.lock").write_text(json.dumps(note), encoding="utf-8")
    one = runner.Runner(None, str(settings.home), str(settings.watch_file), timedelta(minutes=3))

    assert one._ended(process, None) is None


def test_an_address_of_a_server_that_is_none_ends_no_runner():
    assert issubclass(httpx.InvalidURL, SERVER_ERRORS)


def test_each_step_of_a_cycle_prolongs_its_lease_and_the_copy_elsewhere_comes_after_the_alerts(
    settings, monkeypatch
):
    lent_until, done = [], []

    def step(name, answer):
        def run(*_, **given):
            lent_until.append(read_holder(settings.state / "cycle.lock").until)
            done.append(name if given.get("with_copy", True) else f"{name} here")
            time.sleep(0.1)
            return answer

        return run

    for name, answer in (("mend", None), ("bring", cycle.Loaded()), ("publish", True), ("tidy", None)):
        monkeypatch.setattr(cycle, name, step(name, answer))
    monkeypatch.setattr(cycle, "send_alerts", step("alerts", (1, 0)))
    monkeypatch.setattr(cycle, "report", step("report", None))
    cycle.run_cycle(settings, read_watch(settings.watch_file), system_clock)

    assert done == ["mend", "bring", "publish here", "alerts", "publish", "tidy", "report"]
    assert all(after - before >= 0.1 for before, after in pairwise(lent_until))


def test_each_message_prolongs_the_lease_and_of_a_cycle_only_so_many_begin(settings, monkeypatch):
    lent_until, begun = [], []

    def deliver(*_, may_begin, **__):
        for _ in range(3):
            time.sleep(0.05)
            begun.append(may_begin())
            lent_until.append(read_holder(settings.state / "cycle.lock").until)
        return Delivery(sent=3)

    monkeypatch.setattr(cycle, "due_alerts", lambda _: [1])
    monkeypatch.setattr("flows.alerts.deliver.deliver", deliver)
    watch = read_watch(settings.watch_file)
    with exclusive(settings.state / "cycle.lock", for_s=60):
        cycle.send_alerts(settings, watch, system_clock, with_health=False)
        cycle.send_alerts(settings, watch, system_clock, with_health=False, unattended=True)
        monkeypatch.setattr(cycle, "SENDING_S", 0.0)
        cycle.send_alerts(settings, watch, system_clock, with_health=False)
        cycle.send_alerts(settings, watch, system_clock, with_health=False, unattended=True)

    assert all(after - before >= 0.05 for before, after in pairwise(lent_until))
    assert begun == [True] * 9 + [False] * 3


def test_a_watch_that_was_edited_into_a_fault_shows_in_the_pulse(settings):
    with beating(settings.state, system_clock):
        pass
    well = read_pulse(settings.state)
    settings.watch_file.write_text("title = \n", encoding="utf-8")
    with pytest.raises(NewswatchError):
        BY_NAME["cycle"].fn(str(settings.home), str(settings.watch_file))
    told = read_pulse(settings.state)

    assert (well.error, told.ok_at) == (None, well.ok_at)
    assert str(settings.watch_file) in told.error


def test_an_edit_of_the_settings_reaches_the_next_cycle_and_secrets_never_the_server(settings, monkeypatch):
    for name in ("NEWSWATCH_HOST_SPACING", "PREFECT_LOGGING_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NEWSWATCH_ALERT_OTHER", "json://other")
    own = settings.home / "newswatch.env"
    own.write_text(
        "NEWSWATCH_HOST_SPACING=5\nNEWSWATCH_ALERT_URL=json://secret\nPREFECT_LOGGING_LEVEL=INFO\n",
        encoding="utf-8",
    )
    told = prefect_environment(read_settings({}, home=settings.home), 1)
    own.write_text("NEWSWATCH_HOST_SPACING=60\n", encoding="utf-8")

    assert read_settings(told, home=settings.home).spacing == timedelta(seconds=60)
    assert told["PREFECT_LOGGING_LEVEL"] == "INFO"
    assert told["NEWSWATCH_ALERT_OTHER"] == "json://other"
    assert not [name for name in server_environment(told) if name.startswith("NEWSWATCH_")]


def test_our_own_server_has_a_password_made_anew_each_time_and_a_named_one_keeps_its_own(settings):
    def password(**given):
        told = prefect_environment(read_settings(given, home=settings.home), 1)
        return told.get("PREFECT_API_AUTH_STRING"), told.get("PREFECT_SERVER_API_AUTH_STRING")

    first, second = password(), password()
    assert first[0] == first[1] != second[0]
    assert len(first[0]) > 30
    assert password(PREFECT_SERVER_API_AUTH_STRING="me:mine") == ("me:mine", "me:mine")
    named = password(PREFECT_API_URL="http://127.0.0.1:9/api", PREFECT_API_AUTH_STRING="its:own")
    assert named == ("its:own", None)


def test_where_the_system_cannot_name_a_process_for_sure_none_is_ended(monkeypatch):
    def refuse(_):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(processes.os, "pidfd_open", refuse, raising=False)
    assert not processes.process_of(os.getppid()).end()
