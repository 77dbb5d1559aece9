"""`newswatch like`: stored, typed and fetched articles, and what is wrong with the others."""

import json
import shutil

import pytest
from click.testing import CliRunner

from flows.cli import main
from warehouse.database import open_warehouse

WATCH = """
name = "cars"
title = "Cars"
languages = ["de", "en", "zh"]

[[entities]]
id = "company:xiaomi"
names = { en = ["Xiaomi"], zh = ["小米"] }

[[entities]]
id = "company:baic"
names = { en = ["BAIC"], zh = ["北汽"] }

[[entities]]
id = "company:nio"
names = { en = ["Nio"], zh = ["蔚来"] }
"""
LONG = (
    "The two companies from Beijing have discussed a joint brand and the use of an idle plant in the city, "
    "according to people who know of the plans, and a decision is expected before the end of the summer."
)
ROWS = [
    ("talks", "Xiaomi in talks with BAIC about cars", f"Xiaomi is in talks with BAIC on cars. {LONG}", "en"),
    ("copy", "Xiaomi in talks with BAIC about cars", f"Xiaomi is in talks with BAIC on cars. {LONG}", "en"),
    (
        "zh",
        "小米与北汽洽谈合作造车",
        "知情人士称，小米正与北汽洽谈合作生产电动汽车，双方讨论使用北京的一座闲置工厂。",
        "zh",
    ),
    (
        "nio",
        "Nio opens a shop in Oslo",
        "Nio has opened a shop in Oslo where it sells its saloon and coffee.",
        "en",
    ),
]
MINE = "---\ntitle: Xiaomi spricht mit BAIC\nlanguage: de\n---\nXiaomi und BAIC sprechen über ein Auto.\n"


@pytest.fixture(scope="module")
def made(import_home, tmp_path_factory):
    return import_home(tmp_path_factory.mktemp("like") / "home", WATCH, ROWS)


@pytest.fixture
def like(made):
    def called(*arguments, status=0, text=None):
        result = CliRunner().invoke(main, ["--home", str(made), "like", *arguments], input=text)
        assert result.exit_code == status, result.output
        return result.output

    return called


def names(output):
    return [one["url"].rpartition("/")[2] for one in json.loads(output)]


def test_a_typed_article_finds_stored_ones_in_any_language_and_says_why(like):
    found = json.loads(like("-", "--json", text=MINE))
    assert [one["url"].rpartition("/")[2] for one in found] in (["talks", "zh"], ["zh", "talks"])
    assert all({"Xiaomi", "BAIC"} <= set(one["entities"]) for one in found)
    assert all(0 < one["likeness"] <= 1 and one["story_id"] for one in found)


def test_a_file_is_read_like_standard_input(like, tmp_path):
    (tmp_path / "mine.md").write_text(MINE, encoding="utf-8")
    assert like(str(tmp_path / "mine.md")) == like("-", text=MINE)


def test_a_stored_article_is_found_by_url_and_by_id_and_finds_neither_itself_nor_its_copies(like):
    by_url = like("https://news.example/talks?utm_source=x", "--json")
    assert names(by_url) == ["zh"]
    assert names(like("https://news.example/copy", "--json")) == ["zh"]
    (zh,) = json.loads(by_url)
    assert names(like(zh["article_id"], "--json")) == ["talks"]


def test_copies_are_folded_into_their_original_and_counted(like):
    found = json.loads(like("https://news.example/zh", "--json"))
    assert [(one["url"], one["copies"]) for one in found] == [("https://news.example/talks", 1)]


def test_no_more_are_shown_than_asked_for(like):
    assert len(json.loads(like("-", "--json", "--limit", "1", text=MINE))) == 1


def test_the_text_shows_what_is_shared(like):
    assert "shares BAIC, Xiaomi" in like("https://news.example/zh")


@pytest.mark.parametrize(
    ("place", "body", "said"),
    [
        ("missing.md", None, "no such file, and no stored article has this id"),
        ("empty.md", b"", "the file is empty"),
        ("latin.md", "Ein Titel\n\nGrün".encode("latin-1"), "not UTF-8 text (byte"),
    ],
)
def test_what_is_no_article_is_told(like, tmp_path, place, body, said):
    if body is not None:
        (tmp_path / place).write_bytes(body)
    assert said in like(str(tmp_path / place), status=2)


def test_a_private_address_is_not_asked(like):
    assert "refused-address" in like("http://127.0.0.1/article", status=1)


def test_an_empty_snapshot_is_told(tmp_path):
    (tmp_path / "watch.toml").write_text(WATCH, encoding="utf-8")
    with open_warehouse(tmp_path / "warehouse.duckdb"):
        pass
    shutil.copyfile(tmp_path / "warehouse.duckdb", tmp_path / "newswatch.duckdb")
    result = CliRunner().invoke(main, ["--home", str(tmp_path), "like", "-"], input=MINE)
    assert result.exit_code == 1
    assert "no articles yet" in result.output
