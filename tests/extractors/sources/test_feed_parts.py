"""Where a feed says that it goes on: RFC 5005 in Atom and RSS, `next_url` of JSON Feed; and what its items are."""

import json
from datetime import UTC, datetime

import pytest

from extractors.records import Release
from extractors.sources.feed import parse_feed
from extractors.sources.listing import Listing, older_part

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
URL = "http://wire.example/feed"
FH = 'xmlns:h="http://purl.org/syndication/history/1.0"'


@pytest.fixture
def parse(a_source):
    return lambda text: parse_feed(text.encode(), "application/xml", a_source(url=URL), URL, now=NOON)


def atom(head="", entry=""):
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:nar="http://iptc.org/std/nar/2006-10-01/" {FH}>'
        f"<title>Wire</title>{head}<entry><id>1</id><title>T</title><link href='/1'/>{entry}</entry></feed>"
    )


def rss(head="", item=""):
    return (
        f'<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" {FH}><channel><title>Wire</title>{head}'
        f"<item><title>T</title><link>http://wire.example/1</link>{item}</item></channel></rss>"
    )


def test_an_atom_feed_names_the_archive_before_it(parse):
    found = parse(atom('<link rel="prev-archive" href="/2024/02"/><link rel="next" href="/page/2"/>'))

    assert (found.older, found.closed, found.complete) == ("http://wire.example/2024/02", False, False)


def test_an_rss_feed_names_its_next_page(parse):
    assert (
        parse(rss('<atom:link rel="next" href="http://wire.example/?p=2"/>')).older
        == "http://wire.example/?p=2"
    )


def test_a_json_feed_names_its_next_page(parse):
    text = json.dumps({"items": [{"id": 1, "url": "/1"}], "next_url": "/feed.json?page=2"})

    assert parse(text).older == "http://wire.example/feed.json?page=2"


def test_a_feed_that_lists_all_there_is_has_no_older_part(parse):
    found = parse(atom('<h:complete/><link rel="next" href="/page/2"/>'))

    assert (found.complete, found.older) == (True, None)


def test_a_feed_that_is_cut_here_is_not_taken_for_complete(parse):
    items = "".join(f"<item><title>T</title><link>http://wire.example/{n}</link></item>" for n in range(2100))

    assert (
        parse(rss("<h:complete/>", f"</item>{items}<item><link>http://wire.example/z</link>")).complete
        is False
    )


def test_an_archive_that_names_the_current_feed_has_ended(parse):
    assert parse(rss('<h:archive/><atom:link rel="current" href="http://wire.example/rss"/>')).closed
    assert not parse(rss("<h:archive/>")).closed
    assert not parse(rss(f'<h:archive/><atom:link rel="current" href="{URL}"/>')).closed


@pytest.mark.parametrize("older", [None, URL, "http://wire.example/read", "http://other.example/2"])
def test_round_in_circles_or_elsewhere_nothing_is_followed(older):
    assert older_part(URL, Listing(items=(), older=older), ("http://wire.example/read",)) is None


def test_newsml_elements_of_an_entry_are_read(parse):
    (item,) = parse(
        atom(
            entry='<nar:pubStatus qcode="stat:withheld"/><nar:edNote>Hold &amp; wait</nar:edNote>'
            "<nar:versionCreated>2024-03-28T10:00:00Z</nar:versionCreated>"
        )
    ).items

    assert item.release == Release(
        pubstatus="withheld", ednote="Hold & wait", versioncreated=datetime(2024, 3, 28, 10, tzinfo=UTC)
    )


def test_ninjs_keys_of_a_json_item_are_read(parse):
    entry = {
        "id": 1,
        "url": "/1",
        "pubstatus": "canceled",
        "version": "4",
        "embargoed": "2024-05-01T00:00:00Z",
    }
    (item,) = parse(json.dumps({"items": [entry]})).items

    assert item.release == Release(
        pubstatus="canceled", version="4", embargoed=datetime(2024, 5, 1, tzinfo=UTC)
    )


@pytest.mark.parametrize("head", ["<links>x</links>", "<links a='b'/>", "<archive>x</archive>"])
def test_elements_that_are_called_like_ours_do_no_harm(parse, head):
    found = parse(rss(head))

    assert (len(found.items), found.older, found.closed) == (1, None, False)


def test_an_ordinary_item_says_nothing_of_its_version(parse):
    assert parse(atom()).items[0].release is parse(rss()).items[0].release is None


@pytest.mark.parametrize("said", ["no", "yes", ""])
def test_a_podcast_that_is_complete_is_another_matter(parse, said):
    itunes = 'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'

    assert not parse(rss(f"<itunes:complete {itunes}>{said}</itunes:complete>")).complete
    assert not parse(rss(f"<itunes:complete>{said}</itunes:complete>")).complete


@pytest.mark.parametrize("current", ["https://wire.example/feed", "http://wire.example/feed/"])
def test_a_feed_that_spells_its_own_address_otherwise_goes_on(parse, current):
    assert not parse(rss(f'<h:archive/><atom:link rel="current" href="{current}"/>')).closed
