"""What Prefect is told in the environment of the children, and what becomes of its database.

Where it lives, that it reports to nobody, what it leaves out, and how long it keeps its history. Prefect itself is not
imported here.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe

from flows.settings import Settings, process_environment

#: How long Prefect keeps its runs, and its events: the history of the pipeline is in the warehouse (table `runs`).
#: A cycle takes 4 kB as a run and 9 kB as events (measured over 452 cycles): 36 MB with one every 30 s, the most there
#: is, and 1 MB with 96 a day. To that come 5 MB of an empty database and of its log.
KEEP_RUNS, KEEP_EVENTS = timedelta(days=2), timedelta(hours=12)

_SERVICES = "PREFECT_SERVER_SERVICES"
#: Loops of the server that look for what this program does not have: workers, work queues and their leases, pauses,
#: automations, task runs.
_UNUSED = (
    "CANCELLATION_CLEANUP",
    "CLEANUP_RECONCILER",
    "FOREMAN",
    "LATE_RUNS",
    "PAUSE_EXPIRATIONS",
    "REPOSSESSOR",
    "TASK_RUN_RECORDER",
    "TRIGGERS",
)
#: What may be set otherwise in the environment.
_DEFAULTS = {
    **{f"{_SERVICES}_{name}_ENABLED": "false" for name in _UNUSED},
    # The runner asks for a cycle itself when it starts: nothing is lost if the first schedule is made later.
    f"{_SERVICES}_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "30",
    f"{_SERVICES}_DB_VACUUM_ENABLED": "events,flow_runs",
    f"{_SERVICES}_DB_VACUUM_RETENTION_PERIOD": str(int(KEEP_RUNS.total_seconds())),
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"PT{int(KEEP_EVENTS.total_seconds())}S",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
}


def prefect_environment(settings: Settings, port: int) -> dict[str, str]:
    """Return the environment of the children: this process's own, with Prefect's settings and the program's.

    Of the home's own file it holds what Prefect reads alone: each cycle reads the file anew. Our own server answers
    nobody who does not know a password, made anew each time where none is set.
    """
    home = settings.state / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    ours = {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{database_of(settings)}",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_CLI_PROMPT": "false",
    }
    given = settings.environment
    told = {**process_environment(), **{name: given[name] for name in given if name.startswith("PREFECT_")}}
    if without_api(given):
        password = given.get("PREFECT_SERVER_API_AUTH_STRING") or f"newswatch:{token_urlsafe(24)}"
        ours |= {"PREFECT_SERVER_API_AUTH_STRING": password, "PREFECT_API_AUTH_STRING": password}
    else:
        ours["PREFECT_API_URL"] = given["PREFECT_API_URL"]
    home_and_watch = {"NEWSWATCH_HOME": str(settings.home), "NEWSWATCH_WATCH": str(settings.watch_file)}
    return {**_DEFAULTS, **told, **ours, **home_and_watch}


def server_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what the server gets of the children's environment: nothing of the program's, and so no secret of it."""
    return {name: value for name, value in environment.items() if not name.startswith("NEWSWATCH_")}


def database_of(settings: Settings) -> Path:
    """Return where the database of our own Prefect server lies."""
    return settings.state / "prefect" / "prefect.db"


def is_broken(database: Path) -> bool:
    """Tell whether an SQLite file is there and not whole; False also where it cannot be looked at now."""
    if not database.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=1.0)) as con:
            found: str = con.execute("PRAGMA quick_check(1)").fetchone()[0]
            return found != "ok"
    except sqlite3.OperationalError:  # locked, no rights, no room: nothing is said of its content
        return False
    except sqlite3.DatabaseError:
        return True


def set_aside(database: Path, now: datetime) -> Path:
    """Rename the database with what belongs to it, in place of the one set aside before; return its new path."""
    for old in database.parent.glob(f"{database.name}*.broken"):
        old.unlink()
    aside = database.with_name(f"{database.name}-{now:%Y%m%dT%H%M%SZ}.broken")
    database.replace(aside)
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    return aside


def without_api(environment: Mapping[str, str]) -> bool:
    """Tell whether a server of our own is needed: no `PREFECT_API_URL` names another one."""
    return not environment.get("PREFECT_API_URL")
