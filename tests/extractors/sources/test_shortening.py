import time

import feedparser
import pytest

from extractors.sources.listing import MOST_ITEMS
from extractors.sources.shortening import shortened


def feed(count, text="word", end="</item>"):
    items = "".join(
        f"<item><title>T {number}</title><link>http://x.example/{number}</link><description>{text}</description>{end}"
        for number in range(count)
    )
    return f"<rss version='2.0'><channel><title>t</title>{items}<skipHours><hour>1</hour></skipHours></channel></rss>"


def test_a_feed_of_usual_length_stays_as_it_is():
    assert shortened(feed(MOST_ITEMS)) == feed(MOST_ITEMS)


def test_a_feed_of_100_000_items_keeps_the_first_ones_and_its_end():
    short = shortened(feed(100_000))
    started = time.process_time()
    parsed = feedparser.parse(short.encode())

    assert [entry.title for entry in parsed.entries[:: MOST_ITEMS - 1]] == ["T 0", f"T {MOST_ITEMS - 1}"]
    assert not parsed.bozo
    assert "skipHours" in short
    assert time.process_time() - started < 5


@pytest.mark.parametrize("end", ["</item>", ""])
def test_items_full_of_tags_are_fewer(end):
    short = shortened(feed(1500, "<p>x<br>" * 300, end=end))

    assert 100 < short.count("<item>") < 700


def test_one_item_is_left_however_many_tags_it_has():
    assert shortened(feed(2, "<b>" * 400_000)).count("<item>") == 1


def test_atom_and_prefixed_items_are_counted():
    entries = "<a:entry><a:id>x</a:id></a:entry>" * (MOST_ITEMS + 500)

    assert shortened(f"<a:feed>{entries}</a:feed>").count("<a:entry>") == MOST_ITEMS
