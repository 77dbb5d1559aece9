"""A source that goes by another id in the watch file, and by its old one again: what is known of it goes with it."""

from datetime import timedelta

import pytest

from extractors.orders import Batch, ItemOutcome, PageVisit, Poll, Validator
from tests.warehouse.source_polls import NOON, URL
from warehouse.database import open_warehouse
from warehouse.load import load
from warehouse.plan import note_sources, plan

MINUTE = timedelta(minutes=1)


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as opened:
        yield opened


@pytest.fixture
def named(a_watch, a_source):
    """A watch with the one source under the name that a test gives it."""
    return lambda name, **changes: a_watch(sources=(a_source(name, url=URL, **changes),))


@pytest.fixture
def bring(con, named, an_item):
    """Poll the source under a name, minutes after noon: an item waits for its page, the page of another is known."""

    def do(name, minutes):
        at = NOON + minutes * MINUTE
        known = an_item(2, source_id=name)
        batch = Batch(
            batch_id=str(minutes),
            order_id=str(minutes),
            collected_at=at,
            polls=(
                Poll(
                    source_id=name,
                    started_at=at,
                    outcome="new",
                    keys=(str(minutes),),
                    validators=(Validator(url=URL, etag=str(minutes)),),
                ),
            ),
            outcomes=(ItemOutcome(item=an_item(1, source_id=name), state="failed", error="x"),),
            pages=(
                PageVisit(
                    item=known,
                    visited_at=at,
                    outcome="read",
                    validator=Validator(url=known.url, etag="p"),
                    article_url=known.url,
                ),
            ),
        )
        load(con, batch, named(name), at)

    return do


def test_a_source_that_gets_its_old_name_back_takes_along_what_was_under_the_other(con, named, bring):
    bring("wire", 0)
    bring("paper", 20)

    assert plan(con, named("wire"), NOON + 21 * MINUTE) is None
    (told,) = plan(con, named("wire"), NOON + 80 * MINUTE).sources
    assert (told.source.source_id, len(told.pending)) == ("wire", 1)
    assert [one.etag for one in told.validators] == ["20"]
    for table in ("listings", "pages", "pending_items", "validators"):
        found = con.execute(f"SELECT DISTINCT source_id FROM state.{table}").fetchall()
        assert found == [("wire",)], table
    assert con.execute("SELECT keys FROM state.listings").fetchall() == [(["20"],)]
    assert plan(con, named("paper"), NOON + 21 * MINUTE) is None


def test_a_source_that_is_there_keeps_what_it_knows_when_another_of_its_address_goes(
    con, a_watch, a_source, bring
):
    bring("wire", 0)
    both = a_watch(sources=(a_source("wire", url=URL), a_source("paper", url=URL)))
    before = note_sources(con, both, NOON + MINUTE)["wire"]

    alone = note_sources(con, a_watch(sources=(a_source("wire", url=URL),)), NOON + 2 * MINUTE)

    assert (alone["wire"], alone["paper"].state) == (before, "removed")


def test_with_another_name_and_another_selector_a_page_is_read_anew(con, named):
    def page(name, links):
        return named(name, kind="page", links=links)

    poll = Poll(source_id="wire", started_at=NOON, outcome="new", validators=(Validator(url=URL, etag="v"),))
    batch = Batch(batch_id="b", order_id="o", collected_at=NOON, polls=(poll,))
    load(con, batch, page("wire", "h2 a"), NOON)

    (told,) = plan(con, page("paper", "h3 a"), NOON + 80 * MINUTE).sources

    assert told.validators == (Validator(url=URL),)
