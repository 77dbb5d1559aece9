"""`newswatch publish`: the snapshot, and the light one without texts."""

import json

import duckdb
import pytest
from click.testing import CliRunner

from flows.cli import main
from tests.flows.full_disk import room_for
from warehouse.database import open_snapshot


@pytest.fixture
def call(kept):
    def called(*arguments, status=0):
        result = CliRunner().invoke(main, ["--home", str(kept.settings.home), "publish", *arguments])
        assert result.exit_code == status, result.output
        return result

    return called


def texts(path):
    with open_snapshot(path) as con:
        return con.execute("SELECT count(*), count(text) FROM articles").fetchone()


@pytest.mark.parametrize("option", [("--only-text", "no"), ("--no-text",)])
def test_a_light_file_without_texts_is_written_beside_the_snapshot(kept, call, option):
    first = json.loads(call(*option, "--json").stdout)
    again = json.loads(call(*option, "--json").stdout)

    light = kept.settings.home / "newswatch-light.duckdb"
    assert (first["light"], first["light_published"], again["light_published"]) == (str(light), True, False)
    assert texts(light) == (2, 0)
    assert texts(kept.settings.snapshot) == (2, 2)


def test_it_can_be_written_elsewhere(kept, call, tmp_path):
    elsewhere = tmp_path / "there" / "cars.duckdb"

    assert str(elsewhere) in call("--only-text", "no", "--to", str(elsewhere)).stdout
    assert texts(elsewhere) == (2, 0)
    assert not (kept.settings.home / "newswatch-light.duckdb").exists()


def test_without_that_there_is_no_light_file(kept, call):
    call()

    assert not (kept.settings.home / "newswatch-light.duckdb").exists()


def test_nothing_but_an_earlier_light_file_is_replaced_by_one(kept, call, tmp_path):
    own, notes = tmp_path / "own.duckdb", kept.settings.watch_file
    with duckdb.connect(str(own)) as con:
        con.execute("CREATE TABLE mine AS SELECT 1 AS one")
    before = own.read_bytes(), notes.read_bytes()

    for place in (own, notes):
        assert "no earlier light file" in call("--no-text", "--to", str(place), status=2).stderr
    assert (own.read_bytes(), notes.read_bytes()) == before
    light = tmp_path / "light.duckdb"
    call("--no-text", "--to", str(light))
    kept.collected(6, 2)
    kept.run(6)
    assert str(light) in call("--no-text", "--to", str(light)).stdout
    assert texts(light) == (3, 0)


def test_the_whole_file_is_known_by_whatever_way_leads_to_it(kept, call, tmp_path):
    home = kept.settings.home
    (tmp_path / "link.duckdb").symlink_to(kept.settings.snapshot)

    for place in (
        home / "state" / ".." / "newswatch.duckdb",
        home / "state" / "new.duckdb",
        tmp_path / "link.duckdb",
    ):
        assert "the whole file" in call("--no-text", "--to", str(place), status=2).stderr


def test_an_address_is_no_file(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert "on this machine" in call("--no-text", "--to", "s3://bucket/light.duckdb", status=2).stderr
    assert not (tmp_path / "s3:").exists()


def test_what_could_not_be_published_is_said(kept, call, monkeypatch, tmp_path):
    kept.ask("INSERT INTO state.items VALUES ('another', now(), now())")
    with room_for(20_000):
        assert ".newswatch.duckdb.writing: File too large" in call(status=1).stderr
    kept.settings.warehouse.with_name("warehouse.duckdb.suspect").write_text("Corrupt block")
    assert "may be damaged" in call(status=1).stderr
    kept.settings.warehouse.with_name("warehouse.duckdb.suspect").unlink()

    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("NEWSWATCH_SNAPSHOT_URL", str(tmp_path / "file"))
    assert str(tmp_path / "file") in call(status=1).stderr


def test_the_whole_file_is_never_replaced_by_a_light_one(kept, call):
    for place in (kept.settings.snapshot, kept.settings.warehouse):
        assert "the whole file" in call("--no-text", "--to", str(place), status=2).stderr
    assert "--only-text no" in call("--to", "x.duckdb", status=2).stderr
    assert texts(kept.settings.snapshot) == (2, 2)
