"""The same questions on plain SQLite and PostgreSQL, beside ours: for a sense of proportion, nothing depends on it.

Both get the tables as anybody would lay them out, with an index for each question, and the days and weeks that the
questions group by ready in columns; no texts. SQLite is Python's own. PostgreSQL is asked where its programs are
installed (Debian: postgresql): a server of its own in a temporary folder, reached by a socket there, as nobody where
this runs as root. The statements are the same for both; ours ask the views.
"""

import csv
import io
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.measured import Measured
from warehouse.database import Connection

RUNS = 5
ROWS = 50_000
#: Where Debian puts the programs of the server, by version.
PLACES = Path("/usr/lib/postgresql")
NOBODY = "nobody"
_ASKED = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
TABLES: Mapping[str, Mapping[str, str]] = _ASKED["tables"]
INDEXES: Sequence[str] = _ASKED["indexes"]
#: `{entity}`, `{story}`, `{day}` and `{week}` are filled in.
QUESTIONS: Mapping[str, Mapping[str, str]] = _ASKED["questions"]

#: Asks a statement of a database, and returns the seconds of each run.
Ask = Callable[[str], list[float]]


def compared(con: Connection, folder: Path) -> Iterator[Measured]:
    """Yield how long each question takes ours, and how many times that the others; `con` is the open snapshot."""
    filled = _filled(con)

    def ours(statement: str) -> list[float]:
        return _timed(lambda: con.execute(statement).fetchall())

    own = {name: statistics.median(ours(one["ours"].format(**filled))) for name, one in QUESTIONS.items()}
    for title, others in (("SQLite", sqlite), ("PostgreSQL", postgresql)):
        with others(con, folder) as ask:
            if ask is None:
                yield Measured(name=f"{title}: not here, not asked", value=0, unit="×")
                continue
            for name, one in QUESTIONS.items():
                seconds = statistics.median(ask(one["theirs"].format(**filled)))
                told = f"{seconds * 1000:,.1f} ms, ours {own[name] * 1000:,.1f} ms, load {os.getloadavg()[0]:.0f}"
                yield Measured(name=f"{title}, {name}", value=seconds / own[name], unit="×", beside=told)


def _filled(con: Connection) -> dict[str, object]:
    names = ("entity", "story", "day", "week")
    row = con.execute(
        "SELECT (SELECT entity_id FROM trend_daily GROUP BY ALL ORDER BY sum(articles) DESC LIMIT 1),"
        " (SELECT story_id FROM stories ORDER BY articles DESC, story_id LIMIT 1 OFFSET 10),"
        " (SELECT max(day) - 84 FROM trend_daily), (SELECT max(week) - 84 FROM trend_events)"
    ).fetchone()
    return dict(zip(names, row or (), strict=True))


def _timed(work: Callable[[], object]) -> list[float]:
    times = []
    for _ in range(RUNS + 1):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return times[1:]  # the first is to warm up


def _chunks(con: Connection, statement: str) -> Iterator[list[tuple[object, ...]]]:
    found = con.cursor().execute(statement)
    while some := found.fetchmany(ROWS):
        yield some


@contextmanager
def sqlite(con: Connection, folder: Path) -> Iterator[Ask | None]:
    """A SQLite file with the tables, and the way to ask it."""
    path = folder / "plain.sqlite"
    path.unlink(missing_ok=True)
    other = sqlite3.connect(path)
    for pragma in (
        "journal_mode = OFF",
        "synchronous = OFF",
        "cache_size = -400000",
    ):  # as much memory as ours
        other.execute(f"PRAGMA {pragma}")
    for table, told in TABLES.items():
        other.execute(f"CREATE TABLE {table} ({told['holds']})")
        for some in _chunks(con, told["rows"]):
            marks = ", ".join("?" * len(some[0]))
            other.executemany(f"INSERT INTO {table} VALUES ({marks})", some)
    for index in INDEXES:
        other.execute(index)
    other.commit()
    try:
        yield lambda statement: _timed(lambda: other.execute(statement).fetchall())
    finally:
        other.close()
        path.unlink()


@contextmanager
def postgresql(con: Connection, folder: Path) -> Iterator[Ask | None]:
    """A PostgreSQL server with the tables, and the way to ask it; None where its programs are not installed."""
    places = sorted(PLACES.glob("*/bin"))
    if not places:
        yield None
        return
    programs, home = places[-1], Path("/tmp") / f"pg-{os.getpid()}"  # a socket's path must be short
    user = NOBODY if os.getuid() == 0 else None
    home.mkdir(mode=0o700)
    if user:
        shutil.chown(home, user)

    def run(program: str, *arguments: str, given: str | None = None) -> str:
        command = [str(programs / program), *arguments]
        done = subprocess.run(
            command, input=given, user=user, cwd=home, check=True, capture_output=True, text=True
        )
        return done.stdout

    def psql(*arguments: str, given: str | None = None) -> str:
        return run(
            "psql", "-h", str(home), "-d", "postgres", "-v", "ON_ERROR_STOP=1", *arguments, given=given
        )

    def ask(statement: str) -> list[float]:
        asked = "\\timing on\n\\o /dev/null\n" + f"{statement};\n" * (RUNS + 1)
        times = re.findall(r"Time: ([\d.]+) ms", psql(given=asked))
        return [float(one) / 1000 for one in times[1:]]

    try:
        run("initdb", "-D", str(home / "data"), "--auth=trust", "--encoding=UTF8", "--locale=C")
        options = f"-k {home} -c listen_addresses='' -c shared_buffers=400MB -c work_mem=64MB -c fsync=off"
        run("pg_ctl", "-D", str(home / "data"), "-w", "-l", str(home / "log"), "-o", options, "start")
        for table, told in TABLES.items():
            psql("-c", f"CREATE TABLE {table} ({told['holds']})")
            for some in _chunks(con, told["rows"]):
                text = io.StringIO()
                csv.writer(text).writerows(some)
                psql("-c", f"COPY {table} FROM STDIN (FORMAT csv)", given=text.getvalue())
        for index in INDEXES:
            psql("-c", index)
        yield ask
    finally:
        if (home / "data" / "postmaster.pid").exists():
            run("pg_ctl", "-D", str(home / "data"), "-m", "immediate", "stop")
        shutil.rmtree(home)
