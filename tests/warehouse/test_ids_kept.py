"""Stories and developments that are found anew go by the ids they had; lineage tells of the others."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from article_rows import article_row

from warehouse.carried_over import carry_over
from warehouse.database import attached, insert, open_warehouse
from warehouse.differences import differences
from warehouse.reprocess_ids import keep_ids


def fill(path, noon, stories, developments=(), lineage=()):
    """Make a file of stories (id → articles) and developments (id, story, articles, sentence, type)."""
    with open_warehouse(path) as con:
        insert(
            con,
            "articles",
            [article_row(name, noon, story_id=key) for key, names in stories.items() for name in names],
        )
        insert(
            con,
            "stories",
            [
                {
                    "story_id": key,
                    "title": key,
                    "first_at": noon,
                    "last_at": noon,
                    "articles": len(names),
                    "publishers": 1,
                    "languages": ["en"],
                }
                for key, names in stories.items()
            ],
        )
        names = ("story_id", "successor_id", "change", "changed_at")
        insert(con, "story_lineage", [dict(zip(names, row, strict=True)) for row in lineage])
        for key, story, articles, sentence, kind in developments:
            insert(con, "developments", [development_row(key, story, articles, sentence, kind, noon)])
            insert(
                con,
                "development_articles",
                [{"development_id": key, "article_id": one, "role": "first"} for one in articles],
            )


def development_row(key, story, articles, sentence, kind, noon):
    return {
        "development_id": key,
        "story_id": story,
        "event_type": kind,
        "status": "planned",
        "basis": "official",
        "participants": ["company:xiaomi"],
        "what": kind,
        "sentence": sentence,
        "first_article_id": articles[0],
        "reported_at": noon,
        "detected_at": noon,
        "articles": len(articles),
        "origins": 1,
    }


@pytest.fixture
def compared(tmp_path, noon):
    """Open a file that was found anew, made by `new`, beside the one that was known, made by `old`."""

    @contextmanager
    def opened(old, new):
        fill(tmp_path / "old" / "before.duckdb", noon - timedelta(days=1), **old)
        fill(tmp_path / "warehouse.duckdb", noon - timedelta(days=1), **new)
        path = tmp_path / "old" / "before.duckdb"
        with open_warehouse(tmp_path / "warehouse.duckdb") as con, attached(con, path, "before"):
            yield con

    (tmp_path / "old").mkdir()
    return opened


def test_a_story_keeps_its_id_by_most_of_its_articles_and_lineage_tells_the_rest(compared, noon):
    old = {"stories": {"s1": ["a", "b", "c"], "s2": ["d"]}}
    new = {"stories": {"sx": ["a", "b", "d"], "s1": ["c"]}}

    with compared(old, new) as con:
        keep_ids(con, noon)
        stories = con.execute("SELECT story_id, articles FROM stories ORDER BY articles").fetchall()
        lineage = con.execute(
            "SELECT story_id, successor_id, change, changed_at FROM story_lineage ORDER BY ALL"
        )
        lineage = lineage.fetchall()
        placed = dict(con.execute("SELECT article_id, story_id FROM articles").fetchall())

    ((fresh, one), kept) = stories
    assert kept == ("s1", 3)
    assert one == 1
    assert fresh not in {"s1", "s2", "sx"}
    assert placed == {"a": "s1", "b": "s1", "d": "s1", "c": fresh}
    assert [row[:3] for row in lineage] == [("s1", fresh, "split"), ("s2", "s1", "merged")]
    assert all(row[3] == noon for row in lineage)


def test_what_was_said_of_stories_before_stays_but_of_those_that_are_stories_again(compared, noon):
    then = noon - timedelta(hours=1)
    old = {
        "stories": {"s1": ["a", "b", "c"]},
        "lineage": [("s0", "s1", "merged", then), ("s9", "s1", "merged", then)],
    }
    new = {"stories": {"s1": ["a", "b"], "s0": ["c"]}}

    with compared(old, new) as con:
        keep_ids(con, noon)
        lineage = con.execute(
            "SELECT story_id, successor_id, change FROM story_lineage ORDER BY ALL"
        ).fetchall()

    assert lineage == [("s1", "s0", "split"), ("s9", "s1", "merged")]


def test_a_development_keeps_its_id_wherever_it_stands_and_when_it_was_detected(compared, noon):
    stories = {"s1": ["a", "b"]}
    old = {"stories": stories, "developments": [("d1", "s1", ["a", "b"], "They talk.", "partnership")]}
    new = {
        "stories": stories,
        "developments": [
            ("d7", "s1", ["a", "b"], "They talk.", "partnership"),
            ("d8", "s1", ["b"], "It sank.", "market"),
        ],
    }

    with compared(old, new) as con:
        con.execute("UPDATE developments SET detected_at = detected_at + INTERVAL 1 HOUR, supersedes = 'd7'")
        keep_ids(con, noon)
        told = con.execute("SELECT development_id, supersedes, detected_at FROM developments ORDER BY ALL")
        told = told.fetchall()
        links = con.execute(
            "SELECT development_id, article_id FROM development_articles ORDER BY ALL"
        ).fetchall()

    day_before = noon - timedelta(days=1)
    assert told == [("d1", "d1", day_before), ("d8", "d1", day_before + timedelta(hours=1))]
    assert links == [("d1", "a"), ("d1", "b"), ("d8", "b")]


def test_every_column_with_such_an_id_is_renamed_or_carried_over(compared, noon):
    with compared({"stories": {"s1": ["a"]}}, {"stories": {"s2": ["a"]}}) as con:
        con.execute(
            "INSERT INTO state.past_stories (position, until, story_id, title, first_at, last_at)"
            " SELECT 1, last_at, story_id, title, first_at, last_at FROM stories"
        )
        keep_ids(con, noon)

        assert con.execute("SELECT story_id FROM state.past_stories").fetchall() == [("s1",)]
        assert con.execute("FROM story_lineage").fetchall() == []


def test_what_is_not_derived_is_carried_over_whole(compared, noon):
    with compared({"stories": {"s1": ["a"]}}, {"stories": {"s2": ["a"]}}) as con:
        con.execute("INSERT INTO state.items VALUES ('theirs', now(), now())")
        con.execute("INSERT INTO poll_days VALUES (current_date, 'wire', 1, 2, 3)")

        carry_over(con, "before")

        assert con.execute("SELECT count(*) FROM state.items").fetchall() == [(0,)]
        assert con.execute("SELECT count(*) FROM poll_days").fetchall() == [(0,)]
        assert con.execute("SELECT story_id FROM stories").fetchall() == [("s2",)]


def test_differences_count_and_show_what_came_went_and_changed(compared, noon):
    old = {"stories": {"s1": ["a", "b"]}, "developments": [("d1", "s1", ["a"], "They talk.", "partnership")]}
    new = {"stories": {"s1": ["a", "b"]}, "developments": [("d2", "s1", ["b"], "It sank.", "market")]}
    mention = {"surface": "x", "part": "body", "start": 0, "stop": 1}

    with compared(old, new) as con:
        insert(con, "mentions", [mention | {"article_id": "a", "entity_id": one} for one in ("c:1", "c:2")])
        con.execute("UPDATE articles SET copy_of = 'a', words = 9 WHERE article_id = 'b'")
        con.execute("UPDATE stories SET title = 'Other'")
        found = {one.subject: one for one in differences(con, most=1)}

    counts = {key: (one.added, one.gone, one.changed) for key, one in found.items() if one}
    assert counts == {
        "articles": (0, 0, 1),
        "mentions": (2, 0, 0),
        "copies": (1, 0, 0),
        "stories": (0, 0, 1),
        "developments": (1, 1, 0),
    }
    assert found["articles"].columns == (("words", 1),)
    assert len(found["mentions"].examples) == 1
    assert found["mentions"].examples[0].after == "c:1: x"
    (story,) = found["stories"].examples
    assert (story.change, story.before, story.after) == ("changed", "s1 (2 articles)", "Other (2 articles)")
    assert {one.change for one in found["developments"].examples} == {"added", "gone"}
