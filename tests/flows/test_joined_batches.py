"""Joined batches of which some parts came by another way: each part counts once, and the file comes to rest."""

from dataclasses import replace

import pytest
from kept_home import WATCH, overwrite

from extractors.orders import batch_id_of
from extractors.watch import read_watch
from flows.cycle import load_waiting
from flows.housekeeping import mend, tidy_if_due
from warehouse import landing
from warehouse.joining import joined

SECOND = '\n[[sources]]\nid = "second"\nkind = "feed"\nurl = "http://127.0.0.1:9/second.xml"\nevery = "1h"\n'
SOURCES = ("wire", "second")


@pytest.fixture
def home(kept):
    """A home that has run for some hours, and then follows a second source."""
    kept.settings.watch_file.write_text(WATCH + SECOND, encoding="utf-8")
    kept.watch = read_watch(kept.settings.watch_file)
    return kept


@pytest.fixture
def parts(home):
    """What two collectors brought for one plan: each a poll of a source, and a piece."""
    found = []
    for number, piece in enumerate((2, 3)):
        path = home.collected(6, piece)
        batch, order_id = landing.read_batch(path), f"o9-{number + 1}of2"
        path.unlink()
        polls = tuple(replace(poll, source_id=SOURCES[number]) for poll in batch.polls)
        found.append(replace(batch, batch_id=batch_id_of(order_id), order_id=order_id, polls=polls))
    return found


def load(home, batch, hours=6):
    landing.write_batch(home.settings.landing, batch)
    (result,) = load_waiting(home.settings, home.watch, home.at(hours)).results
    return result


def returned(home, days):
    """Let days go by; return how many batches each of them gave back to be loaded."""
    for day in days:
        tidy_if_due(home.settings, home.at(24 * day + 6))
        load_waiting(home.settings, home.watch, home.at(24 * day + 6))
    return [count for (count,) in home.ask("SELECT returned FROM housekeeping ORDER BY started_at")][
        -len(days) :
    ]


@pytest.mark.parametrize("first", [(0,), (1,), (0, 1)], ids=["first", "second", "both"])
def test_of_a_joined_batch_the_parts_that_are_not_loaded_are_and_then_it_is_at_rest(home, parts, first):
    for number in first:
        load(home, joined(parts[number : number + 1]))
    last = load(home, joined(parts), 7)

    assert last.already == (len(first) == 2)
    assert home.ask("SELECT count(*) FROM articles") == [(4,)]
    polls = (
        "SELECT source_id, count(*) FROM polls WHERE started_at >= '2024-03-01 14:00Z' GROUP BY 1 ORDER BY 1"
    )
    assert home.ask(polls) == [("second", 1), ("wire", 1)]
    assert home.ask("SELECT count(*) FROM runs WHERE started_at >= '2024-03-01 14:00Z'") == [(2,)]
    assert returned(home, (1, 2, 3)) == [0, 0, 0]


@pytest.mark.parametrize("gone", ["warehouse", "all"])
def test_a_warehouse_that_is_made_anew_takes_every_part_once(home, parts, gone):
    load(home, joined(parts[:1]))
    load(home, joined(parts), 7)
    load(home, joined(parts[1:]), 8)
    before = home.rows()
    overwrite(home.settings.warehouse)
    if gone == "all":
        for path in (home.settings.snapshot, *home.settings.state.glob("verified*")):
            overwrite(path)

    mend(home.settings, home.at(9))
    load_waiting(home.settings, home.watch, home.at(9))

    # How far alerts got is made up from the journal of sending, when the next one goes out.
    assert [*home.rows()[:5], home.rows()[6]] == [*before[:5], before[6]]
    assert returned(home, (1, 2, 3)) == [0, 0, 0]


def test_where_parts_cannot_be_told_apart_the_batch_is_at_rest_and_the_others_come_by_themselves(home, parts):
    load(home, joined(parts[:1]))
    unmarked = replace(joined(parts), shares=())

    assert load(home, unmarked, 7).already
    assert returned(home, (1, 2)) == [0, 0]
    assert not load(home, joined(parts[1:]), 55).already
    assert home.ask("SELECT count(*) FROM articles") == [(4,)]
