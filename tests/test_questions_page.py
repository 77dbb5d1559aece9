"""docs/questions.md answers what the file of the newsroom answers, and what that file says of itself is true of it."""

import re

import pytest
from questions_page import NONE_FOUND, PAGE, answer_of, newsroom, read_questions
from schema_page import read_schema

from warehouse.database import open_snapshot, open_warehouse

QUESTIONS = read_questions(PAGE.read_text(encoding="utf-8"))
#: What one looks at without scrolling.
MOST_ROWS = 12


@pytest.fixture(scope="module")
def con(tmp_path_factory):
    """The snapshot of the whole newsroom: two minutes on two idle cores, a quarter of an hour on busy ones."""
    with open_snapshot(newsroom(tmp_path_factory.mktemp("newsroom") / "demo")) as opened:
        yield opened


@pytest.fixture(scope="module")
def new_file(tmp_path_factory):
    """A file that holds no news yet."""
    with open_warehouse(tmp_path_factory.mktemp("new") / "warehouse.duckdb") as opened:
        yield opened


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: f"{one.number}")
def test_a_question_can_be_asked_of_a_new_file_too(new_file, question):
    asked = new_file.execute(question.sql)
    names = [column[0] for column in asked.description]

    assert question.answer == NONE_FOUND or question.answer.startswith(f"| {' | '.join(names)} |")


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: f"{one.number}")
def test_the_answer_on_the_page_is_that_of_the_newsroom(con, question):
    assert answer_of(con, question.sql) == question.answer, "`make questions` writes the answers anew"


def test_there_are_questions_enough_each_with_one_short_query():
    numbers = [question.number for question in QUESTIONS]

    assert len(numbers) >= 25
    assert numbers == list(range(1, len(numbers) + 1))
    assert [q.number for q in QUESTIONS if q.sql.count(";") != 1 or "SELECT *" in q.sql] == []
    assert [q.number for q in QUESTIONS if q.answer.count("\n") - 1 > MOST_ROWS] == []
    assert [q.number for q in QUESTIONS if not q.words.endswith("?")] == []


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_column_that_holds_nulls_says_what_they_mean(con):
    schema = read_schema(con)
    silent = [
        f"{table}.{column.name}"
        for table, columns in schema.columns.items()
        for column in columns
        if not re.search(r"(?<!never )\bnull\b", column.comment)
        and con.execute(f"SELECT 1 FROM {table} WHERE {column.name} IS NULL LIMIT 1").fetchone()
    ]

    assert silent == []


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_column_leads_to_the_rows_that_its_comment_names(con):
    relations = read_schema(con).relations
    astray = {}
    for one in relations:
        value = f"unnest({one.column})" if _is_list(con, one) else one.column
        strays = con.execute(
            f"SELECT DISTINCT value FROM (SELECT {value} AS value FROM {one.table}) "
            f"WHERE value NOT IN (SELECT {one.target_column} FROM {one.target}) LIMIT 3"
        ).fetchall()
        if strays and (one.table, one.column) != ("story_lineage", "successor_id"):
            astray[f"{one.table}.{one.column}"] = strays

    assert len(relations) > 20
    assert astray == {}


def _is_list(con, relation):
    (kind,) = con.execute(f"SELECT typeof(any_value({relation.column})) FROM {relation.table}").fetchone()
    return kind.endswith("[]")
