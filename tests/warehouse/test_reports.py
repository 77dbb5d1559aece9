"""What is kept of a report: enough to decide as with all of it; and the index in the warehouse that finds it."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.orders import Batch
from extractors.records import Correction, Mention
from tests.warehouse.made_reports import (
    ACME,
    BOLT,
    CRANE,
    NOON,
    Records,
    date,
    figure,
    in_any_order,
    money,
    report,
    said,
    vehicles,
)
from warehouse import reports as reports_room
from warehouse.database import open_warehouse, run
from warehouse.facts import headline_figures, news_of
from warehouse.known import Rarities
from warehouse.load import load
from warehouse.memory import Memory, counted_in
from warehouse.nearest import TokenIndex
from warehouse.origins import cited_media
from warehouse.remember import _nearest
from warehouse.reports import fill_index, hash_of, kept_of, save_reports
from warehouse.stories import entities_of, tokens_of, traits_of
from warehouse.withdrawals import withdrawn_by

NAMES = (ACME, BOLT, CRANE, "media:reuters", "topic:cars")
MENTIONS = st.builds(
    lambda name, part, start: Mention(
        entity_id=name, surface=name[-4:], part=part, start=start, stop=start + 4
    ),
    st.sampled_from(NAMES),
    st.sampled_from(["title", "lead", "body"]),
    st.integers(0, 40),
)
FIGURES = st.builds(
    lambda told, part, claim: figure(*told, part=part, claim=claim),
    st.sampled_from([money(5), money(9), date("2024-05"), vehicles(40)]),
    st.sampled_from(["title", "lead", "body"]),
    st.none() | st.integers(0, 2),
)


@st.composite
def whole_reports(draw):
    """Draw a report with much that judgement does not ask for: names, figures and claims of the background."""
    news = draw(st.lists(st.booleans(), min_size=3, max_size=3))
    one = report(
        draw(st.sampled_from("abcdef")),
        *(
            said(event_type, is_news=fresh)
            for event_type, fresh in zip(("stake", "plant", "orders"), news, strict=True)
        ),
        hours=draw(st.integers(0, 60)),
        cites=draw(st.sampled_from([(), ("media:reuters",), (ACME,)])),
    )
    told = replace(
        one.signals,
        mentions=tuple(draw(st.lists(MENTIONS, max_size=6))),
        figures=tuple(draw(st.lists(FIGURES, max_size=6))),
        background=draw(st.booleans()),
    )
    return replace(one, signals=told)


def in_front(one):
    """Return the figures that carry the news; which claim of the background one belongs to does not matter."""
    news = {fact.position for fact in news_of(one)}
    return [found if found.claim in news else replace(found, claim=None) for found in headline_figures(one)]


@given(whole_reports())
def test_what_is_kept_says_the_same_news_in_the_same_places(whole):
    kept = kept_of(whole)

    assert news_of(kept) == news_of(whole)
    assert in_front(kept) == in_front(whole)
    assert entities_of(kept) == entities_of(whole)
    assert cited_media(kept) == cited_media(whole)
    assert kept.signals.background == whole.signals.background


@given(whole_reports())
def test_keeping_what_is_kept_changes_nothing(whole):
    assert kept_of(kept_of(whole)) == kept_of(whole)


@given(whole_reports())
def test_what_is_kept_has_the_same_tokens_for_index_and_stories(whole):
    assert traits_of(kept_of(whole)) == traits_of(whole)


@settings(max_examples=60, deadline=None)
@given(st.lists(whole_reports(), min_size=1, max_size=8, unique_by=lambda one: one.article_id))
def test_a_memory_of_what_is_kept_decides_as_one_of_whole_reports(drawn):
    living, records = Memory(), Records(kept_of)
    for one in drawn:
        rebuilt = records.memory(one.reported_at)
        judged = living.judge(one)
        assert in_any_order(rebuilt.judge(one)) == in_any_order(judged)
        records.keep(one, judged)


def test_a_notice_takes_back_the_same_of_what_is_kept():
    """Names do not count among the shared words, under whichever of its names an entity stands."""
    title = "Acme Holdings Limited to buy Bolt port"
    names = [
        Mention(entity_id=ACME, surface="Acme Holdings Limited", part="title", start=0, stop=21),
        Mention(entity_id=ACME, surface="Acme", part="lead", start=0, stop=4),
        Mention(entity_id=BOLT, surface="Bolt", part="title", start=29, stop=33),
    ]
    first = report("a", said("stake", "agreed", score=2.0), publisher="Daily", title=title)
    first = replace(first, signals=replace(first.signals, mentions=tuple(names)))
    notice = report(
        "b", said("stake", "agreed"), publisher="Daily", hours=20, title="Acme Holdings Limited: port"
    )
    note = Correction(kind="retraction", sentence="We take our report back.", part="lead", start=0, stop=24)
    there = tuple(replace(one, surface="Acme" if one.entity_id == ACME else "Bolt") for one in names[1:])
    notice = replace(notice, signals=replace(notice.signals, correction=note, mentions=there))
    taken = []
    for kept in (first, kept_of(first)):
        memory = Memory()
        memory.judge(first)
        memory.known.put_report(kept)
        (known,) = memory.known.developments
        taken.append(withdrawn_by(notice, None, [memory.known.evidence(known)]))

    assert taken[0] == taken[1]


# -- the index in the warehouse -------------------------------------------------------------------------------


def crowd(count, seed):
    """Return reports over some months that share names, words, figures and types."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        claim = said(
            chance.choice(["stake", "plant", "orders", "legal"]),
            who=chance.sample(NAMES[:3], chance.randint(1, 2)),
            figures=[money(chance.choice([5, 50, 500, 5000]))] * chance.randint(0, 1),
        )
        words = " ".join(chance.sample(["port", "quay", "crane", "strike", "sale", "fine", "tower"], 3))
        hours, front = chance.randrange(24 * 150), [chance.choice(NAMES[:3])]
        made.append(report(f"a{number}", claim, hours=hours, front=front, title=f"The {words} {number % 40}"))
    return made


def counted(con):
    """Return how many reports hold each token, as far as any does."""
    return con.execute(
        "SELECT token, sum(reports) FROM state.frequencies GROUP BY token HAVING sum(reports) <> 0 ORDER BY token"
    ).fetchall()


@pytest.mark.parametrize("seed", range(3))
def test_the_warehouse_finds_the_reports_that_the_index_in_memory_finds(tmp_path, seed):
    *known, early, late = crowd(150, seed)
    index, holders = TokenIndex(), counted_in(known)
    for one in known:
        index.add(one.article_id, one.reported_at.date(), tokens_of(traits_of(one)))
    rarities = Rarities(holders.holders, holders.reports)
    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        for start in range(0, len(known), 40):
            save_reports(con, known[start : start + 40], ())
        for asked in ([early], [late], [early, late]):
            found = {
                key
                for one in asked
                for key in index.nearest(tokens_of(traits_of(one)), one.reported_at.date(), rarities)
            }
            assert set(_nearest(con, asked)) == found


def test_each_report_counts_once_however_often_it_is_replaced(tmp_path):
    first, again = crowd(60, 1), [replace(one, revision=2) for one in crowd(60, 2)[:25]]
    newest = {one.article_id: one for one in (*first, *again)}
    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        save_reports(con, first, ())
        save_reports(con, again, {one.article_id for one in again})
        found = dict(counted(con))

    wanted = counted_in(newest.values()).holders
    assert found == {hash_of(token): reports for token, reports in wanted.items()}


def test_gathering_the_frequencies_keeps_the_sums(tmp_path):
    made = crowd(80, 3)
    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        for start in range(0, len(made), 20):
            save_reports(con, made[start : start + 20], ())
        save_reports(con, made[:30], {one.article_id for one in made[:30]})
        before, (rows_before,) = (
            counted(con),
            con.execute("SELECT count(*) FROM state.frequencies").fetchone(),
        )
        run(con, "gather_frequencies")
        after, (rows_after,) = counted(con), con.execute("SELECT count(*) FROM state.frequencies").fetchone()

    assert after == before
    assert rows_after == len(before) < rows_before


def test_frequencies_are_gathered_after_so_many_reports(tmp_path, monkeypatch):
    monkeypatch.setattr(reports_room, "GATHERED", 50)
    made = crowd(60, 3)
    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        for start in range(0, len(made), 10):
            save_reports(con, made[start : start + 10], ())
            if start == 40:
                (gathered,) = con.execute("SELECT count(*) FROM state.frequencies").fetchone()
                assert gathered == len(counted(con))
        assert len(counted(con)) < con.execute("SELECT count(*) FROM state.frequencies").fetchone()[0]


def told_with(one, mention):
    """Return the signals of a report that names one entity more."""
    return replace(one.signals, mentions=(mention, *one.signals.mentions))


#: What is kept of reports, and the index of their tokens.
STATE = (
    "FROM state.reports ORDER BY position",
    "FROM state.tokens ORDER BY ALL",
    "SELECT token, sum(reports) FROM state.frequencies GROUP BY token ORDER BY token",
)


def test_an_index_that_was_emptied_is_filled_again_with_the_same_rows(
    tmp_path, a_watch, an_article, monkeypatch
):
    monkeypatch.setattr(reports_room, "FILLED", 3)
    named = Mention(entity_id="company:xiaomi", surface="Xiaomi", part="title", start=0, stop=6)
    articles = tuple(
        an_article(
            number, signals=told_with(one, named), publisher=one.publisher, published_at=one.reported_at
        )
        for number, one in enumerate(crowd(8, 4))
    )
    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        load(con, Batch(batch_id="b", order_id="o", collected_at=NOON, articles=articles), a_watch(), NOON)
        before = [con.execute(question).fetchall() for question in STATE]
        con.execute("DELETE FROM state.tokens")
        con.execute("DELETE FROM state.frequencies")
        con.execute(
            "UPDATE state.reports SET revision = NULL, publisher = NULL, language = NULL, title = NULL, lead = NULL, "
            "signals = NULL"
        )
        fill_index(con)
        after = [con.execute(question).fetchall() for question in STATE]

    assert all(before)
    assert after == before
