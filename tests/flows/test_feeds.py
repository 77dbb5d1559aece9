"""The feeds of developments are valid whatever the news says, and say the same under the same ids."""

import json
from datetime import UTC, datetime, timedelta

import feedparser
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from flows.alerts.message import is_link, plain_line
from flows.report.atom import atom_feed
from flows.report.data import Entry, Link, Moment, Other
from flows.report.json_feed import VERSION, json_feed
from flows.report.words import words_of

NOW = datetime(2024, 3, 28, 12, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
TEXTS = st.text(max_size=40).map(plain_line)
URLS = st.text(max_size=20).map("https://news.example/{}".format).filter(is_link)


def entry(number=1, text="Xiaomi: plant, agreed", url="https://news.example/1", **changes):
    first = Link(article_id="a1", publisher=text, url=url, reported_at=NOW, language="en")
    told = {
        "development_id": f"d{number}",
        "story_id": "s1",
        "story": text,
        "event_type": "plant",
        "status": "agreed",
        "basis": "official",
        "what": text,
        "sentence": text,
        "headline": text,
        "language": "en",
        "reported_at": NOW,
        "articles": 1,
        "origins": 1,
        "figures": (),
        "moments": (Moment(name="first report", at=NOW, by=first),),
        "known_before": None,
        "changed_by": (),
        "contradictions": (),
        "withdrawn": False,
        "withdrawn_at": None,
        "correction": None,
        "first": first,
        "links": (),
    }
    return Entry(**told | changes)


@given(st.lists(st.tuples(TEXTS, URLS), max_size=4), TEXTS)
def test_whatever_the_news_says_both_feeds_can_be_read_and_say_it(told, title):
    entries = [entry(number, text, url) for number, (text, url) in enumerate(told)]
    atom = etree.fromstring(atom_feed(entries, title, NOW))
    other = json.loads(json_feed(entries, title))

    found = atom.findall(f"{ATOM}entry")
    assert len(found) == len(other["items"]) == len(entries)
    for element, item, known in zip(found, other["items"], entries, strict=True):
        assert (
            element.find(f"{ATOM}id").text
            == item["id"]
            == f"urn:newswatch:development:{known.development_id}"
        )
        assert {child.tag for child in element} >= {
            f"{ATOM}{name}" for name in ("id", "title", "updated", "author")
        }
        href = element.find(f"{ATOM}link").get("href")
        assert href == item["url"]
        assert not set(href) & set(' <>"{}|\\^`')
        assert href.isascii()
        assert (
            "\ufffe" in known.what
            or "\uffff" in known.what
            or item["title"] == element.find(f"{ATOM}title").text
        )


def test_a_reader_takes_the_atom_feed_as_it_is():
    feed = feedparser.parse(atom_feed([entry(1), entry(2)], "Cars", NOW))

    assert (feed.bozo, feed.version, feed.feed.title) == (False, "atom10", "Cars")
    assert [one.id for one in feed.entries] == [
        "urn:newswatch:development:d1",
        "urn:newswatch:development:d2",
    ]
    assert feed.entries[0].updated == "2024-03-28T12:00:00Z"


def test_both_feeds_speak_the_language_of_the_report_around_the_words_of_the_news():
    before = Other(
        development_id="d0",
        what="Xiaomi: plant, planned (unconfirmed)",
        sentence="A plant is planned.",
        language="en",
        withdrawn=True,
        first=entry().first,
    )
    gone = entry(
        withdrawn=True,
        withdrawn_at=NOW + timedelta(days=1),
        known_before=before,
        origins=2,
        articles=1234,
        copies=1,
    )
    other = json.loads(json_feed([gone], "Autos", words=words_of("de")))
    atom = etree.fromstring(atom_feed([gone], "Autos", NOW, words=words_of("de")))
    (element,), (item,) = atom.findall(f"{ATOM}entry"), other["items"]

    assert (atom.get("{http://www.w3.org/XML/1998/namespace}lang"), other["language"]) == ("de", "de")
    assert item["title"] == element.findtext(f"{ATOM}title") == "Zurückgezogen: Xiaomi: Werk, vereinbart"
    assert item["content_text"] == element.findtext(f"{ATOM}content")
    assert item["content_text"].splitlines() == [
        "Zurückgezogen 29. März 2024, 12:00 UTC: der Artikel ist nicht mehr gespeichert",
        "Werk, vereinbart, offiziell",
        "Bisher bekannt: Xiaomi: Werk, geplant (unbestätigt) (zurückgezogen)",
        "“Xiaomi: plant, agreed” (Xiaomi: plant, agreed)",
        "Erste Meldung: 28. März 2024, 12:00 UTC, Xiaomi: plant, agreed",
        "2 unabhängige Ursprünge; 1.233 Artikel +1 Kopie",
    ]
    assert item["tags"] == ["plant", "agreed", "official", "withdrawn"]


def test_the_feed_is_the_same_one_when_the_title_of_its_watch_is_written_anew():
    one, again, another = (
        etree.fromstring(atom_feed([], title, NOW, name=name)).findtext(f"{ATOM}id")
        for title, name in (("Cars", "cars"), ("Cars & more", "cars"), ("Cars", "plants"))
    )

    assert one == again != another


def test_where_the_report_is_served_both_feeds_say_where_they_are():
    served_at = "https://news.example/report/"
    feed = feedparser.parse(atom_feed([], "Cars", NOW, served_at=served_at))
    other = json.loads(json_feed([], "Cars", served_at=served_at))

    assert {link.rel: link.href for link in feed.feed.links} == {
        "self": "https://news.example/report/developments.atom",
        "alternate": "https://news.example/report/index.html",
    }
    assert other["feed_url"] == "https://news.example/report/developments.json"
    assert other["home_page_url"] == "https://news.example/report/index.html"


def test_the_json_feed_has_what_its_specification_asks_for():
    gone = entry(withdrawn=True, withdrawn_at=NOW + timedelta(days=1))
    feed = json.loads(json_feed([gone], ""))
    (item,) = feed["items"]

    assert (feed["version"], feed["title"]) == (VERSION, "newswatch")
    assert item["title"].startswith("Withdrawn:")
    assert (item["date_published"], item["date_modified"]) == ("2024-03-28T12:00:00Z", "2024-03-29T12:00:00Z")
    assert item["tags"] == ["plant", "agreed", "official", "withdrawn"]
    assert item["content_text"]
