"""Older parts of feeds, withdrawn and embargoed items, over real HTTP."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from extractors.clock import standing_clock
from extractors.collect import collect
from extractors.errors import ExtractionError
from extractors.orders import Archive, Order, SourceOrder
from extractors.records import Item, Release, Source, item_keys
from tests.extractors.test_collect import feed, page, source

HOUR = timedelta(hours=1)


@pytest.fixture
def part(site, run):
    """Read the part at `path` of the feed `/rss` alone; give the visit and the batch."""

    def read(path, **archive):
        told = SourceOrder(
            source=source(site),
            archive=Archive(url=site.url(path), read=(site.url("/rss"),), **archive),
            polled=False,
        )
        batch = run(told)
        return batch.archives[0], batch

    return read


def with_older(site, path, *items):
    link = f"<link xmlns='http://www.w3.org/2005/Atom' rel='prev-archive' href='{site.url(path)}'/>"
    return feed(site, *items).replace("<channel>", f"<channel>{link}")


def test_the_first_poll_tells_of_an_older_part_and_later_ones_do_not(site, run, noon):
    site.give("/rss", with_older(site, "/2", "/1"))
    site.give("/1", page())

    assert run(source(site)).polls[0].older == site.url("/2")
    assert run(SourceOrder(source=source(site), asked_at=noon - HOUR)).polls[0].older is None
    assert "/2" not in site.paths()


def test_a_part_is_read_once_with_the_pages_it_lists_and_the_feed_is_not_asked(site, part):
    site.give("/2", with_older(site, "/3", "/1"))
    site.give("/1", page())

    visit, batch = part("/2")

    assert (visit.older, visit.error, batch.polls) == (site.url("/3"), None, ())
    assert [one.article.url for one in batch.articles] == [site.url("/1")]
    assert [path for path in site.paths() if path in ("/rss", "/1", "/2", "/3")] == ["/2", "/1"]
    assert [one.purpose for one in batch.requests if one.url == site.url("/2")] == ["archive"]


@pytest.mark.parametrize("older", ["/rss", "/2"])
def test_a_part_that_leads_back_is_the_last_one(site, part, older):
    site.give("/2", with_older(site, older))

    assert part("/2")[0].older is None


def test_robots_txt_is_obeyed(site, part):
    site.give("/robots.txt", "User-agent: *\nDisallow: /2")
    site.give("/2", feed(site, "/1"))

    visit, _ = part("/2")

    assert "robots" in visit.error
    assert not visit.again
    assert "/2" not in site.paths()


def test_a_redirect_to_another_host_is_not_followed(site, part):
    site.give("/2", status=302, Location=site.url("/3").replace("127.0.0.1", "127.0.0.2"))
    site.give("/3", feed(site, "/1"))

    assert "another host" in part("/2")[0].error
    assert "/3" not in site.paths()


def test_a_server_fault_is_worth_another_try_and_no_feed_is_not(site, part):
    site.give("/2", status=503)
    assert part("/2")[0].again

    site.give("/3", "<html><body>no feed</body></html>")
    assert not part("/3")[0].again


def ninjs(site, **keys):
    items = [{"id": "1", "url": site.url("/1"), "title": "The deal", **keys}]
    return json.dumps({"items": items})


class NoWorkers:
    """A pool none of whose workers could be started."""

    async def run(self, _job, url):
        """Fail, as a pool does that the system gives no process."""
        raise ExtractionError(url, "no-worker", "no worker could be started")


def test_a_part_that_no_worker_could_read_is_worth_another_try(site, manners, noon, a_watch):
    site.give("/2", feed(site))
    archive = Archive(url=site.url("/2"), read=(site.url("/rss"),))
    told = SourceOrder(source=source(site), archive=archive, polled=False)
    order = Order(order_id="o1", created_at=noon, sources=(told,))

    (visit,) = collect(order, a_watch(), manners, standing_clock(noon), NoWorkers()).archives

    assert visit.again
    assert "no-worker" in visit.error


def test_a_withdrawn_item_is_told_and_its_page_not_asked_for(site, run):
    site.give("/rss", ninjs(site, pubstatus="canceled", ednote="Wrong company"))
    site.give("/1", page())
    known = item_keys(Item(source_id="rss", url=site.url("/1"), guid="1"))

    (outcome,) = run(source(site), known=known).outcomes

    assert (outcome.state, outcome.item.release.ednote) == ("rejected", "Wrong company")
    assert "/1" not in site.paths()
    assert run(source(site), known=(*known, *item_keys(outcome.item))).outcomes == ()


def test_what_is_withdrawn_is_not_asked_for_any_more_where_it_waited(site, run):
    site.give("/rss", ninjs(site, pubstatus="withheld"))
    site.give("/1", page())
    waiting = Item(source_id="rss", url=site.url("/1"), guid="1", attempts=1)

    (outcome,) = run(SourceOrder(source=source(site), pending=(waiting,))).outcomes

    assert (outcome.state, outcome.item.is_withdrawn) == ("rejected", True)
    assert "/1" not in site.paths()


def test_an_embargoed_item_is_not_asked_for_before_its_time(site, run, noon):
    site.give("/rss", ninjs(site, embargoed=(noon + HOUR).isoformat()))
    site.give("/1", page())

    (outcome,) = run(source(site)).outcomes

    assert (outcome.state, outcome.item.attempts, "embargoed" in outcome.error) == ("failed", -1, True)
    assert "/1" not in site.paths()


def test_an_embargo_that_is_over_travels_with_the_article(site, run, noon):
    site.give("/rss", ninjs(site, embargoed=noon.isoformat(), version="2"))
    site.give("/1", page())

    (found,) = run(source(site)).articles

    assert found.article.release == Release(embargoed=noon, version="2")


def test_what_one_source_holds_back_another_may_list_for_use(site, run, noon):
    site.give("/rss", ninjs(site, embargoed=(noon + HOUR).isoformat()))
    site.give("/open", feed(site, "/1"))
    site.give("/1", page())
    other = Source(source_id="open", kind="feed", url=site.url("/open"), every=HOUR)

    batch = run(source(site), other)

    assert {one.item.source_id: one.state for one in batch.outcomes} == {"rss": "failed", "open": "article"}


def test_a_page_says_itself_that_it_is_withdrawn(site, run):
    data = '<script type="application/ld+json">{"@type": "NewsArticle", "creativeWorkStatus": "Retracted"}</script>'
    site.give("/rss", feed(site, "/1"))
    site.give("/1", page().replace("</head>", data + "</head>"))

    (found,) = run(source(site)).articles

    assert found.article.is_withdrawn


@pytest.mark.parametrize("place", ["pending", "waiting"])
@pytest.mark.parametrize("days", [0, 1])
def test_the_end_of_an_embargo_is_the_one_that_is_listed_now(site, run, noon, place, days):
    until = noon + days * 24 * HOUR
    site.give("/rss", ninjs(site, embargoed=until.isoformat()))
    site.give("/1", page())
    told = noon - HOUR if place == "pending" else noon + HOUR
    item = Item(source_id="rss", url=site.url("/1"), guid="1", release=Release(embargoed=told))
    order = SourceOrder(source=source(site), asked_at=noon - HOUR, **{place: (item,)})

    (outcome,) = run(order, known=item_keys(item)).outcomes

    assert (outcome.state, outcome.item.release.embargoed) == ("failed" if days else "article", until)
    assert ("/1" in site.paths()) is not bool(days)


def test_what_waits_goes_on_waiting_where_its_source_says_the_same(site, run, noon):
    site.give("/rss", ninjs(site, embargoed=(noon + HOUR).isoformat()))
    item = Item(
        source_id="rss", url=site.url("/1"), guid="1", release=Release(embargoed=noon + HOUR), attempts=1
    )

    assert run(SourceOrder(source=source(site), waiting=(item,)), known=item_keys(item)).outcomes == ()


@pytest.mark.parametrize("place", ["pending", "waiting"])
def test_what_is_withheld_a_second_time_is_not_asked_for(site, run, noon, place):
    site.give("/rss", ninjs(site, pubstatus="withheld"))
    site.give("/1", page())
    item = Item(source_id="rss", url=site.url("/1"), guid="1", attempts=1)
    known = (*item_keys(item), *item_keys(replace(item, release=Release(pubstatus="withheld"))))

    (outcome,) = run(SourceOrder(source=source(site), **{place: (item,)}), known=known).outcomes

    assert (outcome.state, outcome.item.is_withdrawn) == ("rejected", True)
    assert "/1" not in site.paths()


def test_what_one_source_withholds_another_may_have_under_embargo(site, run, noon):
    site.give("/rss", ninjs(site, pubstatus="withheld"))
    site.give("/other", ninjs(site, embargoed=(noon + HOUR).isoformat()))

    batch = run(source(site), source(site, "/other"))

    assert {one.item.source_id: one.state for one in batch.outcomes} == {"rss": "rejected", "other": "failed"}


def test_of_a_part_no_more_is_taken_than_is_left_and_its_beginning_is_told_on(site, part, noon):
    site.give("/2", feed(site, "/1", "/3"))

    visit, batch = part("/2", most=1, began_at=noon)

    assert (visit.items, len(visit.keys), visit.began_at) == (1, 2, noon)
    assert [one.item.url for one in batch.outcomes] == [site.url("/1")]


def test_a_part_of_a_feed_is_one_though_a_sitemap_is_read_in_place_of_the_feed(site, run):
    site.give("/2", ninjs(site))
    told = SourceOrder(
        source=source(site, "/map", "sitemap"), archive=Archive(url=site.url("/2")), polled=False
    )

    assert run(told).archives[0].items == 1


@pytest.mark.parametrize(("before", "again"), [("withheld", True), (None, False)])
def test_what_was_taken_back_and_is_for_use_again_is_read_once_more(site, run, before, again):
    site.give("/rss", ninjs(site, pubstatus="usable"))
    site.give("/1", page())
    item = Item(source_id="rss", url=site.url("/1"), guid="1")
    withdrawn = item_keys(replace(item, release=Release(pubstatus=before))) if before else ()

    articles = run(source(site), known=(*item_keys(item), *withdrawn)).articles

    assert [one.article.release for one in articles] == [Release(pubstatus="usable")][:again]
