"""The traps of the dependencies that were met, each held by a test, so that an update cannot bring them back unseen."""

import importlib
import importlib.metadata
import subprocess
import sys
from datetime import UTC, datetime

import duckdb


def test_the_server_of_prefect_imports():
    code = "import prefect.server.api.server"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-2000:]


def test_sqlalchemy_is_of_the_line_with_which_prefect_schedules():
    assert importlib.metadata.version("sqlalchemy").startswith("2.0.")


def test_trafilatura_finds_the_cleaner_that_left_lxml():
    assert importlib.import_module("trafilatura").bare_extraction
    assert importlib.import_module("lxml_html_clean")


def test_duckdb_returns_times_with_a_zone():
    con = duckdb.connect()
    moment = datetime(2024, 3, 28, 12, tzinfo=UTC)

    assert con.execute("SELECT $t::TIMESTAMPTZ", {"t": moment}).fetchone() == (moment,)
    assert importlib.import_module("pytz")
