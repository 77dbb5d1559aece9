"""What is like an article, found through the search index: the same as from the tables, without reading texts."""

import zlib
from dataclasses import replace

import pytest
from searchable import HOUR, T, publish, row

from extractors.records import Article, Claim, Figure, Mention, Signals
from extractors.signals.nearest import sketch_of
from warehouse.candidates import from_index, from_tables
from warehouse.database import insert, open_snapshot, open_warehouse
from warehouse.like import find_stored, like
from warehouse.search_index import catch_up, suspicion_path, usable_index
from warehouse.search_kept import compared, packed, packed_texts, unpacked, unpacked_texts

#: Id, language, title, text and entities; `talks` and `tongue` tell the same.
ARTICLES = (
    (
        "talks",
        "en",
        "Acme talks to Bolt",
        "Acme talks to Bolt of a plant in Linz for 10 million dollars.",
        "acme bolt",
    ),
    ("tongue", "zh", "Acme 与 Bolt 商谈", "Acme 与 Bolt 商谈在林茨建厂，投资1000万美元。", "acme bolt"),
    ("other", "en", "Acme shows a van", "Acme has shown a van at the fair in Wels.", "acme"),
    ("rest", "en", "Bolt has a new head", "Bolt has named Quendler as its head.", "bolt"),
    ("far", "de", "Corvo baut ein Werk", "Corvo baut ein Werk in Graz.", "corvo"),
)


def mentions(article_id, title, text, entities):
    found = []
    for entity in entities.split():
        for part, words in (("title", title), ("lead", text)):
            at = words.find(entity.capitalize())
            if at >= 0:
                surface = entity.capitalize()
                where = {"part": part, "start": at, "stop": at + len(surface), "surface": surface}
                found.append({"article_id": article_id, "entity_id": f"company:{entity}"} | where)
    return found


def store(path, *articles, number=1, changes=None):
    """Put articles as in `ARTICLES` into the snapshot at `path`."""
    rows = [
        row(key, title, text, hours=place, language=language, lead=text[:10], **(changes or {}))
        for place, (key, language, title, text, _) in enumerate(articles, start=number)
    ]
    publish(path, *rows, number=number)
    with open_warehouse(path) as con:
        for key, _, title, text, entities in articles:
            insert(con, "mentions", mentions(key, title, text, entities))
            if (at := max(text.find("10 million"), text.find("1000万"))) >= 0:
                figure = {"kind": "money", "value": "10000000", "number": 1e7, "unit": "USD", "part": "body"}
                place = {"surface": text[at : at + 6], "start": at, "stop": at + 6, "claim_id": None}
                insert(con, "figures", [{"article_id": key} | figure | place])


@pytest.fixture
def place(tmp_path):
    store(tmp_path / "newswatch.duckdb", *ARTICLES)
    catch_up(tmp_path / "newswatch.duckdb", tmp_path / "search")
    return tmp_path


def found(place, article_id, *, indexed=True):
    """Return what is like a stored article: ids and likeness."""
    with open_snapshot(place / "newswatch.duckdb") as con, usable_index(place / "search", con) as readers:
        assert readers is not None
        used = readers if indexed else None
        sought = find_stored(con, article_id, readers=used)
        return {one.article_id: one for one in like(con, sought, readers=used)}


@pytest.mark.parametrize("article_id", [one[0] for one in ARTICLES])
def test_the_index_finds_what_the_tables_find(place, article_id):
    from_it, from_them = found(place, article_id), found(place, article_id, indexed=False)

    assert list(from_it) == list(from_them)
    for key, one in from_it.items():
        assert replace(one, likeness=0) == replace(from_them[key], likeness=0)
        assert one.likeness == pytest.approx(from_them[key].likeness, abs=2e-4)


def test_the_same_news_in_another_language_is_found_with_what_is_shared(place):
    (first, *_) = found(place, "talks").values()

    assert first.article_id == "tongue"
    assert set(first.entities) == {"company:acme", "company:bolt"}
    assert first.figures == ("1000万美",)


def test_no_text_is_read_from_the_tables(place):
    with open_warehouse(place / "newswatch.duckdb") as con:
        con.execute("UPDATE articles SET text = ''")
    with open_snapshot(place / "newswatch.duckdb") as con, usable_index(place / "search", con) as readers:
        assert like(con, find_stored(con, "talks", readers=readers), readers=readers)[0].likeness > 0.5


def test_what_came_since_is_found_too(place):
    late = ("late", "en", "Acme and Bolt sign", "Acme and Bolt sign for the plant in Linz.", "acme bolt")
    store(place / "newswatch.duckdb", late, number=10)

    assert "late" in found(place, "talks")
    assert "talks" in found(place, "late")


def test_what_became_a_copy_since_is_counted_and_not_shown(place):
    with open_warehouse(place / "newswatch.duckdb") as con:
        con.execute("UPDATE articles SET copy_of = 'tongue' WHERE article_id = 'rest'")
    shown = found(place, "talks")

    assert "rest" not in shown
    assert shown["tongue"].copies == 1


def test_a_copy_is_no_candidate_and_its_original_not_like_it(tmp_path):
    store(tmp_path / "newswatch.duckdb", *ARTICLES)
    copy = ("copy", *ARTICLES[0][1:])
    store(tmp_path / "newswatch.duckdb", copy, number=10, changes={"copy_of": "talks"})
    catch_up(tmp_path / "newswatch.duckdb", tmp_path / "search")

    assert "copy" not in found(tmp_path, "tongue")
    assert not {"copy", "talks"} & set(found(tmp_path, "copy"))


def test_no_more_candidates_are_compared_than_wanted_the_rarest_first(place):
    with open_snapshot(place / "newswatch.duckdb") as con, usable_index(place / "search", con) as readers:
        sought = find_stored(con, "talks", readers=readers)
        few = from_index(readers, sought, 2)
        same = from_tables(con, sought, 2)

    assert [one.article_id for one in few.candidates] == [one.article_id for one in same.candidates]
    assert len(few.candidates) == 2


def test_a_damaged_index_is_noted_and_the_tables_are_read(place):
    with open_snapshot(place / "newswatch.duckdb") as con, usable_index(place / "search", con) as readers:
        expected = like(con, find_stored(con, "talks"))
        for file in (place / "search").glob("*.store"):
            file.write_bytes(bytes(file.stat().st_size))
        again = like(con, find_stored(con, "talks", readers=readers), readers=readers)

    assert [one.article_id for one in again] == [one.article_id for one in expected]


def test_without_an_index_or_with_one_that_cannot_be_read_there_are_no_readers(place):
    with open_snapshot(place / "newswatch.duckdb") as con:
        with usable_index(place / "none", con) as readers:
            assert readers is None
        for file in (place / "search").glob("meta.json"):
            file.write_text("{")
        with usable_index(place / "search", con) as readers:
            assert readers is None
    assert suspicion_path(place / "search").exists()


def test_what_is_kept_makes_the_sketch_that_the_article_makes():
    text = "Acme baut 2026 ein Werk in Linz.\n\nDas Acme-Werk heißt X7, sagt Quendler."
    article = Article(
        url="u",
        source_id="s",
        publisher="p",
        title="Acme baut",
        text=text,
        seen_at=T + HOUR,
        lead=text[:32],
        language="de",
    )
    signals = Signals(
        words=14,
        mentions=(
            Mention(entity_id="company:acme", surface="Acme", part="title", start=0, stop=4),
            Mention(entity_id="company:acme", surface="Acme", part="lead", start=0, stop=4),
            Mention(entity_id="company:acme", surface="Acme", part="body", start=38, stop=42),
        ),
        claims=(
            Claim(
                event_type="plant", status="planned", basis="official", participants=(), sentence="", part="lead",
                start=0, stop=32, is_news=True,
            ),
        ),
        figures=(
            Figure(
                kind="date", value="2026", number=None, unit="date", surface="2026", part="lead",
                start=10, stop=14, claim=0,
            ),
        ),
    )  # fmt: skip
    kept = unpacked(packed(compared(article, signals)))

    assert kept.sketch == sketch_of(article, signals)
    assert len(kept.sketch.words) > 0
    assert kept.surfaces == {"date:2026": "2026"}


@pytest.mark.parametrize("read", [unpacked, unpacked_texts])
def test_other_bytes_are_told(read):
    with pytest.raises(ValueError, match="what is kept of an article cannot be read"):
        read(b"other")


@pytest.mark.parametrize("plain", [b"", b"1234567", b"\xff\xff\xff\xff\x00\x00\x00\x00[1]"])
def test_bytes_that_are_cut_are_told(plain):
    with pytest.raises(ValueError, match=r"."):
        unpacked(zlib.compress(plain))


def test_title_and_text_are_what_they_were():
    assert unpacked_texts(packed_texts("A\0b", "c\0\0d\n小米 \ud800")) == ("A b", "c\0\0d\n小米 ?")
