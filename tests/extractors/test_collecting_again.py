"""What a collection does the second time: an order resumed, pages looked at again, lying servers, lost sources."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from extractors.articles.workers import ExtractionPool
from extractors.clock import standing_clock
from extractors.collect import collect, extraction_pool
from extractors.orders import Order, Recheck, RightsFile, SourceOrder, quarantine_key
from extractors.polling import Means
from extractors.records import Item, Source, content_hash
from extractors.replacing import visit_or_replace
from extractors.web.client import Client
from extractors.web.robots import Robots
from tests.conftest import NOON
from tests.extractors.unending import never_done

WORDS = (
    "Xiaomi and BAIC have agreed to build an electric car together in Beijing, both of them said today. " * 4
)


def page(title, words=WORDS):
    return f"<html lang=en><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{words}</p></article>"


def feed(site, *paths, at="Thu, 28 Mar 2024 10:00:00 GMT"):
    items = "".join(
        f"<item><title>News of {path}</title><link>{site.url(path)}</link><guid>{path}</guid>"
        f"<pubDate>{at}</pubDate></item>"
        for path in paths
    )
    return f"<rss version='2.0'><channel><title>Wire</title>{items}</channel></rss>"


def source(site, path="/rss", kind="feed", **more):
    return Source(source_id=path.strip("/"), kind=kind, url=site.url(path), every=timedelta(hours=1), **more)


def no_rights_files(site):
    return tuple(
        RightsFile(origin=site.url(""), kind=kind, checked_at=NOON, text="") for kind in ("tdmrep", "ai-txt")
    )


def test_an_order_carried_out_twice_asks_nothing_twice(site, run, tmp_path):
    site.give("/rss", feed(site, "/1", "/2"), ETag='"v1"')
    site.give("/1", page("One"))
    site.give("/2", status=404)
    told = SourceOrder(source=source(site))
    first = run(told, spool=tmp_path / "o1.spool")
    asked = site.paths()
    again = run(told, spool=tmp_path / "o1.spool")

    assert site.paths() == asked
    assert [poll.validators for poll in again.polls] == [poll.validators for poll in first.polls]
    assert [found.article for found in again.articles] == [found.article for found in first.articles]
    assert [out.state for out in again.outcomes] == [out.state for out in first.outcomes]
    assert again.requests == first.requests


def test_what_was_not_answered_is_asked(site, run, tmp_path):
    site.give("/rss", feed(site, "/1", "/2"))
    site.give("/1", page("One"))
    site.give("/2", page("Two", WORDS[50:] + " Else."))
    spool = tmp_path / "o1.spool"
    told = {"spool": spool, "rights": no_rights_files(site)}
    run(SourceOrder(source=source(site)), **told)
    spool.write_bytes(spool.read_bytes()[:-20])
    again = run(SourceOrder(source=source(site)), **told)

    assert site.paths().count("/rss") == 1
    assert sorted((site.paths().count("/1"), site.paths().count("/2"))) == [1, 2]
    assert len(again.articles) == 2


@pytest.fixture
def known(site, run):
    site.give("/rss", feed(site, "/1"))
    site.give("/1", page("One"), ETag='"p1"')
    (visit,) = run(SourceOrder(source=source(site))).pages
    return Recheck(source=source(site), item=visit.item, validator=visit.validator)


def test_a_first_read_leaves_what_is_needed_to_ask_again(site, known):
    assert known.validator.etag == '"p1"'
    assert known.validator.url == site.url("/1")
    assert known.validator.body_hash == content_hash(page("One").encode())


def test_a_page_that_is_as_it_was_is_not_read(site, run, known):
    site.give("/1", status=304)
    batch = run(rechecks=(known,))

    assert [(one.outcome, one.checks, one.validator) for one in batch.pages] == [
        ("unchanged", 1, known.validator)
    ]
    assert site.asked[-1][1]["If-None-Match"] == '"p1"'
    assert batch.articles == ()
    assert batch.requests[-1].purpose == "recheck"
    assert batch.requests[-1].conditional


def test_a_page_that_has_changed_is_read_anew(site, run, known):
    site.give("/1", page("One", WORDS + "And one thing more was added to it later."), ETag='"p2"')
    batch = run(rechecks=(known,))

    assert [one.outcome for one in batch.pages] == ["read"]
    assert batch.pages[0].validator.etag == '"p2"'
    assert batch.articles[0].article.text.endswith("one thing more was added to it later.")


@pytest.mark.parametrize(("status", "outcome"), [(404, "gone"), (410, "gone"), (500, "failed")])
def test_a_page_that_cannot_be_had_is_told(site, run, known, status, outcome):
    site.give("/1", status=status)

    assert [one.outcome for one in run(rechecks=(known,)).pages] == [outcome]


def test_a_page_that_became_an_error_page_is_no_new_version(site, run, known):
    site.give("/1", "<html><head><title>404 - page not found</title></head><body><p>Sorry.</p></body></html>")
    batch = run(rechecks=(known,))

    assert ([one.outcome for one in batch.pages], batch.articles) == (["failed"], ())


def ordered(site, first, noon, **more):
    return SourceOrder(
        source=source(site), validators=first.validators, asked_at=noon - timedelta(hours=1), **more
    )


def test_news_under_the_old_validators_shows_that_304s_were_false(site, run, noon):
    site.give("/rss", feed(site, "/1"), ETag='"v1"')
    site.give("/1", page("One"))
    site.give("/2", page("Two"))
    (first,) = run(SourceOrder(source=source(site))).polls
    site.give("/rss", feed(site, "/1", "/2"), ETag='"v1"')
    (poll,) = run(ordered(site, first, noon, audit=True), known=first.keys).polls

    assert (poll.outcome, poll.new_items, poll.audited, poll.lied) == ("new", 1, True, True)
    assert "If-None-Match" not in site.asked[-2][1] or site.asked[-2][0] != "/rss"


def test_news_of_this_hour_shows_nothing(site, run, noon):
    site.give("/rss", feed(site, "/1"), ETag='"v1"')
    site.give("/1", page("One"))
    site.give("/2", page("Two"))
    (first,) = run(SourceOrder(source=source(site))).polls
    site.give("/rss", feed(site, "/2", at="Thu, 28 Mar 2024 11:30:00 GMT"), ETag='"v2"')
    (poll,) = run(ordered(site, first, noon, audit=True), known=first.keys).polls

    assert (poll.audited, poll.lied) == (True, False)


def test_a_server_that_is_not_trusted_is_asked_without_conditions_and_believed_by_its_bytes(site, run, noon):
    site.give("/rss", feed(site, "/1"), ETag='"v1"')
    site.give("/1", page("One"))
    (first,) = run(SourceOrder(source=source(site))).polls
    batch = run(ordered(site, first, noon, trusted=False), known=first.keys)

    assert batch.polls[0].outcome == "unchanged"
    assert batch.requests[-1].unconditional == "untrusted"


def test_a_feed_that_is_gone_is_replaced_by_the_sites_news_sitemap(site, run):
    site.give("/rss", status=410)
    site.give("/robots.txt", f"User-agent: *\nDisallow:\nSitemap: {site.url('/news.xml')}\n")
    site.give("/news.xml", f"<urlset><url><loc>{site.url('/1')}</loc></url></urlset>")
    site.give("/1", page("One"))
    batch = run(SourceOrder(source=source(site)))
    (poll,) = batch.polls

    assert (poll.outcome, poll.instead.kind, poll.instead.url) == (
        "new",
        "sitemap",
        site.url("/news.xml"),
    )
    assert "410" in poll.tried
    assert "sitemap" in poll.tried
    assert len(batch.articles) == 1


def test_a_web_page_in_place_of_a_feed_is_asked_for_the_feed_it_names(site, run):
    site.give(
        "/rss",
        "<!doctype html><html><head><link rel=alternate type='application/rss+xml' href='/new'></head></html>",
    )
    site.give("/new", feed(site, "/1"))
    site.give("/1", page("One"))
    (poll,) = run(SourceOrder(source=source(site))).polls

    assert (poll.outcome, poll.instead.kind, poll.instead.url) == ("new", "feed", site.url("/new"))


def test_a_lost_feed_without_another_listing_says_what_was_tried(site, run):
    site.give("/rss", status=404)
    (poll,) = run(SourceOrder(source=source(site), lost=True)).polls

    assert (poll.outcome, poll.cause, poll.instead) == ("failed", "http-404", None)
    assert "looked for another listing" in poll.tried


def test_a_feed_that_fails_for_the_first_time_is_just_a_failure(site, run):
    site.give("/rss", status=404)
    run(SourceOrder(source=source(site)))

    assert site.paths() == ["/rss"]


def test_a_page_watched_for_its_own_change_is_read_from_the_poll_itself(site, run):
    told = SourceOrder(source=source(site, "/notice", "page", text="main p"))
    site.give("/notice", f"<html lang=en><head><title>Notice</title></head><body><main><p>{WORDS}</p></main>")
    first = run(told)
    same = run(replace(told, validators=first.polls[0].validators), known=first.polls[0].keys)
    site.give(
        "/notice", f"<html lang=en><head><title>Notice</title></head><body><main><p>{WORDS} New.</p></main>"
    )
    last = run(replace(told, validators=first.polls[0].validators), known=first.polls[0].keys)

    assert [found.article.title for found in first.articles] == ["Notice"]
    assert (same.polls[0].outcome, same.articles) == ("unchanged", ())
    assert last.articles[0].article.text.endswith("New.")
    assert last.articles[0].article.url == first.articles[0].article.url
    assert site.paths().count("/notice") == 3
    assert first.pages == ()


def test_a_link_that_hides_its_address_is_listed_and_not_asked_for(site, run):
    item = Item(source_id="rss", url=site.url("/hidden"), title="A title", redirector=True)
    batch = run(SourceOrder(source=source(site), pending=(item,)))

    assert "/hidden" not in site.paths()
    assert batch.outcomes[0].state == "rejected"


def test_bytes_that_killed_two_workers_are_not_read_again(site, run):
    site.give("/rss", feed(site, "/1"))
    key = quarantine_key(site.url("/rss"), feed(site, "/1").encode())
    batch = run(SourceOrder(source=source(site)), quarantined=(key,))

    assert (batch.polls[0].cause, batch.kills) == ("quarantined", ())


def test_a_killed_worker_is_told_with_the_bytes_that_did_it(site, manners, noon, a_watch):
    site.give("/rss", feed(site, "/1"))
    order = Order(order_id="o1", created_at=noon, sources=(SourceOrder(source=source(site)),))
    with ExtractionPool(never_done, 1, wall_s=0.1) as pool:
        batch = collect(order, a_watch(), manners, standing_clock(noon), pool)

    assert batch.polls[0].cause == "timeout"
    assert [(kill.url, kill.cause) for kill in batch.kills] == [(site.url("/rss"), "timeout")]
    assert batch.kills[0].key == quarantine_key(site.url("/rss"), feed(site, "/1").encode())


def test_what_cannot_be_read_is_still_asked_conditionally(site, run):
    site.give("/rss", "<nonsense/>", ETag='"v1"')
    (first,) = run(SourceOrder(source=source(site))).polls
    (again,) = run(SourceOrder(source=source(site), validators=first.validators)).polls
    site.give("/rss", status=304)
    (last,) = run(SourceOrder(source=source(site), validators=first.validators)).polls

    assert [(one.etag, one.body_hash) for one in first.validators] == [('"v1"', None)]
    assert (first.cause, again.cause, last.outcome) == ("broken-feed", "broken-feed", "unchanged")
    assert site.asked[-1][1]["If-None-Match"] == '"v1"'


def test_what_no_worker_has_read_is_asked_again_in_full(site, run, manners, noon, a_watch):
    site.give("/rss", feed(site, "/1"), ETag='"v1"')
    site.give("/1", page("One"))
    order = Order(order_id="o1", created_at=noon, sources=(SourceOrder(source=source(site)),))
    with ExtractionPool(never_done, 1, wall_s=0.1) as pool:
        (ended,) = collect(order, a_watch(), manners, standing_clock(noon), pool).polls
    batch = run(SourceOrder(source=source(site), validators=ended.validators))

    assert (ended.cause, batch.polls[0].items) == ("timeout", 1)
    assert batch.requests[0].unconditional == "unread"


def test_the_validators_of_what_was_read_last_outlive_a_worker_that_ended(site, run, manners, noon, a_watch):
    site.give("/rss", feed(site, "/1"), ETag='"v1"')
    site.give("/1", page("One"))
    (first,) = run(SourceOrder(source=source(site))).polls
    site.give("/rss", feed(site, "/1", "/2"), ETag='"v2"')
    order = Order(order_id="o1", created_at=noon, sources=(ordered(site, first, noon),))
    with ExtractionPool(never_done, 1, wall_s=0.1) as pool:
        (ended,) = collect(order, a_watch(), manners, standing_clock(noon), pool).polls

    assert (ended.outcome, ended.http_status, ended.validators) == ("failed", 200, first.validators)


def test_a_sitemap_of_an_index_that_cannot_be_read_is_no_first_one_again(site, run):
    locations = "".join(f"<sitemap><loc>{site.url(path)}</loc></sitemap>" for path in ("/a.xml", "/b.xml"))
    site.give("/rss", f"<sitemapindex>{locations}</sitemapindex>")
    site.give("/a.xml", "<urlset></urlset>")
    site.give("/b.xml", "<nonsense/>", ETag='"b"')
    told = SourceOrder(source=source(site, kind="sitemap"))
    (first,) = run(told).polls
    batch = run(replace(told, validators=first.validators))

    assert [one.unconditional for one in batch.requests if one.url.endswith("/b.xml")] == ["unread"]


def test_the_web_page_that_came_for_a_feed_is_not_held(site, manners, noon, a_watch):
    site.give("/rss", "<!doctype html><html><head><title>Home</title></head></html>")
    watch = a_watch()

    async def look(workers):
        async with Client(manners, standing_clock(noon)) as client:
            robots = Robots(client, "newswatch", standing_clock(noon))
            means = Means(client=client, robots=robots, pool=workers, clock=standing_clock(noon))
            return await visit_or_replace(SourceOrder(source=source(site)), means)

    with extraction_pool(watch, manners) as workers:
        seen = asyncio.run(look(workers))

    assert (seen.poll.cause, seen.web_page) == ("html-for-xml", None)


def test_a_sitemap_that_the_watch_calls_a_feed_is_not_asked_for_twice(site, run):
    site.give("/rss", "<urlset></urlset>")
    site.give("/robots.txt", f"Sitemap: {site.url('/rss')}\n")
    (poll,) = run(SourceOrder(source=source(site), lost=True)).polls

    assert (poll.cause, poll.instead) == ("broken-feed", None)
    assert site.paths().count("/rss") == 1


def test_a_watched_page_is_not_dated_by_a_date_that_it_names(site, run):
    site.give(
        "/notice", f"<html><head><title>Notice</title></head><body><p>{WORDS} On 4 April 2021.</p></body>"
    )
    (found,) = run(SourceOrder(source=source(site, "/notice", "page", text="p"))).articles

    assert (found.article.published_at, found.article.published_from) == (None, None)
