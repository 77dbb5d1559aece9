"""A month of `serve` in simulated time: what Prefect keeps and what the processes hold stays within bounds.

After each simulated day, of as many real cycles as a day has, all moments in Prefect's database are shifted back by a
day; its own vacuum, which is asked to come often, then removes what is too old.
"""

import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from statistics import median

import pytest
from served_home import Served, Site, children_of

from flows.prefect_settings import KEEP_RUNS, database_of

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.soak,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the memory of processes in /proc"),
]

MEGABYTE = 1 << 20
#: Pieces of news that come online in a day, so that the processes that read and load pages count as well.
NEWS_A_DAY = 4
#: The columns that the vacuum and the schedule go by, and those that say how old a row is.
MOMENTS = {
    "flow_run": ("created", "start_time", "end_time", "expected_start_time", "state_timestamp"),
    "flow_run_state": ("created", "timestamp"),
    "events": ("occurred", "received", "created"),
    "event_resources": ("occurred", "created"),
    "log": ("created", "timestamp"),
}


@pytest.fixture
def site():
    made = Site(seed=1)
    yield made
    made.close()


@pytest.fixture
def served(tmp_path, site):
    made = Served(tmp_path / "home", site, 1.0)
    made.environment["PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS"] = "5"
    yield made
    made.close()


def asked(database, query):
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=60)) as con:
        return con.execute(query).fetchone()[0]


def shift_a_day_back(database):
    """Make all that is over a day older."""
    with closing(sqlite3.connect(database, timeout=120, isolation_level=None)) as con:
        con.execute("BEGIN IMMEDIATE")
        for table, columns in MOMENTS.items():
            sets = ", ".join(f"{one} = strftime('%Y-%m-%d %H:%M:%f', {one}, '-1 day')" for one in columns)
            over = " WHERE end_time IS NOT NULL" if table == "flow_run" else ""
            con.execute(f"UPDATE {table} SET {sets}{over}")
        con.execute("COMMIT")


def held_bytes(pid):
    """Return the memory of a process and all that it started, what is shared counted once (PSS)."""
    total = sum(held_bytes(child) for child in children_of(pid))
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return total
    return total + 1024 * next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def live_a_day(served, site, database, cycles, day):
    """Let a day of cycles pass, with news in it; return the most that the processes held at a time, in bytes."""
    done = "SELECT count(*) FROM flow_run WHERE end_time IS NOT NULL"
    before, published, most = asked(database, done), 0, 0

    def is_over():
        nonlocal published, most
        gone = asked(database, done) - before
        if published < NEWS_A_DAY and gone >= published * cycles / NEWS_A_DAY:
            site.publish()
            published += 1
        most = max(most, held_bytes(served.process.pid))
        return gone >= cycles

    served.wait(is_over, f"cycles of day {day}", seconds=60 + 20 * cycles)
    return most


@pytest.mark.timeout(18_000)
@pytest.mark.parametrize(("days", "cycles"), [(5, 20), (30, 96)])
def test_the_database_and_the_memory_stay_small(served, site, days, cycles):
    database = database_of(served.settings)
    served.start()
    served.wait(lambda: len(served.begun) > 3, "first cycles")
    runs, sizes, held, peaks = [], [], [], []
    for day in range(days):
        peaks.append(live_a_day(served, site, database, cycles, day))
        held.append(held_bytes(served.process.pid))
        shift_a_day_back(database)
        time.sleep(12)  # twice the pause of the vacuum
        runs.append(asked(database, "SELECT count(*) FROM flow_run WHERE end_time IS NOT NULL"))
        sizes.append(sum(path.stat().st_size for path in database.parent.glob(f"{database.name}*")))
        print(
            f"day {day}: {runs[-1]} runs, {sizes[-1] / MEGABYTE:.1f} MB, memory {held[-1] / MEGABYTE:.0f} MB, "
            f"at most {peaks[-1] / MEGABYTE:.0f} MB",
            flush=True,
        )
    status, _ = served.stop()

    assert status == 0
    assert max(runs[2:]) < (KEEP_RUNS.days + 1) * (cycles + 60)  # cycles go on while the vacuum is waited for
    assert max(sizes) < 60 * MEGABYTE
    assert max(peaks) < 600 * MEGABYTE
    third = days // 3  # of days, as a day may end with a cycle at work, which holds 100 MB, or without
    for measured in (held, peaks):
        assert median(measured[-third:]) < median(measured[1 : third + 1]) + 60 * MEGABYTE
