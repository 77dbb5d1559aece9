"""What a site gets in a day: counted from the ledger, given out at planning, what has waited longest first."""

from datetime import UTC, datetime, timedelta

import pytest

from extractors.hosts import host_of
from extractors.orders import Batch, Request, SiteUse
from extractors.records import item_keys
from warehouse.budget import spent_sites, used_sites
from warehouse.database import open_warehouse
from warehouse.landing import order_path, read_order, write_order
from warehouse.plan import note_sources, plan
from warehouse.requests import save_by_hand, save_requests

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WWW, FEEDS = "www.paper.co.uk", "feeds.paper.co.uk"


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def asked(hours, host=WWW, purpose="page", **told):
    url, at = f"https://{host}/", NOON + hours * HOUR
    return Request(url=url, host=host, purpose=purpose, started_at=at, unconditional="first", **told)


def ledger(con, *requests):
    save_requests(con, Batch(batch_id="b", order_id="o", collected_at=NOON, requests=requests))


@pytest.fixture
def watch(a_watch, a_source):
    """Five feeds of one site, at two hosts, and one of another site."""
    urls = [f"https://{(WWW, FEEDS)[n % 2]}/{n}.xml" for n in range(5)]
    sources = [a_source(f"p{n}", url=url) for n, url in enumerate(urls)]
    return a_watch(sources=(*sources, a_source("b", url="https://one.blogspot.com/rss")))


def ids(order):
    return [told.source.source_id for told in order.sources]


def pend(con, source_id, *urls):
    for url in urls:
        con.execute(
            "INSERT INTO state.pending_items (source_id, url, authors, attempts, error, first_import) "
            "VALUES ($source_id, $url, [], 0, 'budget', false)",
            {"source_id": source_id, "url": url},
        )


def test_what_was_asked_is_counted_by_site_for_a_day(con):
    ledger(con, asked(-25), asked(-24), asked(-23), asked(-1, FEEDS), asked(-2, "one.blogspot.com"))
    save_by_hand(con, (asked(-0.5),), NOON)

    assert used_sites(con, NOON) == (
        SiteUse(site="one.blogspot.com", requests=1, pages=1, asked_at=NOON - 2 * HOUR),
        SiteUse(site="paper.co.uk", requests=3, pages=2, asked_at=NOON - 0.5 * HOUR),
    )
    assert spent_sites(con, NOON, 4) == used_sites(con, NOON)[1:]  # two thirds of four, and more
    assert spent_sites(con, NOON, 6) == ()


def test_the_order_carries_it_all_the_way(con, watch, tmp_path):
    ledger(con, asked(-3), asked(-1))
    order = plan(con, watch, NOON, budget=100)
    write_order(tmp_path, order)

    assert order.used == (SiteUse(site="paper.co.uk", requests=2, pages=2, asked_at=NOON - HOUR),)
    assert read_order(order_path(tmp_path, order.order_id)) == order


def test_of_one_site_those_are_polled_that_are_due_longest(con, watch):
    ledger(con, *[asked(-n, purpose="poll") for n in range(1, 5)])
    note_sources(con, watch, NOON)
    for number in range(5):
        due = NOON - (number + 1) * HOUR
        con.execute(
            "UPDATE sources SET next_poll_at = $due WHERE source_id = $id", {"due": due, "id": f"p{number}"}
        )

    assert ids(plan(con, watch, NOON, budget=9)) == ["p3", "p4", "b"]
    assert ids(plan(con, watch, NOON, budget=6)) == ["b"]
    assert ids(plan(con, watch, NOON)) == ["p0", "p1", "p2", "p3", "p4", "b"]


def test_nothing_that_has_room_makes_no_order_and_a_day_later_all_has(con, watch):
    ledger(con, *[asked(-1) for _ in range(3)], *[asked(-1, "one.blogspot.com") for _ in range(3)])
    note_sources(con, watch, NOON)

    assert plan(con, watch, NOON, budget=3) is None
    assert len(plan(con, watch, NOON + 23 * HOUR + timedelta(seconds=1), budget=10).sources) == 6


def test_pages_that_have_no_room_wait_and_are_not_taken_for_new(con, watch):
    note_sources(con, watch, NOON)
    pend(con, "p0", f"https://{WWW}/a", "https://one.blogspot.com/b", f"https://{FEEDS}/c")
    ledger(con, *[asked(-1) for _ in range(6)])
    order = plan(con, watch, NOON, budget=9)  # pages may go up to 6

    (first,) = [told for told in order.sources if told.source.source_id == "p0"]
    assert [item.url for item in first.pending] == ["https://one.blogspot.com/b"]
    waiting = [
        item for item in plan(con, watch, NOON).sources[0].pending if host_of(item.url) != "one.blogspot.com"
    ]
    assert {key for item in waiting for key in item_keys(item)} <= set(order.known)


def test_a_site_that_lists_no_more_keeps_its_pages_until_there_is_room(con, watch):
    note_sources(con, watch, NOON)
    con.execute("UPDATE sources SET next_poll_at = NULL, state = 'gone', gone_at = $at", {"at": NOON})
    pend(con, "p0", f"https://{WWW}/a")
    ledger(con, *[asked(-1) for _ in range(6)])

    assert plan(con, watch, NOON, budget=9) is None
    order = plan(con, watch, NOON + 24 * HOUR, budget=9)
    assert [(told.polled, len(told.pending)) for told in order.sources] == [(False, 1)]


def test_what_older_programs_wrote_by_host_counts_for_the_site(con):
    ledger(con, asked(-3), asked(-2, FEEDS), asked(-4, purpose="poll"))
    con.execute("UPDATE requests SET site = NULL WHERE purpose = 'page'")

    assert used_sites(con, NOON) == (
        SiteUse(site="paper.co.uk", requests=3, pages=2, asked_at=NOON - 2 * HOUR),
    )


@pytest.mark.parametrize(("last", "too_many"), [(429, True), (200, False), (None, False)])
def test_a_site_whose_last_request_was_too_many_is_known_as_such(con, last, too_many):
    ledger(con, asked(-3, http_status=429), asked(-2, FEEDS, http_status=last))

    assert [one.too_many for one in used_sites(con, NOON)] == [too_many]


def test_polls_alone_leave_a_third_to_the_pages(con, watch):
    note_sources(con, watch, NOON)
    pend(con, "p0", f"https://{WWW}/a", f"https://{FEEDS}/b", f"https://{FEEDS}/c")
    ledger(con, *[asked(-1, purpose="poll") for _ in range(2)])
    order = plan(con, watch, NOON, budget=6)  # 4 are for polls, 2 of them are left

    assert ids(order) == ["p0", "p1", "b"]
    assert len(order.sources[0].pending) == 2

    ledger(con, *[asked(-2, purpose="poll") for _ in range(2)])
    order = plan(con, watch, NOON, budget=6)
    assert [(told.source.source_id, told.polled, len(told.pending)) for told in order.sources] == [
        ("b", True, 0),
        ("p0", False, 2),
    ]


def test_sources_of_one_site_take_turns_with_their_pages(con, watch):
    note_sources(con, watch, NOON)
    pend(con, "p0", *[f"https://{WWW}/a{number}" for number in range(9)])
    pend(con, "p4", *[f"https://{WWW}/z{number}" for number in range(3)])
    order = plan(con, watch, NOON, budget=12)

    pending = {told.source.source_id: len(told.pending) for told in order.sources}
    assert (pending["p0"], pending["p4"]) == (4, 3)
