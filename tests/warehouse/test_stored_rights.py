import re
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import duckdb
import pytest

from extractors.orders import Batch, RightsFile
from extractors.records import RightsNotice, StoredPage
from tests.conftest import NOON
from warehouse.database import open_warehouse
from warehouse.landing import read_batch, write_batch
from warehouse.load import load
from warehouse.plan import plan
from warehouse.rights import KEPT, known_rights
from warehouse.stored import read_articles

ROOT = Path(__file__).parents[2]
ASKED = "SELECT rights_reserved, rights_from, rights_policy, revision FROM articles"
PAGE = StoredPage(final_url="https://wire.example/1", fetched_at=NOON, content_type=None, body=b"")
HEADER = RightsNotice(place="header", tdmrep=True, policy="https://wire.example/terms")
ROBOTS = RightsNotice(place="robots")


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as opened:
        yield opened


@pytest.fixture
def loaded(con, a_watch, an_article, tmp_path):
    """A maker of loaded batches with one article of these rights, after a way through the landing zone."""

    def once(number, *rights, page=PAGE, files=(), at=NOON, **changes):
        article = replace(an_article(1, rights=rights, **changes), page=page)
        batch = Batch(
            batch_id=f"b{number}", order_id=f"o{number}", collected_at=at, articles=(article,), rights=files
        )
        told = read_batch(write_batch(tmp_path, batch))
        assert told == batch
        load(con, told, a_watch(), at)
        return con.execute(ASKED).fetchall()

    return once


def file(kind="tdmrep", text="[]", at=NOON, origin="https://wire.example"):
    return RightsFile(origin=origin, kind=kind, checked_at=at, text=text)


def test_by_what_the_rights_are_reserved_is_stored(con, loaded):
    (row,) = loaded(1, HEADER, ROBOTS)
    (stored,) = read_articles(
        con, [key for (key,) in con.execute("SELECT article_id FROM articles").fetchall()]
    ).values()

    assert row == (True, ["header", "robots"], "https://wire.example/terms", 1)
    assert {one.place for one in stored.article.reservations} == {"header", "robots"}


def test_what_changed_in_the_rights_alone_is_noted_without_a_revision(loaded):
    assert loaded(1) == [(False, [], None, 1)]
    assert loaded(2, ROBOTS) == [(True, ["robots"], None, 1)]
    assert loaded(3, HEADER) == [(True, ["header"], "https://wire.example/terms", 1)]
    # The feed's own text says nothing of the page's rights.
    assert loaded(4, page=None) == [(True, ["header"], "https://wire.example/terms", 1)]
    assert loaded(5) == [(False, [], None, 1)]


def test_a_revision_has_the_rights_of_its_own_page(loaded):
    loaded(1, HEADER)

    assert loaded(2, ROBOTS, text="Xiaomi did another thing on Friday.") == [(True, ["robots"], None, 2)]


def test_files_travel_with_the_order_until_nobody_asks_for_them(con, loaded, a_watch):
    later = NOON + timedelta(days=31)
    loaded(1, files=(file(), file("ai-txt", None)))
    loaded(2, files=(file(text="[1]", at=later), file(text="[0]", at=NOON)), at=later)
    order = plan(con, a_watch(), later)

    assert order.rights == (file("ai-txt", None), file(text="[1]", at=later))
    assert known_rights(con, NOON + KEPT) == (file(text="[1]", at=later),)
    loaded(3, files=(file(origin="https://b.example", at=later + KEPT),), at=later + KEPT)
    assert con.execute("SELECT origin FROM state.rights").fetchall() == [("https://b.example",)]


def test_what_was_noted_before_was_said_by_the_pages_themselves():
    with duckdb.connect() as con:
        con.execute("CREATE TABLE main.migrations (name VARCHAR NOT NULL, applied_at TIMESTAMPTZ NOT NULL)")
        for path in sorted(files("warehouse").joinpath("migrations").iterdir(), key=lambda one: one.name):
            if path.name.startswith("0009"):
                con.execute(
                    """
                    INSERT INTO articles BY NAME
                    SELECT id AS article_id, id AS url, 'wire' AS source_id, id AS publisher, id AS title,
                        '' AS text, [] AS authors, '2024-01-01' AS reported_at, '2024-01-01' AS first_seen_at,
                        1 AS revision, 1 AS words, true AS relevant, 0 AS likeness, 'page' AS text_from,
                        id = 'a' AS rights_reserved
                    FROM (VALUES ('a'), ('b')) AS told (id)
                    """
                )
            con.execute(path.read_text(encoding="utf-8"))

        assert con.execute(ASKED + " ORDER BY url").fetchall() == [
            (True, ["meta"], None, 1),
            (False, [], None, 1),
        ]


def test_the_documented_query_tells_by_publisher(con, loaded):
    loaded(1, HEADER, ROBOTS)
    text = (ROOT / "docs" / "collecting.md").read_text(encoding="utf-8")
    (query,) = (one for one in re.findall(r"```sql\n(.*?)```", text, re.DOTALL) if "rights_from" in one)
    ((*counts, said_by, terms),) = con.execute(query).fetchall()

    assert (counts, sorted(said_by), terms) == (["The Wire", 1, 1], ["header", "robots"], HEADER.policy)
