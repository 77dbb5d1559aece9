"""What is due, and what the order for it holds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from extractors.clock import to_utc
from extractors.orders import Batch, HostRest, ItemOutcome, Poll, RobotsFile, Validator
from extractors.records import item_keys, stable_id
from warehouse.database import open_warehouse, rows
from warehouse.hosts import save_hosts
from warehouse.landing import order_path, read_order, write_order
from warehouse.load import load
from warehouse.plan import note_sources, plan, read_states
from warehouse.polled import save_polls

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
URL = "http://wire.example/rss.xml"


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def change(con, **columns):
    changes = ", ".join(f"{name} = ${name}" for name in columns)
    con.execute(f"UPDATE sources SET {changes}", columns)


def saved(con, watch, *polls):
    save_polls(con, polls, note_sources(con, watch, NOON))


def used(**changes):
    told = {"source_id": "wire", "started_at": NOON, "outcome": "new", "http_status": 200, "url": URL}
    return Poll(**told | {"validators": (Validator(url=URL, etag='W/"a b"', last_modified="Thu"),)} | changes)


def test_a_new_source_is_due_at_once(con, a_watch):
    order = plan(con, a_watch(), NOON)

    assert [ordered.source.source_id for ordered in order.sources] == ["wire"]
    assert order.sources[0].asked_at is None


def test_nothing_due_makes_no_order(con, a_watch):
    watch = a_watch()
    note_sources(con, watch, NOON + timedelta(minutes=1))

    assert plan(con, watch, NOON) is None


def test_missed_schedules_are_one_poll(con, a_watch):
    note_sources(con, a_watch(), NOON - timedelta(days=30))

    assert len(plan(con, a_watch(), NOON).sources) == 1


def test_a_source_whose_address_changed_starts_anew(con, a_watch, a_source):
    saved(con, a_watch(), used())
    moved = a_watch(sources=(a_source(url="http://wire.example/new.xml"),))

    order = plan(con, moved, NOON)

    assert order.sources[0].validators == ()
    assert rows(con, "validators", ids=["wire"]) == []


def test_a_restart_polls_nothing_early(con, a_watch):
    saved(con, a_watch(), used())

    assert plan(con, a_watch(), NOON + timedelta(minutes=14)) is None
    assert plan(con, a_watch(), NOON + timedelta(minutes=17)) is not None


def test_a_source_that_left_the_watch_is_kept_as_removed_and_comes_back_as_it_was(con, a_watch):
    saved(con, a_watch(), used())

    assert note_sources(con, a_watch(sources=()), NOON)["wire"].state == "removed"
    assert note_sources(con, a_watch(sources=()), NOON)["wire"].state == "removed"
    assert note_sources(con, a_watch(), NOON)["wire"].state == "ok"
    assert plan(con, a_watch(), NOON + timedelta(minutes=14)) is None


def test_a_source_under_another_name_keeps_what_its_server_said(con, a_watch, a_source):
    saved(con, a_watch(), used())

    order = plan(con, a_watch(sources=(a_source("newswire", url=URL),)), NOON + HOUR)

    assert [(told.source.source_id, told.validators[0].etag) for told in order.sources] == [
        ("newswire", 'W/"a b"')
    ]


@pytest.mark.parametrize("state", ["gone", "closed"])
def test_a_source_that_is_over_stays_so_until_it_is_removed_and_comes_back(con, a_watch, state):
    saved(con, a_watch(), used())
    change(con, state=state, next_poll_at=None, gone_at=NOON)

    assert plan(con, a_watch(), NOON + timedelta(days=400)) is None
    note_sources(con, a_watch(sources=()), NOON)
    assert plan(con, a_watch(), NOON + timedelta(minutes=14)) is None
    order = plan(con, a_watch(), NOON + HOUR)
    assert len(order.sources) == 1
    assert read_states(con)["wire"].gone_at is None


def test_a_shorter_interval_takes_effect_without_waiting_for_the_old_one(con, a_watch, a_source):
    note_sources(con, a_watch(sources=(a_source(every=timedelta(days=1)),)), NOON)
    change(con, next_poll_at=NOON + timedelta(days=1))

    states = note_sources(con, a_watch(), NOON)

    assert states["wire"].next_poll_at == NOON + timedelta(minutes=15)


def test_a_shorter_interval_does_not_shorten_what_the_feed_asked(con, a_watch, a_source):
    saved(con, a_watch(sources=(a_source(every=timedelta(days=1)),)), used(wait_s=7200.0))

    assert note_sources(con, a_watch(), NOON)["wire"].next_poll_at == NOON + 2 * HOUR


def test_a_longer_interval_takes_effect_at_once(con, a_watch, a_source):
    saved(con, a_watch(), used())

    states = note_sources(con, a_watch(sources=(a_source(every=timedelta(days=1)),)), NOON)

    assert states["wire"].next_poll_at == NOON + timedelta(days=1)


def test_pending_items_and_known_keys_travel_with_the_order(con, a_watch):
    con.execute(
        "INSERT INTO state.pending_items VALUES "
        "('wire', 'http://wire.example/7', NULL, 'T', NULL, NULL, [], 1, 'http-500', false, 'Paper', true, NULL, NULL)"
    )
    con.execute(
        "INSERT INTO state.items VALUES ('u1', $noon, $noon), ('u2', $old, $old)",
        {"noon": NOON, "old": NOON - timedelta(days=99)},
    )

    order = plan(con, a_watch(), NOON)

    (item,) = order.sources[0].pending
    assert order.known == ("u1",)
    assert (item.url, item.attempts, item.publisher, item.redirector) == (
        "http://wire.example/7",
        1,
        "Paper",
        True,
    )


def test_the_order_asks_where_the_source_has_moved_to(con, a_watch):
    saved(con, a_watch(), used())
    change(con, polled_url="https://wire.example/feed")

    (told,) = plan(con, a_watch(), NOON + HOUR).sources

    assert (told.source.url, told.source.kind, told.asked_at) == ("https://wire.example/feed", "feed", NOON)


def test_the_order_is_for_what_is_read_instead_and_weekly_for_the_source_itself(con, a_watch):
    saved(con, a_watch(), used())
    map_url = "http://wire.example/map.xml"
    change(con, polled_url=map_url, polled_kind="sitemap", replaced_since=NOON, looked_at=NOON)

    (daily,) = plan(con, a_watch(), NOON + HOUR).sources
    (weekly,) = plan(con, a_watch(), NOON + timedelta(days=7)).sources
    change(con, gone_at=NOON)
    (gone,) = plan(con, a_watch(), NOON + timedelta(days=8)).sources

    assert (daily.source.url, daily.source.kind, daily.lost) == (map_url, "sitemap", False)
    assert (weekly.source.url, weekly.source.kind, weekly.lost) == (URL, "feed", True)
    assert (gone.source.url, gone.lost) == (map_url, False)


def test_the_order_tells_of_audits_of_lies_and_of_what_is_lost(con, a_watch):
    saved(con, a_watch(), used())

    change(con, full_at=NOON - timedelta(days=2), unmodified_polls=9)
    assert plan(con, a_watch(), NOON + HOUR).sources[0].audit
    change(con, trusted=False, untrusted_since=NOON)
    assert not plan(con, a_watch(), NOON + HOUR).sources[0].trusted
    change(con, state="failing", failing_since=NOON - timedelta(days=3), failures=9)
    assert plan(con, a_watch(), NOON + HOUR).sources[0].lost


def learned(**changes):
    return Batch(**{"batch_id": "b", "order_id": "o", "collected_at": NOON} | changes)


def test_a_host_that_rests_is_not_polled_before(con, a_watch, a_source):
    watch = a_watch(sources=(a_source(), a_source("other", url="http://other.example/rss")))
    note_sources(con, watch, NOON)
    until = NOON + 3 * HOUR
    rest = HostRest(host="wire.example", until=until, cause="http-429")

    save_hosts(con, learned(rests=(rest, HostRest(host="wire.example", until=NOON + HOUR, cause="http-503"))))

    order = plan(con, watch, NOON + 2 * HOUR)
    assert [told.source.source_id for told in order.sources] == ["other"]
    assert order.rests == (rest,)
    assert read_states(con)["wire"].next_poll_at == until
    assert plan(con, watch, until).rests == ()


def test_known_pages_of_a_host_that_rests_wait_too(con, a_watch):
    page = "http://wire.example/7"
    con.execute(
        """
        INSERT INTO state.pages BY NAME
        SELECT $page AS url, 'wire.example' AS host, 'wire' AS source_id, $page AS article_url, $page AS asked_url,
            $seen AS first_seen_at, $seen AS visited_at, $seen + INTERVAL 1 HOUR AS next_check_at, [] AS authors,
            0 AS checks, 0 AS gone
        """,
        {"page": page, "seen": NOON - 2 * HOUR},
    )
    note_sources(con, a_watch(), NOON + 9 * HOUR)

    assert [one.item.url for one in plan(con, a_watch(), NOON).rechecks] == [page]
    save_hosts(con, learned(rests=(HostRest(host="wire.example", until=NOON + HOUR, cause="http-429"),)))
    assert plan(con, a_watch(), NOON) is None


def test_a_rest_is_never_shortened(con):
    long = HostRest(host="wire.example", until=NOON + 9 * HOUR, cause="http-429")
    save_hosts(con, learned(rests=(long,)))

    save_hosts(con, learned(rests=(HostRest(host="wire.example", until=NOON + HOUR, cause="http-429"),)))

    assert [row["until"] for row in rows(con, "resting_hosts", now=NOON)] == [long.until]


def test_robots_files_travel_for_a_month_the_newest_of_each_site(con, a_watch):
    old = RobotsFile(origin="http://a.example", checked_at=NOON, text="User-agent: *\nDisallow:")
    bad = RobotsFile(origin="http://b.example", checked_at=NOON, text=None, failing_since=NOON)
    save_hosts(con, learned(robots=(old, bad)))
    new = replace(old, checked_at=NOON + HOUR, text="")
    save_hosts(con, learned(robots=(new, old)))

    assert plan(con, a_watch(), NOON + timedelta(days=30)).robots == (new, bad)
    assert plan(con, a_watch(), NOON + timedelta(days=32)).robots == ()


def test_an_order_comes_back_from_the_landing_zone_as_it_was(con, a_watch, tmp_path):
    saved(con, a_watch(), used())
    rest = HostRest(host="other.example", until=NOON + 9 * HOUR, cause="http-429")
    robots = RobotsFile(origin="http://wire.example", checked_at=NOON, text="")
    save_hosts(con, learned(rests=(rest,), robots=(robots,)))
    order = plan(con, a_watch(), NOON + HOUR)

    write_order(tmp_path, order)

    assert order.sources[0].validators
    assert read_order(order_path(tmp_path, order.order_id)) == order


def test_orders_for_other_pages_have_other_ids(con, a_watch):
    order = plan(con, a_watch(), NOON)

    assert order.order_id == stable_id("o", NOON.isoformat(), "wire")


def test_thousands_of_sources_are_planned_and_saved_with_as_many_statements_as_few(
    tmp_path, a_watch, a_source
):
    taken = []
    for count in (20, 2_000):
        watch = a_watch(
            sources=tuple(a_source(f"s{n}", url=f"http://h{n % 999}.example/{n}") for n in range(count))
        )
        with open_warehouse(tmp_path / f"{count}.duckdb") as con:
            sent = []
            counted = SimpleNamespace(
                execute=lambda *told, con=con, sent=sent: sent.append(told) or con.execute(*told)
            )
            order = plan(counted, watch, NOON)
            polls = [used(source_id=told.source.source_id, url=told.source.url) for told in order.sources]
            saved(counted, watch, *polls)

            assert len(order.sources) == count
            assert plan(counted, watch, NOON) is None
        taken.append(len(sent))

    assert taken[0] == taken[1] > 0


def test_naive_moments_are_refused():
    with pytest.raises(ValueError, match="naive"):
        to_utc(NOON.replace(tzinfo=None))


def test_what_a_listing_of_months_ago_lists_is_known_as_long_as_it_is_the_last(con, a_watch, an_item):
    watch = a_watch()
    outcomes = (
        ItemOutcome(item=an_item(1), state="article", url="u"),
        ItemOutcome(item=an_item(2), state="failed"),
    )
    keys = tuple(key for out in outcomes for key in item_keys(out.item))
    listed = Poll(source_id="wire", started_at=NOON, outcome="new", items=2, keys=keys)
    load(
        con,
        Batch(batch_id="b1", order_id="o1", collected_at=NOON, polls=(listed,), outcomes=outcomes),
        watch,
        NOON,
    )
    later = NOON + timedelta(days=99)

    order = plan(con, watch, later)

    assert set(item_keys(an_item(1))) <= set(order.known)
    assert set(item_keys(an_item(2))).isdisjoint(order.known), "its page could not be had: it is pending"


def test_with_another_selector_the_page_is_read_anew(con, a_watch, a_source):
    def watching(links):
        return a_watch(sources=(a_source(kind="page", links=links),))

    url = watching("h2 a").sources[0].url
    validator = Validator(url=url, etag='"v"', last_modified="then", body_hash="h")
    saved(con, watching("h2 a"), used(validators=(validator,)))

    (same,) = plan(con, watching("h2 a"), NOON + HOUR).sources
    (other,) = plan(con, watching("h3 a"), NOON + HOUR).sources

    assert same.validators == (validator,)
    assert other.validators == (Validator(url=url),)
