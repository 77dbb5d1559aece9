"""Where an export goes: an earlier one is replaced whole, by one process at a time, and nothing else is touched."""

import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from kept_home import collected_piece

from extractors.errors import ConfigurationError, WarehouseError
from extractors.orders import Batch
from extractors.signals.tagger import Tagger
from flows.cycle import load_waiting, publish
from warehouse import landing
from warehouse.exporting import export

NOW = datetime(2024, 6, 1, tzinfo=UTC)
#: Exports, and is killed before a rename, or waits there.
STOPPED = """
import os, signal, sys, time
from datetime import UTC, datetime
from pathlib import Path
from warehouse.exporting import export

snapshot, folder, aim, how = sys.argv[1:]

def step(event, args):
    if event == "os.rename" and os.path.basename(os.fsdecode(args[1])) == aim:
        if how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        print("there", flush=True)
        time.sleep(60)

sys.addaudithook(step)
export(Path(snapshot), Path(folder), form="csv", now=datetime.now(UTC), program="2.0", tables=("stories",))
"""


@pytest.fixture
def to(kept):
    def written(folder, *tables):
        return export(
            kept.settings.snapshot, folder, form="csv", now=NOW, program="1.0", tables=tables or ("entities",)
        )

    return written


def stopped(kept, folder, aim, how):
    words = [sys.executable, "-c", STOPPED, str(kept.settings.snapshot), str(folder), aim, how]
    return subprocess.Popen(words, stdout=subprocess.PIPE)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_where_a_link_leads_is_replaced_and_the_link_stays(to, tmp_path):
    link, real = tmp_path / "link", tmp_path / "there" / "real"
    real.mkdir(parents=True)
    link.symlink_to(real)

    for _ in range(3):
        to(link)

    assert link.is_symlink()
    assert names(real) == ["entities.csv", "manifest.json"]
    assert names(real.parent) == ["real"]


def test_a_place_that_leads_up_again_is_taken_for_what_it_is(to, tmp_path):
    (tmp_path / "in").mkdir()

    to(tmp_path / "in" / ".." / "out")

    assert names(tmp_path / "out") == ["entities.csv", "manifest.json"]


def test_the_current_folder_is_not_replaced(to, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    with pytest.raises(ConfigurationError, match="is the current folder"):
        to(Path.cwd())

    assert names(tmp_path / "here") == []


def test_a_folder_at_which_a_disk_is_mounted_is_refused_at_once(to):
    with pytest.raises(ConfigurationError, match="a disk is mounted there"):
        to(Path("/proc"))


def test_two_at_a_time_are_not_mixed(kept, to, tmp_path):
    folder = tmp_path / "out"
    with stopped(kept, folder, "out", "wait") as other:
        assert other.stdout.readline() == b"there\n"

        with pytest.raises(WarehouseError, match="another newswatch is exporting into it"):
            to(folder)
        other.kill()

    to(folder)
    assert names(folder) == ["entities.csv", "manifest.json"]
    assert names(tmp_path) == ["home", "out"]


@pytest.mark.parametrize("aim", ["out", ".out.old"])
def test_a_kill_between_the_renames_costs_no_earlier_export(kept, to, tmp_path, aim):
    folder = tmp_path / "out"
    to(folder)

    assert stopped(kept, folder, aim, "kill").wait() == -signal.SIGKILL
    with pytest.raises(ConfigurationError, match="no table"):  # the next one fails
        to(folder, "nonsense")

    assert names(folder) == ["entities.csv", "manifest.json"]
    to(folder, "articles")
    assert names(folder) == ["articles.csv", "manifest.json"]
    assert names(tmp_path) == ["home", "out"]


def with_old_news(home):
    """Load what another site had copied an hour before it was seen."""
    first = collected_piece(home.watch, 1, home.at(6)())
    copy = replace(first.article, url="https://copy.example/1", publisher="Copy", published_at=home.at(4.5)())
    collected = replace(first, article=copy, signals=Tagger(home.watch).tag(copy))
    batch = Batch(batch_id="late", order_id="late", collected_at=home.at(6)(), articles=(collected,))
    landing.write_batch(home.settings.landing, batch)
    load_waiting(home.settings, home.watch, home.at(6))
    publish(home.settings)


def test_what_articles_that_came_late_belong_to_is_there_too(kept, tmp_path):
    """An article that was seen late lies in a story, and repeats what became known, before then."""
    since = kept.at(5)()
    with_old_news(kept)

    told = export(
        kept.settings.snapshot, tmp_path / "out", form="parquet", now=NOW, program="1.0", since=since
    )

    rows = {table.name: table.rows for table in told.tables}
    assert (rows["articles"], rows["stories"], rows["development_articles"], rows["developments"]) == (
        1,
        1,
        1,
        1,
    )
    assert rows["story_timeline"] == 1
