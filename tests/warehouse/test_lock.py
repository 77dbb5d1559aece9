"""The lock and its lease: who holds it is told, who hangs in it is ended, who only looks like the holder is not."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from extractors.errors import WarehouseError
from warehouse.lock import exclusive, read_holder
from warehouse.processes import Process, process_of, this_process

HOLD = """
import sys, time
from pathlib import Path
from warehouse.lock import exclusive
with exclusive(Path(sys.argv[1]), for_s=float(sys.argv[2]) if sys.argv[2] else None):
    print("held", flush=True)
    time.sleep(60)
"""


@contextlib.contextmanager
def holder(path, for_s=""):
    """A process that holds the lock `path` and hangs."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), for_s], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "some.lock"


def test_whoever_comes_second_is_told_who_holds_the_lock_and_since_when(path):
    with holder(path) as process:
        told = read_holder(path)
        with (
            pytest.raises(WarehouseError, match=rf"process {process.pid}, since 20\d\d-.* UTC"),
            exclusive(path),
        ):
            pass

    assert told is not None
    assert told.process == Process(pid=process.pid, born=told.process.born)
    assert told.until is None


def test_a_killed_holder_leaves_the_lock_free_though_its_name_stands_there(path):
    with holder(path, "60") as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        with exclusive(path):
            assert read_holder(path).process.pid == os.getpid()


def test_a_holder_that_is_overdue_is_ended_and_the_lock_taken(path):
    with holder(path, "0.05") as process:
        time.sleep(0.1)
        with exclusive(path, doing="running a cycle"):
            assert process.wait(60) == -signal.SIGKILL


def test_a_holder_within_its_time_is_left_alone(path):
    with holder(path, "60") as process:
        with pytest.raises(WarehouseError), exclusive(path, wait_s=0.2):
            pass
        assert process.poll() is None


@pytest.mark.parametrize(
    "told", ["", "{", "[]", '{"pid": 1}', '{"pid": "x", "born": 1, "since": 3, "until": 0}']
)
def test_a_holder_that_cannot_be_read_is_not_named_and_nobody_is_ended(path, told):
    with holder(path, "0") as process:
        path.write_text(told, encoding="utf-8")
        with pytest.raises(WarehouseError, match="another newswatch is writing; try"), exclusive(path):
            pass
        assert process.poll() is None


def test_a_process_that_has_the_number_of_an_overdue_holder_is_not_ended(path):
    with holder(path, "0") as process:
        told = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(told | {"born": told["born"] - 1}), encoding="utf-8")
        with pytest.raises(WarehouseError), exclusive(path):
            pass
        assert process.poll() is None


def test_the_file_is_empty_once_the_lock_is_given_back(path):
    with exclusive(path, for_s=5):
        assert read_holder(path).until > time.monotonic()

    assert read_holder(path) is None
    assert path.read_bytes() == b""


def test_no_process_ends_itself_or_one_that_is_gone():
    child = subprocess.Popen(["sleep", "60"])
    known = process_of(child.pid)
    child.kill()
    child.wait()

    assert not known.runs()
    assert not known.end()
    assert this_process().runs()
    assert not this_process().end()
