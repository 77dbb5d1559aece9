"""The commands that do something, on a real home, from an import to report and alerts."""

import http.server
import json
import subprocess
import sys
import threading

import duckdb
import pytest
from click.testing import CliRunner

from flows.cli import main

WATCH = """
name = "cars"
title = "Cars"
languages = ["en"]

[relevance]
all_of = [["company:xiaomi", "company:baic"]]

[[entities]]
id = "company:xiaomi"
names = { en = ["Xiaomi"] }

[[entities]]
id = "company:baic"
names = { en = ["BAIC"] }

[[topics]]
id = "topic:car"
words = { en = ["electric car"] }

[[alerts]]
name = "desk"
to = "env:NEWSWATCH_ALERT_DESK"
"""
TEXT = (
    "Xiaomi is in talks with BAIC about building electric cars, people familiar with the matter said on Friday. "
    "The two companies discuss a partnership. BAIC would build the cars in a plant in Beijing."
)


class Desk(http.server.BaseHTTPRequestHandler):
    """Takes messages as a web hook would, and answers feeds with 500."""

    messages: list[dict[str, str]]

    def do_POST(self):
        """Keep the message."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).messages.append(json.loads(body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        """Be broken."""
        self.send_response(500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        """Keep quiet."""


@pytest.fixture
def desk():
    handler = type("ThisDesk", (Desk,), {"messages": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    handler.port = server.server_port
    yield handler
    server.shutdown()
    server.server_close()


TWO_RULES = """
[[alerts]]
name = "second"
to = "env:NEWSWATCH_ALERT_DESK"
"""


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "watch.toml").write_text(WATCH)
    (folder / "newswatch.env").write_text("NEWSWATCH_HOST_SPACING=0\nNEWSWATCH_ALLOW_NETWORKS=127.0.0.0/8\n")
    return folder


@pytest.fixture
def articles(tmp_path):
    path = tmp_path / "articles.jsonl"
    row = {
        "url": "https://wire.example/1",
        "title": "Xiaomi in talks with BAIC to build electric cars",
        "text": TEXT,
        "published": "2022-08-26T08:00:00Z",
        "publisher": "Wire",
        "language": "en",
    }
    path.write_text(json.dumps(row) + "\n")
    return path


def call(home, *arguments, status=0):
    done = CliRunner().invoke(main, ["--home", str(home), *map(str, arguments)])
    assert done.exit_code == status, f"{done.output}\n{done.exception!r}"
    return done


def channel(home, port):
    with (home / "newswatch.env").open("a") as file:
        file.write(f"NEWSWATCH_ALERT_DESK=json://user:hunter2@127.0.0.1:{port}/\n")


def test_a_cycle_with_nothing_due_succeeds_and_says_so(home):
    assert call(home, "run").stdout.startswith("Nothing was due")
    assert json.loads(call(home, "run", "--json").stdout)["outcome"] == "idle"


def test_a_cycle_in_which_every_source_fails_ends_with_1_and_status_says_why(home, desk):
    source = (
        f'[[sources]]\nid = "wire"\nkind = "feed"\nurl = "http://127.0.0.1:{desk.port}/feed"\nevery = "15m"\n'
    )
    (home / "watch.toml").write_text(WATCH + source)

    done = call(home, "run", status=1)

    assert "newswatch: wire: " in done.stderr
    assert "wire: failed once, at" in call(home, "status").stdout


def test_imported_articles_can_be_read_searched_and_reported(home, articles):
    told = json.loads(call(home, "import", articles, "--json").stdout)

    assert (told["articles"], told["relevant"]) == (1, 1)
    assert "https://wire.example/1" in call(home, "search", "talks").stdout
    (page,) = call(home, "report").stdout.splitlines()
    assert page == str(home / "report" / "index.html")
    assert "Xiaomi in talks with BAIC" in (home / "report" / "index.html").read_text()


def test_importing_again_brings_nothing_new(home, articles):
    call(home, "import", articles)

    assert json.loads(call(home, "import", articles, "--json").stdout)["articles"] == 0


def test_an_import_is_silent_unless_alerts_are_asked_for(home, articles, desk):
    channel(home, desk.port)
    call(home, "import", articles)

    assert desk.messages == []


def test_an_import_of_something_else_ends_with_2(home, tmp_path):
    (tmp_path / "notes.jsonl").write_text("no json\n")

    assert "notes.jsonl:1" in call(home, "import", tmp_path / "notes.jsonl", status=2).stderr
    call(home, "import", tmp_path / "missing.jsonl", status=2)


def test_a_test_message_reaches_the_channel(home, desk):
    channel(home, desk.port)

    assert call(home, "alerts", "test").stdout == "desk: sent\n"
    assert len(desk.messages) == 1


def test_a_test_message_that_cannot_be_sent_ends_with_1_and_no_secret(home):
    channel(home, 9)

    done = call(home, "alerts", "test", status=1)

    assert "rule desk" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr


def test_a_test_message_of_a_rule_that_is_not_there_ends_with_2(home):
    assert "there are desk" in call(home, "alerts", "test", "nobody", status=2).stderr


def test_publishing_twice_replaces_the_snapshot_once(home, articles):
    call(home, "import", articles)

    assert call(home, "publish").stdout == f"{home / 'newswatch.duckdb'}: unchanged\n"


def test_publishing_brings_a_home_of_an_older_version_up_to_date(home, articles):
    call(home, "import", articles)
    with duckdb.connect(str(home / "state" / "warehouse.duckdb")) as con:
        con.execute("DROP VIEW uncovered; DELETE FROM main.migrations WHERE name LIKE 'views:%'")

    assert call(home, "publish").stdout == f"{home / 'newswatch.duckdb'}\n"
    assert json.loads(call(home, "query", "FROM uncovered", "--json").stdout) == []


def test_retrying_with_nothing_to_send_says_so(home, articles):
    call(home, "import", articles)

    assert json.loads(call(home, "alerts", "retry", "--json").stdout) == {"sent": 0, "failed": 0}


def test_retrying_an_alert_that_is_not_there_ends_with_2(home, articles):
    call(home, "import", articles)

    assert "newswatch alerts list" in call(home, "alerts", "retry", "n123", status=2).stderr


def test_the_start_of_an_id_that_several_alerts_share_retries_none(home, articles):
    with (home / "watch.toml").open("a") as file:
        file.write(TWO_RULES)
    call(home, "import", "--alert", articles)

    assert "begins several ids" in call(home, "alerts", "retry", "n", status=2).stderr


def test_a_cycle_imports_no_scheduler(home):
    program = (
        "import sys\nfrom flows.cli import main\n"
        f"main(['--home', {str(home)!r}, 'run'], standalone_mode=False)\n"
        "heavy = {'prefect', 'trafilatura', 'apprise', 'jinja2'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
