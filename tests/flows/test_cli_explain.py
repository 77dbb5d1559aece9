"""`newswatch explain`: a stored article with its marks and reasons, by URL and id, with and without a watch."""

import json
import re
import shutil

import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.cli.explaining import styled
from flows.report.marks import Mark, unmarked
from warehouse.database import insert, open_warehouse
from warehouse.snapshot import publish

WATCH = """
name = "cars"
title = "Cars"
languages = ["de", "en", "zh"]

[relevance]
all_of = [["company:xiaomi"], ["company:baic", "company:nio"]]

[[entities]]
id = "company:xiaomi"
names = { en = ["Xiaomi"], zh = ["小米"] }

[[entities]]
id = "company:baic"
names = { en = ["BAIC"], zh = ["北汽"] }
"""
NIO = """
[[entities]]
id = "company:nio"
names = { en = ["Nio"], zh = ["蔚来"] }
"""
TALKS = (
    "Xiaomi is in talks with BAIC about a stake of 10 percent, Bloomberg reported, citing people familiar with "
    "the matter.\n\nThe companies [sic] spoke in Beijing; Nio was asked too.\n\n"
    "Xiaomi invested 10 billion yuan in its own plant last year."
)
ROWS = [
    ("talks", "Xiaomi in talks with BAIC", TALKS, "en"),
    ("zh", "小米与北汽洽谈合作造车", "知情人士称，小米正与北汽洽谈合作。小米粥价格上涨。", "zh"),
    (
        "bad",
        "Shares \x1b[31mred\u202e fall",
        "Shares fell on \x07Monday in [Beijing]. \u2028They may rise.",
        "en",
    ),
]


@pytest.fixture(scope="module")
def made(import_home, tmp_path_factory):
    return import_home(tmp_path_factory.mktemp("explain") / "home", WATCH + NIO, ROWS)


@pytest.fixture
def explain(made):
    def called(*arguments, status=0, home=made):
        result = CliRunner().invoke(main, ["--home", str(home), "explain", *arguments])
        assert result.exit_code == status, result.output
        return result.output

    return called


@pytest.fixture
def other_watch(made, tmp_path):
    """A home with the same snapshot and another watch file, or none."""

    def make(text=None):
        shutil.copy(made / "newswatch.duckdb", tmp_path)
        if text is not None:
            (tmp_path / "watch.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return make


def test_an_article_is_found_by_url_by_id_and_by_the_start_of_its_id(explain):
    by_url = json.loads(explain("https://news.example/talks?utm_source=x", "--json"))
    key = by_url["article_id"]

    assert by_url["article"]["url"] == "https://news.example/talks"
    assert json.loads(explain(key, "--json")) == by_url
    assert json.loads(explain(key[:9], "--json")) == by_url


def test_an_unknown_article_is_answered_with_those_most_like_it(explain):
    told = explain("https://news.example/talk", status=2)

    assert "no stored article has the URL or id 'https://news.example/talk'" in told
    assert told.index("https://news.example/talks (a") < told.index("https://news.example/zh (a")


def test_the_start_of_several_ids_is_refused_and_they_are_named(made, tmp_path):
    home = tmp_path / "two"
    home.mkdir()
    with open_warehouse(home / "w.duckdb") as con:
        con.execute(f"ATTACH '{made / 'newswatch.duckdb'}' AS old (READ_ONLY)")
        row = con.execute("SELECT * FROM old.articles LIMIT 1")
        names = [column[0] for column in row.description]
        values = dict(zip(names, row.fetchone(), strict=True))
        insert(
            con,
            "articles",
            [values | {"article_id": f"asame{n}", "url": f"https://x.example/{n}"} for n in (1, 2)],
        )
    publish(home / "w.duckdb", home / "newswatch.duckdb")

    result = CliRunner().invoke(main, ["--home", str(home), "explain", "asame"])

    assert result.exit_code == 2
    assert "'asame' begins several ids: asame1, asame2" in result.output


def test_the_text_has_every_mark_and_without_them_it_is_the_article(explain):
    told = explain("https://news.example/talks").split("\n")
    lead = next(line for line in told if "is in talks" in line)

    assert told[0] == "[Xiaomi|company:xiaomi] in talks with [BAIC|company:baic]"
    assert "[10 percent|10 percent]" in lead
    assert lead.endswith("|claim 1]|cites media:bloomberg]")
    assert unmarked(lead) == TALKS.partition("\n")[0]
    assert unmarked(next(line for line in told if "sic" in line)) == TALKS.split("\n\n")[1]


def test_it_says_which_ids_of_which_list_make_the_article_relevant(explain):
    told = explain("https://news.example/talks")

    assert "relevant, likeness" in told
    assert "list 1 of all_of: yes, company:xiaomi in title 1×, body 2×" in told
    assert "list 2 of all_of: yes, company:baic in title 1×, body 1×; company:nio in body 1×" in told
    assert "list 1 of all_of: no, none of its ids is named" in explain("https://news.example/bad")


def test_each_claim_has_its_sentence_its_figures_and_signed_reasons(explain):
    told = explain("https://news.example/talks")
    first = told[told.index("\n(1) ") : told.index("\n(2) ")]

    assert "news" in first.split("\n")[1]
    assert "    “Xiaomi is in talks with BAIC about a stake of 10 percent" in first
    assert "figures: 10 percent (“10 percent”)" in first
    assert re.search(r"\n +\+\d\.\d\d “in talks” \(list status\.talks\)", first)
    assert re.search(r"\n +type: \w+ \d\.\d\d, else \w+ \d\.\d\d\n", first)
    assert "without these cues" in first


def test_names_say_why_they_count_and_why_not(explain):
    told = explain("https://news.example/zh")

    assert "小米 = company:xiaomi (title 1×, body 1×): listed spelling “小米” (zh)" in told
    assert "not counted: 小米 = company:xiaomi" in told
    assert "part of an expression that means something else" in told


def test_json_has_all_of_it(explain):
    found = json.loads(explain("https://news.example/talks", "--json"))
    claim = found["claims"][0]

    assert found["differs"] is False
    assert claim["number"] == 1
    assert {"event_type", "status", "basis", "news"} == set(claim["reasons"])
    assert claim["reasons"]["status"]["reasons"][0]["what"]
    assert found["citations"][0]["citation"]["origin"] == "media:bloomberg"
    assert [row["satisfied"] for row in found["relevance"]] == [True, True]
    assert {one["mention"]["entity_id"] for one in found["mentions"]} == {
        "company:xiaomi",
        "company:baic",
        "company:nio",
    }


def test_without_a_watch_file_what_is_stored_is_shown_and_it_says_so(explain, other_watch):
    home = other_watch()
    told = explain("https://news.example/talks", home=home)

    assert "there is no watch file, so only what is stored is shown" in told
    assert "[Xiaomi|company:xiaomi]" in told
    assert "“in talks” (list" not in told
    assert json.loads(explain("https://news.example/talks", "--json", home=home))["differs"] is None


def test_signals_of_older_rules_are_told_from_those_of_today(explain, other_watch):
    bank = '\n[[entities]]\nid = "place:beijing"\nnames = { en = ["Beijing"] }\n'
    home = other_watch(WATCH.replace('"company:baic", "company:nio"', '"company:baic"') + bank)
    told = explain("https://news.example/talks", home=home)

    assert "Today's rules differ" in told
    assert "[Nio|company:nio (stored)]" in told
    assert "[Beijing|place:beijing (today)]" in told
    assert "Nio = company:nio (body 1×): stored; today's rules do not find it" in told
    assert json.loads(explain("https://news.example/talks", "--json", home=home))["differs"] is True


def test_a_rule_that_says_otherwise_today_is_told(explain, other_watch):
    home = other_watch(WATCH.replace('"company:xiaomi"], [', '"company:xiaomi"], ["company:nio"], [') + NIO)
    told = explain("https://news.example/talks", home=home)

    assert "relevant (today's rule: not relevant), likeness" in told
    assert "list 2 of all_of: no, only in passing: company:nio in body 1×" in told


def test_hostile_text_cannot_steer_the_terminal(explain):
    told = explain("https://news.example/bad")

    assert not set("\x1b\x07\u202e\u2028") & set(told)
    marked = styled("Xiao\x1b[31mmi\u202e 小米", (Mark(kind="claim", start=0, stop=4, label="x", number=1),))
    assert marked.plain == "(1) Xiao\\u001b[31mmi\\u202e 小米"


def test_a_terminal_shows_all_styles_of_marks_that_overlap():
    marks = (
        Mark(kind="claim", start=0, stop=14, label="claim 1", number=1),
        Mark(kind="mention", start=0, stop=6, label="company:xiaomi"),
    )
    line = styled("Xiaomi invests now", marks)

    assert line.plain == "(1) Xiaomi invests now"
    assert [(line.plain[span.start : span.end], str(span.style)) for span in line.spans] == [
        ("(1) ", "bold yellow"),
        ("Xiaomi", "underline cyan"),
        (" invests", "underline"),
    ]
