"""The search index beside the warehouse: always what the snapshot says, whatever happens to it."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from searchable import HOUR, T, publish, row

from warehouse import search_engine, search_faults, search_index
from warehouse.database import open_snapshot, open_warehouse
from warehouse.search import search
from warehouse.search_index import catch_up, drop, is_current, suspicion_path
from warehouse.search_query import Narrowing


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with a snapshot and the index of it."""
    folder = tmp_path_factory.mktemp("made")
    snapshot = publish(
        folder / "newswatch.duckdb",
        row("a", "Xiaomi builds cars", "The car is electric."),
        row("b", "小米汽车在北京", "小米的汽車廠。", hours=1, language="zh"),
        row("c", "Elsewhere", "A car, electric too.", hours=2),
    )
    assert catch_up(snapshot, folder / "search").indexed == 3
    return folder


@pytest.fixture
def snapshot(made, tmp_path):
    return Path(shutil.copy(made / "newswatch.duckdb", tmp_path))


@pytest.fixture
def file(tmp_path):
    return tmp_path / "state" / "search"


def ids(snapshot, file, text, **more):
    with open_snapshot(snapshot) as con:
        found = search(con, text, index=file, **more)
    return [hit.article_id for hit in found.hits]


def told(snapshot, file, text="car"):
    with open_snapshot(snapshot) as con:
        return search(con, text, index=file).note


def size(file):
    with search_engine.for_reading(file) as reader:
        return reader.size()


def noted(file):
    return json.loads((file / "note.json").read_bytes())


@pytest.fixture
def all_or_nothing(monkeypatch):
    """Without an index nothing is found: what is found, the index knew."""
    monkeypatch.setattr("warehouse.search_index.INDEXED_AT_ONCE", 0)
    monkeypatch.setattr("warehouse.search_ranked.from_texts", lambda *_: ((), 0))


def test_it_is_made_once_and_then_goes_on(snapshot, file, all_or_nothing):
    assert catch_up(snapshot, file).indexed == 3
    assert catch_up(snapshot, file).indexed == 0
    publish(snapshot, row("d", "One more car"), number=4)

    assert not is_current(file, snapshot)
    assert catch_up(snapshot, file).indexed == 1
    assert is_current(file, snapshot)
    assert set(ids(snapshot, file, "car")) == {"a", "c", "d"}


def test_a_revision_takes_the_place_of_what_was_said_before(snapshot, file, all_or_nothing):
    catch_up(snapshot, file)
    publish(snapshot, row("a", "Xiaomi builds boats", "The boat is wooden.", revision=2), number=4)
    catch_up(snapshot, file)

    assert ids(snapshot, file, "car") == ["c"]
    assert ids(snapshot, file, "boat") == ["a"]
    assert size(file) == 3


def test_a_search_knows_what_came_or_was_revised_since(snapshot, file):
    catch_up(snapshot, file)
    publish(snapshot, row("d", "One more car"), row("a", "Boats", "Boats."), number=4)

    assert ids(snapshot, file, "car") == ["d", "c"]
    assert ids(snapshot, file, "boats") == ["a"]
    assert told(snapshot, file) is None


def test_with_too_much_to_index_at_once_all_texts_are_read_and_it_is_said(snapshot, file, monkeypatch):
    monkeypatch.setattr("warehouse.search_index.INDEXED_AT_ONCE", 1)
    catch_up(snapshot, file)
    publish(snapshot, row("d", "One more car"), row("e", "A second car"), number=4)

    assert set(ids(snapshot, file, "car")) == {"a", "c", "d", "e"}
    assert "lacks 2 articles" in told(snapshot, file)
    assert "newswatch run" in told(snapshot, file)


def test_there_is_a_bound_of_time_and_the_next_time_goes_on(snapshot, file, monkeypatch, all_or_nothing):
    monkeypatch.setattr(search_index, "CHUNK", 1)

    first = catch_up(snapshot, file, within_s=0)
    assert (first.indexed, first.left) == (1, 2)
    assert not is_current(file, snapshot)
    assert [catch_up(snapshot, file, within_s=0).left for _ in range(2)] == [1, 0]
    assert is_current(file, snapshot)
    assert ids(snapshot, file, "car") == ["a", "c"]


@pytest.mark.parametrize(
    ("killed", "indexed"),
    [
        ("search_engine.Writer.add", 2),  # the second one is added and not noted, so that it is added again
        ("search_index._note", 1),
    ],
)
def test_a_kill_between_two_steps_costs_nothing(snapshot, file, monkeypatch, all_or_nothing, killed, indexed):
    monkeypatch.setattr(search_index, "CHUNK", 1)
    program = (
        "import os, sys; from pathlib import Path; from warehouse import search_engine, search_index\n"
        f"search_index.CHUNK = 1; done = {killed}; left = [1]\n"
        "def killed(*given):\n"
        "    done(*given)\n"
        "    os._exit(9) if not left else left.pop()\n"
        f"{killed} = killed\n"
        "search_index.catch_up(Path(sys.argv[1]), Path(sys.argv[2]))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(snapshot), str(file)], check=False)

    assert done.returncode == 9
    assert size(file) == 2
    assert catch_up(snapshot, file).indexed == indexed
    assert size(file) == 3
    assert ids(snapshot, file, "car") == ["a", "c"]


def every(ending):
    return lambda file: min(file.glob(f"*{ending}"))


@pytest.mark.parametrize("ending", ["meta.json", "note.json", ".term", ".idx", ".pos", ".fast", ".store"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b"not what was written " * 200),
        lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
        lambda path: path.write_bytes(b""),
        lambda path: path.unlink(),
    ],
)
def test_a_damaged_one_is_searched_around_and_made_anew(made, snapshot, file, spoil, ending):
    shutil.copytree(made / "search", file)
    assert is_current(file, snapshot)
    spoil(every(ending)(file))

    assert ids(snapshot, file, "car -boat") == ["a", "c"]
    assert ids(snapshot, file, '"is electric"') == ["a"]
    assert catch_up(snapshot, file).indexed == 3
    assert not suspicion_path(file).exists()
    assert ids(snapshot, file, "car") == ["a", "c"]
    assert told(snapshot, file) is None


def test_a_file_in_its_place_is_made_way_for(snapshot, file):
    file.parent.mkdir()
    file.write_bytes(b"SQLite format 3")

    assert ids(snapshot, file, "car") == ["a", "c"]
    assert not is_current(file, snapshot)
    drop(file)
    assert catch_up(snapshot, file).indexed == 3


def test_damage_that_only_a_search_meets_is_noted_for_the_next_time(snapshot, file):
    catch_up(snapshot, file)
    every(".pos")(file).write_bytes(b"")

    assert ids(snapshot, file, '"is electric"') == ["a"]
    assert not is_current(file, snapshot)
    assert catch_up(snapshot, file).anew == "it could not be read"
    assert is_current(file, snapshot)


def test_segments_are_put_together_and_nothing_is_lost(tmp_path, file, monkeypatch, all_or_nothing):
    monkeypatch.setattr(search_index, "CHUNK", 1)
    cars = [row(f"a{number}", f"Car {number}") for number in range(20)]
    snapshot = publish(tmp_path / "newswatch.duckdb", *cars)

    assert catch_up(snapshot, file).indexed == 20
    assert len(list(file.glob("*.term"))) < 10
    assert len(ids(snapshot, file, "car")) == 20


def test_one_of_another_form_is_begun_anew(snapshot, file):
    catch_up(snapshot, file)
    (file / "note.json").write_text(json.dumps(noted(file) | {"form": 77}), encoding="utf-8")

    assert ids(snapshot, file, "car") == ["a", "c"]
    assert not is_current(file, snapshot)
    assert "form 77" in (catch_up(snapshot, file).anew or "")


@pytest.mark.parametrize("others", [("x", "y", "z"), ("x",), ("a", "x", "c"), ()])
def test_one_of_another_warehouse_is_begun_anew(tmp_path, snapshot, file, others):
    catch_up(snapshot, file)
    other = publish(tmp_path / "other.duckdb", *(row(name, f"A car of {name}") for name in others))

    assert set(ids(other, file, "car")) == set(others)
    assert catch_up(other, file).anew
    assert size(file) == len(others)


def test_one_from_before_the_articles_were_read_with_other_rules_is_begun_anew(snapshot, file):
    catch_up(snapshot, file)
    with open_warehouse(snapshot) as con:
        con.execute("INSERT INTO reprocessings VALUES ('2024-04-01 00:00:00+00', 'articles', 0, 0, 1)")
    again = catch_up(snapshot, file)

    assert again.anew == "it is of another warehouse, or of a later state of this one"
    assert again.indexed == 3
    assert catch_up(snapshot, file).anew is None
    assert told(snapshot, file) is None


def test_passages_come_from_the_index(snapshot, file):
    catch_up(snapshot, file)
    with open_warehouse(snapshot) as con:
        con.execute("UPDATE articles SET text = ''")
    with open_snapshot(snapshot) as con:
        found = search(con, "electric", index=file)

    assert [hit.passage for hit in found.hits] == ["A car, electric too.", "The car is electric."]


def test_it_is_read_where_nothing_can_be_written(snapshot, file):
    catch_up(snapshot, file)
    asks = (
        "import os, sys; from pathlib import Path; from warehouse import search_engine\n"
        "if os.getuid() == 0: os.setuid(65534)\n"
        "with search_engine.for_reading(Path(sys.argv[1])) as reader: print(reader.size())\n"
    )
    with tempfile.TemporaryDirectory() as other:  # pytest's own folders are closed to others
        closed = Path(other, "search")
        shutil.copytree(file, closed)
        for folder in (closed, closed.parent):
            folder.chmod(0o555)
        try:
            done = subprocess.run(
                [sys.executable, "-c", asks, str(closed)], capture_output=True, text=True, check=False
            )
            left = sorted(path.name for path in closed.iterdir())
        finally:
            closed.chmod(0o755)
            closed.parent.chmod(0o755)

    assert done.stdout.strip() == "3", done.stderr
    assert left == sorted(path.name for path in file.iterdir())


def test_readers_and_the_writer_do_not_wait_for_each_other(snapshot, file, all_or_nothing):
    catch_up(snapshot, file)
    with search_engine.for_reading(file) as reader:
        publish(snapshot, row("d", "One more car"), number=4)

        assert catch_up(snapshot, file).indexed == 1
        assert reader.size() == 3
    with search_engine.for_writing(file, time.monotonic()):
        assert set(ids(snapshot, file, "car")) == {"a", "c", "d"}


def test_what_somebody_else_is_writing_is_left_to_them(snapshot, file):
    catch_up(snapshot, file)
    publish(snapshot, row("d", "One more car"), number=4)
    with (
        search_engine.for_writing(file, time.monotonic()),
        pytest.raises(search_faults.BusyIndexError, match="somebody else"),
    ):
        catch_up(snapshot, file)

    assert catch_up(snapshot, file).indexed == 1


def test_an_empty_warehouse_has_an_empty_index(tmp_path, file):
    snapshot = publish(tmp_path / "newswatch.duckdb")

    assert catch_up(snapshot, file).indexed == 0
    assert ids(snapshot, file, "car") == []
    assert is_current(file, snapshot)


def test_a_dropped_one_is_made_anew(snapshot, file):
    catch_up(snapshot, file)
    drop(file)

    assert not file.exists()
    assert catch_up(snapshot, file).indexed == 3


def test_with_and_without_an_index_the_same_is_found(tmp_path, file):
    words = ["car", "cars", "electric", "Werk", "Müller", "小米", "汽车", "北京"]
    snapshot = publish(
        tmp_path / "newswatch.duckdb",
        *(
            row(f"r{n}", f"{words[n % 8]} {words[n % 3]}", " ".join(words[n % 5 :]) * (n % 4), hours=n % 7)
            for n in range(60)
        ),
    )
    catch_up(snapshot, file)
    with open_snapshot(snapshot) as con:
        for text in ("car", "electric werk", '"car cars"', "小米", "mueller -cars", "米"):
            for narrowing in (Narrowing(), Narrowing(since=T + HOUR, before=T + 5 * HOUR)):
                found = search(con, text, index=file, narrowing=narrowing)
                assert found == search(con, text, narrowing=narrowing)
                assert found.hits


def test_articles_of_an_older_file_get_a_place_in_the_order(tmp_path, snapshot):
    with open_warehouse(snapshot) as con:
        con.execute("DELETE FROM state.fingerprints WHERE article_id = 'b'")
        con.execute("DELETE FROM migrations WHERE name = '0014_search.sql'")
    with open_warehouse(snapshot) as con:
        numbers = con.execute("SELECT article_id, number FROM state.fingerprints ORDER BY number").fetchall()

    assert numbers == [("a", 1), ("c", 3), ("b", 4)]
