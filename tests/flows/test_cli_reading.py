"""The commands that read the snapshot: what they print, and that no article steers the terminal."""

import csv
import io
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from flows.cli import main
from warehouse.database import insert, open_warehouse
from warehouse.summaries import refill

T = datetime(2022, 8, 26, 8, tzinfo=UTC)
STORY, DEVELOPMENT = "s1234567890abcdef1234", "d1234567890abcdef1234"
LONG = "Xiaomi und BAIC sprechen über den Bau von Elektroautos in einem alten Werk in Peking"
HOSTILE = "北汽 talks \x1b[31mred\x1b[0m \x9b2J \u202egnp.exe \x07"


def article(name, title, **more):
    row = {
        "article_id": name,
        "url": f"https://news.example/{name}",
        "source_id": "wire",
        "publisher": "新浪财经",
        "language": "zh",
        "title": title,
        "lead": None,
        "text": "First line.\n\nSecond, with “quotes” and, commas.",
        "authors": ["A", "B"],
        "published_at": T,
        "published_from": "feed",
        "reported_at": T,
        "first_seen_at": T,
        "revision": 1,
        "words": 1,
        "relevant": True,
        "likeness": 0.5,
        "copy_of": None,
        "story_id": STORY,
        "text_from": "page",
    }
    return row | more


def fill(con):
    insert(
        con,
        "entities",
        [{"entity_id": "company:byd", "kind": "company", "name": "BYD", "wikidata": None}],
    )
    insert(con, "articles", [article("a", LONG), article("b", HOSTILE, reported_at=T + timedelta(days=8))])
    mention = {"entity_id": "company:baic", "surface": "BAIC", "part": "title", "start": 0, "stop": 4}
    insert(con, "mentions", [mention | {"article_id": "a"}, mention | {"article_id": "b"}])
    story = {"story_id": STORY, "title": LONG, "first_at": T, "last_at": T, "articles": 2, "publishers": 1}
    insert(con, "stories", [story | {"languages": ["de", "zh"]}])
    development = {
        "development_id": DEVELOPMENT,
        "story_id": STORY,
        "event_type": "partnership",
        "status": "talks",
        "basis": "unconfirmed",
        "participants": ["company:baic"],
        "what": "Xiaomi, BAIC: partnership, talks (unconfirmed)",
        "sentence": HOSTILE,
        "first_article_id": "b",
        "reported_at": T,
        "detected_at": T,
        "articles": 2,
        "origins": 1,
        "supersedes": None,
    }
    insert(con, "developments", [development])
    source = {
        "source_id": "broken",
        "kind": "feed",
        "url": "https://broken.example/rss",
        "publisher": None,
        "language": None,
        "state": "failing",
        "failures": 4,
        "last_ok_at": None,
        "next_poll_at": T,
        "interval_s": 900.0,
        "error": "https://broken.example/rss: html-for-xml (text/html)",
        "advice": "The address answers with a web page; look for the feed's own address.",
    }
    insert(con, "sources", [source])
    alert = {
        "alert_id": "n1234567890abcdef1234",
        "kind": "development",
        "development_id": DEVELOPMENT,
        "rule": "desk",
        "channel": "json",
        "state": "failed",
        "created_at": T,
        "sent_at": None,
        "attempts": 2,
        "error": "connection refused",
        "title": "Xiaomi, BAIC",
        "body": "…",
    }
    insert(con, "alerts", [alert, alert | {"alert_id": "n2", "state": "sent", "error": None, "sent_at": T}])


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("filled")
    with open_warehouse(folder / "warehouse.duckdb") as con:
        fill(con)
        refill(con)
    return folder / "warehouse.duckdb"


@pytest.fixture
def home(tmp_path, filled):
    shutil.copyfile(filled, tmp_path / "newswatch.duckdb")
    return tmp_path


@pytest.fixture
def call(home):
    def called(*arguments, status=0, text=None):
        result = CliRunner().invoke(main, ["--home", str(home), *arguments], input=text)
        assert result.exit_code == status, result.output
        return result

    return called


def on_a_terminal(home, *arguments, columns=80):
    """Return what the command prints on a real terminal of that width, colours removed."""
    program = "import sys; from flows.cli import main; main()"
    master, slave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", program, "--home", str(home), *arguments],
        stdout=slave,
        stderr=slave,
        env={**os.environ, "COLUMNS": str(columns), "TERM": "xterm"},
    ):
        os.close(slave)
        parts = []
        while True:
            try:
                part = os.read(master, 65536)
            except OSError:
                break
            if not part:
                break
            parts.append(part)
    os.close(master)
    return re.sub(r"\x1b\[[0-9;]*m", "", b"".join(parts).decode()).replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("command", "key", "value"),
    [
        ("stories", "story_id", STORY),
        ("developments", "development_id", DEVELOPMENT),
        ("trends", "entity_id", "company:baic"),
    ],
)
def test_lists_come_as_json_objects(call, command, key, value):
    assert json.loads(call(command, "--json").stdout)[0][key] == value


def test_a_story_comes_as_one_json_object_with_its_evidence(call):
    told = json.loads(call("story", STORY[:6], "--json").stdout)

    assert told["story"]["story_id"] == STORY
    assert [row["article_id"] for row in told["articles"]] == ["a", "b"]
    assert told["developments"][0]["url"] == "https://news.example/b"
    assert told["developments"][0]["reported_at"] == "2022-08-26T08:00:00Z"


def test_json_keeps_every_character_and_yet_steers_nothing(call):
    text = call("developments", "--json").stdout

    assert json.loads(text)[0]["sentence"] == HOSTILE
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)


@pytest.mark.parametrize(
    "command",
    [
        ("stories",),
        ("story", STORY),
        ("developments",),
        ("search", "talks"),
        ("search", "first"),
        ("query", "FROM articles"),
        ("query", "FROM developments", "--format", "json"),
        ("alerts", "list"),
        ("status",),
    ],
)
def test_no_control_character_of_an_article_is_printed(call, command):
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", call(*command).stdout)


def test_developments_show_sentence_link_and_basis(call):
    text = call("developments").stdout

    assert "Xiaomi, BAIC: partnership, talks (unconfirmed)" in text
    assert "北汽 talks \\u001b[31mred" in text
    assert "https://news.example/b" in text
    assert "1 origin, 2 articles" in text


def test_developments_take_filters(call):
    assert call("developments", "--type", "plant").stdout == ""
    assert call("developments", "--since", "2022-08-27T00:00:00Z").stdout == ""
    assert DEVELOPMENT in call("developments", "--entity", "company:baic").stdout


def test_piped_tables_have_a_row_a_line_and_cut_nothing(call):
    lines = call("stories").stdout.splitlines()

    assert len(lines) == 2
    assert STORY in lines[1]
    assert lines[1].endswith(LONG)


def test_on_a_terminal_no_line_is_wider_than_it_and_still_nothing_is_lost(home):
    text = on_a_terminal(home, "stories")

    assert max(len(line) for line in text.splitlines()) <= 80
    assert all(word in text for word in LONG.split())


def test_a_wide_row_is_shown_as_a_record_on_a_terminal(home):
    text = on_a_terminal(home, "query", "SELECT * FROM articles WHERE article_id = 'a'")

    assert re.search(r"^url +https://news.example/a *$", text, re.MULTILINE)
    assert re.search(r"^authors +A, B *$", text, re.MULTILINE)


def test_csv_on_a_terminal_steers_nothing(home):
    text = on_a_terminal(home, "query", "SELECT title FROM articles", "--format", "csv")

    assert "\x1b" not in text
    assert "\x9b" not in text


def test_query_gives_csv_that_reads_back(call):
    text = call(
        "query", "SELECT article_id, text, authors, lead FROM articles ORDER BY 1", "--format", "csv"
    ).stdout

    header, first, _ = csv.reader(io.StringIO(text))
    assert header == ["article_id", "text", "authors", "lead"]
    assert first == ["a", "First line.\n\nSecond, with “quotes” and, commas.", '["A", "B"]', ""]


def test_query_gives_json_with_every_column_even_of_one_name(call):
    sql = "SELECT 1 AS n, 2 AS n, 'nan'::DOUBLE AS f, INTERVAL 9 MINUTE AS i, 'a'::BLOB AS b, 1.5::DEC AS d"

    (row,) = json.loads(call("query", sql, "--json").stdout)
    assert row == {"n": 1, "n_2": 2, "f": None, "i": 540.0, "b": "61", "d": "1.500"}


def test_query_reads_a_statement_from_standard_input(call):
    assert call("query", "-", "--format", "csv", text="SELECT 1 AS one").stdout == "one\n1\n"


@pytest.mark.parametrize(
    "sql", ["", " ; ", "SELEC 1", "DELETE FROM articles", "SELECT * FROM read_text('/etc/hostname')"]
)
def test_a_query_that_is_wrong_or_reaches_out_ends_with_2_and_a_message(call, sql):
    result = call("query", sql, status=2)

    assert result.stdout == ""
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr


def test_search_shows_where_the_words_stand(call):
    text = call("search", "second", "--limit", "1").stdout

    assert "https://news.example/b" in text
    assert "Second, with" in text


def test_status_tells_cause_and_advice_of_a_failing_source(call):
    text = call("status").stdout

    assert "broken: failed 4 times in a row" in text
    assert "html-for-xml" in text
    assert "What to do: The address answers with a web page" in text
    assert "1 failed; see `newswatch alerts list`" in text


def test_status_comes_as_json(call):
    told = json.loads(call("status", "--json").stdout)

    assert told["sources"][0]["advice"].startswith("The address answers")
    assert told["backlog"]["articles"] == 2
    assert told["runs"] == []


def test_the_ledger_can_be_filtered_by_state(call):
    assert "connection refused" in call("alerts", "list").stdout
    (row,) = json.loads(call("alerts", "list", "--state", "sent", "--json").stdout)
    assert row["alert_id"] == "n2"


@pytest.mark.parametrize("command", ["developments", "trends"])
def test_an_entity_that_is_not_there_ends_with_2_and_a_suggestion(call, command):
    told = call(command, "--entity", "company:bid", status=2)

    assert told.stdout == ""
    assert "did you mean 'company:byd'?" in told.stderr


def test_an_event_type_that_is_not_there_ends_with_2(call):
    assert "partnership" in call("developments", "--type", "partnershp", status=2).stderr


def test_nothing_found_is_said_to_a_person_and_leaves_a_pipe_empty(home, call):
    piped = call("search", "nowhere")

    assert (piped.stdout, piped.stderr) == ("", "")
    assert "No article holds any of these words." in on_a_terminal(home, "search", "nowhere")


def test_an_unknown_story_ends_with_2(call):
    assert "newswatch stories" in call("story", "nothing", status=2).stderr


def test_reading_leaves_the_snapshot_as_it_is(home, call):
    before = (home / "newswatch.duckdb").read_bytes()
    call("query", "CREATE TEMP TABLE t AS SELECT 1; FROM t")

    assert (home / "newswatch.duckdb").read_bytes() == before
    assert [path.name for path in home.iterdir()] == ["newswatch.duckdb"]
