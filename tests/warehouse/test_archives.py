"""The past of a feed: begun by its first reading alone, read part by part, ended whatever the parts say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.orders import ArchiveVisit, Batch, ItemOutcome, PageVisit, Validator
from extractors.records import Release, item_keys
from tests.warehouse.source_polls import STATE, listed
from warehouse.archives import (
    MOST_ATTEMPTS,
    MOST_LISTED,
    MOST_PARTS,
    RETRY_AFTER,
    ArchiveState,
    after_archive,
    begun,
    is_of_archive,
)
from warehouse.database import open_warehouse, rows
from warehouse.load import load
from warehouse.plan import note_sources, plan
from warehouse.polled import silent_articles

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
URL = "http://wire.example/rss.xml"
NEW = replace(STATE, last_ok_at=None)
FIRST = ArchiveState(
    source_id="wire", url="http://wire.example/p1", read=(URL,), next_try_at=NOON, began_at=NOON
)


def visit(url=FIRST.url, **changes):
    return ArchiveVisit(**{"source_id": "wire", "url": url, "visited_at": NOON} | changes)


def test_only_the_first_reading_of_a_source_begins_with_its_past():
    poll = listed(1, 1, older=FIRST.url)

    assert begun(poll, NEW) == FIRST
    assert begun(poll, STATE) is begun(poll, None) is begun(listed(1, 1), NEW) is None


def test_the_next_part_follows_and_the_last_one_ends_it():
    after = after_archive(FIRST, visit(older="http://wire.example/p2", keys=("a", "b"), items=1))

    assert after == replace(FIRST, url="http://wire.example/p2", read=(URL, FIRST.url), items=1)
    assert after_archive(after, visit(after.url)) is None


def test_a_part_that_cannot_be_had_is_asked_for_at_growing_distances_and_then_given_up():
    state, waits = FIRST, []
    while state is not None:
        waits.append(state.next_try_at - NOON)
        state = after_archive(state, visit(error="http-500", again=True))

    assert waits == [timedelta(0), RETRY_AFTER, 2 * RETRY_AFTER, 4 * RETRY_AFTER]
    assert len(waits) == MOST_ATTEMPTS
    assert after_archive(FIRST, visit(error="broken-feed")) is None


def test_enough_items_are_enough():
    for items, goes_on in ((MOST_LISTED - 1, True), (MOST_LISTED, False)):
        after = after_archive(FIRST, visit(older="http://wire.example/p2", items=items))
        assert (after is not None) is goes_on


@given(st.lists(st.integers(0, 30), min_size=40, max_size=40))
def test_whatever_the_parts_name_each_is_read_once_and_it_ends(named):
    state, read = FIRST, []
    for number in named:
        if state is None:
            break
        read.append(state.url)
        state = after_archive(state, visit(state.url, older=f"http://wire.example/p{number}"))

    assert state is None
    assert len(set(read)) == len(read) <= MOST_PARTS


def test_what_was_published_since_is_news_though_an_older_part_lists_it(an_item):
    until = dict.fromkeys((*item_keys(an_item(1)), *item_keys(an_item(2))), NOON)

    assert is_of_archive(an_item(1), until)
    assert is_of_archive(an_item(1, published_at=NOON), until)
    assert not is_of_archive(an_item(2, published_at=NOON + timedelta(minutes=1)), until)
    assert not is_of_archive(an_item(3), until)


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as opened:
        yield opened


@pytest.fixture
def bring(con, a_watch):
    """Load what was collected `hours` after noon."""
    numbers = iter(range(100))

    def do(hours=0, watch=None, **told):
        number, at = next(numbers), NOON + timedelta(hours=hours)
        batch = Batch(batch_id=f"b{number}", order_id=f"o{number}", collected_at=at, **told)
        return load(con, batch, watch or a_watch(), at)

    return do


def first(**changes):
    return listed(1, 1, older=FIRST.url, **changes)


def failed(item, **changes):
    return ItemOutcome(**{"item": item, "state": "failed", "error": "postponed"} | changes)


def ordered(con, watch, hours=0):
    """The order at that time: what is to be polled, and the archives."""
    order = plan(con, watch, NOON + timedelta(hours=hours))
    told = order.sources if order else ()
    return [one.source.source_id for one in told if one.polled], [one.archive for one in told if one.archive]


def test_the_past_is_read_between_the_polls_once_its_last_part_is_done(con, bring, a_watch, an_item):
    watch = a_watch()
    bring(polls=(first(),), outcomes=(failed(replace(an_item(1), attempts=-1)),))
    assert ordered(con, watch, 0.01) == ([], [])

    bring(outcomes=(ItemOutcome(item=an_item(1), state="rejected"),))
    (polled, (archive,)) = ordered(con, watch, 0.01)
    assert (polled, archive.url, archive.read) == ([], FIRST.url, (URL,))
    assert (archive.most, archive.began_at) == (MOST_LISTED, NOON)

    bring(archives=(visit(older="http://wire.example/p2", items=30),))
    (archive,) = ordered(con, watch, 0.01)[1]
    assert (archive.url, archive.most) == ("http://wire.example/p2", MOST_LISTED - 30)

    bring(archives=(visit("http://wire.example/p2"),))
    assert ordered(con, watch, 0.01) == ([], [])
    bring(5, polls=(first(started_at=NOON + timedelta(hours=5)),))
    assert ordered(con, watch, 5.01) == ([], [])


def test_an_item_under_embargo_holds_up_nothing_and_waits_for_its_time(con, bring, a_watch, an_item):
    until = NOON + timedelta(days=3)
    held = an_item(1, attempts=-1, release=Release(embargoed=until))
    bring(polls=(first(),), outcomes=(failed(held),))

    assert len(ordered(con, a_watch(), 0.01)[1]) == 1
    early, late = (plan(con, a_watch(), until + timedelta(minutes=one)) for one in (-1, 1))
    assert [one.pending for one in early.sources] == [()]
    assert [one.pending for one in late.sources] == [(replace(held, attempts=0),)]
    assert set(item_keys(held)) <= set(early.known)


def test_what_an_older_part_lists_is_stored_in_silence(con, bring, a_watch, an_item, an_article):
    bring(polls=(first(),))
    old, slipped = an_item(1), an_item(2, published_at=NOON + timedelta(minutes=5))
    keys = (*item_keys(old), *item_keys(slipped))
    bring(
        1,
        archives=(visit(keys=keys, began_at=NOON, visited_at=NOON + RETRY_AFTER),),
        outcomes=(failed(old), failed(slipped)),
    )

    assert con.execute("SELECT url, first_import FROM state.pending_items ORDER BY url").fetchall() == [
        (old.url, True),
        (slipped.url, False),
    ]


@pytest.mark.parametrize("sources", [0, 1])
def test_a_source_that_leaves_or_begins_anew_leaves_its_past(con, bring, a_watch, a_source, an_item, sources):
    bring(polls=(first(),), outcomes=(failed(an_item(1)),))
    others = (a_source(url="http://else.example/rss"),)[:sources]
    bring(1, watch=a_watch(sources=others))

    assert rows(con, "archives", ids=["wire"]) == []
    assert con.execute("SELECT count(*) FROM state.pending_items").fetchone() == (sources,)


def test_a_source_with_another_name_keeps_its_past(con, bring, a_watch, a_source, an_item):
    bring(polls=(first(),), outcomes=(failed(an_item(1)),))
    bring(1, watch=a_watch(sources=(a_source("paper"),)))

    assert [one["url"] for one in rows(con, "archives", ids=["paper"])] == [FIRST.url]
    assert con.execute("SELECT source_id FROM state.pending_items").fetchall() == [("paper",)]


def test_pages_of_a_source_that_ended_are_still_asked_for(con, bring, a_watch, an_item):
    bring(polls=(listed(1, 1, closed=True),), outcomes=(failed(an_item(1)),))

    order = plan(con, a_watch(), NOON + timedelta(hours=1))
    (told,) = order.sources
    assert (told.polled, [one.url for one in told.pending]) == (False, [an_item(1).url])

    bring(1, outcomes=(failed(replace(told.pending[0], attempts=-1)),))
    assert plan(con, a_watch(), NOON + timedelta(hours=1.4)) is None
    assert plan(con, a_watch(), NOON + timedelta(hours=1.6)) is not None

    bring(2, outcomes=(ItemOutcome(item=an_item(1), state="rejected"),))
    assert plan(con, a_watch(), NOON + timedelta(hours=3)) is None


def test_what_a_complete_feed_lists_no_more_is_asked_for_no_more(con, bring, a_watch, an_item):
    bring(polls=(listed(2, 2),), outcomes=(failed(an_item(1)), failed(an_item(2))))
    left = listed(1, 0, keys=item_keys(an_item(2)), started_at=NOON + timedelta(hours=1))
    bring(1, polls=(left,))
    assert con.execute("SELECT count(*) FROM state.pending_items").fetchone() == (2,)

    bring(2, polls=(replace(left, complete=True, started_at=NOON + timedelta(hours=2)),))
    assert con.execute("SELECT url FROM state.pending_items").fetchall() == [(an_item(2).url,)]


@pytest.mark.parametrize("since", [{"source_id": "paper"}, {"url": URL + "?x"}])
def test_the_past_is_no_news_though_the_source_goes_by_another_name_since(
    con, bring, a_watch, a_source, an_item, since
):
    bring(polls=(first(),))
    old = an_item(1, source_id="wire")
    part = visit(keys=item_keys(old), began_at=NOON)
    article = ItemOutcome(item=old, state="article", url=old.url)
    batch = Batch(
        batch_id="b", order_id="o", collected_at=NOON + RETRY_AFTER, archives=(part,), outcomes=(article,)
    )
    watch = a_watch(sources=(a_source(**{"source_id": "wire", "url": URL} | since),))

    assert silent_articles(con, batch, note_sources(con, watch, NOON + RETRY_AFTER)) == {old.url}


def test_what_was_under_embargo_at_the_first_reading_is_news_after_it(con, bring, an_item):
    held = an_item(1, attempts=-1, release=Release(embargoed=NOON + timedelta(hours=8)))
    bring(polls=(first(),), outcomes=(failed(held), failed(an_item(2))))

    assert con.execute("SELECT url FROM state.pending_items WHERE first_import").fetchall() == [
        (an_item(2).url,)
    ]


def test_the_order_tells_what_waits_and_what_is_no_news(con, bring, a_watch, an_item):
    held = an_item(1, attempts=-1, summary="A text.", release=Release(embargoed=NOON + timedelta(days=3)))
    bring(polls=(first(),), outcomes=(failed(held), failed(replace(an_item(2), attempts=-1))))

    (told,) = plan(con, a_watch(), NOON + timedelta(hours=2)).sources
    assert told.waiting == (replace(held, attempts=0, summary=None),)
    assert told.past == (an_item(2).url,) == tuple(one.url for one in told.pending)


def test_an_embargo_counts_however_often_the_page_was_asked_for_before(con, bring, an_item):
    until = NOON + timedelta(days=3)
    bring(polls=(first(),), outcomes=(failed(an_item(1, attempts=2, release=Release(embargoed=until))),))

    assert con.execute("SELECT next_try_at FROM state.pending_items").fetchall() == [(until,)]


def test_a_complete_feed_that_withholds_an_item_still_lists_it(con, bring, an_item):
    known, held = an_item(1), an_item(1, release=Release(pubstatus="withheld"))
    page = PageVisit(
        item=known, visited_at=NOON, outcome="read", validator=Validator(url=known.url, etag="a")
    )
    poll = listed(1, 1, keys=item_keys(known), complete=True)
    bring(polls=(poll,), pages=(replace(page, article_url=known.url),))
    bring(1, polls=(replace(poll, keys=item_keys(held), started_at=NOON + timedelta(hours=1)),))
    assert con.execute("SELECT count(*) FROM state.pages").fetchone() == (1,)

    bring(2, polls=(replace(poll, keys=("u",), started_at=NOON + timedelta(hours=2)),))
    assert con.execute("SELECT count(*) FROM state.pages").fetchone() == (0,)


def test_what_is_taken_back_counts_each_time_it_is(con, bring, an_item):
    held, free = an_item(1, guid=None, release=Release(pubstatus="withheld")), an_item(1, guid=None)
    bring(outcomes=(ItemOutcome(item=held, state="rejected"),))
    bring(1, outcomes=(ItemOutcome(item=free, state="rejected"),))
    assert con.execute("SELECT item_key FROM state.items").fetchall() == [(item_keys(free)[0],)]

    bring(2, outcomes=(ItemOutcome(item=held, state="rejected"),))
    assert con.execute("SELECT count(*) FROM state.items").fetchone() == (2,)


def test_a_first_reading_is_no_news_though_its_source_left_the_watch_since(con, a_watch, an_article):
    batch = Batch(
        batch_id="b",
        order_id="o",
        collected_at=NOON,
        polls=(first(),),
        articles=(an_article(1, source_id="wire"),),
    )
    plan(con, a_watch(), NOON)

    assert silent_articles(con, batch, note_sources(con, a_watch(sources=()), NOON))
