"""Who writes from a shared place: one home, one run at a time; a moved home goes on, the one it came from does not."""

import json
import shutil
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.errors import ConfigurationError, WarehouseError
from warehouse import leases, writers
from warehouse.leases import LeaseLostError
from warehouse.writers import Desk, take_over, writer_of, writing
from warehouse.zone import ZoneError, open_zone


@pytest.fixture
def zone(tmp_path):
    return open_zone(f"file://{tmp_path}/zone")


@pytest.fixture
def a_desk(tmp_path):
    """A maker of homes; one that is `moved` has the notes of another one as they are now."""

    def make(name, moved=None):
        desk = Desk(home=tmp_path / name, notes=tmp_path / name / "keys")
        if moved is not None:
            desk.notes.parent.mkdir(exist_ok=True)
            shutil.copyfile(moved.notes, desk.notes)
        return desk

    return make


def write(zone, desk):
    with writing(zone, desk):
        pass


def is_refused(zone, desk):
    try:
        write(zone, desk)
    except ConfigurationError:
        return True
    return False


def test_the_first_home_has_the_place_and_goes_on_writing(zone, a_desk):
    home = a_desk("home")
    assert writer_of(zone, home) is None

    for _ in range(3):
        write(zone, home)

    writer = writer_of(zone, home)
    assert (writer.number, writer.is_ours, writer.is_writing) == (3, True, False)
    assert zone.look().names("writer") == ["home.3.json"]
    assert len(home.noted()) == 2


def test_another_home_is_told_who_writes_since_when_and_what_to_do(zone, a_desk):
    home, other = a_desk("home"), a_desk("other")
    write(zone, home)
    since = writer_of(zone, home).since
    write(zone, home)

    with pytest.raises(ConfigurationError) as told:
        write(zone, other)

    assert writer_of(zone, home).since == since
    for part in (
        str(home.home),
        f"since {since:%Y-%m-%d %H:%M:%S} UTC",
        f"newswatch --home {other.home} writer --take-over",
    ):
        assert part in str(told.value)
    write(zone, home)


def test_a_moved_home_goes_on_and_the_one_it_came_from_is_refused_from_then_on(zone, a_desk):
    old = a_desk("old")
    write(zone, old)
    new = a_desk("new", moved=old)

    write(zone, new)

    assert is_refused(zone, old)
    write(zone, new)
    assert is_refused(zone, old)


def test_a_copy_of_a_home_that_went_on_writing_since_is_refused_until_it_is_to_take_over(zone, a_desk):
    home = a_desk("home")
    write(zone, home)
    copy = a_desk("copy", moved=home)
    write(zone, home)
    write(zone, home)
    assert is_refused(zone, copy)

    before = take_over(zone, copy)

    assert (before.home, before.is_ours) == (str(home.home), False)
    assert is_refused(zone, home)
    write(zone, copy)
    assert take_over(zone, copy) is None
    assert take_over(zone, home).home == str(copy.home)
    write(zone, home)


def test_while_a_home_writes_nobody_takes_over(zone, a_desk):
    home, other = a_desk("home"), a_desk("other")

    with writing(zone, home):
        moved = a_desk("moved", moved=home)
        with pytest.raises(WarehouseError, match=r"is writing now; .*over 120 s after"):
            take_over(zone, other)
        with pytest.raises(WarehouseError, match="is writing now"):
            write(zone, moved)
        with pytest.raises(ConfigurationError, match="is writing now"):
            write(zone, other)

    assert take_over(zone, other) is not None


@pytest.fixture
def killed(zone, tmp_path):
    """A home whose run was killed while it wrote from the place."""
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from warehouse.writers import Desk, writing\n"
        "from warehouse.zone import open_zone\n"
        "home = Path(sys.argv[1])\n"
        "with writing(open_zone(sys.argv[2]), Desk(home=home, notes=home / 'keys')):\n"
        "    print('writing', flush=True)\n"
        "    time.sleep(60)\n"
    )
    home = tmp_path / "home"
    running = subprocess.Popen(
        [sys.executable, "-c", code, str(home), f"file://{zone.shown}"], stdout=subprocess.PIPE, text=True
    )
    assert running.stdout.readline() == "writing\n"
    running.kill()
    running.communicate()
    return Desk(home=home, notes=home / "keys")


def test_a_run_that_was_killed_keeps_its_own_home_from_nothing(zone, killed):
    assert writer_of(zone, killed).is_writing

    write(zone, killed)


def test_a_run_that_was_killed_keeps_others_from_writing_for_a_lease(zone, killed, a_desk, monkeypatch):
    moved, other = a_desk("moved", moved=killed), a_desk("other")
    with pytest.raises(WarehouseError, match="is writing now"):
        write(zone, moved)
    with pytest.raises(WarehouseError, match="is writing now"):
        take_over(zone, other)
    monkeypatch.setattr(leases, "LEASE", timedelta(0))

    write(zone, moved)

    assert is_refused(zone, killed)
    assert take_over(zone, other) is not None


@pytest.mark.usefixtures("often")
def test_who_is_overtaken_while_it_writes_stops(zone, a_desk):
    went_on = []
    home = a_desk("home")

    with pytest.raises(LeaseLostError), writing(zone, home):  # noqa: PT012 - what is done within is interrupted
        zone.create("writer/home.2.json", b"{}")
        time.sleep(60)
        went_on.append(True)

    assert not went_on
    assert is_refused(zone, home)


@pytest.mark.usefixtures("often")
def test_who_cannot_reach_the_place_stops_before_another_one_may_begin(zone, a_desk, monkeypatch):
    monkeypatch.setattr(leases, "GIVE_UP_S", 1.0)
    went_on = []

    def hang(*_):
        time.sleep(90)

    with pytest.raises(LeaseLostError), writing(zone, a_desk("home")):  # noqa: PT012 - as above
        monkeypatch.setattr(zone, "write", hang)
        time.sleep(60)
        went_on.append(True)

    assert not went_on


def test_of_many_homes_that_begin_at_once_one_writes(zone, a_desk):
    inside, most, refused = [], [], []
    lock, all_refused = threading.Lock(), threading.Event()

    def begin(number):
        try:
            with writing(zone, a_desk(f"home-{number}")):
                with lock:
                    inside.append(number)
                    most.append(len(inside))
                assert all_refused.wait(60)
                with lock:
                    inside.remove(number)
        except (ConfigurationError, WarehouseError):
            refused.append(number)
            if len(refused) == 7:
                all_refused.set()

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == [1]
    assert len(refused) == 7


def test_a_mark_that_nobody_understands_is_another_ones(zone, a_desk):
    zone.write("writer/home.7.json", b"not JSON")

    assert is_refused(zone, a_desk("home"))
    with pytest.raises(WarehouseError, match="unknown home"):
        take_over(zone, a_desk("home"))


def test_where_the_end_of_a_run_cannot_be_told_it_ends_as_a_lease_does(zone, a_desk, monkeypatch):
    home = a_desk("home")

    def fail(*_):
        raise ZoneError("no")

    with writing(zone, home):
        monkeypatch.setattr(zone, "write", fail)
    monkeypatch.undo()

    assert json.loads(zone.read("writer/home.1.json"))["resting"] is False
    write(zone, home)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.tuples(st.sampled_from(("write", "copy", "take")), st.integers(0, 3), st.integers(0, 3)),
        max_size=25,
    )
)
def test_whatever_is_copied_and_taken_over_no_home_writes_after_another_one_but_as_its_heir(
    tmp_path_factory, steps
):
    folder = tmp_path_factory.mktemp("homes")
    zone = open_zone(f"file://{folder}/zone")
    desks = [Desk(home=folder / str(number), notes=folder / str(number) / "keys") for number in range(4)]
    # What each home knows of the history: the number of the last run that it, or the home it was copied from, made.
    known, last = dict.fromkeys(range(4), 0), 0
    for step, one, other in steps:
        if step == "copy" and one != other and desks[one].notes.exists():
            desks[other].notes.parent.mkdir(exist_ok=True)
            shutil.copyfile(desks[one].notes, desks[other].notes)
            known[other] = known[one]
        elif step == "take" and last:
            taken = take_over(zone, desks[one]) is not None
            assert taken == (known[one] != last)
            if taken:
                last += 1
                known[one] = last
        elif step == "write":
            refused = is_refused(zone, desks[one])
            assert refused == (known[one] != last)
            if not refused:
                last += 1
                known[one] = last
    assert writers.writer_of(zone, desks[0]) is None or last > 0
