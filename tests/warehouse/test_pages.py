"""Known pages come due again on a decaying schedule; bytes that end workers are left alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.orders import Batch, Kill, PageVisit, Validator
from extractors.records import Item
from warehouse.database import open_warehouse
from warehouse.pages import (
    CHECKS,
    LEAST_GAP,
    MOST_A_HOST,
    QUARANTINE,
    after_visit,
    due_rechecks,
    quarantined,
    save_kills,
    save_pages,
)

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
URL = "https://wire.example/1"
ITEM = Item(
    source_id="wire",
    url=URL,
    guid="g1",
    title="Listed",
    published_at=NOON - timedelta(hours=2),
    authors=("Ann",),
    publisher="The Wire",
)
TAG = Validator(url=URL, etag='W/"1"', last_modified="Thu, 28 Mar 2024 11:00:00 GMT", body_hash="h1")


def visit(at=NOON, outcome="read", checks=0, item=ITEM, **changes):
    told = {"validator": TAG, "article_url": URL} | changes
    return PageVisit(item=item, visited_at=at, outcome=outcome, checks=checks, **told)


def batch(*pages, articles=()):
    return Batch(batch_id="b", order_id="o", collected_at=NOON, pages=pages, articles=articles)


def kill(at=NOON, key="q1"):
    return Kill(key=key, url=URL, killed_at=at, cause="memory")


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def looks(outcome="unchanged", late=timedelta(0)):
    """Return when a page is looked at that is always found in the same way, each time `late`."""
    state, times = after_visit(None, visit()), []
    while state is not None:
        at = state.next_check_at + late
        times.append(at - NOON)
        state = after_visit(state, visit(at, outcome, checks=state.checks + 1))
    return tuple(times)


def test_a_page_is_looked_at_after_an_hour_six_a_day_and_a_week():
    assert looks() == CHECKS == looks("failed") == looks("read")


def test_looks_that_were_missed_collapse_into_one():
    assert looks(late=timedelta(days=2)) == (timedelta(days=2, hours=1), timedelta(days=9))
    assert looks(late=timedelta(hours=4, minutes=30)) == (
        timedelta(hours=5, minutes=30),
        timedelta(days=1, hours=4, minutes=30),
        timedelta(days=7, hours=4, minutes=30),
    )


def test_a_page_that_is_gone_twice_in_a_row_is_let_go():
    first = after_visit(after_visit(None, visit()), visit(NOON + CHECKS[0], "gone", checks=1))

    assert first is not None
    assert after_visit(first, visit(NOON + CHECKS[1], "gone", checks=2)) is None
    back = after_visit(first, visit(NOON + CHECKS[1], "unchanged", checks=2))
    assert after_visit(back, visit(NOON + CHECKS[2], "gone", checks=3)) is not None


def test_what_failed_leaves_the_validators_and_what_was_read_brings_its_own():
    state = after_visit(None, visit())
    other = replace(TAG, etag='"2"', last_modified=None)

    failed = after_visit(
        state, visit(NOON + CHECKS[0], "failed", checks=1, validator=replace(TAG, etag=None))
    )
    read = after_visit(state, visit(NOON + CHECKS[0], checks=1, validator=other))

    assert (failed.etag, failed.last_modified) == (TAG.etag, TAG.last_modified)
    assert (read.etag, read.last_modified) == ('"2"', None)


@pytest.mark.parametrize(
    "told",
    [
        visit(outcome="failed"),
        visit(article_url=None),
        visit(checks=1),
    ],
    ids=["failed", "no article", "of a source that left"],
)
def test_only_a_first_visit_that_read_an_article_makes_a_page_known(told):
    assert after_visit(None, told) is None


def test_an_old_article_is_not_looked_at_again():
    assert after_visit(None, visit(), NOON - timedelta(days=7)) is not None
    assert after_visit(None, visit(), NOON - timedelta(days=7, seconds=1)) is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["read", "unchanged", "gone", "failed"]),
            st.timedeltas(timedelta(0), timedelta(days=3)),
        ),
        max_size=12,
    )
)
def test_looks_end_and_never_crowd(history):
    state, before = after_visit(None, visit()), NOON
    for number, (outcome, late) in enumerate(history, 1):
        if state is None:
            break
        assert state.next_check_at >= before + LEAST_GAP
        before = state.next_check_at + late
        state = after_visit(state, visit(before, outcome, checks=state.checks + 1))
        assert state is None or state.checks == number < len(CHECKS)


def test_what_was_listed_comes_back_with_the_page_when_it_is_due(con, a_watch, an_article):
    read = an_article(1, url=URL)
    save_pages(con, batch(visit(), articles=(read,)), a_watch())

    assert due_rechecks(con, a_watch(), NOON + timedelta(minutes=59)) == ()
    (due,) = due_rechecks(con, a_watch(), NOON + timedelta(hours=1))

    assert due.source == a_watch().sources[0]
    assert due.item == ITEM
    assert due.validator == TAG
    assert due.checks == 0

    save_pages(con, batch(visit(NOON + timedelta(hours=1), "unchanged", checks=1)), a_watch())
    assert due_rechecks(con, a_watch(), NOON + timedelta(hours=5)) == ()
    assert [one.checks for one in due_rechecks(con, a_watch(), NOON + timedelta(hours=6))] == [1]


def test_the_oldest_come_first_and_no_host_takes_all_the_room(con, a_watch):
    pages = [
        visit(
            NOON - timedelta(minutes=number),
            item=replace(ITEM, url=f"https://{host}.example/{number}", published_at=None),
        )
        for host, many in (("a", MOST_A_HOST + 5), ("b", 3))
        for number in range(many)
    ]
    save_pages(con, batch(*pages), a_watch())
    found = [one.item.url for one in due_rechecks(con, a_watch(), NOON + timedelta(days=1))]

    assert sum("//a." in url for url in found) == MOST_A_HOST
    assert sum("//b." in url for url in found) == 3
    assert found[0] == f"https://a.example/{MOST_A_HOST + 4}"
    assert len(due_rechecks(con, a_watch(), NOON + timedelta(days=1), most=4)) == 4


def test_pages_of_a_source_that_left_the_watch_are_forgotten(con, a_watch):
    save_pages(con, batch(visit()), a_watch())
    later = NOON + timedelta(days=1)

    assert due_rechecks(con, a_watch(sources=()), later) == ()
    save_pages(con, batch(), a_watch(sources=()))
    assert due_rechecks(con, a_watch(), later) == ()


def test_feed_text_and_redirectors_have_no_page(con, a_watch, an_article):
    told = an_article(1, url=URL, text_from="feed")
    hidden = visit(item=replace(ITEM, url="https://search.example/x", redirector=True))

    save_pages(con, batch(visit(), hidden, articles=(told,)), a_watch())

    assert due_rechecks(con, a_watch(), NOON + timedelta(days=1)) == ()


def test_an_older_visit_that_comes_late_changes_nothing(con, a_watch):
    save_pages(con, batch(visit()), a_watch())
    save_pages(con, batch(visit(NOON + CHECKS[0], "unchanged", checks=1)), a_watch())
    before = con.execute("FROM state.pages").fetchall()

    save_pages(con, batch(visit(NOON - CHECKS[0], validator=replace(TAG, etag="old"))), a_watch())

    assert con.execute("FROM state.pages").fetchall() == before


def test_bytes_that_ended_two_workers_are_left_alone_for_a_month(con):
    save_kills(con, [kill()], NOON)
    assert quarantined(con) == ()

    save_kills(con, [kill(NOON + timedelta(days=1)), kill(key="q2"), kill(key="q2")], NOON)
    assert quarantined(con) == ("q1", "q2")

    save_kills(con, [], NOON + QUARANTINE + timedelta(hours=1))
    assert quarantined(con) == ("q1",)
    save_kills(con, [], NOON + QUARANTINE + timedelta(days=2))
    assert quarantined(con) == ()
