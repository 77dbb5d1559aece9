"""Trends: days of publication in any zone, what is counted, and that no polling is not silence."""

from datetime import UTC, date, datetime, timedelta

import pytest
from article_rows import article_row
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.orders import Batch, Poll
from warehouse.database import insert, open_warehouse
from warehouse.load import load
from warehouse.summaries import refill
from warehouse.trends import Count, Period, rates, read_trends, whole_rate

MONDAY = datetime(2022, 8, 22, 9, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def fetch(con, statement, **parameters):
    """Return an answer about rows that no load has brought."""
    refill(con)
    return con.execute(statement, parameters or None).fetchall()


def read(con, **asked):
    """Return the trends of rows that no load has brought."""
    refill(con)
    return read_trends(con, **asked)


def mentions(name, *entities):
    """Return the mentions of these entities in an article."""
    mention = {"article_id": name, "surface": "x", "part": "body", "start": 0, "stop": 1}
    return [mention | {"entity_id": one} for one in entities]


def told(con, name, at, *entities, **changes):
    """Store an article that mentions these entities."""
    insert(con, "articles", [article_row(name, at, **changes)])
    insert(con, "mentions", mentions(name, *entities or ("company:baic",)))


def polled(con, watch, *days, start=MONDAY, **changes):
    """Load a poll of the one source on each of these days after `start`."""
    for day in days:
        at = start + day * DAY
        said = {"outcome": "new", "http_status": 200, "items": 9, "new_items": 9} | changes
        poll = Poll(source_id="wire", started_at=at, **said)
        load(con, Batch(batch_id=f"b{at}", order_id="o", collected_at=at, polls=(poll,)), watch, at)


def test_an_article_that_is_found_late_counts_for_the_week_of_its_publication(con):
    told(con, "a", MONDAY, first_seen_at=MONDAY + 3 * WEEK)
    told(con, "b", MONDAY + 3 * WEEK)

    (trend,) = read(con, most=4).trends

    assert [count.texts for count in trend.counts] == [1, 0, 0, 1]


def test_weeks_begin_on_monday_in_the_zone_that_is_asked_for(con):
    told(con, "a", datetime(2022, 8, 28, 23, 30, tzinfo=UTC))  # a Sunday, and Monday in Berlin

    assert read(con, most=1).periods[0].start == date(2022, 8, 22)
    assert read(con, most=1, zone="Europe/Berlin").periods[0].start == date(2022, 8, 29)
    assert fetch(con, "SELECT week FROM trend_weekly_in('UTC')") == [(date(2022, 8, 22),)]
    assert fetch(con, "SELECT week FROM trend_weekly_in('Europe/Berlin')") == [(date(2022, 8, 29),)]
    assert fetch(con, "SELECT day FROM trend_daily_in('America/New_York')") == [(date(2022, 8, 28),)]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Shanghai", "America/Los_Angeles"])
@pytest.mark.parametrize(
    "midnight", ["2022-08-23T00:00+00:00", "2022-08-23T00:00+08:00", "2022-08-23T00:00-05:00"]
)
def test_a_date_that_was_found_on_the_page_is_that_day_in_every_zone_near(con, zone, midnight):
    published = datetime.fromisoformat(midnight)
    zones = {"UTC": 0, "Europe/Berlin": 2, "Asia/Shanghai": 8, "America/Los_Angeles": -7}
    apart = abs(zones[zone] * 3600 - published.utcoffset().total_seconds()) / 3600
    told(
        con,
        "a",
        published,
        published_from="page",
        reported_at=published + DAY,
        first_seen_at=published + 3 * DAY,
    )

    ((day,),) = fetch(con, "SELECT day FROM trend_daily_in($zone)", zone=zone)

    assert day == date(2022, 8, 23) or apart >= 12


def test_texts_articles_and_publishers_are_counted_apart(con):
    told(con, "a", MONDAY, publisher="Wire")
    told(con, "b", MONDAY + DAY, publisher="Post", copy_of="a")
    told(con, "c", MONDAY + 2 * DAY, publisher="Post")
    told(con, "d", MONDAY + WEEK, publisher="Post")
    told(con, "e", MONDAY, publisher="Echo", relevant=False)

    (trend,) = read(con, most=2).trends

    assert [(one.articles, one.texts, one.copies, one.publishers) for one in trend.counts] == [
        (3, 2, 1, 2),
        (1, 1, 0, 1),
    ]
    assert trend.whole.publishers == 2  # the Post counts once over both weeks
    counted = "SELECT texts, copies, publishers FROM trend_weekly_in('UTC') ORDER BY week"
    assert fetch(con, counted) == [(2, 1, 2), (1, 0, 1)]


def test_trends_go_by_event_publisher_and_language_too(con):
    told(con, "a", MONDAY, "company:baic", "company:byd", publisher="Wire", language="de")
    told(con, "b", MONDAY, "company:byd", publisher="Post", language=None)
    development = {
        "development_id": "d",
        "story_id": "s",
        "event_type": "plant",
        "status": "planned",
        "basis": "official",
        "participants": [],
        "what": "w",
        "sentence": "s",
        "first_article_id": "a",
        "reported_at": MONDAY,
        "detected_at": MONDAY,
        "articles": 1,
        "origins": 1,
    }
    withdrawn = development | {"development_id": "e", "event_type": "stake", "state": "withdrawn"}
    insert(con, "developments", [development | {"state": "standing"}, withdrawn])
    link = {"article_id": "a", "role": "first"}
    insert(con, "development_articles", [link | {"development_id": one} for one in "de"])

    def keys(dimension, **more):
        return [trend.key for trend in read(con, most=1, dimension=dimension, **more).trends]

    insert(con, "entities", [{"entity_id": "company:byd", "kind": "company", "name": "BYD"}])
    assert [trend.name for trend in read(con, most=1).trends] == ["BYD", "company:baic"]
    assert keys("entity") == ["company:byd", "company:baic"]
    assert keys("event") == ["plant"]
    assert keys("publisher") == ["Post", "Wire"]
    assert keys("language") == [None, "de"]
    assert keys("publisher", entity_id="company:baic") == ["Wire"]
    assert keys("entity", entity_id="company:baic") == ["company:baic"]


def test_weeks_without_polling_are_gaps_and_not_silence(con, a_watch):
    polled(con, a_watch(), 0, 1, 21, 22)
    told(con, "a", MONDAY)
    told(con, "b", MONDAY + 3 * WEEK)

    found = read(con, most=5)

    told_of = [(one.source_days, one.covered_days, one.gap, one.holes) for one in found.periods]
    assert told_of == [
        (0, 0, False, False),
        (7, 2, False, True),
        (7, 0, True, True),
        (7, 0, True, True),
        (2, 2, False, False),
    ]
    (trend,) = found.trends
    assert rates(trend, found.periods, "texts") == (None, 50, None, None, 50)
    assert whole_rate(trend, found.periods, "texts") == 50
    assert fetch(con, "SELECT texts, covered_days, gaps, rate FROM trend_weekly_covered ORDER BY week") == [
        (1, 2, True, 50),
        (0, 0, True, None),
        (0, 0, True, None),
        (1, 2, False, 50),
    ]


def test_an_outage_that_the_next_listing_reaches_over_leaves_no_gap(con, a_watch):
    polled(con, a_watch(), 0)
    polled(con, a_watch(), 13, new_items=3)
    told(con, "late", MONDAY + 5 * DAY, first_seen_at=MONDAY + 13 * DAY)

    found = read(con, most=2)

    assert [(one.source_days, one.covered_days) for one in found.periods] == [(7, 7), (7, 7)]
    assert [count.texts for count in found.trends[0].counts] == [1, 0]


def test_a_source_that_is_gone_for_good_is_waited_for_no_more(con, a_watch, a_source):
    watch = a_watch(sources=(a_source(), a_source("other", "http://other.example/rss.xml")))
    polled(con, watch, 0, 1)
    poll = Poll(source_id="other", started_at=MONDAY + 4 * DAY, outcome="new", items=1, new_items=1)
    load(
        con,
        Batch(batch_id="x", order_id="o", collected_at=poll.started_at, polls=(poll,)),
        watch,
        poll.started_at,
    )
    asked = "SELECT count(*) FROM covered_days WHERE source_id = 'wire'"
    assert fetch(con, asked) == [(5,)]

    con.execute("UPDATE sources SET state = 'closed' WHERE source_id = 'wire'")

    assert fetch(con, asked) == [(2,)]


def test_what_was_found_of_before_the_first_poll_has_no_rate(con, a_watch):
    told(con, "old", MONDAY - 2 * DAY, first_seen_at=MONDAY)
    told(con, "older", MONDAY - 2 * DAY, source_id="import")
    polled(con, a_watch(), 0)

    found = read(con, most=2)

    assert rates(found.trends[0], found.periods, "articles") == (None, 0.0)
    assert [count.texts for count in found.trends[0].counts] == [2, 0]


def test_an_empty_file_has_no_trends(con):
    found = read(con, most=12)

    assert (found.until, found.periods, found.trends) == (None, (), ())


def test_as_many_periods_as_were_asked_for_and_none_before_the_year_one(con):
    told(con, "a", datetime(1, 1, 20, tzinfo=UTC))

    assert len(read(con, most=500).periods) <= 4
    assert len(read(con, most=2, unit="day").periods) == 2


def test_a_period_before_the_first_poll_has_neither_gap_nor_hole():
    before = Period(start=date(2022, 8, 22), source_days=0, covered_days=0)

    assert not before.gap
    assert not before.holes
    assert Count(texts=2, copies=1).of("articles") == 3


#: Articles: hours after Monday, of which publisher, whether copies, which entities.
ARTICLES = st.lists(
    st.tuples(
        st.integers(0, 900),
        st.sampled_from(["Wire", "Post"]),
        st.booleans(),
        st.lists(st.sampled_from(["company:baic", "company:byd", "topic:car"]), min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=15, deadline=None)
@given(articles=ARTICLES)
def test_the_command_and_the_views_count_the_same(tmp_path_factory, articles):
    with open_warehouse(tmp_path_factory.mktemp("counted") / "warehouse.duckdb") as con:
        rows, named = [], []
        for number, (hours, publisher, copied, entities) in enumerate(articles):
            changes = {"publisher": publisher, "copy_of": "a0" if copied and number else None}
            rows.append(article_row(f"a{number}", MONDAY + timedelta(hours=hours), **changes))
            named += mentions(f"a{number}", *entities)
        insert(con, "articles", rows)
        insert(con, "mentions", named)

        found = read(con, most=20)
        counted = {
            (period.start, trend.key, count.texts, count.copies, count.publishers)
            for trend in found.trends
            for period, count in zip(found.periods, trend.counts, strict=True)
            if count.articles
        }
        counting = "SELECT week, entity_id, texts, copies, publishers FROM trend_weekly_in('UTC')"
        weekly = set(con.execute(counting).fetchall())
        view = set(con.execute("FROM trend_weekly").fetchall())
        daily = con.execute(
            "SELECT date_trunc('week', day)::DATE, entity_id, sum(articles)::INT, sum(copies)::INT FROM "
            "trend_daily_in('UTC') GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    assert counted == weekly
    assert view == {row[:4] for row in weekly}
    assert daily == sorted((week, entity, texts, copies) for week, entity, texts, copies, _ in weekly)
