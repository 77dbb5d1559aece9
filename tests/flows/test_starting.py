"""The first start on a machine that lacks something: what may come again is waited for, the rest is told at once."""

import errno
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from extractors.errors import ConfigurationError
from extractors.watch import read_watch
from flows import serve, starting
from flows.configuration import Configuration
from flows.serve import Supervisor, free_port
from flows.settings import read_settings
from flows.starting import MAY_PASS, begun

PATIENCE_S = 120


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    """The pauses that were made, none of which takes any time."""
    made = []
    monkeypatch.setattr(starting, "pause_s", lambda tries: made.append(tries) or 0.0)
    return made


def failing(*numbers):
    """Return what fails with these errors, one after the other, and works after that."""
    left = list(numbers)

    def begin():
        if left:
            raise OSError(left[0], os.strerror(left.pop(0)), "a/place")
        return "begun"

    return begin


def test_what_may_pass_is_tried_again_after_waits_that_grow(pauses):
    assert begun(failing(*sorted(MAY_PASS)), []) == "begun"
    assert pauses == list(range(1, len(MAY_PASS) + 1))


@pytest.mark.parametrize(
    "number", [errno.EACCES, errno.EPERM, errno.EROFS, errno.EEXIST, errno.ENOTDIR, errno.ENAMETOOLONG]
)
def test_what_does_not_pass_ends_with_what_and_where(number, pauses):
    with pytest.raises(ConfigurationError, match=rf"a/place: {os.strerror(number)}; .*state"):
        begun(failing(number), [])
    assert pauses == []


def test_who_is_asked_to_end_meanwhile_ends(monkeypatch):
    asked, looks = [], []

    def meanwhile():
        looks.append(1)
        asked.append(15)

    monkeypatch.setattr(starting, "pause_s", lambda _: 60.0)
    assert begun(failing(*[errno.ENOSPC] * 9), asked, meanwhile) is None
    assert looks == [1]
    assert begun(lambda: "begun", asked) is None


def test_a_supervisor_that_gets_no_port_yet_is_prepared_later(a_home, monkeypatch):
    _, environment = a_home({})
    settings = read_settings(environment)
    configuration = Configuration(settings, read_watch(settings.watch_file))
    tries = failing(errno.EMFILE, errno.EADDRNOTAVAIL)
    monkeypatch.setattr(serve, "free_port", lambda: tries() and 4321)
    supervisor = begun(lambda: Supervisor(configuration), [])

    assert supervisor.environment["PREFECT_SERVER_API_PORT"] == "4321"


class Started:
    """`newswatch serve` on a home, with no Prefect server of its own."""

    def __init__(self, home):
        """Start it."""
        settings = {"NEWSWATCH_HOME": str(home), "PREFECT_API_URL": f"http://127.0.0.1:{free_port()}/api"}
        self.log = home.parent.parent / "serve.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flows.cli", "serve"], env={**os.environ, **settings}, stderr=log
            )

    def told(self):
        """Return what it has logged."""
        return self.log.read_text(encoding="utf-8")

    def until(self, condition):
        """Wait until the condition holds."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, self.told()
            time.sleep(0.05)


@contextmanager
def started(home):
    made = Started(home)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.wait()


@pytest.fixture
def few_files(tmp_path):
    """A file system on which but a few files can be made."""
    place = tmp_path / "small"
    place.mkdir()
    made = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m,nr_inodes=4", "none", place], capture_output=True, check=False
    )
    if not made or made.returncode:
        pytest.skip("no file system can be mounted here: that takes root")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


@pytest.mark.prefect
def test_on_a_full_disk_the_very_first_start_waits_for_room_and_goes_on(few_files, a_home):
    home, _ = a_home({})
    place = few_files / "home"
    place.mkdir()
    shutil.copy(home / "watch.toml", place)
    (few_files / "filler").touch()
    with started(place) as serving:
        serving.until(lambda: serving.told().count("serve_put_off") > 1)
        assert "No space left on device" in serving.told()
        assert serving.process.poll() is None
        subprocess.run(["mount", "-o", "remount,nr_inodes=1000", few_files], check=True)
        serving.until(lambda: '"event": "serving"' in serving.told())
        serving.process.terminate()
        assert serving.process.wait(15) == 0
    assert "Traceback" not in serving.told()


@pytest.mark.prefect
def test_one_that_waits_for_room_ends_when_it_is_asked_to(few_files, a_home):
    home, _ = a_home({})
    place = few_files / "home"
    place.mkdir()
    shutil.copy(home / "watch.toml", place)
    (few_files / "filler").touch()
    with started(place) as serving:
        serving.until(lambda: serving.told().count("serve_put_off") > 1)
        serving.process.terminate()
        assert serving.process.wait(15) == 0


@pytest.mark.parametrize("broken", ["no home", "no folder"])
def test_a_home_that_is_none_ends_at_once_with_status_2_and_a_word(tmp_path, a_home, broken):
    home, _ = a_home({})
    (home / "state").write_text("a file", encoding="utf-8")
    place = home if broken == "no folder" else tmp_path / "nowhere" / "home"
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", "--home", place, "serve"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 2
    assert str(place) in done.stderr
    assert "Traceback" not in done.stderr
    assert "folder `state`" in done.stderr or broken == "no home"


def test_a_log_on_a_full_disk_ends_nothing():
    code = (
        "import sys; from flows.log import configure_logging; import structlog, logging\n"
        "configure_logging('info')\nstructlog.get_logger().error('lost')\nlogging.getLogger('x').error('lost')\n"
        "print('goes on', flush=True)\n"
    )
    with Path("/dev/full").open("wb", buffering=0) as full:
        done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=full, check=False)

    assert done.stdout == b"goes on\n"
