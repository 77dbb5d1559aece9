"""What the supervisor tells by itself: once, with an end, over restarts, and without warehouse or room on the disk."""

import logging
import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from extractors.clock import standing_clock
from extractors.errors import NewswatchError
from extractors.watch import AlertRule, read_watch
from flows.alerts.deliver import REPEAT
from flows.alerts.health import decide_health
from flows.conditions import Cycles, no_cycle
from flows.configuration import Configuration
from flows.log import configure_logging
from flows.newsroom.receiver import Receiver
from flows.notes import LENGTH, read_note, write_note
from flows.pulse import beating, read_pulse
from flows.settings import read_settings
from flows.troubles import look_at_health, told_now
from flows.watchdog import EVERY, Watchdog
from flows.watchdog_note import Told, read_told, write_told
from tests.flows.dripping import Dripping
from warehouse.database import open_warehouse
from warehouse.lock import exclusive

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
INTERVAL = 5 * MINUTE
PATIENCE_S = 30


@pytest.fixture
def receiver():
    with Receiver() as entered:
        yield entered


@pytest.fixture
def home(tmp_path, receiver, a_watch):
    """A home whose health goes to the receiver, and a maker of watchdogs on it."""

    class Home:
        settings = read_settings({"OPERATOR": receiver.url}, home=tmp_path / "home")
        watch = a_watch(
            alerts=(
                AlertRule(name="operator", to="env:OPERATOR", about="health"),
                AlertRule(name="news", to="env:NOWHERE", about="developments"),
            )
        )

        def __init__(self):
            self.dogs = []
            self.settings.state.mkdir(parents=True)

        def dog(self, now=NOON):
            self.dogs.append(Watchdog(Configuration(self.settings, self.watch, INTERVAL), now))
            return self.dogs[-1]

        def cycle(self, at, error=None):
            with suppress(NewswatchError), beating(self.settings.state, standing_clock(at)):
                if error:
                    raise error

        def titles(self):
            return [message["title"] for message in receiver.messages]

    made = Home()
    yield made
    for dog in made.dogs:
        dog.close()


def looks(dog, start, minutes, step=MINUTE):
    """Look every minute from `start` on, and return when that was over."""
    for number in range(int(minutes * MINUTE / step) + 1):
        dog.look(start + number * step)
    return start + minutes * MINUTE


def look_until(dog, now, condition, what):
    """Look every half minute until the condition holds, each time after what was being sent has been sent."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"no {what} within {PATIENCE_S} s"
        if dog._sending is None or dog._sending.is_over():
            now += EVERY
            dog.look(now)
        else:
            time.sleep(0.05)
    return now


def settled(dog, now):
    """Look until nothing is being sent any more."""
    return look_until(dog, now, lambda: dog._sending is None, "end of sending")


def test_missed_cycles_are_told_once_and_their_end(home):
    home.cycle(NOON)
    dog = home.dog()
    now = looks(dog, NOON, 20)
    assert dog.lasting == ()
    now = look_until(dog, now, lambda: len(home.titles()) == 1, "message")
    now = looks(dog, settled(dog, now), 300)
    assert len(home.titles()) == 1

    home.cycle(now)
    now = settled(dog, look_until(dog, now, lambda: len(home.titles()) == 2, "all-clear"))
    looks(dog, now, 15)

    told, over = home.titles()
    assert told.startswith("newswatch: no cycle has come to its end for 2")
    assert over == f"newswatch: over: {told.removeprefix('newswatch: ')}"
    assert dog.lasting == ()


def test_what_the_last_cycle_ended_with_is_told_without_secrets(home, receiver):
    home.cycle(NOON)
    home.cycle(NOON + 5 * MINUTE, NewswatchError("cannot send to json://me:hunter2@desk.example/"))
    dog = home.dog()
    look_until(dog, looks(dog, NOON, 20), lambda: receiver.messages, "message")
    body = receiver.messages[0]["message"]

    assert "NewswatchError: cannot send to json://***" in body
    assert "hunter2" not in body


def test_a_restart_neither_tells_again_nor_gives_the_all_clear(home):
    home.cycle(NOON)
    dog = home.dog()
    now = settled(dog, look_until(dog, looks(dog, NOON, 20), home.titles, "message"))
    now = looks(home.dog(now), now, 60)

    assert len(home.titles()) == 1
    assert [one.name for one in home.dog(now).lasting] == ["no-cycle"]


def test_a_kill_while_sending_leads_to_one_repeat_that_says_so(home, receiver):
    home.cycle(NOON)
    dog = home.dog()
    now = looks(dog, NOON, 21)
    assert dog._sending is not None
    dog.close()
    receiver.messages.clear()
    again = home.dog(now)
    settled(again, look_until(again, now, lambda: receiver.messages, "repeat"))

    (message,) = receiver.messages
    assert REPEAT in message["message"]


def test_a_dead_channel_is_tried_again_later(home, receiver):
    home.settings.environment["OPERATOR"] = "json://127.0.0.1:9/"
    home.cycle(NOON)
    dog = home.dog()
    now = looks(dog, NOON, 21)
    now = settled(dog, now)
    (alert,) = read_told(home.settings.state).alerts
    assert (alert.state, alert.attempts) == ("failed", 1)

    home.settings.environment["OPERATOR"] = receiver.url
    look_until(dog, now, lambda: receiver.messages, "message")


def test_what_is_over_before_it_went_out_is_one_message(home, receiver):
    home.settings.environment["OPERATOR"] = "json://127.0.0.1:9/"
    home.cycle(NOON)
    dog = home.dog()
    now = settled(dog, looks(dog, NOON, 21))
    home.cycle(now)
    home.settings.environment["OPERATOR"] = receiver.url
    now = look_until(dog, now, lambda: receiver.messages, "message")
    looks(dog, settled(dog, now), 60)

    (title,) = home.titles()
    assert title.startswith("newswatch: over: no cycle")


def test_a_sleep_of_the_machine_or_a_jump_of_its_clock_is_no_missed_cycle(home):
    home.cycle(NOON)
    dog = home.dog()
    looks(dog, NOON, 10)
    dog.look(NOON + DAY)
    looks(dog, NOON - DAY, 5)

    assert dog.lasting == ()


def test_a_cycle_at_work_within_its_lease_is_waited_for(home):
    home.cycle(NOON)
    dog = home.dog()
    with exclusive(home.settings.state / "cycle.lock", doing="running", for_s=3600):
        now = looks(dog, NOON, 60)
        assert dog.lasting == ()
    with exclusive(home.settings.state / "cycle.lock", doing="running", for_s=-1):
        looks(dog, now, 2)

    assert [one.name for one in dog.lasting] == ["no-cycle"]


def test_the_next_cycle_takes_what_was_told_into_the_tables(home):
    home.cycle(NOON)
    dog = home.dog()
    now = settled(dog, look_until(dog, looks(dog, NOON, 20), home.titles, "message"))

    def tables():
        with open_warehouse(home.settings.warehouse) as con:
            look_at_health(con, home.settings, home.watch, now)
            alerts = con.execute("SELECT kind, rule, state, title FROM alerts").fetchall()
            return alerts, con.execute("SELECT name, ended_at IS NULL FROM troubles").fetchall()

    alerts, troubles = tables()
    assert alerts == [("health", "operator", "sent", home.titles()[0])]
    assert troubles == [("no-cycle", True)]

    home.cycle(now)
    settled(dog, look_until(dog, now, lambda: len(home.titles()) == 2, "all-clear"))
    alerts, troubles = tables()
    assert len(alerts) == 2
    assert troubles == [("no-cycle", False)]
    assert tables() == (alerts, troubles)


def test_a_watchdog_looks_at_most_twice_a_minute(home):
    dog = home.dog()
    dog.look(NOON)
    home.cycle(NOON - DAY)
    dog.look(NOON + EVERY - timedelta(seconds=1))
    assert dog._ok_at is None
    dog.look(NOON + EVERY)

    assert dog._ok_at == NOON - DAY


def test_a_rule_without_an_address_breaks_nothing(home):
    home.settings.environment.pop("OPERATOR")
    dog = home.dog()
    settled(dog, looks(dog, NOON, 21))
    (alert,) = read_told(home.settings.state).alerts

    assert (alert.state, alert.error) == ("failed", "the environment variable is not set")


@pytest.mark.parametrize("secret", [None, "", "hunter2"])
def test_a_rule_that_cannot_sign_breaks_nothing_and_keeps_no_other_one_from_telling(home, a_watch, secret):
    signed = AlertRule(name="signed", to="env:OPERATOR", about="health", secret="env:HOOK")
    home.watch = a_watch(alerts=(signed, *home.watch.alerts))
    if secret is not None:
        home.settings.environment["HOOK"] = secret
    dog = home.dog()
    settled(dog, looks(dog, NOON, 21))
    told = {one.rule: one for one in read_told(home.settings.state).alerts}

    assert len(home.titles()) == 1
    assert told["operator"].state == "sent"
    assert told["signed"].state == "failed"
    assert "HOOK" in told["signed"].error
    assert "hunter2" not in told["signed"].error


@pytest.mark.parametrize(
    "left", [b"", b"{", b'{"episodes": 3}', b'{"episodes": [{"x": 1}], "alerts": []}', b"[]"]
)
def test_a_broken_note_reads_as_none(home, left):
    (home.settings.state / "watchdog.json").write_bytes(left)
    (home.settings.state / "pulse.json").write_bytes(left)

    assert home.dog().lasting == ()
    assert read_pulse(home.settings.state) is None


def test_a_note_stays_within_its_length_over_years(home):
    told = Told()
    for number in range(200):
        at = NOON + number * DAY
        conditions = tuple(no_cycle(missed(at), None, at)) if number % 2 == 0 else ()
        known = {one.alert_id: "sent" for one in told.alerts}
        decision = decide_health(conditions, told.lasting, home.watch.alerts, {}, known, at)
        alerts = (*told.alerts, *(replace(one, state="sent") for one in decision.alerts))
        episodes = {one.trouble_id: one for one in (*told.episodes, *decision.episodes)}
        told = write_told(home.settings.state, Told(episodes=tuple(episodes.values()), alerts=alerts))

    assert (home.settings.state / "watchdog.json").stat().st_size <= LENGTH
    assert read_told(home.settings.state) == told
    assert told.episodes[-1].ended_at == NOON + 199 * DAY


def missed(at):
    return Cycles(
        interval=INTERVAL, waited=DAY, serving_since=NOON, last_ok_at=at - HOUR, last_error="x" * 500
    )


def test_one_channel_that_hangs_keeps_no_other_one_from_being_told(home, receiver, monkeypatch):
    monkeypatch.setattr("flows.alerts.apart.DEADLINE_S", 2)
    bad = AlertRule(name="bad", to="env:BAD", about="health")
    home.watch = replace(home.watch, alerts=(bad, *home.watch.alerts))
    home.cycle(NOON)
    with Dripping() as dripping:
        home.settings.environment["BAD"] = dripping.url
        dog = home.dog()
        settled(dog, look_until(dog, looks(dog, NOON, 21), lambda: receiver.messages, "message"))

    states = {one.rule: one.state for one in read_told(home.settings.state).alerts}
    assert states == {"bad": "failed", "operator": "sent"}


RULE = """
[[alerts]]
name = "{name}"
to = "{to}"
about = "health"
"""


@pytest.fixture
def edited(a_home):
    """A home with files, and a watchdog on it: what the files say now, by name."""
    home, environment = a_home(
        {"wire": "https://wire.example/rss"}, alerts=RULE.format(name="desk", to="env:DESK")
    )
    settings = read_settings(environment)
    settings.state.mkdir()
    made = Watchdog(Configuration(settings, read_watch(settings.watch_file)), NOON)
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield made, home, settings
    made.close()
    root.handlers[:] = handlers  # new settings set up logging anew
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_channel_that_was_changed_since_is_the_one_that_is_told(edited, receiver):
    dog, home, settings = edited
    now = looks(dog, NOON, 15)
    (home / "newswatch.env").write_text(
        f"DESK={receiver.url}\nNEWSWATCH_LANDING=elsewhere\n", encoding="utf-8"
    )
    now = settled(dog, look_until(dog, now, lambda: receiver.messages, "message"))
    assert dog._settings.landing == home / "elsewhere"

    watch = settings.watch_file.read_text(encoding="utf-8")
    settings.watch_file.write_text(
        watch + RULE.format(name="night", to=f"{receiver.url}night"), encoding="utf-8"
    )
    now = settled(dog, looks(dog, now, 5))
    with beating(settings.state, standing_clock(now)):
        pass
    settled(dog, look_until(dog, now, lambda: len(receiver.messages) == 4, "all-clear"))

    assert [one.rule for one in read_told(settings.state).alerts] == ["desk", "night", "desk", "night"]
    assert {one.state for one in read_told(settings.state).alerts} == {"sent"}


def test_files_that_cannot_be_read_just_then_leave_what_they_said(edited, receiver, capsys):
    dog, home, settings = edited
    (home / "newswatch.env").write_text(f"DESK={receiver.url}\n", encoding="utf-8")
    now = looks(dog, NOON, 1)
    (home / "newswatch.env").write_text("NEWSWATCH_WORKERS=many\n", encoding="utf-8")
    settings.watch_file.write_text("title = \n", encoding="utf-8")
    configure_logging("info", json_lines=True)
    settled(dog, look_until(dog, looks(dog, now, 20), lambda: receiver.messages, "message"))
    told = [line for line in capsys.readouterr().err.splitlines() if "file_not_read" in line]

    assert [one["title"] for one in receiver.messages] == [
        "newswatch: no cycle has come to its end for 21 minutes"
    ]
    assert len(told) == 2, "each is told once"


def test_how_long_is_too_long_goes_by_the_interval_as_it_is_now(edited):
    dog, _, settings = edited
    watch = settings.watch_file.read_text(encoding="utf-8")
    for every, interval in (("1h", 5 * MINUTE), ("10m", 2 * MINUTE), ("oops", 2 * MINUTE)):
        settings.watch_file.write_text(watch.replace('"1m"', f'"{every}"'), encoding="utf-8")
        dog.look(NOON + interval)
        assert dog._cycles(NOON).interval == interval
        dog._looked_at = None


def test_a_dead_channel_fills_no_note_and_makes_no_restart_tell_again(home):
    told = Told()
    for number in range(100):
        at = NOON + number * DAY
        known = {one.alert_id: one.state for one in told.alerts}
        conditions = tuple(no_cycle(missed(at), None, at)) if number % 2 == 0 else ()
        rules = (*home.watch.alerts, AlertRule(name="dead", to="env:DEAD"))
        decision = decide_health(conditions, told.lasting, rules, {}, known, at)
        made = tuple(
            replace(one, state="sent")
            if one.rule == "operator"
            else replace(one, state="failed", attempts=99)
            for one in decision.alerts
        )
        alerts = {one.alert_id: one for one in (*told.alerts, *made)}
        episodes = {one.trouble_id: one for one in (*told.episodes, *decision.episodes)}
        told = Told(episodes=tuple(episodes.values()), alerts=tuple(alerts.values()))
        told = write_told(home.settings.state, told)
        assert read_told(home.settings.state) == told
        assert known.keys() | {one.alert_id for one in made} >= {one.alert_id for one in told.alerts}
        assert {one.alert_id for one in made if conditions} <= {one.alert_id for one in told.alerts}


def test_what_waits_to_be_sent_stays_longer_in_the_note_than_what_is_done(home):
    episodes, alerts = [], []
    for number in range(100):
        at = NOON + number * DAY
        (condition,) = no_cycle(missed(at), None, at)
        decision = decide_health((condition,), (), home.watch.alerts, {}, {}, at)
        episodes += [replace(one, ended_at=at + HOUR) for one in decision.episodes]
        alerts += [replace(one, state="pending" if number == 0 else "sent") for one in decision.alerts]
    told = write_told(home.settings.state, Told(episodes=tuple(episodes), alerts=tuple(alerts)))

    assert len(told.episodes) < 100
    assert [one.state for one in told.alerts].count("pending") == 1


def test_a_serve_that_is_started_again_every_quarter_of_an_hour_tells_it_too(home):
    home.cycle(NOON)
    now = looks(home.dog(NOON), NOON, 15)
    home.dogs[-1].close()
    dog = home.dog(now)
    assert dog.lasting == ()
    looks(dog, now, 10)
    assert [one.name for one in dog.lasting] == ["no-cycle"]


def test_a_wait_of_long_ago_counts_no_more(home):
    home.cycle(NOON)
    looks(home.dog(NOON), NOON, 15)
    home.dogs[-1].close()
    dog = home.dog(NOON + DAY)
    looks(dog, NOON + DAY, 15)

    assert dog.lasting == ()


def test_what_a_serve_saw_that_is_gone_does_not_count(home):
    home.cycle(NOON)
    dog = home.dog()
    now = looks(dog, NOON, 30)
    with open_warehouse(home.settings.warehouse) as con:
        with exclusive(home.settings.state / "serve.lock"):
            assert [one.name for one in told_now(con, home.settings, now)] == ["no-cycle"]
        assert [one.name for one in told_now(con, home.settings, now)] == ["not-serving"]
        home.cycle(now)
        assert told_now(con, home.settings, now) == ()


def test_status_knows_that_serve_runs_no_more(home):
    home.cycle(NOON)
    lock = home.settings.state / "serve.lock"
    with open_warehouse(home.settings.warehouse) as con:
        assert told_now(con, home.settings, NOON + DAY) == ()
        with exclusive(lock):
            assert told_now(con, home.settings, NOON + DAY) == ()
        assert told_now(con, home.settings, NOON + MINUTE) == ()
        (told,) = told_now(con, home.settings, NOON + DAY)

    assert (told.name, told.grave) == ("not-serving", True)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 24 MB."""
    place = tmp_path / "small"
    place.mkdir()
    made = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "none", place], capture_output=True, check=False
    )
    if not made or made.returncode:
        pytest.skip("no file system can be mounted here: that takes root")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def filled(place):
    """Write until nothing more goes in."""
    with (place / "filler").open("wb", buffering=0) as file:
        for size in (1 << 20, 4096):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


def test_a_full_disk_is_told_once_though_nothing_can_be_written(small_disk, receiver, a_watch):
    settings = read_settings({"OPERATOR": receiver.url}, home=small_disk / "home")
    settings.state.mkdir(parents=True)
    watch = a_watch(alerts=(AlertRule(name="operator", to="env:OPERATOR"),))
    dog = Watchdog(Configuration(settings, watch, INTERVAL), NOON)
    filled(small_disk)
    try:
        now = settled(dog, look_until(dog, NOON, lambda: receiver.messages, "message"))
        restarted = Watchdog(Configuration(settings, watch, INTERVAL), now)
        looks(restarted, now, 10)
    finally:
        dog.close()
    (message,) = receiver.messages

    assert message["title"].startswith("newswatch: too little room is left in ")
    assert "0 MB are free" in message["message"]
    assert [one.name for one in restarted.lasting] == ["disk-full"]


def test_where_even_the_note_cannot_be_made_it_is_told_once_as_long_as_serve_lives(
    small_disk, receiver, a_watch
):
    settings = read_settings({"OPERATOR": receiver.url}, home=small_disk / "home")
    settings.state.mkdir(parents=True)
    watch = a_watch(alerts=(AlertRule(name="operator", to="env:OPERATOR"),))
    filled(small_disk)
    dog = Watchdog(Configuration(settings, watch, INTERVAL), NOON)
    try:
        now = settled(dog, look_until(dog, NOON, lambda: receiver.messages, "message"))
        looks(dog, now, 15)
    finally:
        dog.close()

    assert len(receiver.messages) == 1


def test_a_note_is_written_over_its_own_bytes(small_disk):
    note = small_disk / "note.json"
    write_note(note, {"a": 1})
    filled(small_disk)
    write_note(note, {"a": "x" * 1000})

    assert read_note(note) == {"a": "x" * 1000}
    assert note.stat().st_size == LENGTH
    with pytest.raises(ValueError, match="too long"):
        write_note(note, {"a": "x" * LENGTH})
