"""The feeds of developments are valid whatever the news says, and say the same under the same ids."""

import json
from datetime import UTC, datetime, timedelta

import feedparser
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from flows.alerts.message import is_link, plain_line
from flows.report.atom import atom_feed
from flows.report.data import Entry, Link, Moment
from flows.report.json_feed import VERSION, json_feed

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
        "reach": "1 article",
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


def test_the_json_feed_has_what_its_specification_asks_for():
    gone = entry(withdrawn=True, withdrawn_at=NOW + timedelta(days=1))
    feed = json.loads(json_feed([gone], ""))
    (item,) = feed["items"]

    assert (feed["version"], feed["title"]) == (VERSION, "newswatch")
    assert item["title"].startswith("Withdrawn:")
    assert (item["date_published"], item["date_modified"]) == ("2024-03-28T12:00:00Z", "2024-03-29T12:00:00Z")
    assert item["tags"] == ["plant", "agreed", "official", "withdrawn"]
    assert item["content_text"]
