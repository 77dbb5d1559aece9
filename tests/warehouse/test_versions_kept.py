"""A version of which no batch is kept is made from the stored rows as it was judged then."""

from dataclasses import replace
from datetime import timedelta

import pytest

from extractors.records import Release
from warehouse.stored import StoredArticle
from warehouse.versions_kept import version_of


@pytest.fixture
def newest(an_article, noon):
    """An article in its third version: paragraph by paragraph, the first of them the lead."""
    article = an_article(1, text="Now.\n\nMore.", lead="Now.", seen_at=noon).article
    return StoredArticle(
        article=article,
        revision=3,
        first_seen_at=noon,
        reported_at=article.reported_at,
        words=2,
        relevant=True,
        likeness=0.0,
        copy_of=None,
        story_id=None,
    )


def row(number, noon, text="Then.\n\nMore.", change="wording"):
    seen_at = noon + timedelta(hours=number - 1)
    return {"revision": number, "title": "A title", "text": text, "seen_at": seen_at, "change": change}


def test_an_earlier_version_has_its_own_words_and_the_rest_of_the_newest(newest, noon):
    version = version_of(newest, row(2, noon), None)

    assert (version.title, version.text, version.lead) == ("A title", "Then.\n\nMore.", "Then.")
    assert version.seen_at == noon + timedelta(hours=1)
    assert version.published_at == newest.article.published_at
    assert version.release is None


def test_a_lead_that_was_no_paragraph_is_kept_only_where_the_text_begins_with_it(newest, noon):
    partly = replace(newest, article=replace(newest.article, lead="Now", text="Now.\n\nMore."))

    assert version_of(partly, row(2, noon, "Now. Or never."), None).lead == "Now"
    assert version_of(partly, row(2, noon), None).lead is None


def test_a_date_that_only_a_later_version_had_was_none_for_the_first(newest, noon):
    late = replace(newest, reported_at=noon)

    assert version_of(late, row(1, noon), None).published_at is None
    assert version_of(late, row(2, noon), None).published_at == newest.article.published_at
    assert version_of(newest, row(1, noon), None).published_at == newest.article.published_at


def test_the_same_words_once_more_were_taken_back_or_released(newest, noon):
    before = ("A title", "Then.\n\nMore.", noon)

    assert version_of(newest, row(2, noon, change="retraction"), before).release == Release(
        pubstatus="withheld"
    )
    assert version_of(newest, row(2, noon), before).release == Release(pubstatus="usable")
    assert version_of(newest, row(2, noon), ("A title", "Other.", noon)).release is None


def test_what_the_newsroom_says_of_the_newest_version_is_stored(newest, noon):
    said = replace(newest, article=replace(newest.article, release=Release(pubstatus="canceled")))

    assert version_of(said, row(3, noon), ("A title", "Then.\n\nMore.", noon)).is_withdrawn


def test_a_version_that_was_imported_was_published_when_it_was_seen(newest, noon):
    imported = replace(newest, article=replace(newest.article, published_from="import"))

    assert version_of(imported, row(2, noon), None).published_at == noon + timedelta(hours=1)
