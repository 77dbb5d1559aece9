"""What a search feed lists through links that hide the address is kept as a lead, not fetched."""

from datetime import timedelta

import pytest

from extractors.orders import Batch, ItemOutcome
from warehouse.database import open_warehouse
from warehouse.load import load


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "w.duckdb") as con:
        yield con


def listed(an_item, number, title, **more):
    item = an_item(number, redirector=True, title=title, publisher="The Herald", **more)
    return ItemOutcome(item=item, state="rejected", error="discovery")


def batch(name, noon, *outcomes, articles=()):
    return Batch(batch_id=name, order_id=name, collected_at=noon, outcomes=outcomes, articles=articles)


def test_a_hidden_link_is_a_lead_once(con, a_watch, an_item, noon):
    first = batch("b1", noon, listed(an_item, 1, "A deal", published_at=noon), listed(an_item, 2, "Another"))
    load(con, first, a_watch(), noon)
    load(con, batch("b2", noon, listed(an_item, 1, "A deal, changed")), a_watch(), noon + timedelta(hours=1))

    rows = con.execute("SELECT title, publisher, published_at, seen_at FROM leads ORDER BY url").fetchall()
    assert rows == [("A deal", "The Herald", noon, noon), ("Another", "The Herald", None, noon)]


def test_a_lead_is_covered_by_an_article_of_its_title_before_or_after(
    con, a_watch, an_item, an_article, noon
):
    leads = (
        listed(an_item, 1, "Xiaomi does thing 7"),
        listed(an_item, 2, "XIAOMI does thing: 8!"),
        listed(an_item, 3, "Else"),
    )
    load(con, batch("b1", noon, *leads, articles=(an_article(7),)), a_watch(), noon)
    load(con, batch("b2", noon, articles=(an_article(8),)), a_watch(), noon + timedelta(hours=1))

    assert con.execute("SELECT title FROM uncovered").fetchall() == [("Else",)]


def test_what_is_fetched_is_no_lead(con, a_watch, an_item, noon):
    load(con, batch("b1", noon, ItemOutcome(item=an_item(1), state="rejected", error="x")), a_watch(), noon)

    assert con.execute("SELECT count(*) FROM leads").fetchone() == (0,)
