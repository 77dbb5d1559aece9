import asyncio
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from extractors.articles import workers
from extractors.articles.workers import ExtractionPool
from extractors.errors import ExtractionError
from tests.extractors.unending import never_done

KEPT = []


def work(job):
    if job == "hang":
        never_done(job)
    if job == "crash":
        os._exit(3)
    if job == "raise":
        raise ValueError("odd")
    if job == "hog":
        return len(bytearray(4 << 30))
    if job == "out of time":
        os.kill(os.getpid(), signal.SIGXCPU)
    if job == "unsendable":
        return lambda: None
    if job == "keep":
        KEPT.append(b"x" * (250 << 20))
    if job == "limit":
        return resource.getrlimit(resource.RLIMIT_CPU)[0] - time.process_time()
    return os.getpid() if job == "pid" else job.upper()


@pytest.fixture
def pool():
    with ExtractionPool(work, 2, wall_s=2.0) as made:
        yield made


def outcomes(pool, *jobs):
    async def all_at_once():
        return await asyncio.gather(*(pool.run(job) for job in jobs), return_exceptions=True)

    return [one.cause if isinstance(one, ExtractionError) else one for one in asyncio.run(all_at_once())]


def test_one_bad_job_does_not_harm_the_others(pool):
    assert outcomes(pool, "hang", "crash", "raise", "hog", "fine", "well") == [
        *("timeout", "crash", "failed", "memory"),
        *("FINE", "WELL"),
    ]
    assert outcomes(pool, "after", "all") == ["AFTER", "ALL"]


def test_no_worker_starts_without_a_job():
    before = multiprocessing.active_children()
    with ExtractionPool(work, 2):
        assert multiprocessing.active_children() == before


def test_workers_end_with_their_pool():
    with ExtractionPool(work, 1) as pool:
        (pid,) = outcomes(pool, "pid")
        assert Path(f"/proc/{pid}").exists()

    assert not Path(f"/proc/{pid}").exists()


def test_a_worker_that_died_while_idle_costs_no_job():
    with ExtractionPool(work, 1) as pool:
        (pid,) = outcomes(pool, "pid")
        os.kill(pid, signal.SIGKILL)

        assert outcomes(pool, "fine", "well") == ["FINE", "WELL"]


def test_the_time_a_job_may_take_of_the_processor_is_counted_from_its_start():
    with ExtractionPool(work, 1, wall_s=3.0) as pool:
        assert all(3 <= left <= 5 for left in outcomes(pool, "limit", "limit"))
        assert outcomes(pool, "out of time", "fine") == ["timeout", "FINE"]


def test_what_cannot_be_sent_back_is_a_failure_of_its_job():
    with ExtractionPool(work, 1) as pool:
        first, failed, then = outcomes(pool, "pid", "unsendable", "pid")

    assert (failed, first) == ("failed", then)


def test_a_worker_is_replaced_when_it_has_grown_or_worked_for_long():
    with ExtractionPool(work, 1) as pool:
        first, _, second = outcomes(pool, "pid", "keep", "pid")
        later = {outcomes(pool, *["pid"] * 1001)[index] for index in (0, 1000)}

    assert first != second
    assert len(later) == 2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds the processes in /proc")
def test_workers_leave_the_main_module_alone_and_no_fork_server_stays_behind():
    program = Path(__file__).parent / "programs" / "with_a_pool.py"
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=True)
    assert (done.stdout.split(), done.stderr) == (["2", "1", "0", "1", "0"], "")


def test_where_no_worker_can_be_started_that_is_told_and_later_ones_start(tmp_path, monkeypatch, capfd):
    workers._end_fork_server()  # of the tests before
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    # It is still there for a moment when it answers no more.
    dying = "import os, time\nos.closerange(3, 256)\ntime.sleep(0.5)\nraise OSError('no room')"
    (tmp_path / "unready.py").write_text(dying, encoding="utf-8")
    with ExtractionPool(work, 1, preload=("unready",)) as pool:
        assert outcomes(pool, "fine") == ["no-worker"]
        (tmp_path / "unready.py").write_text("", encoding="utf-8")
        assert outcomes(pool, "fine") == ["FINE"]
    workers._end_fork_server()
    assert "no room" in capfd.readouterr().err
