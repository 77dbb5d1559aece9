"""Searching from the command line, with the index that cycles and imports keep."""

import json
import shutil

import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.indexing import index_news, index_path
from flows.settings import read_settings
from warehouse.search_engine import for_reading
from warehouse.search_index import drop

WATCH = """
name = "cars"
title = "Cars"
languages = ["en", "de"]

[relevance]
all_of = [["company:xiaomi"]]

[[entities]]
id = "company:xiaomi"
names = { en = ["Xiaomi"] }
"""
TEXT = "Xiaomi is in talks about building electric cars in Beijing, people familiar with the matter said on Friday."


def call(home, *arguments, status=0):
    result = CliRunner().invoke(main, ["--home", str(home), *arguments])
    assert result.exit_code == status, result.output
    return result


def bring(home, *articles):
    file = home / "articles.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in articles), encoding="utf-8")
    call(home, "import", str(file))


def article(number, title, text=TEXT, **more):
    url = f"https://wire.example/{number}"
    return {"url": url, "title": title, "text": text, "published": f"2024-03-{number:02}"} | more


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """A home with two articles."""
    folder = tmp_path_factory.mktemp("searched")
    (folder / "watch.toml").write_text(WATCH, encoding="utf-8")
    bring(
        folder,
        article(1, "Xiaomi talks about electric cars", publisher="Wire", language="en"),
        article(2, "Händler verkaufen Elektroautos von Xiaomi", publisher="Blatt", language="de"),
    )
    return folder


@pytest.fixture
def home(searched, tmp_path):
    """A copy of it of a test's own."""
    return shutil.copytree(searched, tmp_path / "home")


def found(home, *arguments):
    return [hit["url"][-1] for hit in json.loads(call(home, "search", *arguments, "--json").stdout)]


def indexed(home):
    with for_reading(home / "state" / "search") as reader:
        return reader.size()


def test_what_is_published_is_indexed(home):
    assert indexed(home) == 2
    bring(home, article(3, "Xiaomi builds a plant"))

    assert indexed(home) == 3
    assert found(home, "plant") == ["3"]


def test_words_phrases_and_what_to_leave_out(home):
    assert found(home, "haendler") == ["2"]
    assert set(found(home, "xiaomi", "cars")) == {"1", "2"}
    assert found(home, '"electric cars"', "-Händler") == ["1"]
    assert found(home, "xiaomi", "-haendler") == ["1"]  # begins as -h does


@pytest.mark.parametrize(
    ("options", "urls"),
    [
        (["--language", "DE"], ["2"]),
        (["--publisher", "wire"], ["1"]),
        (["--since", "2024-03-02T00:00:00Z"], ["2"]),
        (["--until", "2024-03-02T00:00:00Z"], ["1"]),
        (["--limit", "1"], ["1"]),
    ],
)
def test_searches_can_be_narrowed(home, options, urls):
    assert found(home, "xiaomi", "electric", *options) == urls


def test_a_search_within_a_story(home):
    story = json.loads(call(home, "stories", "--json").stdout)[0]

    assert found(home, "xiaomi", "--story", story["story_id"][:8])
    assert "there is no story" in call(home, "search", "xiaomi", "--story", "nothing", status=2).stderr


def test_a_publisher_that_is_not_there_is_told(home):
    assert "did you mean 'Wire'" in call(home, "search", "xiaomi", "--publisher", "Wir", status=2).stderr
    assert found(home, "nowhere", "--publisher", "Wire") == []


@pytest.mark.parametrize("words", [["--limt", "3"], ["--", "--x"]])
def test_a_slip_in_an_option_is_not_searched_for(home, words):
    assert "No such option" in call(home, "search", "xiaomi", *words, status=2).stderr


def test_without_words_there_is_nothing_to_search(home):
    assert "at least one word" in call(home, "search", " ", status=2).stderr


def test_a_copied_snapshot_alone_can_be_searched(home, tmp_path_factory):
    other = tmp_path_factory.mktemp("copied")
    (other / "newswatch.duckdb").write_bytes((home / "newswatch.duckdb").read_bytes())
    other.chmod(0o555)
    try:
        told = call(other, "search", "haendler")
    finally:
        other.chmod(0o755)

    assert "https://wire.example/2" in told.stdout
    assert sorted(path.name for path in other.iterdir()) == ["newswatch.duckdb"]


def test_what_the_index_lacks_is_told_where_all_texts_are_read(home, monkeypatch):
    monkeypatch.setattr("warehouse.search_index.INDEXED_AT_ONCE", 0)
    drop(home / "state" / "search")

    told = call(home, "search", "electric")

    assert "there is no search index beside this snapshot" in told.stderr
    assert "https://wire.example/1" in told.stdout


def test_an_index_that_cannot_be_written_stops_nothing(home):
    settings = read_settings({}, home=home, watch=None)
    drop(index_path(settings))
    index_path(settings).touch()  # nobody can make a folder here, whoever runs this

    assert index_news(settings) is None
    bring(home, article(4, "Xiaomi goes on"))
    assert found(home, "goes") == ["4"]


def test_indexing_goes_on_in_the_next_cycle(home, monkeypatch):
    monkeypatch.setattr("warehouse.search_index.CHUNK", 1)
    settings = read_settings({}, home=home, watch=None)
    drop(index_path(settings))

    first = index_news(settings, within_s=0)
    assert (first.indexed, first.left) == (1, 1)
    assert index_news(settings, within_s=0).left == 0
    assert index_news(settings) is None
