"""The newsroom over real HTTP."""

import json
from datetime import UTC, datetime, timedelta

import feedparser
import httpx
import pytest
from lxml import etree, html

from flows.newsroom.documents import FOUNDED, document
from flows.newsroom.gold import all_articles
from flows.newsroom.server import Newsroom
from flows.newsroom.sites import SITES

END = datetime(2024, 8, 1, tzinfo=UTC)
FEEDS = [site for site in SITES if site.feed not in ("page", "sitemap", "json")]
OTHERS = {site.feed: site for site in SITES}


@pytest.fixture(scope="module")
def newsroom():
    with Newsroom() as running:
        yield running


@pytest.fixture
def get(newsroom):
    newsroom.clock = END
    with httpx.Client(base_url=f"http://127.0.0.1:{newsroom.port}", trust_env=False) as client:

        def ask(host, path, **fields):
            named = {name.replace("_", "-"): value for name, value in fields.items()}
            return client.get(path, headers={"Host": host, **named})

        yield ask


def of(host):
    return [article for article in all_articles() if article.host == host]


def test_an_article_is_there_from_its_publication_on(newsroom, get):
    article = of("harbourwire.example")[0]
    newsroom.clock = article.published - timedelta(seconds=1)
    before = get(article.host, article.path)
    newsroom.clock = article.published
    after = get(article.host, article.path)

    assert (before.status_code, after.status_code) == (404, 200)
    assert article.title in after.text


def test_a_client_that_has_the_document_gets_304_and_no_body(get):
    first = get("handelsbote.example", "/rss/alles.xml")
    by_tag = get("handelsbote.example", "/rss/alles.xml", If_None_Match=first.headers["ETag"])
    by_date = get("handelsbote.example", "/rss/alles.xml", If_Modified_Since=first.headers["Last-Modified"])

    assert (by_tag.status_code, by_date.status_code) == (304, 304)
    assert by_tag.content == b""
    assert by_tag.headers["ETag"] == first.headers["ETag"]


def test_a_changed_feed_is_sent_whole(newsroom, get):
    last = of("handelsbote.example")[-1]
    newsroom.clock = last.published - timedelta(minutes=1)
    before = get("handelsbote.example", "/rss/alles.xml")
    newsroom.clock = last.published
    tag, date = before.headers["ETag"], before.headers["Last-Modified"]

    assert get("handelsbote.example", "/rss/alles.xml", If_None_Match=tag).status_code == 200
    assert get("handelsbote.example", "/rss/alles.xml", If_Modified_Since=date).status_code == 200
    # The tag decides where both are sent.
    both = get("handelsbote.example", "/rss/alles.xml", If_None_Match=tag, If_Modified_Since=date)
    assert both.status_code == 200


def test_an_answer_is_packed_only_for_those_who_take_it(get):
    packed = get("handelsbote.example", "/", Accept_Encoding="gzip")
    plain = get("handelsbote.example", "/", Accept_Encoding="identity")

    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["Content-Length"]) < len(plain.content)


def test_requests_are_counted_by_status(newsroom, get):
    before, known = newsroom.requests, dict(newsroom.statuses)
    get("handelsbote.example", "/")
    get("handelsbote.example", "/nowhere")

    assert newsroom.requests == before + 2
    assert newsroom.statuses[404] == known.get(404, 0) + 1


def test_robots_may_read_everything_and_unknown_hosts_are_not_there(get):
    assert "Allow: /" in get("chelun.example", "/robots.txt").text
    assert get("unknown.example", "/").status_code == 404


def test_the_clock_takes_aware_moments_only(newsroom):
    with pytest.raises(ValueError, match="naive"):
        newsroom.clock = datetime(2024, 1, 1)  # noqa: DTZ001 - the point


def test_a_gb18030_site_sends_gb18030_and_one_says_gb2312_instead(get):
    honest = get("donggang.example", of("donggang.example")[0].path)
    sloppy = get("zhengquansudi.example", of("zhengquansudi.example")[0].path)

    assert honest.headers["Content-Type"] == "text/html; charset=gb18030"
    assert of("donggang.example")[0].title in honest.content.decode("gb18030")
    assert sloppy.headers["Content-Type"] == "text/html; charset=gb2312"
    assert b'charset="gb2312"' in sloppy.content
    assert of("zhengquansudi.example")[0].title in sloppy.content.decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        get("zhengquansudi.example", "/kuaixun.xml").content.decode("gb2312")


@pytest.mark.parametrize("site", FEEDS, ids=lambda site: f"{site.host}-{site.feed}")
def test_every_feed_lists_its_newest_articles(site, get):
    answer = get(site.host, site.at)
    parsed = feedparser.parse(
        answer.content, response_headers={"content-type": answer.headers["Content-Type"]}
    )
    newest = {article.path: article.title for article in of(site.host)}
    listed = {httpx.URL(entry.link).path: entry.title for entry in parsed.entries}

    etree.fromstring(answer.content.decode(site.charset).partition("?>")[2])
    assert listed == newest
    assert all(entry.get("summary") for entry in parsed.entries)
    assert all(
        ("published" in entry or "updated" in entry) == (site.dates != "hidden") for entry in parsed.entries
    )
    assert len({entry.get("id", entry.link) for entry in parsed.entries}) == len(parsed.entries)


def test_feeds_come_in_rss_atom_and_rdf(get):
    versions = {feedparser.parse(get(site.host, site.at).content).version for site in FEEDS}

    assert versions == {"rss20", "atom10", "rss10"}


def test_a_full_text_feed_carries_the_article_and_a_tracking_one_its_marks(get):
    full = feedparser.parse(get("voltbench.example", "/feed/").content).entries[-1]
    marked = feedparser.parse(get("werkstor.example", "/rss.xml").content).entries[0]

    assert of("voltbench.example")[0].paragraphs[-1] in html.fromstring(full.content[0].value).text_content()
    assert "utm_source=rss" in marked.link
    assert "<p>" in marked.summary


def test_dates_without_a_zone_stand_in_feed_and_page_as_local_time(get):
    article = of("kurszettel.example")[-1]
    feed, page = get(article.host, "/kurszettel.rss").text, get(article.host, article.path).text

    assert f"<pubDate>{article.published:%Y-%m-%d %H:%M:%S}</pubDate>" in feed
    assert f'content="{article.published:%Y-%m-%dT%H:%M:%S}"' in page


def test_a_site_that_hides_its_dates_shows_the_day_to_readers_only(get):
    article = of("motortradegazette.example")[0]
    page = get(article.host, article.path).text

    assert f"{article.published.day} {article.published:%B %Y}" in page
    assert "datetime=" not in page
    assert "published" not in page


def test_the_json_feed_is_version_1_1(get):
    site = OTHERS["json"]
    told = json.loads(get(site.host, site.at).content)

    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert {httpx.URL(item["url"]).path for item in told["items"]} == {a.path for a in of(site.host)}


def test_the_news_sitemap_names_title_and_date(get):
    site = OTHERS["sitemap"]
    root = etree.fromstring(get(site.host, site.at).content)
    names = {"news": "http://www.google.com/schemas/sitemap-news/0.9"}

    assert set(root.xpath("//news:title/text()", namespaces=names)) == {a.title for a in of(site.host)}
    assert len(root.xpath("//news:publication_date", namespaces=names)) == len(of(site.host))


def test_a_section_page_links_what_its_selector_finds(get):
    (site,) = (site for site in SITES if site.links)
    links = html.fromstring(get(site.host, site.at).text).cssselect(site.links)

    assert {httpx.URL(link.get("href")).path for link in links} == {a.path for a in of(site.host)}


def test_an_edited_article_is_listed_anew_under_another_address(newsroom, get):
    (edited,) = (a for a in of("technikfunke.example") if a.revises)
    newsroom.clock = edited.published - timedelta(minutes=1)
    before = feedparser.parse(get(edited.host, "/feed.atom").content).entries[0]
    newsroom.clock = edited.published
    after = feedparser.parse(get(edited.host, "/feed.atom").content).entries[0]
    page = html.fromstring(get(edited.host, f"{edited.path}?v=2").text)

    assert after.link == f"{before.link}?v=2"
    assert after.id != before.id
    assert after.updated > before.updated
    assert after.published == before.published
    assert page.xpath("string(//link[@rel='canonical']/@href)") == edited.url
    assert edited.paragraphs[0] in page.text_content()


def test_every_article_of_the_gold_sets_has_its_page():
    newest = {article.url: article for article in all_articles()}
    for article in newest.values():
        found = document(article.host, article.path, END)
        assert found is not None, article.url
        site = next(site for site in SITES if site.host == article.host)
        tree = html.fromstring(found.body.decode(site.charset))
        paragraphs = [node.text_content().strip("　") for node in tree.iter("p")]
        assert [p for p in paragraphs if p in article.paragraphs] == list(article.paragraphs), article.url
        assert article.lead in paragraphs
        assert tree.xpath("string(//h1)") == article.title


def test_before_the_first_article_every_source_is_there_and_lists_nothing():
    for site in SITES:
        found = document(site.host, site.at, FOUNDED)
        assert found is not None, site.host
        assert all(article.path.encode() not in found.body for article in of(site.host))


def test_the_same_clock_gives_the_same_bytes_in_another_newsroom(get):
    with Newsroom() as other:
        other.clock = END
        with httpx.Client(base_url=f"http://127.0.0.1:{other.port}", trust_env=False) as client:
            again = client.get("/", headers={"Host": "lanhai.example"})

    assert again.content == get("lanhai.example", "/").content
    assert again.headers["Last-Modified"] == get("lanhai.example", "/").headers["Last-Modified"]
