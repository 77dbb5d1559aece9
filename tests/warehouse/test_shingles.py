"""What is read of the warehouse decides as if all of history were at hand, however the articles come in batches."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.records import Article, CollectedArticle, Signals, article_id
from tests.warehouse.article_rows import article_row
from warehouse.copies import Fingerprint, ShingleIndex
from warehouse.database import insert, open_scratch, open_warehouse, run
from warehouse.shingles import shingle_index

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)


def arriving(number, shingles, *, hours=None, publisher=None):
    at = NOON + timedelta(hours=number if hours is None else hours)
    article = Article(
        url=f"https://wire.example/{number}",
        source_id="wire",
        publisher=publisher or f"Publisher {number % 5}",
        title="T",
        text="T",
        seen_at=at,
        published_at=at,
        published_from="feed",
    )
    return CollectedArticle(article=article, signals=Signals(words=9, shingles=tuple(sorted(shingles))))


def fingerprint(collected):
    article = collected.article
    return Fingerprint(
        article_id=article_id(article.url),
        publisher=article.publisher,
        reported_at=article.reported_at,
        shingles=collected.signals.shingles,
    )


def take(con, batch):
    """Take in a batch as loading does, copies alone."""
    index = shingle_index(con, batch)
    stored = dict(con.execute("SELECT article_id, copy_of FROM articles").fetchall())
    found, adopted = {}, []
    for collected in sorted(batch, key=lambda one: (one.article.reported_at, one.article.url)):
        entry = fingerprint(collected)
        original = index.original_of(entry)
        entry = replace(entry, copy_of=original)
        index.add(entry)
        moved = () if original or entry.article_id in stored else index.adopt(entry)
        found[entry.article_id] = entry
        found |= {
            key: replace(other, copy_of=entry.article_id)
            for key, other in found.items()
            if key in moved or (other.copy_of and other.copy_of in moved)
        }
        adopted += [(one, entry.article_id) for one in moved]
    for query in ("delete_articles", "delete_shingles"):
        run(con, query, ids=list(found))
    insert(
        con,
        "articles",
        [
            article_row(key, one.reported_at, publisher=one.publisher, copy_of=one.copy_of)
            for key, one in found.items()
        ],
    )
    arrived = [{"article_id": key, "shingles": list(one.shingles)} for key, one in found.items()]
    run(con, "insert_shingles", fingerprints=arrived)
    for copy, original in adopted:
        run(con, "move_copies", ids=[copy], original=original)


def outcome(path, articles, sizes):
    with open_warehouse(path) as con:
        start = 0
        while start < len(articles):
            size = next(sizes)
            take(con, articles[start : start + size])
            start += size
        return con.execute("SELECT article_id, copy_of FROM articles ORDER BY ALL").fetchall()


def mixed(chance, count):
    """Articles of sentences that stand in few or many of them, with footers, copies, and a few that come late."""
    sentences = [tuple(range(start, start + 8)) for start in range(0, 4_000, 8)]
    footers = {f"Publisher {n}": tuple(range(9_000 + 100 * n, 9_020 + 100 * n)) for n in range(5)}
    texts = []
    for number in range(count):
        if number > 5 and chance.random() < 0.4:
            parts = chance.choice(texts[-40:])
            parts = chance.sample(parts, max(2, len(parts) - chance.randint(0, 3)))
        else:
            parts = chance.sample(sentences, chance.randint(2, 8))
            parts += chance.choices(sentences[:12], k=chance.randint(0, 2))
        texts.append(parts)
        publisher = f"Publisher {chance.randrange(5)}"
        shingles = {one for part in parts for one in part}
        if chance.random() < 0.6:
            shingles |= set(footers[publisher])
        yield arriving(number, shingles, publisher=publisher)


@pytest.mark.parametrize(("window", "reach"), [(15, 40), (20_000, 300_000)])
@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.integers(1, 40))
def test_neither_the_size_of_batches_nor_the_window_changes_what_is_a_copy(
    tmp_path_factory, window, reach, seed, size
):
    articles = list(mixed(random.Random(seed), 70))
    folder = tmp_path_factory.mktemp("sizes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warehouse.copies.WINDOW", window)
        patch.setattr("warehouse.shingles.WINDOW", window)
        patch.setattr("warehouse.copies.REACH", reach)
        patch.setattr("warehouse.shingles.REACH", reach)
        at_once = outcome(folder / "once.duckdb", articles, iter([1_000]))
        in_parts = outcome(folder / "parts.duckdb", articles, iter(lambda: size, None))

    assert in_parts == at_once
    assert 0 < sum(copy is not None for _, copy in at_once) < 70


def test_what_is_read_decides_as_all_of_history_does(tmp_path):
    articles = list(mixed(random.Random(3), 150))
    history, asked = articles[:100], articles[100:]
    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        for start in range(0, 100, 10):
            take(con, history[start : start + 10])
        copies = dict(con.execute("SELECT article_id, copy_of FROM articles").fetchall())
        whole = ShingleIndex(
            replace(fingerprint(one), copy_of=copies[article_id(one.article.url)]) for one in history
        )
        read = shingle_index(con, asked)

    found = [(read.original_of(fingerprint(one)), whole.original_of(fingerprint(one))) for one in asked]
    assert all(one == other for one, other in found)
    assert 0 < sum(one is not None for one, _ in found) < 50


def test_a_copy_of_an_article_from_before_the_window_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr("warehouse.copies.WINDOW", 20)
    monkeypatch.setattr("warehouse.shingles.WINDOW", 20)
    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        old = arriving(0, range(400))
        take(con, [old])
        take(con, [arriving(n, range(n * 1000, n * 1000 + 50)) for n in range(1, 30)])

        reprint = fingerprint(arriving(99, range(8, 400), publisher="Another"))
        assert shingle_index(con, [arriving(99, range(8, 400))]).original_of(reprint) == article_id(
            old.article.url
        )


def test_a_revision_takes_the_place_of_the_fingerprint_before(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        take(con, [arriving(1, range(50)), arriving(2, range(100, 150))])
        take(con, [arriving(1, range(200, 250))])

        stored = con.execute("SELECT number, shingles[1] FROM state.fingerprints ORDER BY number").fetchall()
        asked = arriving(3, range(50), publisher="Another")
        assert stored == [(2, 100), (3, 200)]
        assert shingle_index(con, [asked]).original_of(fingerprint(asked)) is None


def test_shingles_of_batches_from_before_are_kept_in_short(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        told = [{"article_id": "a", "shingles": [4, 2**31 + 32, 2**40 + 64, 2**62 + 2**31 + 96]}]
        run(con, "insert_shingles", fingerprints=told)

        assert con.execute("SELECT shingles, anchors FROM state.fingerprints").fetchall() == [
            ([4, 2**31 + 32, 64, 96], [2**31 + 32, 64, 96])
        ]


def test_a_batch_with_shingles_from_before_is_read(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        take(con, [arriving(1, range(2**62, 2**62 + 64))])
        take(con, [arriving(2, range(2**62, 2**62 + 64))])

        assert con.execute("SELECT count(*), count(copy_of) FROM articles").fetchall() == [(2, 0)]


def test_a_batch_without_articles_reads_nothing():
    with open_scratch() as con:
        assert shingle_index(con, []).articles == ()


def test_stored_fingerprints_are_carried_over(tmp_path):
    with open_scratch() as con:
        con.execute("CREATE SCHEMA state; CREATE TABLE state.shingles (shingle BIGINT, article_id VARCHAR)")
        con.execute("CREATE TABLE articles (article_id VARCHAR, first_seen_at TIMESTAMPTZ)")
        try:
            con.execute(
                "INSERT INTO articles VALUES ('b', '2024-01-02'), ('a', '2024-01-03'), ('c', '2024-01-04')"
            )
            con.execute("INSERT INTO state.shingles VALUES (8, 'a'), (4611686018427387936, 'a'), (5, 'b')")
            con.execute((files("warehouse") / "migrations" / "0003_shingles.sql").read_text(encoding="utf-8"))

            assert con.execute("SELECT * FROM state.fingerprints ORDER BY number").fetchall() == [
                (1, "b", [5], []),
                (2, "a", [8, 32], [32]),
            ]
        finally:
            con.execute("DROP TABLE articles; DROP SCHEMA state CASCADE")
