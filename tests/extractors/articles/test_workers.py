import asyncio
import os
import time
from pathlib import Path

import pytest

from extractors.articles.workers import ExtractionPool
from extractors.errors import ExtractionError


def work(job):
    if job == "hang":
        while True:
            pass
    if job == "crash":
        os._exit(3)
    if job == "raise":
        raise ValueError("odd")
    if job == "hog":
        return len(bytearray(4 << 30))
    return os.getpid() if job == "pid" else job.upper()


@pytest.fixture
def pool():
    with ExtractionPool(work, 2, wall_s=1.0) as made:
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
    started = time.perf_counter()
    with ExtractionPool(work, 2):
        pass

    assert time.perf_counter() - started < 0.1


def test_workers_end_with_their_pool():
    with ExtractionPool(work, 1) as pool:
        (pid,) = outcomes(pool, "pid")
        assert Path(f"/proc/{pid}").exists()

    assert not Path(f"/proc/{pid}").exists()
