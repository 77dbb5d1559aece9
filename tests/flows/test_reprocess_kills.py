"""`newswatch reprocess --apply` is killed between any two steps: the old warehouse stands, or the new one."""

import json
import os
import shutil
import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner
from kept_home import KeptHome

from flows.cli import main
from flows.housekeeping import mend
from warehouse.database import open_warehouse
from warehouse.integrity import check_warehouse

TOPIC = """
[[topics]]
id = "topic:permits"
words = { en = ["permit"] }
"""
FOUND = "SELECT count(*) FROM mentions WHERE entity_id = 'topic:permits'"
#: What reading again leaves as it is, and what no rules of today find otherwise here.
STAYS = (
    "SELECT article_id, title, text, revision, first_seen_at, story_id FROM articles ORDER BY ALL",
    "FROM revisions ORDER BY ALL",
    "FROM developments ORDER BY ALL",
    "FROM development_articles ORDER BY ALL",
    "FROM stories ORDER BY ALL",
    "FROM story_lineage ORDER BY ALL",
    "FROM gone_developments ORDER BY ALL",
    "FROM alerts ORDER BY ALL",
    "FROM polls ORDER BY ALL",
    "FROM runs ORDER BY ALL",
    "FROM state.batches ORDER BY ALL",
    "FROM state.items ORDER BY ALL",
)
#: Runs the command, and kills it before what is named: a call of the system and the name of its file, a commit and the
#: function that it ends, so many times it has come to that.
KILLED = """
import os, signal, sys
from contextlib import contextmanager
from fnmatch import fnmatch

import flows.adopting
from flows.cli import main
from warehouse import carried_over, database, reprocess, reprocess_ids

home, wanted, name, left = sys.argv[1:4] + [int(sys.argv[4])]
itself = os.getpid()

def step(event, what):
    global left
    if event == wanted and fnmatch(what, name) and os.getpid() == itself:
        left -= 1
        if not left:
            os.kill(itself, signal.SIGKILL)

def audited(event, args):
    if event in ("os.rename", "os.link"):
        step(event, os.path.basename(os.fsdecode(args[1])))
    elif event in ("os.remove", "os.utime", "shutil.rmtree", "shutil.copyfile") and not isinstance(args[0], int):
        step(event, os.path.basename(os.fsdecode(args[-1 if event == "shutil.copyfile" else 0])))

real = database.transaction

@contextmanager
def transaction(con):
    with real(con):
        yield
        step("commit", sys._getframe(2).f_code.co_name)

for module in (carried_over, reprocess, reprocess_ids):
    module.transaction = transaction
sys.addaudithook(audited)
main(["--home", home, "reprocess", "--apply"])
"""


def points():
    """Where it is killed, whether the new warehouse is in place then, and whether it has to be made anew."""
    usual = (
        (
            "it has come in since and was taken in, but for the commit",
            "commit",
            "take_step",
            1,
            "old",
            "lost",
        ),
        ("the old one has a second name", "os.utime", "*.replaced-*", 1, "old", "ready"),
        ("the new one is in its place", "shutil.rmtree", "reprocess.writing", 1, "new", "done"),
    )
    others = (
        ("all is read, and nothing of it called ready", "os.rename", "prepared.json", 1, "old", "lost"),
        ("nothing is begun", "os.rename", "reprocess.writing", 1, "old", "ready"),
        ("the copy of before is gone", "shutil.copyfile", ".before.duckdb.writing", 1, "old", "ready"),
        ("the copy is not called one", "os.rename", "before.duckdb", 1, "old", "ready"),
        ("entities are not there", "commit", "begin", 1, "old", "lost"),
        ("other tables are carried over for the first time", "commit", "carry_over", 1, "old", "lost"),
        ("ids are given", "commit", "keep_ids", 1, "old", "lost"),
        ("it is noted what is gone", "commit", "let_go", 1, "old", "lost"),
        ("other tables are carried over at last", "commit", "carry_over", 2, "old", "ready"),
        ("it is noted what is gone at last", "commit", "let_go", 2, "old", "ready"),
        ("it is noted what changed", "commit", "note_reprocessing", 1, "old", "ready"),
        ("the index goes", "shutil.rmtree", "search", 1, "old", "ready"),
        ("the index is gone", "os.link", "*.replaced-*", 1, "old", "ready"),
        ("the names are two", "os.rename", "warehouse.duckdb", 1, "old", "ready"),
        ("half of the folder is gone", "os.remove", "before.duckdb", 2, "new", "done"),
        ("the snapshot is copied", "os.rename", "newswatch.duckdb", 1, "new", "done"),
        ("the report is written", "os.rename", "index.html", 1, "new", "done"),
    )
    for name, *point in usual:
        yield pytest.param(*point, id=name)
    for name, *point in others:
        yield pytest.param(*point, id=name, marks=pytest.mark.soak)


def reprocess(home, *words):
    result = CliRunner().invoke(main, ["--home", str(home.settings.home), "reprocess", *words])
    assert result.exit_code == 0, result.output
    return result.stdout


def rows(home):
    return [home.ask(question) for question in STAYS]


@pytest.fixture(scope="module")
def a_ready_home(a_kept_home, tmp_path_factory):
    """The folder of a home with a new warehouse that is ready, and an article that came in since and was told."""
    folder = tmp_path_factory.mktemp("ready") / "home"
    shutil.copytree(a_kept_home, folder)
    home = KeptHome(folder)
    file = home.settings.watch_file
    file.write_text(file.read_text(encoding="utf-8") + TOPIC, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("flows.alerts.deliver.send_by_apprise", lambda *_: None)
        reprocess(home)
        home.collected(5.5, 2)
        home.run(5.5)
    return folder


@pytest.fixture
def ready(a_ready_home, tmp_path):
    """A copy of that home of a test's own."""
    shutil.copytree(a_ready_home, tmp_path / "home")
    return KeptHome(tmp_path / "home")


@pytest.mark.parametrize(("event", "name", "times", "stands", "left"), points())
def test_a_kill_leaves_the_old_warehouse_or_the_new_one_and_the_next_call_ends_the_work(
    ready, desk, event, name, times, stands, left
):
    before = rows(ready)

    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(ready.settings.home), event, name, str(times)],
        check=False,
        capture_output=True,
        env=os.environ | {"NEWSWATCH_WORKERS": "1"},
    )

    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()[-2000:]
    assert mend(ready.settings, ready.at(6)) is None
    assert ready.ask(FOUND) == [(1 if stands == "new" else 0,)]
    assert rows(ready) == before
    assert ready.run(6).outcome == "idle"
    assert ready.settings.snapshot.read_bytes() == ready.settings.warehouse.read_bytes()

    again = json.loads(reprocess(ready, "--apply", "--json"))

    assert (again["adopted"] is None) == (left == "done")
    assert again["read"]["texts"] == (2 if left == "ready" else 3), "what was ready has not been read again"
    assert ready.ask(FOUND) == [(1,)]
    assert rows(ready) == before
    assert desk == []
    assert ready.ask("SELECT count(DISTINCT reprocessed_at) FROM reprocessings") == [(1,)]
    state = ready.settings.state
    assert [path.name for path in state.glob("reprocess.*") if path.is_dir()] == []
    aside = list(state.glob("*.replaced-*"))
    assert not any(path.samefile(ready.settings.warehouse) for path in aside)
    assert len({path.stat().st_ino for path in aside}) == 1
    with open_warehouse(ready.settings.warehouse) as con:
        assert check_warehouse(con).findings == ()
