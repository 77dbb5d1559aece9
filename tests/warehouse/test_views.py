"""The views of the public surface, on a real file with a handful of rows."""

from datetime import UTC, date, datetime, timedelta

import pytest
from article_rows import article_row

from warehouse.database import insert, open_snapshot, open_warehouse
from warehouse.summaries import refill

VIEWS = (
    "trend_daily",
    "trend_events",
    "share_of_voice",
    "co_mentions",
    "first_reports",
    "coverage",
    "story_timeline",
)
MONDAY = datetime(2022, 8, 22, 9, tzinfo=UTC)


def mentions(article_id, *entities):
    return [
        {"article_id": article_id, "entity_id": e, "surface": "x", "part": "body", "start": 0, "stop": 1}
        for e in entities
    ]


def development(name, *, at, **more):
    row = {
        "development_id": name,
        "story_id": "s1",
        "event_type": "partnership",
        "status": "talks",
        "basis": "unconfirmed",
        "participants": [],
        "what": name,
        "sentence": name,
        "first_article_id": "a",
        "reported_at": at,
        "detected_at": at,
        "articles": 1,
        "origins": 1,
        "supersedes": None,
    }
    return row | more


def poll(source_id, *, at, outcome):
    return {
        "source_id": source_id,
        "started_at": at,
        "outcome": outcome,
        "http_status": 200,
        "items": 1,
        "new_items": 0,
        "bytes": 1,
        "seconds": 0.1,
        "cause": None,
        "error": None,
    }


def links(development_id, **roles):
    return [
        {"development_id": development_id, "article_id": name, "role": role} for name, role in roles.items()
    ]


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def fetch(con, statement):
    """Return what a view says of rows that no load has brought."""
    refill(con)
    return con.execute(statement).fetchall()


def test_every_view_and_every_column_says_what_it_is(con):
    described = dict(fetch(con, "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal"))
    silent = fetch(
        con,
        "SELECT table_name, column_name FROM duckdb_columns() "
        "WHERE NOT internal AND schema_name = 'main' AND comment IS NULL",
    )

    assert set(VIEWS) <= set(described)
    assert all(described.values())
    assert silent == []


def test_the_views_answer_in_a_published_file_under_its_other_name(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        insert(con, "articles", [article_row("a", MONDAY)])
        insert(con, "mentions", mentions("a", "company:baic"))
        refill(con)
    published = (tmp_path / "warehouse.duckdb").rename(tmp_path / "newswatch.duckdb")

    with open_snapshot(published) as con:
        found = [len(con.execute(f"FROM {view}").fetchall()) for view in VIEWS]
        commented = "SELECT comment FROM duckdb_views() WHERE view_name = 'coverage'"
        assert found == [1, 0, 1, 0, 0, 1, 0]
        assert con.execute(commented).fetchall() != [(None,)]


def test_an_article_counts_once_however_often_it_names_an_entity(con):
    insert(con, "articles", [article_row("a", MONDAY)])
    insert(con, "mentions", mentions("a", "company:baic", "company:baic", "company:baic"))

    assert fetch(con, "SELECT entity_id, articles FROM trend_daily") == [("company:baic", 1)]


def test_copies_are_counted_apart_and_irrelevant_articles_not_at_all(con):
    copy = article_row("b", MONDAY, copy_of="a", publisher="Other")
    off_topic = article_row("c", MONDAY, relevant=False)
    insert(con, "articles", [article_row("a", MONDAY), copy, off_topic])
    insert(con, "mentions", [m for name in "abc" for m in mentions(name, "company:baic", "company:xiaomi")])

    daily = fetch(
        con, "SELECT articles, copies, publishers FROM trend_daily WHERE entity_id = 'company:baic'"
    )
    assert daily == [(1, 1, 2)]
    assert fetch(con, "SELECT articles FROM co_mentions") == [(1,)]
    assert fetch(con, "SELECT articles FROM share_of_voice WHERE entity_id = 'company:baic'") == [(1,)]


def test_a_day_is_a_day_in_utc_whatever_the_session_is_set_to(con):
    insert(con, "articles", [article_row("a", datetime(2022, 8, 26, 23, 30, tzinfo=UTC))])
    insert(con, "mentions", mentions("a", "company:baic"))
    con.execute("SET TimeZone = 'Asia/Shanghai'")

    assert fetch(con, "SELECT day FROM trend_daily") == [(date(2022, 8, 26),)]
    assert fetch(con, "SELECT day FROM coverage") == [(date(2022, 8, 26),)]


def test_a_week_begins_on_monday(con):
    sunday = MONDAY + timedelta(days=6, hours=14, minutes=59)
    insert(con, "articles", [article_row("a", sunday), article_row("b", sunday + timedelta(minutes=1))])
    insert(con, "mentions", mentions("a", "company:baic") + mentions("b", "company:baic"))

    weeks = fetch(con, "SELECT week, articles FROM share_of_voice ORDER BY week")
    assert weeks == [(date(2022, 8, 22), 1), (date(2022, 8, 29), 1)]


def test_shares_add_up_to_one_among_entities_of_a_kind(con):
    insert(con, "articles", [article_row(name, MONDAY) for name in "abc"])
    named = mentions("a", "company:baic", "company:xiaomi", "topic:electric-car")
    insert(con, "mentions", named + mentions("b", "company:xiaomi") + mentions("c", "company:xiaomi"))

    shares = dict(fetch(con, "SELECT entity_id, share FROM share_of_voice"))
    assert shares == {"company:baic": 0.25, "company:xiaomi": 0.75, "topic:electric-car": 1.0}


def test_each_pair_of_entities_stands_once(con):
    insert(con, "articles", [article_row("a", MONDAY)])
    insert(con, "mentions", mentions("a", "company:xiaomi", "company:baic", "topic:electric-car"))

    pairs = fetch(con, "SELECT entity_a, entity_b FROM co_mentions ORDER BY ALL")
    assert pairs == [
        ("company:baic", "company:xiaomi"),
        ("company:baic", "topic:electric-car"),
        ("company:xiaomi", "topic:electric-car"),
    ]


def test_events_count_developments_and_the_different_articles_that_report_them(con):
    insert(con, "developments", [development("d1", at=MONDAY), development("d2", at=MONDAY)])
    insert(con, "development_articles", links("d1", a="first", b="repeats") + links("d2", b="first"))

    assert fetch(con, "FROM trend_events") == [(date(2022, 8, 22), "partnership", "talks", 2, 2, 0)]


def test_a_withdrawn_development_is_no_event_and_nobody_was_first_with_it(con):
    withdrawn = development("d2", at=MONDAY, state="withdrawn", withdrawn_by="b")
    insert(
        con, "developments", [development("d1", at=MONDAY, state="standing", withdrawn_by=None), withdrawn]
    )
    insert(con, "articles", [article_row("a", MONDAY), article_row("b", MONDAY)])
    insert(con, "development_articles", links("d1", a="first") + links("d2", b="first"))

    assert fetch(con, "SELECT developments, articles FROM trend_events") == [(1, 1)]
    assert fetch(con, "SELECT developments, first FROM first_reports") == [(1, 1)]


def test_copies_are_told_apart_in_events_and_of_those_who_only_copy(con):
    insert(con, "developments", [development("d1", at=MONDAY)])
    copy = article_row("b", MONDAY, copy_of="a", publisher="Copyist")
    insert(con, "articles", [article_row("a", MONDAY), copy])
    insert(con, "development_articles", links("d1", a="first", b="repeats"))

    assert fetch(con, "SELECT developments, articles, copies FROM trend_events") == [(1, 2, 1)]
    assert fetch(
        con, "SELECT publisher, developments, first, copies FROM first_reports ORDER BY publisher"
    ) == [
        ("Copyist", 1, 0, 1),
        ("Wire", 1, 1, 0),
    ]


def test_first_reports_tell_who_was_first_and_how_late_the_others_were(con):
    late, later = MONDAY + timedelta(hours=3), MONDAY + timedelta(hours=8)
    insert(
        con,
        "articles",
        [
            article_row("a", MONDAY, publisher="Fast"),
            article_row("b", late, publisher="Slow"),
            article_row("c", later, publisher="Slow"),
        ],
    )
    insert(con, "developments", [development("d1", at=MONDAY)])
    insert(con, "development_articles", links("d1", a="first", b="confirms", c="repeats"))

    assert fetch(con, "FROM first_reports ORDER BY publisher") == [
        ("Fast", 1, 1, None, 0),
        ("Slow", 1, 0, 3.0, 0),
    ]


def test_coverage_tells_no_news_from_no_polling(con):
    days = [MONDAY + timedelta(days=n) for n in range(3)]
    insert(
        con,
        "polls",
        [poll("wire", at=days[0], outcome="unchanged"), poll("wire", at=days[0], outcome="failed")],
    )
    insert(con, "polls", [poll("other", at=days[2], outcome="new")])
    insert(con, "articles", [article_row("a", days[2], source_id="other")])

    found = fetch(
        con, "SELECT day, source_id, polls_ok, polls_failed, articles FROM coverage ORDER BY day, source_id"
    )
    assert found == [
        (date(2022, 8, 22), "wire", 1, 1, 0),
        (date(2022, 8, 23), "wire", 0, 0, 0),
        (date(2022, 8, 24), "other", 1, 0, 1),
        (date(2022, 8, 24), "wire", 0, 0, 0),
    ]


def test_coverage_shows_imported_articles_though_nothing_polls_them(con):
    insert(con, "articles", [article_row("a", MONDAY, source_id="import")])

    assert fetch(con, "FROM coverage") == [(date(2022, 8, 22), "import", 0, 0, 1)]


def test_a_story_is_told_event_by_event(con):
    late, official, after = (MONDAY + timedelta(hours=hours) for hours in (3, 5, 9))
    told = {"story_id": "s1"}
    insert(
        con,
        "articles",
        [
            article_row("a", MONDAY, publisher="Fast", **told),
            article_row("b", late, publisher="Slow", copy_of="a", **told),
            article_row("c", official, publisher="Sure", **told),
            article_row("d", after, publisher="Other", **told),
            article_row("e", after, publisher="Elsewhere", story_id="s2"),
            article_row("f", after, publisher="Nowhere", relevant=False),
        ],
    )
    insert(con, "developments", [development("d1", at=MONDAY, official_at=official)])
    bases = {"a": "unconfirmed", "b": None, "c": "official"}
    reports = links("d1", a="first", b="repeats", c="confirms")
    insert(con, "development_articles", [row | {"basis": bases[row["article_id"]]} for row in reports])

    asked = "SELECT happened_at, kind, publisher, what, copied FROM story_timeline WHERE story_id = 's1' ORDER BY ALL"
    assert fetch(con, asked) == [
        (MONDAY, "reported", "Fast", "d1", False),
        (late, "repeated", "Slow", "d1", True),
        (official, "confirmed", "Sure", "d1", False),
        (official, "official", "Sure", "d1", False),
        (after, "background", "Other", None, False),
    ]


def test_a_story_tells_what_was_taken_back_and_what_it_was_merged_with(con):
    later = MONDAY + timedelta(days=1)
    insert(con, "articles", [article_row("a", MONDAY, story_id="s1"), article_row("b", later, story_id="s1")])
    withdrawn = {"state": "withdrawn", "withdrawn_at": later, "withdrawn_by": "b"}
    insert(con, "developments", [development("d1", at=MONDAY, **withdrawn)])
    insert(con, "development_articles", links("d1", a="first"))
    merged = {"story_id": "s0", "successor_id": "s1", "change": "merged", "changed_at": later}
    insert(con, "story_lineage", [merged])

    asked = "SELECT story_id, kind, article_id, other_story_id FROM story_timeline ORDER BY ALL"
    assert fetch(con, asked) == [
        ("s0", "merged", None, "s1"),
        ("s1", "background", "b", None),
        ("s1", "merged", None, "s0"),
        ("s1", "reported", "a", None),
        ("s1", "withdrawn", "b", None),
    ]
