"""Readers in a loop and a writer that publishes: nobody fails, nobody waits, nobody sees half of anything.

Each second the writer changes two counters in one transaction, far from each other in a file of real size, and
publishes. The readers are processes of their own: each opens the snapshot anew, asks for both counters and for views,
and closes it. A pair that does not agree, an answer that fails, and a counter that goes back are told, and how long
publishing takes beside how long it takes alone.
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measured import Measured
from warehouse.database import open_snapshot, open_warehouse, transaction
from warehouse.snapshot import publish

READERS = 8
#: Seconds between two publishings, from start to start.
EVERY_S = 1.0
#: The counters: a value in the first row of sources, and one in a table that lies elsewhere in the file.
_SET_UP = "CREATE TABLE state.pulse (beat BIGINT); INSERT INTO state.pulse VALUES (0)"
_ASKED = (
    "SELECT (SELECT beat FROM state.pulse), (SELECT max(failures) FROM sources WHERE source_id = 'pulse')",
    "SELECT count(*) FROM trend_daily",
    "SELECT sum(developments) FROM trend_events",
    "SELECT count(*) FROM share_of_voice",
)


def read_and_publish(folder: Path, warehouse: Path, seconds: float) -> Iterator[Measured]:
    """Yield what readers and a writer met in so many seconds, on a copy of `warehouse` in `folder`."""
    home = folder / "readers"
    home.mkdir(exist_ok=True)
    own, snapshot = home / "warehouse.duckdb", home / "newswatch.duckdb"
    shutil.copyfile(warehouse, own)
    with open_warehouse(own) as con:
        con.execute(_SET_UP)
        con.execute(
            "INSERT INTO sources BY NAME SELECT * REPLACE ('pulse' AS source_id, 0 AS failures) FROM sources LIMIT 1"
        )
    alone = _publishing(own, snapshot, 0)
    command = [sys.executable, "-m", "tests.bench.readers", str(snapshot), str(seconds)]
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(READERS)]
    times = list(_written(own, snapshot, seconds))
    told = [json.loads(reader.communicate()[0]) for reader in readers]
    shutil.rmtree(home)
    faults = [fault for one in told for fault in one["faults"]]
    reads = sum(one["reads"] for one in told)
    beside = f"{reads:,} openings by {READERS} readers, {len(times)} publishings" + "".join(
        f"; {one}" for one in faults[:3]
    )
    yield Measured(
        name="readers that failed or saw half a state", value=len(faults), limit=0, unit="", beside=beside
    )
    yield Measured(
        name="publishing among readers, longest",
        value=max(times),
        unit="s",
        beside=f"median {sorted(times)[len(times) // 2]:.1f} s, alone {alone:.1f} s",
    )
    ((waited,),) = [(sum(one["seconds"] for one in told) / max(reads, 1),)]
    yield Measured(name="a reader's opening, questions and closing, mean", value=1000 * waited)


def _written(own: Path, snapshot: Path, seconds: float) -> Iterator[float]:
    """Change and publish once a second; yield how long each time took. Whoever may not write raises."""
    until = time.monotonic() + seconds
    beat = 0
    while (started := time.monotonic()) < until:
        beat += 1
        yield _publishing(own, snapshot, beat)
        time.sleep(max(0.0, started + EVERY_S - time.monotonic()))


def _publishing(own: Path, snapshot: Path, beat: int) -> float:
    started = time.monotonic()
    with open_warehouse(own) as con, transaction(con):
        con.execute("UPDATE state.pulse SET beat = $beat", {"beat": beat})
        con.execute("UPDATE sources SET failures = $beat WHERE source_id = 'pulse'", {"beat": beat})
    publish(own, snapshot)
    return time.monotonic() - started


def read_for(snapshot: Path, seconds: float) -> dict[str, object]:
    """Open, ask and close for so many seconds; return how often, how long in all, and what was wrong."""
    until = time.monotonic() + seconds
    faults: list[str] = []
    reads, spent, newest = 0, 0.0, 0
    while (started := time.monotonic()) < until:
        try:
            with open_snapshot(snapshot) as con:
                found = [con.execute(statement).fetchall() for statement in _ASKED]
        except Exception as error:  # noqa: BLE001 - whatever it is, a reader has failed
            faults.append(f"{type(error).__name__}: {error}")
            continue
        ((one, other),) = found[0]
        if one != other:
            faults.append(f"half a state: {one} and {other}")
        if one < newest:
            faults.append(f"back from {newest} to {one}")
        newest = one
        reads += 1
        spent += time.monotonic() - started
    return {"reads": reads, "seconds": spent, "faults": faults}


if __name__ == "__main__":
    print(json.dumps(read_for(Path(sys.argv[1]), float(sys.argv[2]))))
