"""`newswatch trends` and `newswatch query --as-of`: what they print, on terminals of two widths and elsewhere."""

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

from extractors.orders import Batch, Poll
from extractors.records import Source
from extractors.watch import Watch
from flows.cli import main
from flows.cli.trending import bars
from tests.warehouse.article_rows import article_row
from warehouse.database import insert, open_warehouse
from warehouse.load import load
from warehouse.summaries import refill

MONDAY = datetime(2022, 8, 1, 9, tzinfo=UTC)
WEEK = timedelta(days=7)


def fill(con, source):
    """Articles of six weeks; polls in the first, second and fifth, with a hole in the second; a late look back."""
    watch = Watch(name="cars", title="Cars", languages=("en",), entities=(), topics=(), sources=(source,))
    for days in (*range(10), 28, 29):
        at = MONDAY + timedelta(days=days)
        poll = Poll(source_id="wire", started_at=at, outcome="new", http_status=200, items=9, new_items=9)
        load(con, Batch(batch_id=f"b{days}", order_id="o", collected_at=at, polls=(poll,)), watch, at)
    insert(con, "entities", [{"entity_id": "company:byd", "kind": "company", "name": "比亚迪汽车" * 3}])
    rows, mentions = [], []
    for week, count in enumerate((4, 2, 0, 0, 1)):
        for number in range(count):
            name = f"a{week}-{number}"
            publisher = "Wire" if number else "新浪财经"
            copy_of = f"a{week}-0" if number == 3 else None
            rows.append(article_row(name, MONDAY + week * WEEK, publisher=publisher, copy_of=copy_of))
            mention = {"article_id": name, "surface": "x", "part": "body", "start": 0, "stop": 1}
            entities = ("company:byd", "topic:car") if number == 0 else ("company:byd",)
            mentions += [mention | {"entity_id": entity} for entity in entities]
    insert(con, "articles", rows)
    insert(con, "mentions", mentions)
    refill(con)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trends")
    source = Source(source_id="wire", kind="feed", url="http://wire.example/rss", every=timedelta(minutes=15))
    with open_warehouse(folder / "warehouse.duckdb") as con:
        fill(con, source)
    shutil.copyfile(folder / "warehouse.duckdb", folder / "newswatch.duckdb")
    return folder


@pytest.fixture
def call(home):
    def called(*arguments, status=0):
        result = CliRunner().invoke(main, ["--home", str(home), *arguments])
        assert result.exit_code == status, result.output
        return result

    return called


def on_a_terminal(home, *arguments, columns):
    """Return the lines that the command prints on a real terminal of that width, colours removed."""
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
    return re.sub(r"\x1b\[[0-9;]*m", "", b"".join(parts).decode()).replace("\r\n", "\n").splitlines()


def table(result):
    return [line.split() for line in result.stdout.splitlines()[1:]]


def test_a_bar_a_week_with_a_cross_where_no_source_was_read(call):
    assert [line[-2:] for line in table(call("trends", "--weeks", "6"))] == [["6", "·█▆××▃"], ["3", "·██××█"]]


@pytest.mark.parametrize(
    ("options", "drawn"),
    [
        (("--count", "articles"), ["7", "·█▄××▂"]),
        (("--count", "publishers"), ["2", "·██××▄"]),
        (("--by", "publisher", "--count", "articles"), ["4", "·█▃××·"]),
        (("--by", "language"), ["6", "·█▆××▃"]),
        (("--normalised",), ["50", "–▆█××▆"]),
    ],
)
def test_what_is_counted_and_by_what_can_be_chosen(call, options, drawn):
    assert table(call("trends", "--weeks", "6", *options))[0][-2:] == drawn


def test_days_are_those_of_the_zone(call):
    days = [row["day"] for row in json.loads(call("trends", "--days", "2", "--json").stdout)]
    assert days == ["2022-08-29", "2022-08-30"] * 2

    found = json.loads(call("trends", "--days", "2", "--zone", "Pacific/Auckland", "--json").stdout)
    assert [(row["day"], row["texts"]) for row in found][:2] == [("2022-08-29", 1), ("2022-08-30", 0)]


def test_one_entity_goes_week_by_week(call):
    assert table(call("trends", "--entity", "company:byd", "--weeks", "5")) == [
        ["2022-08-01", "4", "3", "2", "7", "of", "7", "█"],
        ["2022-08-08", "2", "2", "2", "3", "of", "7", "▆"],
        ["2022-08-15", "0", "0", "0", "0", "of", "7", "(gap)", "×"],
        ["2022-08-22", "0", "0", "0", "0", "of", "7", "(gap)", "×"],
        ["2022-08-29", "1", "1", "1", "2", "of", "2", "▃"],
    ]


def test_json_has_every_week_with_what_was_looked_at(call):
    rows = json.loads(call("trends", "--entity", "topic:car", "--weeks", "3", "--json").stdout)

    assert [(row["week"], row["texts"], row["gap"], row["texts_rate"]) for row in rows] == [
        ("2022-08-15", 0, True, None),
        ("2022-08-22", 0, True, None),
        ("2022-08-29", 1, False, 50.0),
    ]
    assert {row["entity_id"] for row in rows} == {"topic:car"}


@pytest.mark.parametrize("columns", [80, 120])
def test_a_terminal_is_told_what_the_marks_mean_and_no_line_is_too_long(home, columns):
    lines = on_a_terminal(home, "trends", "--weeks", "6", columns=columns)

    assert lines[0] == "Texts a week, 6 weeks from 2022-07-25 to 2022-08-30 (UTC)"
    assert sum("·█▆××▃" in line for line in lines) == 1
    assert "a gap, not silence" in " ".join(" ".join(lines).split())
    assert "12 of 30 source-days" in " ".join(" ".join(lines).split())
    assert max(len(line.rstrip()) for line in lines) <= columns


def test_bars_that_do_not_fit_lose_their_beginning_and_say_so(home):
    lines = on_a_terminal(home, "trends", "--weeks", "200", "--by", "publisher", columns=80)

    assert "The bars are of the last" in lines[1]
    assert sum("██××█" in line or "█▄××·" in line for line in lines) == 2
    assert len(lines) < 12


@pytest.mark.parametrize(
    "options",
    [
        ("--zone", "Europe/Nowhere"),
        ("--weeks", "3", "--days", "3"),
        ("--by", "publisher", "--count", "publishers"),
        ("--count", "publishers", "--normalised"),
        ("--weeks", "0"),
    ],
)
def test_what_cannot_be_counted_is_wrong_usage(call, options):
    assert call("trends", *options, status=2).stdout == ""


def test_a_rate_needs_polls(home, tmp_path):
    with open_warehouse(tmp_path / "newswatch.duckdb") as con:
        insert(con, "articles", [article_row("a", MONDAY)])

    result = CliRunner().invoke(main, ["--home", str(tmp_path), "trends", "--normalised"])

    assert result.exit_code == 2
    assert "nothing was polled" in result.stderr


def test_bars_are_never_more_than_the_largest():
    assert bars([0, 1, 7.5, 8], {}) == "·▁██"
    assert bars([], {}) == ""
    assert bars([0.1 + 0.2, 0.3], {1: "×"}) == "█×"


def test_a_query_as_of_a_moment_sees_what_was_known_then(call):
    asked = ("query", "--format", "csv", "SELECT count(*) FROM articles")

    assert call(*asked).stdout.splitlines()[1:] == ["7"]
    assert call(*asked, "--as-of", "2022-08-02T00:00:00Z").stdout.splitlines()[1:] == ["4"]


def test_what_does_not_follow_is_said_on_standard_error(call):
    told = call("query", "--as-of", "2022-08-02T00:00:00Z", "SELECT count(*) FROM entities, articles")

    assert "entities says what is so today" in told.stderr
    assert call("query", "--as-of", "2022-08-02T00:00:00Z", "FROM polls").stderr == ""


def test_a_moment_without_a_zone_is_wrong_usage(call):
    assert "has no zone" in call("query", "--as-of", "2022-08-02T00:00:00", "FROM polls", status=2).stderr
