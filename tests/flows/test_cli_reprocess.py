"""`newswatch reprocess`: says what would be other, and does it when told to."""

import json

import pytest
from click.testing import CliRunner

from flows.cli import main

TOPIC = """
[[topics]]
id = "topic:permits"
words = { en = ["permit"] }
"""


def call(home, *words):
    result = CliRunner().invoke(main, ["--home", str(home.settings.home), "reprocess", *words])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def home(kept):
    """A home whose watch asks for one word more than when its articles were read."""
    file = kept.settings.watch_file
    file.write_text(file.read_text(encoding="utf-8") + TOPIC, encoding="utf-8")
    return kept


def test_it_shows_what_would_be_other_and_then_adopts_what_it_showed(home, desk):
    told = list(desk)

    shown = call(home)
    before = home.ask("SELECT count(*) FROM mentions WHERE entity_id = 'topic:permits'")
    adopted = json.loads(call(home, "--apply", "--json"))
    again = call(home)

    assert "mentions" in shown
    assert "+ topic:permits: permit [Xiaomi wins licence to build electric cars]" in shown
    assert "newswatch reprocess --apply" in shown
    assert before == [(0,)]
    assert adopted["differences"]["mentions"]["added"] == 1
    assert adopted["differences"]["claims"] == {
        "added": 0,
        "gone": 0,
        "changed": 0,
        "columns": {},
        "examples": [],
    }
    aside = adopted["adopted"]["aside"]
    assert (home.settings.state / aside).exists()
    assert home.ask("SELECT count(*) FROM mentions WHERE entity_id = 'topic:permits'") == [(1,)]
    assert "Nothing is other" in again
    assert desk == told


def test_without_a_warehouse_it_says_so(tmp_path, kept):
    home = tmp_path / "empty"
    home.mkdir()
    (home / "watch.toml").write_text(kept.settings.watch_file.read_text(encoding="utf-8"), encoding="utf-8")

    result = CliRunner().invoke(main, ["--home", str(home), "reprocess"])

    assert result.exit_code == 2
    assert "nothing to reprocess yet" in result.stderr
