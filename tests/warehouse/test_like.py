"""Stored articles like one article, on a real file."""

from datetime import UTC, datetime, timedelta

import pytest
from article_rows import article_row

from extractors.records import Article, Figure, Mention, Signals
from warehouse.candidates import sought_of
from warehouse.database import insert, open_warehouse
from warehouse.like import find_stored, like

T = datetime(2024, 3, 28, tzinfo=UTC)
NAMES = {"company:acme": "Acme", "company:bolt": "Bolt", "company:common": "Common"}


def mentions(article_id, *entities):
    row = {"article_id": article_id, "surface": "x", "part": "title", "start": 0, "stop": 1}
    return [row | {"entity_id": entity} for entity in entities]


def sought(*entities, figures=()):
    found = tuple(
        Mention(entity_id=entity, surface="x", part="title", start=0, stop=1) for entity in entities
    )
    article = Article(url="u", source_id="s", publisher="p", title="t", text="t", seen_at=T, language="de")
    return sought_of(article, Signals(words=1, mentions=found, figures=figures))


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as opened:
        insert(
            opened,
            "entities",
            [{"entity_id": k, "kind": "company", "name": n, "wikidata": None} for k, n in NAMES.items()],
        )
        rows = [article_row(name, T, language="zh") for name in ("acme", "bolt", "both")]
        rows += [article_row(f"c{n}", T + timedelta(hours=n)) for n in range(6)]
        rows.append(article_row("copy", T, copy_of="acme"))
        insert(opened, "articles", rows)
        stored = mentions("acme", "company:acme", "company:common") + mentions("copy", "company:acme")
        stored += mentions("bolt", "company:bolt") + mentions("both", "company:acme", "company:bolt")
        stored += [one for n in range(6) for one in mentions(f"c{n}", "company:common")]
        insert(opened, "mentions", stored)
        figure = {
            "article_id": "bolt",
            "claim_id": None,
            "kind": "money",
            "value": "10000000",
            "number": 1e7,
            "unit": "USD",
            "surface": "1000万美元",
            "part": "title",
            "start": 0,
            "stop": 1,
        }
        insert(opened, "figures", [figure])
        yield opened


def test_a_rare_name_counts_more_than_a_common_one(con):
    found = like(con, sought("company:acme", "company:common"))
    assert [one.article_id for one in found[:2]] == ["acme", "both"]
    assert found[0].entities == ("Acme", "Common")


def test_copies_are_counted_and_not_shown(con):
    found = {one.article_id: one.copies for one in like(con, sought("company:acme"))}
    assert found == {"acme": 1, "both": 0}


def test_a_shared_figure_is_told_as_the_found_article_writes_it(con):
    figure = Figure(
        kind="money",
        value="10000000",
        number=1e7,
        unit="USD",
        surface="10 Mio. Dollar",
        part="title",
        start=0,
        stop=1,
    )
    found = {one.article_id: one for one in like(con, sought("company:bolt", figures=(figure,)))}
    assert found["bolt"].figures == ("1000万美元",)
    assert found["bolt"].likeness > found["both"].likeness


def test_nothing_is_like_an_article_that_shares_nothing(con):
    assert like(con, sought()) == ()


def test_a_stored_article_is_known_by_id_and_url_with_its_copies(con):
    by_id, by_url = find_stored(con, "copy"), find_stored(con, "https://news.example/acme")
    assert set(by_id.family) == set(by_url.family) == {"acme", "copy"}
    assert by_url.title == "acme"
    assert find_stored(con, "nothing") is None


def test_no_more_come_than_asked_for(con):
    assert len(like(con, sought("company:common"), most=3)) == 3
