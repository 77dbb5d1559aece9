"""What a newsroom takes back without a word in the article: by its feed, or in the data of the page."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from extractors.orders import Batch, ItemOutcome
from extractors.records import Release, article_id
from tests.warehouse.test_load import SENTENCE, news
from warehouse.database import open_warehouse, rows
from warehouse.load import load

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
CANCELED = Release(pubstatus="canceled", ednote="Wrong company. Do not use.")


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as opened:
        yield opened


@pytest.fixture
def bring(con, a_watch):
    """Load a batch that was collected `hours` after noon."""
    numbers = iter(range(100))

    def do(hours=0, **told):
        number, at = next(numbers), NOON + timedelta(hours=hours)
        batch = Batch(batch_id=f"b{number}", order_id=f"o{number}", collected_at=at, **told)
        return load(con, batch, a_watch(), at)

    return do


@pytest.fixture
def story(an_article):
    return an_article(1, signals=news(shingles=(32, 64, 97)), text=SENTENCE, source_id="import")


@pytest.fixture
def notice(an_item, story):
    return ItemOutcome(
        item=an_item(1, url=story.article.url + "?utm_source=feed", release=CANCELED),
        state="rejected",
        error="x",
    )


def told(con, column, table="articles"):
    return [value for (value,) in con.execute(f"SELECT {column} FROM {table} ORDER BY ALL").fetchall()]


def test_a_feed_that_takes_back_a_known_article_withdraws_its_development(con, bring, story, notice):
    bring(articles=(story,))
    assert told(con, "state", "developments") == ["standing"]

    assert bring(2, outcomes=(notice,)).revisions == 1

    assert told(con, "[state, withdrawn_by]", "developments") == [
        ["withdrawn", article_id(story.article.url)]
    ]
    assert told(con, "change", "revisions") == ["first", "retraction"]
    assert told(con, "[text, pubstatus, ednote]") == [[SENTENCE, "canceled", CANCELED.ednote]]
    assert told(con, "is_news", "claims") == [False]
    assert told(con, "shingles", "state.fingerprints") == [[32, 64, 97]]


def test_the_note_of_the_newsroom_says_why(con, bring, story, notice):
    bring(articles=(story,))
    bring(2, outcomes=(notice,))

    (found,) = rows(con, "read_withdrawals", ids=told(con, "development_id", "developments"))
    assert found["sentence"] == CANCELED.ednote


def test_a_notice_that_comes_again_changes_nothing(con, bring, story, notice):
    bring(articles=(story,))
    bring(2, outcomes=(notice,))
    withheld = replace(notice, item=replace(notice.item, release=Release(pubstatus="withheld")))

    assert bring(3, outcomes=(notice,)).revisions == 0
    assert bring(4, outcomes=(withheld,)).revisions == 0


def test_a_notice_of_an_article_nobody_has_is_none(con, bring, notice):
    assert bring(outcomes=(notice,)).articles == 0
    assert told(con, "url") == []


@pytest.mark.parametrize("by_feed", [True, False])
def test_an_article_that_arrives_withdrawn_is_no_development(con, bring, story, notice, by_feed):
    if by_feed:
        bring(articles=(story,), outcomes=(notice,))
    else:
        bring(articles=(replace(story, article=replace(story.article, release=CANCELED)),))

    assert told(con, "development_id", "developments") == []
    assert told(con, "pubstatus") == ["canceled"]


def test_what_is_taken_back_stays_so_when_its_page_changes(con, bring, story, notice):
    bring(articles=(story,))
    bring(2, outcomes=(notice,))
    edited = replace(story.article, text=SENTENCE + " It opens in May.", seen_at=NOON + timedelta(hours=6))
    bring(6, articles=(replace(story, article=edited),))

    assert told(con, "pubstatus") == ["canceled"]
    assert told(con, "state", "developments") == ["withdrawn"]
    assert told(con, "change", "revisions") == ["fact", "first", "retraction"]


def test_what_is_released_is_news_again(con, bring, story):
    def version(status, hours):
        seen_at = NOON + timedelta(hours=hours)
        return replace(
            story, article=replace(story.article, seen_at=seen_at, release=Release(pubstatus=status))
        )

    bring(articles=(version("withheld", 0),))
    assert told(con, "development_id", "developments") == []
    bring(1, articles=(version("usable", 1),))

    assert told(con, "state", "developments") == ["standing"]
    assert told(con, "pubstatus") == ["usable"]


def test_what_a_newsroom_says_comes_back_from_the_tables(con, bring, story):
    release = Release(
        pubstatus="usable",
        version="3",
        versioncreated=NOON,
        embargoed=NOON - timedelta(hours=1),
        ednote="Updates paragraph 2",
    )
    bring(articles=(replace(story, article=replace(story.article, release=release)),))

    row = rows(con, "articles_by_id", ids=[article_id(story.article.url)])[0]
    assert {name: row[name] for name in Release.__slots__} == {
        name: getattr(release, name) for name in Release.__slots__
    }


def test_a_page_that_says_so_in_its_data_alone_is_taken_back_too(con, bring, story):
    bring(articles=(story,))
    canceled = replace(story.article, release=CANCELED, seen_at=NOON + timedelta(hours=1))
    bring(1, articles=(replace(story, article=canceled),))

    assert told(con, "state", "developments") == ["withdrawn"]
    assert told(con, "change", "revisions") == ["first", "retraction"]


@pytest.mark.parametrize("stored", ["page", "feed"])
def test_a_notice_counts_though_a_feed_tells_the_same_article_with_it(con, bring, story, notice, stored):
    bring(articles=(replace(story, article=replace(story.article, text_from=stored)),))
    again = replace(story, article=replace(story.article, text_from="feed", text=SENTENCE[:60]))
    bring(2, articles=(again,), outcomes=(notice,))

    assert told(con, "state", "developments") == ["withdrawn"]
    assert told(con, "pubstatus") == ["canceled"]
