"""How well articles are found again: those of the gold sets, the half to work with, by words of their own."""

from collections import Counter
from datetime import UTC

import pytest
from searchable import publish, row

from flows.newsroom.gold import GOLD_SETS, read_gold
from tests.score import HALVES
from warehouse.database import open_snapshot
from warehouse.search import search
from warehouse.search_index import catch_up
from warehouse.search_terms import is_paired, runs, terms


def articles():
    """Return the articles of the half to work with, one a URL, copies left out."""
    found = {}
    for name in GOLD_SETS:
        for one in read_gold(name).articles:
            if HALVES["work"](one.story or one.id) and not one.duplicate_of and not one.revises:
                found.setdefault(one.url, one)
    return tuple(found.values())


@pytest.fixture(scope="module")
def con(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gold")
    rows = [
        row(
            one.id,
            one.title,
            f"{one.lead}\n\n{one.body}",
            lead=one.lead,
            language=one.language,
            publisher=one.publisher,
            reported_at=one.published.astimezone(UTC),
        )
        for one in articles()
    ]
    snapshot = publish(folder / "newswatch.duckdb", *rows)
    catch_up(snapshot, folder / "search")
    with open_snapshot(snapshot) as opened:
        yield lambda text, **more: search(opened, text, index=folder / "search", **more)


def places(con, asked, most=10):
    """Return the place of each article in what its query finds, 0 for the first, None where it is not among them."""
    found = {}
    for key, text in asked.items():
        ids = [hit.article_id for hit in con(text, most=most).hits]
        found[key] = ids.index(key) if key in ids else None
    return found


def test_an_article_is_found_by_its_title(con):
    found = places(con, {one.id: one.title for one in articles()})

    assert len(found) > 50
    assert Counter(found.values())[0] / len(found) >= 0.97


def test_an_article_is_found_by_the_rarest_words_of_its_text(con):
    held = Counter(term for one in articles() for term in set(terms(f"{one.title} {one.body}")))
    asked = {}
    for one in articles():
        words = {
            run for run, _, _ in runs(one.body) if len(run) > 1 and not (is_paired(run[0]) and len(run) > 6)
        }
        rare = sorted(words, key=lambda word: (min(held[term] for term in terms(word)[:1]), word))
        asked[one.id] = " ".join(rare[:3])
    found = places(con, asked)

    assert Counter(found.values())[0] / len(found) >= 0.95


@pytest.mark.parametrize("language", ["de", "en", "zh"])
def test_a_piece_of_a_sentence_is_found_as_a_phrase_in_every_language(con, language):
    asked = {}
    for one in articles():
        if one.language == language:
            whole = max(one.body.split("\n\n"), key=len)
            listed = list(runs(whole))[:4]
            asked[one.id] = f'"{whole[listed[0][1] : listed[-1][2]]}"'
    found = places(con, asked, most=50)

    assert len(found) > 10
    assert None not in found.values()


def test_what_is_about_something_comes_before_what_mentions_it(con):
    for word in ("BAIC", "Peking", "北汽"):
        hits = con(word, most=5).hits
        rest = con(word, most=1_000).hits

        assert len(rest) > len(hits)
        in_title = [word.lower() in hit.title.lower() for hit in hits]
        assert sum(in_title) >= min(4, sum(word.lower() in hit.title.lower() for hit in rest))
