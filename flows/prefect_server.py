"""Prefect's own server as a child of `serve`: `python -m flows.prefect_server DATABASE`.

A new database is made by a process of its own, which ends: a server that makes it itself holds the 300 steps to it for
as long as it lives (measured: 200 MB against 165).
"""

import os
import subprocess
import sys
from pathlib import Path

_PREFECT_SERVER = ("-m", "prefect", "server")


def make_database() -> None:
    """Let Prefect make its database, of its settings in the environment; what fails is left to the server, which tells.

    Made halfway by a killed process it is gone on with by the next one, or by the server.
    """
    subprocess.run(  # noqa: S603 - our own interpreter and modules
        [
            *(sys.executable, "-m", "flows.leash", str(os.getpid())),
            *(*_PREFECT_SERVER, "database", "upgrade", "--yes"),
        ],
        check=False,
        stdout=sys.stderr,
        stdin=subprocess.DEVNULL,
    )


def main(database: Path) -> None:
    """Become the server, once there is a database."""
    if not database.exists():
        make_database()
    os.execv(sys.executable, [sys.executable, *_PREFECT_SERVER, "start", "--no-ui"])  # noqa: S606 - as above


if __name__ == "__main__":
    main(Path(sys.argv[1]))
