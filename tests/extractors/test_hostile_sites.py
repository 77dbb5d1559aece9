"""Sites that break off, lie, or ask for a pause: what becomes of the poll and of the pages behind it."""

import gzip
from datetime import timedelta

from extractors.orders import SourceOrder
from extractors.records import Item, Source, item_keys

WORDS = "Xiaomi and BAIC have agreed to build an electric car together in Beijing, both companies said. "


def page(title, words=WORDS * 4, head=""):
    return f"<html><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1><p>{words}</p></article>"


def feed(site, *paths, guid=None):
    items = "".join(
        f"<item><title>News of {path}</title><link>{site.url(path)}</link><guid>{guid or path}</guid></item>"
        for path in paths
    )
    return f"<rss version='2.0'><channel><title>Wire</title>{items}</channel></rss>"


def source(site, path="/rss", kind="feed", **more):
    return SourceOrder(
        source=Source(source_id=path.strip("/"), kind=kind, url=site.url(path), every=timedelta(hours=1)),
        **more,
    )


def test_a_host_that_is_asked_too_often_is_left_alone_and_its_pages_wait(site, run):
    site.give("/rss", feed(site, "/1", "/2", "/3"))
    site.give("/1", page("One"))
    site.give("/2", status=429, Retry_After="60")
    batch = run(source(site))

    assert "/3" not in site.paths()
    assert [outcome.state for outcome in batch.outcomes] == ["article", "failed", "failed"]
    assert batch.outcomes[2].item.attempts == -1, "not asked for, so loading must not count an attempt"


def test_items_that_share_a_guid_are_all_news_today_and_tomorrow(site, run):
    site.give("/rss", feed(site, "/1", "/2", guid="the same"))
    today = run(source(site))
    known = tuple(key for outcome in today.outcomes for key in item_keys(outcome.item))
    site.give("/rss", feed(site, "/3", "/2", guid="the same"))
    tomorrow = run(source(site), known=known)

    assert len(today.outcomes) == 2
    assert [outcome.item.url for outcome in tomorrow.outcomes] == [site.url("/3")]


def test_what_an_index_points_to_is_asked_though_the_index_is_as_it_was(site, run):
    index = f"<sitemapindex><sitemap><loc>{site.url('/news')}</loc></sitemap></sitemapindex>"
    site.give("/map", index, ETag='"i"')
    site.give("/news", f"<urlset><url><loc>{site.url('/1')}</loc></url></urlset>", ETag='"n1"')
    site.give("/1", page("One"))
    site.give("/2", page("Two"))
    (first,) = run(source(site, "/map", "sitemap")).polls
    site.give("/map", status=304, ETag='"i"')
    site.give("/news", f"<urlset><url><loc>{site.url('/2')}</loc></url></urlset>", ETag='"n2"')
    again = run(source(site, "/map", "sitemap", validators=first.validators))
    site.give("/news", status=304)
    (last,) = run(source(site, "/map", "sitemap", validators=again.polls[0].validators)).polls

    assert [outcome.item.url for outcome in again.outcomes] == [site.url("/2")]
    assert (last.outcome, last.validators) == ("unchanged", again.polls[0].validators)
    asked = [
        (path, headers.get("If-None-Match")) for path, headers in site.asked if path in ("/map", "/news")
    ]
    assert asked == [
        ("/map", None),
        ("/news", None),
        ("/map", '"i"'),
        ("/news", '"n1"'),
        ("/map", '"i"'),
        ("/news", '"n2"'),
    ]


def test_not_modified_is_no_answer_where_nothing_was_known(site, run):
    site.give("/rss", status=304)
    (poll,) = run(source(site)).polls

    assert (poll.outcome, poll.cause) == ("failed", "broken-answer")


def test_an_etag_of_other_letters_travels_as_its_bytes(site, run):
    def answer(handler):
        handler.send_response_only(200)
        handler.send_header("ETag", '"日"'.encode().decode("latin-1"))
        handler.end_headers()
        handler.wfile.write(feed(site, "/1").encode())

    site.answers["/rss"] = answer
    (first,) = run(source(site)).polls
    (again,) = run(source(site, validators=first.validators)).polls

    assert again.outcome == "unchanged"
    sent = [headers.get("If-None-Match") for path, headers in site.asked if path == "/rss"]
    assert [sent[0], sent[1].encode("latin-1")] == [None, '"日"'.encode()]


def test_a_compressed_feed_that_was_cut_off_is_told(site, run):
    site.give("/rss", gzip.compress(feed(site, "/1").encode() * 9)[:-20], Content_Encoding="gzip")
    (poll,) = run(source(site)).polls

    assert (poll.outcome, poll.cause) == ("failed", "broken-answer")


def test_pages_that_all_name_one_canonical_address_stay_apart(site, run):
    site.give("/rss", feed(site, "/news/1", "/news/2", "/news/3", "/news/4"))
    for name, other in (("1", "/"), ("2", "/"), ("3", "/news/"), ("4", "/news")):
        head = f"<link rel='canonical' href='{other}'>"
        site.give(f"/news/{name}", page(f"Title {name}", f"{name} {WORDS * 4}", head))
    batch = run(source(site))

    assert sorted(found.article.url for found in batch.articles) == [
        site.url(f"/news/{name}") for name in ("1", "2", "3", "4")
    ]


def test_an_article_that_leads_to_the_front_page_is_gone(site, run):
    site.give("/rss", feed(site, "/2024/gone"))
    site.give("/2024/gone", status=302, Location="/")
    site.give("/", page("Home"))
    (outcome,) = run(source(site)).outcomes

    assert outcome.state == "rejected"
    assert "soft-404" in outcome.error


def test_one_article_of_two_sources_with_trackers_is_fetched_once(site, run):
    site.give("/rss", feed(site, "/1?utm_source=a#top"))
    site.give("/other", feed(site, "/1?utm_source=b"))
    site.give("/1?utm_source=a", page("One"))
    batch = run(source(site), source(site, "/other"))

    assert [path for path in site.paths() if path.startswith("/1")] == ["/1?utm_source=a"]
    assert [outcome.url for outcome in batch.outcomes] == [site.url("/1")] * 2


def test_no_letter_that_cannot_be_stored_gets_through(site, run):
    half = "\\ud800"
    listed = f'{{"items": [{{"id": "{half}1", "url": "{site.url("/1")}", "title": "{half}Deal\\u0000"}}]}}'
    said = f'{{"@type": "NewsArticle", "headline": "The{half} deal", "author": "Ada{half}"}}'
    site.give("/rss", listed)
    site.give("/1", page("x", head=f"<script type='application/ld+json'>{said}</script>"))
    batch = run(source(site))
    (found,) = batch.articles

    assert (found.article.title, found.article.authors) == ("The deal", ("Ada",))
    assert batch.outcomes[0].item == Item(source_id="rss", url=site.url("/1"), guid="1", title="Deal")
