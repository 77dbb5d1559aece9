"""Files of every earlier version become files of today, with all that is in them, whenever the program is killed."""

import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from old_files import MIGRATIONS, old_file

from extractors.errors import WarehouseError
from extractors.orders import Batch
from extractors.signals.tagger import Tagger
from warehouse.database import open_snapshot, open_warehouse
from warehouse.load import LoadResult, load
from warehouse.read_stories import read_developments, read_stories
from warehouse.snapshot import publish

VERSIONS = range(1, len(MIGRATIONS) + 1)
#: Tables that were replaced: the new one, and what of the rows must be found in it.
REPLACED = {
    ("state", "judged"): (("state", "reports"), ("position", "article_id", "reported_at", "detected_at")),
    ("state", "shingles"): (("state", "fingerprints"), ("article_id",)),
}


def version_of(path):
    with open_snapshot(path) as con:
        return {
            name
            for (name,) in con.execute("SELECT name FROM migrations WHERE name NOT LIKE 'views:%'").fetchall()
        }


@pytest.fixture(scope="module")
def new_schema(tmp_path_factory):
    with open_warehouse(tmp_path_factory.mktemp("new") / "warehouse.duckdb") as con:
        return schema_of(con)


def schema_of(con):
    """Return tables and views with their columns, types, what may be null, and what is said of them."""
    return con.execute(
        "SELECT schema_name, table_name, column_name, data_type, is_nullable, column_default, comment"
        " FROM duckdb_columns() WHERE database_name = current_database() AND NOT internal ORDER BY ALL"
    ).fetchall()


@dataclass(frozen=True)
class Migrated:
    """A file of an earlier version: what it held, what was in it after its migration, and what a batch did to it."""

    held: dict
    schema: list
    rows: dict
    views: list
    result: LoadResult
    path: Path


@pytest.fixture(scope="module")
def all_migrated():
    """What became of the file of each version."""
    return {}


@pytest.fixture(params=VERSIONS)
def migrated(request, all_migrated, tmp_path_factory, a_watch, an_article, noon):
    """What became of the file of one version when it was opened, took a batch and was asked for every view."""
    if request.param not in all_migrated:
        path = tmp_path_factory.mktemp("migrated") / "state" / "warehouse.duckdb"
        path.parent.mkdir()
        held = old_file(path, request.param)
        watch, later = a_watch(), noon + timedelta(hours=1)
        with open_warehouse(path) as con:
            schema, rows = schema_of(con), rows_of(con)
            result = load(con, batch_of(watch, an_article, later), watch, later)
            views = con.execute(
                "SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal"
                " AND database_name = current_database()"
            ).fetchall()
            for (view,) in views:
                con.execute(f"FROM {view}").fetchall()
        all_migrated[request.param] = Migrated(held, schema, rows, views, result, path)
    return all_migrated[request.param]


def rows_of(con):
    """Return the rows of each table, each with the names of its columns."""
    tables = con.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = current_database()"
    ).fetchall()
    found = {}
    for schema, name in tables:
        asked = con.execute(f"FROM {schema}.{name}")
        names = [column[0] for column in asked.description]
        found[schema, name] = [dict(zip(names, row, strict=True)) for row in asked.fetchall()]
    return found


def batch_of(watch, an_article, at):
    """Return a batch with a new article and a revision of one that every old file has."""
    text = (
        "Xiaomi and BAIC have signed an agreement to build electric cars in Beijing, BAIC said on Thursday."
    )
    told = (
        {"number": 7, "title": "Xiaomi and BAIC sign"},
        {"number": 1, "title": "Xiaomi and BAIC build cars"},
    )
    articles = [an_article(**one, text=text, seen_at=at) for one in told]
    return Batch(
        batch_id="new",
        order_id="new",
        collected_at=at,
        articles=tuple(replace(one, signals=Tagger(watch).tag(one.article)) for one in articles),
    )


def test_all_that_a_file_held_is_there_after_its_migration_in_the_schema_of_today(migrated, new_schema):
    assert migrated.schema == new_schema
    for table, (names, rows) in migrated.held.items():
        (schema, name), kept = REPLACED.get(table, (table, names))
        there = {row[2] for row in new_schema if row[:2] == (schema, name)}
        columns = [column for column in kept if column in there]
        found = [tuple(row[column] for column in columns) for row in migrated.rows.get((schema, name), ())]
        wanted = [tuple(row[names.index(column)] for column in columns) for row in rows]

        assert columns, f"{schema}.{name} is gone"
        assert sorted(map(str, found)) == sorted(map(str, wanted)), f"{schema}.{name}"


def test_a_migrated_file_answers_in_every_view_takes_a_batch_and_is_published(migrated, tmp_path):
    snapshot = tmp_path / "newswatch.duckdb"

    assert (migrated.result.articles, migrated.result.revisions) == (1, 1)
    assert len(migrated.views) > 5
    assert publish(migrated.path, snapshot)
    with open_snapshot(snapshot) as con:
        assert read_stories(con)
        assert {row.development_id for row in read_developments(con)} >= {"d1", "d2"}
        assert con.execute("SELECT count(*), max(revision) FROM articles").fetchall() == [(3, 2)]


def test_a_file_of_a_newer_program_is_refused_with_a_clear_word_and_stays_as_it_is(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    with open_warehouse(path) as con:
        con.execute("INSERT INTO migrations VALUES ('9999_future.sql', now())")
    before = path.read_bytes()

    with pytest.raises(WarehouseError, match=r"newer newswatch.*9999_future.*install that version"):
        open_warehouse(path).__enter__()

    assert path.read_bytes() == before


#: Migrates a file, and is killed when the given migration has done its work and before it is committed.
KILLED = """
import os, signal, sys
from contextlib import contextmanager
from pathlib import Path
from warehouse import database

left = int(sys.argv[2])

@contextmanager
def killed(con):
    global left
    con.execute("BEGIN")
    yield
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    con.execute("COMMIT")

database.transaction = killed
with database.open_warehouse(Path(sys.argv[1])):
    pass
"""


@pytest.mark.parametrize("at", [1, 3, 11])
def test_a_migration_that_is_killed_leaves_the_state_before_it(tmp_path, at):
    path = tmp_path / "warehouse.duckdb"
    old_file(path, 1)

    killed = subprocess.run([sys.executable, "-c", KILLED, str(path), str(at)], check=False)

    assert killed.returncode == -signal.SIGKILL
    with duckdb.connect(str(path)) as con:  # replays what was committed
        names = [name for (name,) in con.execute("SELECT name FROM migrations ORDER BY name").fetchall()]
        assert con.execute("SELECT count(*) FROM articles").fetchone() == (2,)
    assert names == [one.name for one in MIGRATIONS[:at]]
    with open_warehouse(path) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchone() == (2,)
    assert version_of(path) == {one.name for one in MIGRATIONS}


def test_a_migration_that_fails_leaves_the_state_before_it(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    old_file(path, 3)
    with duckdb.connect(str(path)) as con:
        con.execute("DROP TABLE polls")  # the next one needs it
    before = shutil.copyfile(path, tmp_path / "before.duckdb")

    with pytest.raises(duckdb.Error), open_warehouse(path):
        pass

    with open_snapshot(before) as con:
        wanted = con.execute("SELECT table_name, column_name FROM duckdb_columns() ORDER BY ALL").fetchall()
    with open_snapshot(path) as con:
        assert (
            con.execute("SELECT table_name, column_name FROM duckdb_columns() ORDER BY ALL").fetchall()
            == wanted
        )
    assert version_of(path) == {one.name for one in MIGRATIONS[:3]}


def test_migrations_are_numbered_without_a_gap_or_a_number_twice():
    numbers = [int(one.name.partition("_")[0]) for one in MIGRATIONS]

    assert numbers == list(range(1, len(numbers) + 1))
