"""What happens to a machine: its disk fills, a folder is read-only, the network is gone, its clock jumps."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from extractors.clock import standing_clock
from extractors.watch import read_watch
from flows.cycle import run_cycle
from flows.settings import read_settings
from warehouse.database import open_snapshot

START = datetime(2024, 3, 1, 8, tzinfo=UTC)
ROOT = pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() != 0, reason="mounting file systems takes root"
)
MEGABYTE = 1 << 20


def outcome(settings):
    """Return what must be the same with and without adversity."""
    with open_snapshot(settings.snapshot) as con:
        return [
            con.execute(question).fetchall()
            for question in (
                "SELECT url, title, text, revision FROM articles ORDER BY url",
                "SELECT development_id, event_type, status, what, articles FROM developments ORDER BY ALL",
                "SELECT source_id, polls.started_at, items FROM polls WHERE outcome = 'new' ORDER BY ALL",
            )
        ]


def run(environment, hours):
    """Run a cycle in a process of its own, as each scheduled run is; return its status and what it told."""
    moment = (START + timedelta(hours=hours)).isoformat()
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", "run", "--now", moment],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stderr


class Machine:
    """Cycles of one home in simulated time."""

    def __init__(self, environment):
        """Take the home that the settings name."""
        self.settings = read_settings(environment)
        self.watch = read_watch(self.settings.watch_file)

    def run(self, moment):
        """Run a cycle at a moment."""
        return run_cycle(self.settings, self.watch, standing_clock(moment), with_report=False)

    def articles(self):
        """Return how many articles are published."""
        with open_snapshot(self.settings.snapshot) as con:
            return con.execute("SELECT count(*) FROM articles").fetchone()[0]


def mounted(*arguments):
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0


@contextmanager
def mount(*arguments):
    """Mount during the block; skip where that is not allowed here. The last argument is the place."""
    if not mounted(*arguments):
        pytest.skip("mounting is not allowed here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(arguments[-1])], check=True)


@contextmanager
def all_taken_but(folder, left):
    """Fill the file system of `folder` until `left` bytes of it are free."""
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(shutil.disk_usage(folder).free - left, 1))
    try:
        yield
    finally:
        ballast.unlink()


#: Bytes that are left on a full disk: what cannot be written then is a new warehouse, one that is made anew, an order,
#: the log of changes, and the warehouse with them. In the soak, all are left in each of two cycles.
NOTHING, LITTLE, SOME, MUCH = 0, 96 << 10, MEGABYTE, 4 * MEGABYTE
ALL = (NOTHING, LITTLE, SOME, MUCH)


@ROOT
@pytest.mark.parametrize(
    "fillings",
    [((NOTHING, LITTLE), (NOTHING, LITTLE, MUCH)), pytest.param((ALL, ALL), marks=pytest.mark.soak)],
)
def test_a_full_disk_does_no_damage_and_the_next_cycle_after_it_goes_on(site, a_home, tmp_path, fillings):
    calm_home, calm = a_home({"wire": site.feed}, "calm")
    place = tmp_path / "small"
    place.mkdir()
    calmly = Machine(calm)
    with mount("-t", "tmpfs", "-o", "size=48m", "none", str(place)):
        home = place / "home"
        shutil.copytree(calm_home, home)
        rough = calm | {"NEWSWATCH_HOME": str(home)}
        told = []
        for step, fill in enumerate(fillings):
            site.publish(2 * step)
            site.publish(2 * step + 1)
            calmly.run(START + timedelta(hours=2 * step))
            for left in fill:
                with all_taken_but(place, left):
                    status, errors = run(rough, 2 * step)
                    told.append((status, errors))
                    assert "Segmentation" not in errors
            status, errors = run(rough, 2 * step)
            assert status == 0, errors
            assert outcome(read_settings(rough)) == outcome(calmly.settings)
    failed = [errors for status, errors in told if status != 0]
    assert failed, "it was not full enough"
    assert all("No space left on device" in errors for errors in failed), failed


@ROOT
def test_news_is_kept_while_the_snapshot_cannot_be_written_and_published_once_it_can(site, a_home):
    home, environment = a_home({"wire": site.feed})
    settings = read_settings(environment)
    site.publish(0)
    assert Machine(environment).run(START).articles == 1
    before = settings.snapshot.read_bytes()
    site.publish(1)
    with mount("--bind", str(home), str(home)), mount("--bind", str(home / "state"), str(home / "state")):
        assert mounted("-o", "remount,bind,ro", str(home))
        _, errors = run(environment, 2)

        assert "snapshot_not_published" in errors
        assert settings.snapshot.read_bytes() == before
    status, _ = run(environment, 2.1)

    assert status == 0
    with open_snapshot(settings.snapshot) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchone() == (2,)


def test_a_cycle_that_hangs_beyond_its_lease_is_ended_and_the_next_one_runs(site, a_home):
    _, environment = a_home({"wire": site.feed})
    site.publish(0)
    lock = read_settings(environment).state / "cycle.lock"
    code = (
        "import sys, time; from pathlib import Path; from warehouse.lock import exclusive\n"
        "with exclusive(Path(sys.argv[1]), for_s=0.1): print('held', flush=True); time.sleep(300)"
    )
    hanging = subprocess.Popen([sys.executable, "-c", code, str(lock)], stdout=subprocess.PIPE, text=True)
    try:
        assert hanging.stdout.readline()
        time.sleep(0.2)
        status, errors = run(environment, 0)
        assert status == 0, errors
        assert "overdue_holder_ended" in errors
        assert hanging.wait(5) == -signal.SIGKILL
    finally:
        hanging.kill()
        hanging.wait()
        hanging.stdout.close()


@pytest.fixture
def machine(site, a_home):
    def make(every="15m"):
        _, environment = a_home({"wire": site.feed}, every=every)
        return Machine(environment)

    return make


@pytest.mark.parametrize("apart", [2, pytest.param(1, marks=pytest.mark.soak)])
def test_after_a_day_without_network_news_comes_again_within_hours(site, machine, apart):
    here = machine()
    here.run(START)
    answered = site.documents.copy()
    site.failing.update(answered)
    site.failing.add("/robots.txt")
    outcomes = [here.run(START + timedelta(hours=hour)).outcome for hour in range(1, 25, apart)]
    site.failing.clear()
    site.publish(0)
    hours = next(hour for hour in range(25, 48) if here.run(START + timedelta(hours=hour)).articles)

    assert set(outcomes) <= {"failed", "idle"}
    assert outcomes.count("failed") > 2
    assert hours <= 25 + 6


@pytest.mark.parametrize("ahead", [timedelta(hours=5), timedelta(days=400)])
def test_a_clock_that_ran_ahead_and_is_set_right_stops_nothing(site, machine, ahead):
    here = machine()
    here.run(START)
    here.run(START + ahead)
    site.publish(0)
    right = [START + timedelta(minutes=minutes) for minutes in (5, 20, 35, 50, 90)]
    found = [here.run(moment).articles for moment in right]

    assert sum(found) == 1, "polled again by the clock that is right"


@pytest.mark.parametrize("around", [2, pytest.param(3, marks=pytest.mark.soak)])
def test_hours_that_daylight_saving_repeats_or_leaves_out_change_nothing(site, machine, around):
    here = machine(every="60m")
    changes = [
        datetime(2024, month, day, 1, tzinfo=UTC) for month, day in ((3, 17), (3, 31), (10, 27), (11, 10))
    ]  # the second and third are those of Berlin
    found = [
        [here.run(change + timedelta(hours=hour, minutes=1)).polls for hour in range(-around, around + 1)]
        for change in changes
    ]

    assert found[1:] == found[:1] * 3
