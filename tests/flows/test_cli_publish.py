"""`newswatch publish`: the snapshot, and the light one without texts."""

import json

import pytest
from click.testing import CliRunner

from flows.cli import main
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


def test_the_whole_file_is_never_replaced_by_a_light_one(kept, call):
    for place in (kept.settings.snapshot, kept.settings.warehouse):
        assert "the whole file" in call("--no-text", "--to", str(place), status=2).stderr
    assert "--only-text no" in call("--to", "x.duckdb", status=2).stderr
    assert texts(kept.settings.snapshot) == (2, 2)
