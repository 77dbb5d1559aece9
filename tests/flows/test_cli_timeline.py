"""The timeline of a story as people and programs get it: what holds, what does not, who says so, and where."""

import json
import re
import shutil
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_cli_reading import on_a_terminal
from timeline_rows import STORY, fill_timeline, story

from flows.cli import main
from warehouse.database import insert, open_warehouse

ROOT = Path(__file__).parents[2]
HOSTILE = "北汽 \x1b[31mred\x1b[0m \x9b2J \u202egnp.exe \x07"


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("filled")
    with open_warehouse(folder / "warehouse.duckdb") as con:
        fill_timeline(con)
    return folder / "warehouse.duckdb"


@pytest.fixture
def home(tmp_path, filled):
    shutil.copyfile(filled, tmp_path / "newswatch.duckdb")
    return tmp_path


def call(home, *arguments, status=0, text=None):
    result = CliRunner().invoke(main, ["--home", str(home), *arguments], input=text)
    assert result.exit_code == status, result.output
    return result


def blocks(home, *arguments):
    """Return the blocks of a printed list of developments, by the id that each one shows."""
    found = call(home, *arguments).stdout.split("\n\n")
    return {match[0]: block for block in found if (match := re.search(r"\bd\daaaaaaa", block))}


def width(line):
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line)


def test_a_development_tells_who_was_first_who_confirmed_it_and_who_made_it_official(home):
    block = blocks(home, "story", STORY)["d1aaaaaaa"]

    assert block.splitlines()[0] == (
        "2024-03-01 08:00 Xiaomi, BAIC: partnership, talks (unconfirmed): 10 billion CNY"
    )
    for line in (
        "“Xiaomi is in talks with BAIC about 10 billion yuan.”",
        "Harbour Wire (en) https://news.example/a1",
        "partnership, talks, unconfirmed; 3 origins, 3 articles +1 copy; d1aaaaaaaaaaaaaaaaaaa",
        "second origin 2024-03-01 10:00 by Morgenblatt; official 2024-03-02 08:00 by 经济观察",
        "figures: 10 billion yuan (10000000000 CNY)",
        "also 2024-03-02 08:00 经济观察 (zh, official) https://news.example/a4",
    ):
        assert f"    {line}\n" in f"{block}\n"
    assert "a2" not in block  # a copy is counted, not listed


def test_a_change_says_what_was_known_before_and_what_came_later(home):
    told = blocks(home, "story", STORY)

    assert "known before: Xiaomi, BAIC: partnership, talks" in told["d2aaaaaaa"]
    assert "changed later: Xiaomi, BAIC: partnership, agreed" in told["d1aaaaaaa"]


def test_a_contradiction_stands_at_both_sides_each_with_the_words_of_the_other(home):
    told = blocks(home, "story", STORY)

    agreed, denied = told["d2aaaaaaa"], told["d3aaaaaaa"]
    assert "[contradicted]" in agreed.splitlines()[0]
    assert "[contradicted]" in denied.splitlines()[0]
    assert "contradicts: BAIC, Xiaomi: partnership, denied" in agreed
    assert "“There is no deal,” BAIC said." in agreed
    assert "https://news.example/a6" in agreed
    assert "contradicts: Xiaomi, BAIC: partnership, agreed" in denied
    assert "https://news.example/a5" in denied
    assert "official from the first report" in denied


@pytest.mark.parametrize("command", [("story", STORY), ("developments",)])
def test_a_withdrawn_development_is_marked_with_the_correction_and_its_link(home, command):
    block = blocks(home, *command)["d4aaaaaaa"]

    assert "[withdrawn]" in block.splitlines()[0]
    assert "withdrawn 2024-03-03 10:00, the correction: “The stake was reported in error.”" in block
    assert block.count("https://news.example/a8") == 1
    assert "[withdrawn]" not in "".join(blocks(home, *command)[key] for key in ("d1aaaaaaa", "d2aaaaaaa"))


def test_withdrawn_developments_are_left_out_only_when_asked_to(home):
    assert "d4aaaaaaa" in blocks(home, "developments")
    assert "d4aaaaaaa" not in blocks(home, "developments", "--standing")


def test_a_development_whose_articles_are_gone_says_so(home):
    assert "the article is no longer kept" in blocks(home, "story", STORY)["d5aaaaaaa"]


def test_background_comes_last_and_a_correction_is_none(home):
    tail = call(home, "story", STORY).stdout.partition("Background, articles without a development: 1\n")[2]

    assert "Five questions about electric cars" in tail
    assert "d1" not in tail
    assert "Correction" not in tail


def test_all_of_it_comes_as_json_under_stable_names(home):
    told = json.loads(call(home, "story", STORY, "--json").stdout)

    assert set(told) == {"story", "followed", "lineage", "developments", "articles"}
    assert (told["story"]["copies"], told["story"]["withdrawn"]) == (1, 1)
    first, agreed, denied, withdrawn, gone = told["developments"]
    assert [report["article_id"] for report in first["reports"]] == ["a1", "a2", "a3", "a4"]
    assert (first["confirmed_by"]["article_id"], first["official_by"]["article_id"]) == ("a3", "a4")
    assert (first["confirmed_at"], first["copies"]) == ("2024-03-01T10:00:00Z", 1)
    assert first["figures"] == [
        {"kind": "money", "value": "10000000000", "unit": "CNY", "surface": "10 billion yuan"}
    ]
    assert agreed["known_before"]["development_id"] == first["development_id"]
    assert agreed["contradictions"][0]["development_id"] == denied["development_id"]
    assert denied["contradictions"][0]["development_id"] == agreed["development_id"]
    assert (withdrawn["state"], withdrawn["withdrawal"]["url"]) == ("withdrawn", "https://news.example/a8")
    assert (gone["url"], gone["withdrawal"], gone["known_before"]) == (None, None, None)


@pytest.mark.parametrize("typed", ["s0old", "s0", "s1mid"])
def test_the_id_of_a_merged_story_leads_to_its_successor_and_says_so(home, typed):
    lines = call(home, "story", typed).stdout.splitlines()

    assert f"story s1mid was merged into {STORY} on 2024-03-03" in lines[:2]
    assert lines.count(f"story s1mid was merged into {STORY} on 2024-03-03") == 1
    assert f"{STORY}, 2024-03-01 08:00 to" in call(home, "story", typed).stdout


def test_a_story_tells_what_was_merged_into_it_and_what_was_split_off(home):
    assert "story s1mid was merged into it on 2024-03-03" in call(home, "story", STORY).stdout
    assert (
        "a part was split off on 2024-03-04 as story s5part: A plant of its own"
        in call(home, "story", STORY).stdout
    )
    assert f"it was split off on 2024-03-04 from story {STORY}" in call(home, "story", "s5part").stdout


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("nothing", "most like it: "),
        ("A plant", "s5part (A plant of its own)"),
        ("", "newswatch stories"),
        ("s", "begins several ids: s0old, s1mid, s2"),
        ("c1ring", "c1ring was merged into c2ring, which is no story any more"),
        ("e1", "e1lost was merged into e2nowhere, which is no story any more"),
    ],
)
def test_an_id_that_leads_nowhere_ends_with_2_and_a_hint(home, typed, said):
    result = call(home, "story", typed, status=2)

    assert result.stdout == ""
    assert said in result.stderr


def test_no_snapshot_and_an_empty_one_are_told(tmp_path):
    assert "there is no snapshot yet" in call(tmp_path, "story", "s1", status=1).stderr
    with open_warehouse(tmp_path / "newswatch.duckdb"):
        pass
    assert "none is stored yet" in call(tmp_path, "story", "s1", status=2).stderr


@pytest.mark.parametrize("columns", [80, 120])
def test_on_a_terminal_no_line_is_wider_than_it_in_chinese_too(home, columns):
    text = on_a_terminal(home, "story", STORY, columns=columns)

    assert max(width(line) for line in text.splitlines()) <= columns
    assert "小米与北汽：造车合作的传闻与公告" in text
    assert "d1aaaaaaa" in text


def test_stories_count_copies_apart_and_tell_what_was_withdrawn(home):
    line = call(home, "stories").stdout.splitlines()[1]

    assert "8 +1 copy" in line
    assert "5 (1 withdrawn)" in line


def statements(path):
    blocks = re.findall(r"```sql\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
    return [one.strip() for block in blocks for one in block.split(";") if one.strip()]


@pytest.mark.parametrize(
    "statement",
    [one for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")] for one in statements(path)],
)
def test_the_documents_show_sql_that_runs_as_it_stands(home, statement):
    assert json.loads(call(home, "query", "-", "--json", text=statement).stdout) is not None


def test_the_sql_of_the_readme_finds_what_was_taken_back_and_what_contradicts(home):
    told = [call(home, "query", "-", "--json", text=one).stdout for one in statements(ROOT / "README.md")]

    assert any("https://news.example/a8" in answer and "10 %" in answer for answer in told)
    assert any("There is no deal" in answer and "other_sentence" in answer for answer in told)


def test_nothing_that_an_article_holds_steers_the_terminal(tmp_path):
    with open_warehouse(tmp_path / "newswatch.duckdb") as con:
        fill_timeline(con)
        insert(con, "stories", [story("s9evil", HOSTILE)])
        for table, column in (
            ("articles", "title"),
            ("articles", "publisher"),
            ("claims", "sentence"),
            ("developments", "sentence"),
            ("developments", "what"),
            ("figures", "surface"),
        ):
            con.execute(f"UPDATE {table} SET {column} = $text", {"text": HOSTILE})
        con.execute("INSERT INTO story_lineage VALUES ('s9evil', $to, 'split', now())", {"to": STORY})

    text = call(tmp_path, "story", STORY).stdout + call(tmp_path, "developments").stdout
    assert "\\u001b[31mred" in text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
