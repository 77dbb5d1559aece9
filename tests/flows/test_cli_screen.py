"""What is printed: values in terms of JSON and of tables, and text that cannot steer a terminal."""

import contextlib
import io
import json
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.cli import screen

#: Unicode's names for the characters that turn the direction of text.
TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
MOMENT = datetime(2022, 8, 26, 16, 30, tzinfo=timezone(timedelta(hours=8)))


@dataclass(frozen=True)
class Record:
    """A record as commands print them."""

    at: datetime
    names: tuple[str, ...]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (MOMENT, "2022-08-26T08:30:00Z"),
        (date(2022, 8, 26), "2022-08-26"),
        (timedelta(minutes=1), 60.0),
        (b"\x01\xff", "01ff"),
        (Decimal("1.50"), "1.50"),
        (float("inf"), None),
        (Path("a/b"), "a/b"),
        (Record(at=MOMENT, names=("a",)), {"at": "2022-08-26T08:30:00Z", "names": ["a"]}),
        ({1: (True, None)}, {"1": [True, None]}),
    ],
)
def test_every_value_has_a_form_in_json(value, expected):
    assert screen.plain(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (MOMENT, "2022-08-26 08:30"),
        (("de", "en"), "de, en"),
        ([1, 2], "[1, 2]"),
        (0.1 + 0.2, "0.3"),
        (12, "12"),
    ],
)
def test_every_value_has_a_form_in_tables(value, expected):
    assert screen.shown(value) == expected


@given(st.text())
def test_no_text_steers_the_terminal_or_leaves_its_line(text):
    line = screen.one_line(text)

    assert {unicodedata.category(character) for character in line} & {"Cc", "Cs", "Zl", "Zp"} == set()
    assert {unicodedata.bidirectional(character) for character in line} & TURNING == set()
    assert line.encode().decode() == line


@given(st.text())
def test_json_reads_back_as_it_was(text):
    with contextlib.redirect_stdout(io.StringIO()) as written:
        screen.show_json({"text": text})

    assert json.loads(written.getvalue()) == {"text": text}


def test_a_short_message_is_introduced_and_a_list_of_faults_stands_as_it_is(capsys):
    screen.complain("it broke")
    screen.complain("watch.toml:3: name: is missing\nwatch.toml:9: url: is no URL")

    assert capsys.readouterr().err.splitlines() == [
        "newswatch: it broke",
        "watch.toml:3: name: is missing",
        "watch.toml:9: url: is no URL",
    ]


def test_an_empty_table_still_names_its_columns(capsys):
    screen.show_table(("a", "b"), [])

    assert capsys.readouterr().out.split() == ["a", "b"]


def test_numbers_stand_to_the_right(capsys):
    screen.show_table(("name", "n"), [("one", 1), ("hundred", 100)])

    assert capsys.readouterr().out.splitlines() == ["name       n", "one        1", "hundred  100"]


def test_a_moment_without_a_zone_is_shown_as_it_stands():
    assert screen.shown(MOMENT.astimezone(UTC).replace(tzinfo=None)) == "2022-08-26 08:30"
