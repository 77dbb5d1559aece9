from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from extractors.clock import standing_clock
from extractors.collect import read_address
from extractors.errors import FetchError
from extractors.orders import SourceOrder, Validator
from extractors.records import Item, Source, item_keys

TEXT = (
    "Xiaomi and BAIC have agreed to build an electric car together in Beijing, both companies said on Thursday.",
    "The first cars are to leave the plant in the second half of the year. Neither side named a price for it.",
    "Analysts had expected such an agreement for months, since the company holds no licence of its own so far.",
)
PAGE = (
    "<html lang='en'><head><title>{title} - The Wire</title></head><body><nav><a href='/'>Home</a></nav>"
    "<div class='cookie-banner'>We use cookies, do you agree?</div><article><h1>{title}</h1>{text}</article>"
    "<footer>Imprint</footer></body></html>"
)


def page(title="The deal", text=TEXT):
    return PAGE.format(title=title, text="".join(f"<p>{part}</p>" for part in text))


def feed(site, *paths, summary=""):
    items = "".join(
        f"<item><title>The deal</title><link>{site.url(path)}</link><guid>{path}</guid>"
        f"<pubDate>Thu, 28 Mar 2024 10:00:00 GMT</pubDate><description>{summary}</description></item>"
        for path in paths
    )
    return f"<rss version='2.0'><channel><title>Wire</title>{items}</channel></rss>"


def source(site, path="/rss", kind="feed", **more):
    return Source(source_id=path.strip("/"), kind=kind, url=site.url(path), every=timedelta(hours=1), **more)


def test_a_new_item_becomes_a_tagged_article(site, run):
    site.give("/rss", feed(site, "/1"), ETag='"v1"')
    site.give("/1", page(), Content_Type="text/html; charset=utf-8")
    batch = run(source(site))
    (found,) = batch.articles

    assert found.article.title == "The deal"
    assert found.article.text == "\n\n".join(TEXT)
    assert found.article.published_at == datetime(2024, 3, 28, 10, tzinfo=UTC)
    assert (found.article.language, found.article.published_from) == ("en", "feed")
    assert "company:xiaomi" in {mention.entity_id for mention in found.signals.mentions}
    assert found.page is not None
    (poll,) = batch.polls
    assert (poll.outcome, poll.items, poll.new_items) == ("new", 1, 1)
    assert [one.etag for one in poll.validators] == ['"v1"']
    assert [outcome.state for outcome in batch.outcomes] == ["article"]


def test_known_items_are_not_fetched_and_none_twice(site, run):
    site.give("/rss", feed(site, "/1", "/2"))
    site.give("/again", feed(site, "/2"))
    site.give("/2", page())
    known = item_keys(Item(source_id="rss", url=site.url("/1")))
    batch = run(source(site), source(site, "/again"), known=known)

    assert "/1" not in site.paths()
    assert site.paths().count("/2") == 1
    assert [outcome.state for outcome in batch.outcomes] == ["article", "article"]


def test_an_unchanged_body_is_not_read_again(site, run):
    site.give("/rss", feed(site, "/1"))
    site.give("/1", page())
    first = run(source(site)).polls[0]
    again = run(SourceOrder(source=source(site), validators=first.validators))

    assert (again.polls[0].outcome, again.outcomes) == ("unchanged", ())
    assert again.polls[0].validators == first.validators


def test_304_carries_the_validators_on(site, run):
    site.give("/rss", status=304)
    known = Validator(url=site.url("/rss"), etag='"v1"', last_modified="then", body_hash="h")
    poll = run(SourceOrder(source=source(site), validators=(known,))).polls[0]

    assert (poll.outcome, poll.validators) == ("unchanged", (known,))


def test_bad_sources_are_told_and_the_good_one_is_collected(site, run, fault):
    site.give("/rss", feed(site, "/1"))
    site.give("/1", page())
    site.give("/html", fault("html_for_xml.html"), Content_Type="text/html")
    site.give("/nonsense", fault("no_feed_at_all.xml"))
    site.give("/empty", b"")
    site.give("/error", status=503)
    names = ("/html", "/nonsense", "/empty", "/error", "/gone")
    batch = run(*(source(site, name) for name in names), source(site))
    causes = [poll.cause for poll in batch.polls]

    assert causes == ["html-for-xml", "broken-feed", "empty-body", "http-503", "http-404", None]
    assert all(poll.error and poll.advice for poll in batch.polls[:-1])
    assert len(batch.articles) == 1


def test_a_page_that_fails_is_pending_and_then_told_by_the_feed(site, run):
    summary = "Xiaomi and BAIC have agreed to build a car together, says the feed itself at some length."
    site.give("/rss", feed(site, "/1", summary=summary))
    site.give("/1", status=500)
    first = run(source(site)).outcomes[0]
    tired = SourceOrder(source=source(site), pending=(replace(first.item, attempts=2),))
    last = run(tired)

    assert first.state == "failed"
    assert [outcome.state for outcome in last.outcomes] == ["article"]
    assert (last.articles[0].article.text, last.articles[0].article.text_from) == (summary, "feed")


def test_robots_keep_pages_away_but_not_the_feed_itself(site, run):
    site.give("/robots.txt", "User-agent: *\nDisallow: /\n")
    site.give("/rss", feed(site, "/1"))
    site.give("/1", page())
    batch = run(source(site))

    assert (batch.polls[0].outcome, batch.outcomes[0].state) == ("new", "rejected")
    assert "robots" in batch.outcomes[0].error
    assert "/1" not in site.paths()


def test_a_gb18030_page_without_zone_is_read(site, run):
    text = (
        "小米与北汽已经达成协议，双方将在北京共同生产电动汽车，两家公司周四表示。",
        "首批汽车将于今年下半年下线，双方均未透露价格，也没有说明投资的规模。",
    )
    body = page("小米与北汽达成协议", text).replace(
        "<head>", "<head><meta charset='gb2312'><meta name='pubdate' content='2024-03-28 19:00'>"
    )
    site.give("/list", "<main><h2><a href='/n.html'>小米与北汽达成协议</a></h2></main>")
    site.give("/n.html", body.encode("gb18030"), Content_Type="text/html")
    (found,) = run(source(site, "/list", "page", language="zh", links="h2 a")).articles

    assert (found.article.title, found.article.language) == ("小米与北汽达成协议", "zh")
    assert found.article.text == "\n\n".join(text)
    assert found.article.published_at == datetime(2024, 3, 28, 11, tzinfo=UTC)


def test_a_news_sitemap_is_read_through_its_index(site, run):
    ns = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"
    entry = (
        "<url><loc>{url}</loc><news:news><news:publication_date>{date}</news:publication_date>"
        "<news:title>The deal</news:title></news:news></url>"
    )
    entries = entry.format(url=site.url("/1"), date="2024-03-28T09:00:00Z") + entry.format(
        url=site.url("/old"), date="2024-03-20T09:00:00Z"
    )
    site.give("/map", f"<sitemapindex {ns}><sitemap><loc>{site.url('/news')}</loc></sitemap></sitemapindex>")
    site.give("/news", f"<urlset {ns}>{entries}</urlset>")
    site.give("/1", page())
    batch = run(source(site, "/map", "sitemap"))

    assert [article.article.title for article in batch.articles] == ["The deal"]
    assert "/old" not in site.paths()


def test_one_address_is_read_or_its_failure_raised(site, manners, noon, a_watch):
    site.give("/1", page())

    assert read_address(site.url("/1"), a_watch(), manners, standing_clock(noon)).article.title == "The deal"
    with pytest.raises(FetchError):
        read_address(site.url("/none"), a_watch(), manners, standing_clock(noon))


def test_a_wall_in_front_of_a_feed_is_named(site, run):
    wall = (
        "<!doctype html><html lang=en><head><title>Just a moment...</title></head><body><p>Checking your browser before"
        " accessing the site. Please enable JavaScript and cookies to continue.</p></body></html>"
    )
    site.give("/rss", wall, Content_Type="text/html")
    (poll,) = run(source(site)).polls

    assert poll.cause == "bot-wall"
    assert poll.advice
