"""What records derive from their fields."""

from datetime import timedelta

import pytest

from extractors.records import article_id, content_hash, item_keys, stable_id


@pytest.mark.parametrize(
    ("published_h", "published_from", "counts_h"),
    [
        (-5, "feed", -5),  # as published
        (-5, "structured", -5),
        (None, None, 0),  # unknown: when it was seen
        (3, "feed", 0),  # ahead of the clock: when it was seen
        (-12, "page", 0),  # a day without a time: its end, or when it was seen if that was earlier
        (-60, "page", -36),
    ],
)
def test_news_counts_from_its_publication_as_far_as_that_is_known(
    an_article, noon, published_h, published_from, counts_h
):
    published = None if published_h is None else noon + timedelta(hours=published_h)
    article = an_article(published_at=published, published_from=published_from).article

    assert article.reported_at == noon + timedelta(hours=counts_h)


def test_an_item_is_known_by_its_address_and_by_the_guid_of_its_source(an_item):
    here, there = an_item(1), an_item(1, source_id="other")

    assert len(item_keys(here)) == 2
    assert set(item_keys(here)) & set(item_keys(there)) == {item_keys(here)[0]}
    assert item_keys(an_item(1, guid=None)) == item_keys(here)[:1]


def test_ids_depend_on_their_parts_and_on_nothing_else():
    assert article_id("https://a.example/1") == article_id("https://a.example/1")
    assert stable_id("x", "ab", "c") != stable_id("x", "a", "bc")
    assert content_hash("é") == content_hash("é".encode())
