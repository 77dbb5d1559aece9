"""The journal of sending: what was written down is there, whatever was cut off after it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.journal import KEPT_FOR, Journal

NOW = datetime(2024, 3, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path / "state" / "alerts.journal")


def test_the_last_event_of_an_alert_counts(journal):
    assert not journal.known
    journal.note("trying", ["a", "b"], NOW)
    journal.note("sent", ["a"], NOW + HOUR)

    assert journal.last_events() == {"a": ("sent", NOW + HOUR), "b": ("trying", NOW)}
    assert (journal.lost_at(), journal.restored()) == (None, None)


def test_marks_are_told_apart_from_alerts_and_end_when_all_has_come_back(journal):
    journal.begin({"a": NOW - HOUR}, {"b": "trying"}, NOW)

    assert journal.last_events() == {"a": ("sent", NOW - HOUR), "b": ("trying", NOW)}
    assert (journal.lost_at(), journal.rebuilt_at()) == (NOW, NOW)
    journal.note_complete(NOW - 9 * HOUR)  # the clock was set back
    assert (journal.lost_at(), journal.rebuilt_at()) == (None, None)
    journal.rewrite({}, None)
    assert (journal.lost_at(), journal.rebuilt_at()) == (None, None)
    journal.note_rebuilt(["b", "c"], NOW)
    assert (journal.lost_at(), journal.rebuilt_at()) == (None, NOW)
    assert journal.last_events()["c"] == ("waiting", NOW)
    assert journal.last_events()["b"] == ("trying", NOW)


def test_begun_anew_it_says_the_same_without_what_is_old(journal):
    journal.note("sent", ["old"], NOW - KEPT_FOR - HOUR)
    journal.note("trying", ["a"], NOW)
    journal.note("trying", ["b"], NOW)
    journal.note_rebuilt([], NOW)

    journal.rewrite({"a": NOW + HOUR, "c": NOW}, None)
    assert "old" in journal.last_events()
    journal.rewrite({"a": NOW + HOUR, "c": NOW}, NOW - KEPT_FOR)

    told = {"a": ("sent", NOW + HOUR), "b": ("trying", NOW), "c": ("sent", NOW)}
    assert journal.last_events() == told
    assert journal.rebuilt_at() == NOW


@pytest.mark.parametrize("data", [b"", b"rubbish\n" * 99, b"2024-03-01T08:00:00+00:00 sent a\n"])
def test_a_file_that_does_not_begin_like_one_is_none_and_is_begun_anew(journal, tmp_path, data):
    journal.note("sent", ["a"], NOW)
    (tmp_path / "state" / "alerts.journal").write_bytes(data)
    assert not journal.known
    assert journal.last_events() == {}

    journal.note("sent", ["b"], NOW)

    assert journal.known
    assert journal.last_events() == {"b": ("sent", NOW)}


@pytest.mark.parametrize(
    ("ours", "known"),
    [
        ([], False),
        ([("sent", "other", 0)], False),
        ([("sent", "a", 0)], False),
        ([("sent", "a", 0), ("trying", "b", 1), ("sent", "b", 1)], True),
        ([("sent", "a", 0), ("sent", "b", 5)], True),
    ],
)
def test_with_the_journal_of_a_backup_it_holds_both_and_says_where_it_does_not_go_on(tmp_path, ours, known):
    theirs, mine = Journal(tmp_path / "theirs"), Journal(tmp_path / "mine")
    theirs.note("sent", ["a"], NOW)
    theirs.note("trying", ["b"], NOW + HOUR)
    for event, key, hours in ours:
        mine.note(event, [key], NOW + hours * HOUR)
    before = mine.last_events()

    mine.restore(theirs, NOW + HOUR, NOW + 9 * HOUR)

    assert dict(theirs.last_events()) | dict(before) == mine.last_events()
    assert mine.restored() == (None if known else (NOW + HOUR, NOW + 9 * HOUR))


@given(st.integers(40, 400), st.binary(max_size=30))
def test_a_torn_end_costs_no_other_line(tmp_path_factory, length, rubbish):
    path = tmp_path_factory.mktemp("journal") / "alerts.journal"
    journal = Journal(path)
    for number in range(5):
        journal.note("sent", [f"a{number}"], NOW)
    data = path.read_bytes()[:length]
    path.write_bytes(data + rubbish)
    whole = data.count(b"\n") - 1  # the first line is no event

    journal.note("sent", ["new"], NOW)

    assert {f"a{number}" for number in range(whole)} | {"new"} <= journal.last_events().keys()
