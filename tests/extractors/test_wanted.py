"""The order in which pages are asked for: news waits for nothing that is none."""

from datetime import UTC, datetime, timedelta

import pytest

from extractors.archives import Archived
from extractors.orders import ArchiveVisit, Order, Poll, SourceOrder
from extractors.polling import Visit
from extractors.records import Item, Source
from extractors.wanted import pages_wanted

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
SITE = "https://wire.example/"


def source(source_id):
    return Source(source_id=source_id, kind="feed", url=SITE + source_id, every=timedelta(minutes=15))


def item(source_id, name):
    return Item(source_id=source_id, url=SITE + name)


def visit(source_id, name):
    poll = Poll(source_id=source_id, started_at=NOON, outcome="new")
    return Visit(poll=poll, source=source(source_id), items=(item(source_id, name),))


@pytest.fixture
def wanted():
    """The pages of an order for a source that was read before, with what waits of it, and for one that is new."""

    def find(*visits):
        waited = (item("known", "past"), item("known", "waited"))
        told = SourceOrder(
            source=source("known"), asked_at=NOON, pending=waited, past=(SITE + "past", SITE + "gone")
        )
        order = Order(order_id="o", created_at=NOON, sources=(told, SourceOrder(source=source("first"))))
        return pages_wanted(order, visits, frozenset())

    return find


def test_news_comes_before_first_imports_and_older_parts(wanted):
    part = Archived(
        visit=ArchiveVisit(source_id="known", url=SITE + "p2", visited_at=NOON),
        source=source("known"),
        items=(item("known", "older"),),
    )

    pages, polls = wanted(visit("first", "import"), visit("known", "news"), part)

    assert [one.items[0].url.removeprefix(SITE) for one in pages] == [
        "waited",
        "news",
        "import",
        "past",
        "older",
    ]
    assert [poll.new_items for poll in polls] == [1, 1]


def test_a_page_is_asked_for_once_at_the_place_of_its_first_item(wanted):
    pages, _ = wanted(visit("known", "past?utm_source=x"), visit("first", "past"))

    assert [[one.source_id for one in page.items] for page in pages] == [
        ["known"],
        ["known", "first", "known"],
    ]
