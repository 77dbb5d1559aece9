"""Reading the snapshot, on a real file."""

from datetime import UTC, datetime, timedelta

import pytest
from article_rows import article_row
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractors.errors import ConfigurationError
from warehouse import read
from warehouse.database import insert, open_snapshot, open_warehouse
from warehouse.read_stories import read_developments, read_stories, read_story

T = datetime(2022, 8, 26, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def article(name, *, title, text="nothing", at=T, **more):
    return article_row(name, at, **{"title": title, "text": text, "story_id": "s1abc"} | more)


def development(name, *, at=T, **more):
    row = {
        "development_id": name,
        "story_id": "s1abc",
        "event_type": "partnership",
        "status": "talks",
        "basis": "unconfirmed",
        "participants": ["company:baic"],
        "what": name,
        "sentence": "They talk.",
        "first_article_id": "a",
        "reported_at": at,
        "detected_at": at,
        "articles": 2,
        "origins": 1,
        "supersedes": None,
    }
    return row | more


def story(name, *, last=T):
    return {
        "story_id": name,
        "title": name,
        "first_at": T,
        "last_at": last,
        "articles": 2,
        "publishers": 1,
        "languages": ["en"],
    }


def source(name, *, failures=0, error=None, advice=None):
    return {
        "source_id": name,
        "kind": "feed",
        "url": f"https://{name}.example/rss",
        "publisher": None,
        "language": None,
        "state": "failing" if failures else "ok",
        "failures": failures,
        "last_ok_at": None,
        "next_poll_at": T,
        "interval_s": 900.0,
        "error": error,
        "advice": advice,
    }


def poll(source_id, *, at, cause=None):
    return {
        "source_id": source_id,
        "started_at": at,
        "outcome": "failed" if cause else "new",
        "http_status": 200,
        "items": 2,
        "new_items": 0 if cause else 2,
        "bytes": 1,
        "seconds": 0.1,
        "cause": cause,
        "error": cause,
    }


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    path = tmp_path_factory.mktemp("filled") / "warehouse.duckdb"
    with open_warehouse(path) as con:
        insert(con, "stories", [story("s1abc"), story("s1xyz", last=T + HOUR), story("s2")])
        insert(
            con,
            "articles",
            [
                article("a", title="Xiaomi's car", text="It scars nobody. A car is built in Beijing.", at=T),
                article("b", title="A copy", copy_of="a", at=T + HOUR),
                article(
                    "c",
                    title="小米造车",
                    text="北汽与小米洽谈合作。",
                    at=T + 2 * HOUR,
                    story_id=None,
                    language="zh",
                ),
            ],
        )
        insert(
            con,
            "developments",
            [development("d1"), development("d2", at=T + HOUR, event_type="plant", participants=[])],
        )
        insert(
            con,
            "development_articles",
            [
                {"development_id": "d1", "article_id": "a", "role": "first"},
                {"development_id": "d1", "article_id": "b", "role": "repeats"},
            ],
        )
        insert(
            con, "sources", [source("good"), source("bad", failures=3, error="it broke", advice="mend it")]
        )
        insert(
            con,
            "polls",
            [poll("bad", at=T), poll("bad", at=T + HOUR, cause="html-for-xml"), poll("good", at=T)],
        )
        mention = {"article_id": "a", "surface": "x", "part": "body", "start": 0, "stop": 1}
        insert(
            con, "mentions", [mention | {"entity_id": "company:baic"}, mention | {"entity_id": "topic:car"}]
        )
        baic = {"entity_id": "company:baic", "kind": "company", "name": "BAIC", "wikidata": None}
        insert(con, "entities", [baic])
    return path


@pytest.fixture
def con(filled):
    with open_snapshot(filled) as opened:
        yield opened


@pytest.fixture(scope="module")
def writable(tmp_path_factory):
    with open_warehouse(tmp_path_factory.mktemp("writable") / "warehouse.duckdb") as opened:
        yield opened


def test_the_story_with_the_newest_article_comes_first(con):
    found = read_stories(con)

    assert [row.story_id for row in found] == ["s1xyz", "s1abc", "s2"]
    assert [row.developments for row in found] == [0, 2, 0]
    assert len(read_stories(con, most=1)) == 1


def test_a_timeline_tells_developments_and_articles_in_the_order_of_reporting(con):
    timeline = read_story(con, "s1abc")

    assert [row.development_id for row in timeline.developments] == ["d1", "d2"]
    assert [(row.article_id, row.brings) for row in timeline.articles] == [
        ("a", ("d1 first",)),
        ("b", ("d1 repeats",)),
    ]
    assert timeline.developments[0].url == "https://news.example/a"


def test_the_start_of_a_story_id_is_enough_if_only_one_begins_so(con):
    assert read_story(con, "s2").story.story_id == "s2"
    with pytest.raises(ConfigurationError, match="begins several ids: s1abc, s1xyz"):
        read_story(con, "s1")


@pytest.mark.parametrize("typed", ["s9", "", "%"])
def test_an_unknown_story_id_says_where_to_look(con, typed):
    with pytest.raises(ConfigurationError, match="newswatch stories"):
        read_story(con, typed)


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdef"), max_size=6),
    st.sets(st.sampled_from("abcdef"), max_size=3),
    st.sampled_from("abcdef"),
)
def test_any_chain_of_mergers_leads_to_the_story_at_its_end_and_a_circle_to_a_word(
    writable, merged, there, asked
):
    for table in ("stories", "story_lineage"):
        writable.execute(f"DELETE FROM {table}")
    insert(writable, "stories", [story(name) for name in sorted(there)])
    rows = [{"story_id": one, "successor_id": to} for one, to in sorted(merged.items())]
    insert(writable, "story_lineage", [row | {"change": "merged", "changed_at": T} for row in rows])
    at, passed = asked, []
    while at not in there and at in merged and at not in passed:
        passed.append(at)
        at = merged[at]

    if at in there:
        timeline = read_story(writable, asked)
        assert timeline.story.story_id == at
        assert [row.story_id for row in timeline.followed] == passed
    else:
        with pytest.raises(ConfigurationError, match="newswatch stories"):
            read_story(writable, asked)


def test_developments_are_filtered_by_type_participant_and_time(con):
    def ids(**filters):
        return [row.development_id for row in read_developments(con, **filters)]

    assert ids() == ["d2", "d1"]
    assert ids(event_type="plant") == ["d2"]
    assert ids(entity_id="company:baic") == ["d1"]
    assert ids(since=T + HOUR) == ["d2"]
    assert ids(most=1) == ["d2"]


def test_a_development_whose_article_is_gone_still_shows(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        insert(con, "developments", [development("d1")])
        (row,) = read_developments(con)

    assert (row.url, row.reports, row.figures, row.withdrawal) == (None, (), (), None)


def test_failing_sources_come_first_with_cause_and_advice(con):
    bad, good = read.read_sources(con)

    assert (bad.source_id, bad.cause, bad.error, bad.advice) == ("bad", "html-for-xml", "it broke", "mend it")
    assert (bad.polls, bad.new_items, bad.last_poll_at) == (2, 2, T + HOUR)
    assert (good.source_id, good.cause, good.error) == ("good", None, None)


def test_the_backlog_of_an_empty_warehouse_is_nothing(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        backlog = read.read_backlog(con)

    assert backlog.newest_at is None
    assert (backlog.articles, backlog.pending_items, backlog.failed_alerts) == (0, 0, 0)
