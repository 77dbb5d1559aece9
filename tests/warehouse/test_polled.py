"""What is kept of polls: the polls themselves, the states after them, and the validators of each address."""

from datetime import UTC, datetime, timedelta

import pytest

from extractors.orders import Batch, Instead, ItemOutcome, Poll, Validator
from warehouse.database import open_warehouse, rows
from warehouse.plan import note_sources, read_states
from warehouse.polled import save_items, save_polls, silent_articles

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
URL, MAP = "http://wire.example/rss.xml", "http://wire.example/map.xml"


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as opened:
        yield opened


@pytest.fixture
def save(con, a_watch, a_source):
    """Save polls of the source `wire`, whose address is `URL`, and of `other`."""
    watch = a_watch(sources=(a_source(), a_source("other", url="http://other.example/rss")))

    def do(*polls):
        save_polls(con, polls, note_sources(con, watch, NOON))

    return do


def poll(*validators, **changes):
    told = {"source_id": "wire", "started_at": NOON, "outcome": "new", "http_status": 200, "url": URL}
    return Poll(**told | {"validators": validators} | changes)


def kept(con, source_id="wire"):
    return {row["url"]: row["etag"] for row in rows(con, "validators", ids=[source_id])}


def test_a_poll_tells_what_was_asked_and_when_the_next_one_may_come(con, save):
    save(poll())

    (told,) = con.execute("SELECT url, next_poll_at FROM polls").fetchall()
    assert told == (URL, read_states(con)["wire"].next_poll_at)


def test_validators_are_kept_byte_for_byte_and_by_address(con, save):
    index = Validator(url=URL, etag='W/"a\\"', last_modified="Thu,  28 Mar", body_hash="h", more=(MAP,))
    save(poll(index, Validator(url=MAP, etag='"ä"')))

    (first, second) = sorted(rows(con, "validators", ids=["wire"]), key=lambda row: row["url"], reverse=True)
    assert {**first, "source_id": "wire"} == first
    assert (first["etag"], first["last_modified"], first["body_hash"], first["more"]) == (
        'W/"a\\"',
        "Thu,  28 Mar",
        "h",
        [MAP],
    )
    assert second["etag"] == '"ä"'


def test_a_used_answer_without_validators_takes_the_old_ones_away(con, save):
    save(poll(Validator(url=URL, etag="1"), Validator(url=MAP, etag="2")))
    save(poll(Validator(url=URL), started_at=NOON + timedelta(hours=1)))

    assert kept(con) == {URL: None}


def test_a_failed_poll_leaves_the_validators_as_they_are(con, save):
    save(poll(Validator(url=URL, etag="1")))
    save(poll(outcome="failed", cause="http-500", error="x", started_at=NOON + timedelta(hours=1)))

    assert kept(con) == {URL: "1"}


def test_polls_of_what_is_read_instead_leave_the_validators_of_the_sources_own_address(con, save):
    save(poll(Validator(url=URL, etag="own")))
    hours = timedelta(hours=1)
    save(
        poll(Validator(url=MAP, etag="1"), instead=Instead(kind="sitemap", url=MAP), started_at=NOON + hours)
    )
    assert kept(con) == {URL: "own", MAP: "1"}

    save(poll(Validator(url=MAP, etag="2"), url=MAP, started_at=NOON + 2 * hours))
    assert kept(con) == {URL: "own", MAP: "2"}


def test_a_source_that_moves_to_the_address_of_another_stands_aside_at_once(con, save):
    other = "http://other.example/rss"
    save(poll(source_id="other", url=other))
    for days in (0, 1, 2):
        save(poll(started_at=NOON + timedelta(days=days), moved_to=other))

    states = read_states(con)
    assert (states["wire"].state, states["wire"].next_poll_at) == ("duplicate", None)
    assert "source other" in states["wire"].advice
    assert states["other"].state == "ok"
    assert con.execute("SELECT next_poll_at FROM polls ORDER BY started_at DESC LIMIT 1").fetchone() == (
        None,
    )


def test_a_state_comes_back_from_the_table_as_it_was_saved(con, save):
    save(poll(skip_hours=(1, 2), skip_days=(6,), wait_s=60.5, items=3, new_items=2, robots=False))

    state = read_states(con)["wire"]

    assert (state.skip_hours, state.skip_days, state.asked_s, state.robots) == (
        (1, 2),
        (6,),
        60.5,
        "disallowed",
    )
    assert (state.polled_at, state.last_new_at, state.full_at) == (NOON, NOON, NOON)


def test_a_poll_of_a_source_nobody_knows_is_noted_and_changes_no_state(con, save):
    save(poll(source_id="stranger"))

    assert con.execute("SELECT source_id, next_poll_at FROM polls").fetchall() == [("stranger", None)]
    assert "stranger" not in read_states(con)


def test_of_a_listing_read_instead_only_what_came_since_is_news(con, save, a_watch, an_article, an_item):
    save(poll(started_at=NOON - timedelta(days=4)))
    days_ago = {number: NOON - timedelta(days=number) for number in (3, 5)}
    batch = Batch(
        batch_id="b",
        order_id="o",
        collected_at=NOON,
        polls=(poll(instead=Instead(kind="sitemap", url=MAP)),),
        articles=(
            *[an_article(number, published_at=at) for number, at in days_ago.items()],
            an_article(7, published_at=None),
        ),
        outcomes=tuple(
            ItemOutcome(item=an_item(number, published_at=at), state="failed")
            for number, at in days_ago.items()
        ),
    )
    states = note_sources(con, a_watch(), NOON)

    silent = silent_articles(con, batch, states)
    save_items(con, batch, states, NOON)

    assert {url.rpartition("/")[2] for url in silent} == {"5", "7"}
    assert con.execute("SELECT url FROM state.pending_items WHERE first_import").fetchall() == [
        ("http://wire.example/5",)
    ]


def test_a_listing_of_what_is_new_is_added_to_what_was_listed(con, save):
    def listed(*keys, partial):
        told = poll(keys=keys, partial=partial)
        save_items(
            con, Batch(batch_id="b", order_id="o", collected_at=NOON, polls=(told,)), read_states(con), NOON
        )
        return con.execute("SELECT keys FROM state.listings").fetchall()

    save(poll())
    assert listed("a", "b", partial=False) == [(["a", "b"],)]
    assert listed("c", "b", partial=True) == [(["c", "b", "a"],)]
    assert listed("d", partial=False) == [(["d"],)]
