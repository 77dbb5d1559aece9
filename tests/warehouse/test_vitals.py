"""The facts that decisions on health look at, and the counts for monitors, from real tables."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from extractors.orders import Batch, ItemOutcome, PageVisit, Request, Validator
from extractors.records import Item
from extractors.web.redirects import Trail
from warehouse.counts import read_counts
from warehouse.database import insert, open_warehouse
from warehouse.episodes import Episode, open_episodes, save_episodes
from warehouse.load import load
from warehouse.vitals import UNDELIVERED_AFTER, read_vitals

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def alert(number, rule="desk", **changes):
    row = {
        "alert_id": f"n{number}",
        "kind": "development",
        "development_id": f"d{number}",
        "rule": rule,
        "channel": "json",
        "state": "pending",
        "created_at": NOON - 2 * HOUR,
        "tried_at": None,
        "attempts": 0,
        "error": None,
        "title": "T",
        "body": "B",
    }
    return row | changes


def source(name, **changes):
    row = {
        "source_id": name,
        "kind": "feed",
        "url": f"https://{name}.example/rss",
        "polled_url": f"https://{name}.example/rss",
        "state": "ok",
        "failures": 0,
        "last_ok_at": NOON,
        "last_new_at": NOON - 5 * DAY,
        "interval_s": 900.0,
    }
    return row | changes


def poll(name, at, new):
    counts = {"items": 9, "new_items": new, "bytes": 1, "seconds": 0.1}
    return {"source_id": name, "started_at": at, "outcome": "new" if new else "unchanged"} | counts


def page_request(name, number, **changes):
    row = {
        "order_id": "o",
        "position": number,
        "started_at": NOON - DAY + number * MINUTE,
        "source_id": name,
        "purpose": "page",
        "url": f"https://www.{name}.example/{number}",
        "host": f"www.{name}.example",
        "http_status": 200,
        "cause": None,
        "bytes": 1,
        "seconds": 0.1,
        "conditional": False,
        "validators": False,
        "open_at_host": 1,
        "text_read": True,
    }
    return row | changes


def article(name, number, **changes):
    row = {
        "article_id": f"a{name}{number}",
        "url": f"https://{name}.example/canonical/{number}",
        "source_id": name,
        "publisher": name,
        "title": "T",
        "text": "T.",
        "authors": [],
        "reported_at": NOON,
        "first_seen_at": NOON - DAY + number * MINUTE,
        "revision": 1,
        "words": 1,
        "relevant": False,
        "likeness": 0.0,
        "text_from": "page",
    }
    return row | changes


def test_alerts_that_should_have_gone_out_are_counted_by_rule(con):
    failed = {"state": "failed", "attempts": 4}
    insert(
        con,
        "alerts",
        [
            alert(1, **failed, tried_at=NOON - HOUR, error="old"),
            alert(2, **failed, tried_at=NOON, error="no connection", created_at=NOON - 3 * HOUR),
            alert(3, state="held"),
            alert(4, state="sent", created_at=NOON - 4 * HOUR),
            alert(5, created_at=NOON - UNDELIVERED_AFTER + MINUTE),
            alert(6, rule="mail", attempts=4),
            alert(7, rule="untried"),
            alert(8, rule="tried", state="failed", attempts=3),
            alert(9, rule="was-gone", state="failed", error="rule was-gone: no longer in the watch file"),
        ],
    )
    found = {one.rule: one for one in read_vitals(con, NOON).undelivered}
    desk, mail = found["desk"], found["mail"]
    attempts = {rule: one.attempts for rule, one in found.items()}

    assert (desk.rule, desk.alerts, desk.oldest_at, desk.error) == (
        "desk",
        2,
        NOON - 3 * HOUR,
        "no connection",
    )
    assert (mail.rule, mail.alerts, mail.error) == ("mail", 1, None)
    assert attempts == {"desk": 4, "mail": 4, "tried": 3, "untried": 0}


def test_a_message_that_is_refused_while_others_go_out_is_no_dead_channel(con):
    failed = {"state": "failed", "attempts": 30, "created_at": NOON - 9 * DAY}
    insert(con, "alerts", [alert(1, **failed, tried_at=NOON - 2 * DAY)])
    assert [one.rule for one in read_vitals(con, NOON).undelivered] == ["desk"]

    insert(con, "alerts", [alert(2, state="sent", sent_at=NOON - DAY)])
    assert read_vitals(con, NOON).undelivered == ()


def visit(number, article_url, at, link=None):
    url = link or f"https://www.wire.example/{number}"
    return PageVisit(
        item=Item(source_id="wire", url=url),
        visited_at=at,
        outcome="read",
        validator=Validator(url=url),
        article_url=article_url,
    )


def asked(number, at, **changes):
    told = {"url": f"https://www.wire.example/{number}", "host": "www.wire.example", "http_status": 200}
    return Request(**told | {"purpose": "page", "started_at": at, "source_id": "wire"} | changes)


def loaded(con, watch, at, requests, articles=(), pages=()):
    parts = {"requests": tuple(requests), "articles": tuple(articles), "pages": tuple(pages)}
    load(con, Batch(batch_id=at.isoformat(), order_id="o", collected_at=at, **parts), watch, at)


def test_a_page_that_was_read_counts_as_read_though_its_article_is_known_for_long(con, a_watch, an_article):
    """The source lists old articles again, by links of today: nothing that is stored of them is younger than weeks."""
    watch, long_ago = a_watch(), NOON - 30 * DAY
    old = {"published_at": long_ago, "published_from": "page", "text_from": "page"}
    articles = [an_article(number, seen_at=long_ago, **old) for number in range(20)]
    loaded(con, watch, long_ago, [], articles)
    again = [replace(one, article=replace(one.article, seen_at=NOON)) for one in articles[:15]]
    pages = [visit(number, one.article.url, NOON) for number, one in enumerate(again)]
    loaded(con, watch, NOON, [asked(number, NOON) for number in range(20)], again, pages)
    (wire,) = read_vitals(con, NOON).pages

    assert con.execute("SELECT count(*) FROM articles").fetchone() == (20,)
    assert (wire.asked, wire.read) == (20, 15)


def test_what_the_feed_says_of_an_article_and_a_page_without_one_are_not_read(con, a_watch, an_article):
    read, fed = an_article(1, text_from="page"), an_article(2, text_from="feed")
    pages = [visit(1, read.article.url, NOON), visit(2, fed.article.url, NOON)]
    requests = [asked(number, NOON) for number in range(4)]
    loaded(con, a_watch(), NOON, [*requests, asked(4, NOON, http_status=503)], [read, fed], pages)
    (wire,) = read_vitals(con, NOON).pages

    assert (wire.asked, wire.read) == (5, 1)


def test_a_page_behind_a_redirect_whose_query_is_hidden_is_found_again(con, a_watch, an_article):
    read = an_article(1, text_from="page")
    trail = Trail("https://www.wire.example/1")
    trail.follow(302, "/1?session=secret")
    hop = asked(1, NOON, http_status=302)
    requests = [hop, asked(1, NOON + MINUTE, url=trail.shown)]
    loaded(con, a_watch(), NOON, requests, [read], [visit(1, read.article.url, NOON, link=trail.at)])
    (wire,) = read_vitals(con, NOON).pages

    assert (wire.asked, wire.read) == (1, 1)
    assert "secret" not in str(con.execute("FROM requests").fetchall())


def test_a_page_that_was_had_at_a_later_try_is_read_and_what_older_programs_asked_is_not_counted(con):
    insert(con, "sources", [source("wire")])
    refused = {"cause": "http-503", "http_status": 503, "text_read": False}
    insert(con, "requests", [page_request("wire", 1, **refused), page_request("wire", 2, **refused)])
    later = {"url": "https://www.wire.example/1", "text_read": True}
    insert(con, "requests", [page_request("wire", 3, **later), page_request("wire", 4, text_read=None)])
    (wire,) = read_vitals(con, NOON).pages

    assert (wire.asked, wire.read, wire.cause) == (2, 1, "http-503")


def test_the_last_pages_are_counted(con):
    insert(con, "sources", [source("wire"), source("left", state="removed")])
    insert(con, "requests", [page_request("wire", number) for number in range(25)])
    refused = {"cause": "http-403", "http_status": 403, "text_read": False}
    insert(con, "requests", [page_request("wire", number, **refused) for number in range(25, 30)])
    hop = {"http_status": 301, "url": "https://www.wire.example/hop", "text_read": None}
    insert(con, "requests", [page_request("wire", 40 + number, **hop) for number in range(5)])
    insert(con, "requests", [page_request("left", number) for number in range(9)])
    (wire,) = read_vitals(con, NOON).pages

    assert (wire.source_id, wire.asked, wire.read, wire.cause) == ("wire", 20, 15, "http-403")
    assert (wire.host, wire.since) == ("www.wire.example", NOON - DAY + 10 * MINUTE)
    assert read_vitals(con, NOON + 8 * DAY).pages == ()


def test_a_silent_source_is_told_with_the_news_that_it_had_before(con):
    fresh = {"last_new_at": NOON - DAY}
    insert(
        con,
        "sources",
        [
            source("quiet"),
            source("fresh", **fresh),
            source("down", state="failing"),
            source("x", state="gone"),
        ],
    )
    news = [NOON - 5 * DAY - number * 12 * HOUR for number in range(3)]
    insert(con, "polls", [poll(name, at, 2) for name in ("quiet", "fresh", "x") for at in news])
    insert(con, "polls", [poll("quiet", NOON - DAY, 0), poll("quiet", NOON - 80 * DAY, 1)])
    down, quiet = read_vitals(con, NOON).silences

    assert (quiet.source_id, quiet.last_new_at, quiet.last_ok_at) == ("quiet", NOON - 5 * DAY, NOON)
    assert quiet.news == tuple(sorted(news))
    assert (down.source_id, down.news) == ("down", ())


def test_sources_that_were_due_and_not_polled_are_counted(con):
    due = {"late": -3 * HOUR, "later": -2 * HOUR - MINUTE, "soon": -HOUR, "next": HOUR}
    insert(con, "sources", [source(name, next_poll_at=NOON + wait) for name, wait in due.items()])
    insert(con, "sources", [source("left", state="removed", next_poll_at=NOON - DAY)])
    insert(con, "sources", [source("gone", state="gone", next_poll_at=None)])
    overdue = read_vitals(con, NOON, NOON).overdue

    assert (overdue.sources, overdue.polled, overdue.ids) == (2, 4, ("late", "later"))
    assert overdue.oldest_at == NOON - 3 * HOUR
    assert read_vitals(con, NOON, NOON - HOUR).overdue is None
    assert read_vitals(con, NOON).overdue is None


def test_every_run_writes_down_what_waited_after_it(con, a_watch, an_item):
    watch = a_watch()
    for number, failed in enumerate((2, 0)):
        outcomes = [ItemOutcome(item=an_item(one), state="failed", error="x") for one in range(failed)]
        at = NOON + number * HOUR
        batch = Batch(batch_id=f"b{number}", order_id="o", collected_at=at, outcomes=tuple(outcomes))
        load(con, batch, watch, at)

    assert read_vitals(con, NOON + HOUR).backlogs == ((NOON, 2), (NOON + HOUR, 2))
    assert read_vitals(con, NOON + 3 * DAY).backlogs == ()


def test_the_last_check_and_the_last_rebuild_are_read(con):
    assert (read_vitals(con, NOON).checked, read_vitals(con, NOON).rebuilt) == (None, None)
    columns = [row[0] for row in con.execute("DESCRIBE housekeeping").fetchall()]
    row = dict.fromkeys(columns, 0) | {"kept_from": None, "archived_from": None}
    for day, state, findings in (
        (0, "whole", []),
        (1, "inconsistent", ["alerts: 2 times the same alert_id"]),
    ):
        told = {"started_at": NOON + day * DAY, "integrity": state, "findings": findings}
        insert(con, "housekeeping", [row | told])
    rebuilt = {"rebuilt_at": NOON, "cause": "cut", "made_from": "snapshot", "as_of": NOON, "returned": 3}
    insert(con, "rebuilds", [rebuilt | {"set_aside": "x.broken"}])
    vitals = read_vitals(con, NOON)

    assert (vitals.checked.state, vitals.checked.findings[0][:6]) == ("inconsistent", "alerts")
    assert (vitals.rebuilt.made_from, vitals.rebuilt.returned) == ("snapshot", 3)


def test_an_episode_is_open_until_it_is_saved_with_an_end(con):
    told = {"subject": None, "seen_at": NOON, "grave": True, "title": "T", "says": "S", "advice": "A"}
    first = Episode(name="no-cycle", since=NOON, **told)
    second = Episode(name="disk-low", since=NOON - HOUR, **told)
    save_episodes(con, [first, second])
    assert open_episodes(con) == (second, first)

    ended = Episode(name="disk-low", since=NOON - HOUR, **told, ended_at=NOON)
    save_episodes(con, [ended])

    assert open_episodes(con) == (first,)
    assert con.execute("SELECT count(*), count(ended_at) FROM troubles").fetchone() == (2, 1)


def test_counts_for_a_monitor(con):
    empty = read_counts(con)
    assert (empty.articles, empty.runs, empty.polls, empty.alerts) == (0, 0, {}, {})
    insert(
        con, "sources", [source("a"), source("b", state="failing", failures=3), source("c", state="removed")]
    )
    insert(con, "polls", [poll("a", NOON, 0), poll("b", NOON, 1), poll("a", NOON - 2 * DAY, 1)])
    insert(con, "alerts", [alert(1), alert(2), alert(3, kind="health", state="sent")])
    insert(con, "articles", [article("a", 1, copy_of=None), article("a", 2, relevant=True, copy_of="x")])
    counted = dict.fromkeys(
        ("polls", "failed_polls", "new_items", "failed_items", "articles", "revisions", "copies"), 0
    ) | {"relevant": 0, "developments": 0, "alerts": 0, "outcome": "ok"}
    for number, at in enumerate((NOON, NOON - HOUR, NOON - 2 * DAY)):
        insert(con, "runs", [counted | {"run_id": f"r{number}", "started_at": at, "finished_at": at}])
    counts = read_counts(con)

    assert (counts.articles, counts.relevant, counts.copies, counts.runs) == (2, 1, 1, 2)
    assert counts.polls == {"unchanged": 1, "new": 1}
    assert (counts.sources, counts.failures) == ({"ok": 1, "failing": 1}, {"b": 3})
    assert counts.alerts == {("development", "pending"): 2, ("health", "sent"): 1}
