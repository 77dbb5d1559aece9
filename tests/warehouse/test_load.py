"""Loading: once, whole, with identity by URL, revisions, copies and the state of sources and items."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from extractors.orders import Batch, ItemOutcome, Kill, PageVisit, Poll, Request, Validator
from extractors.records import Claim, Mention, RightsNotice, Signals, item_keys
from warehouse.database import open_warehouse, rows, run
from warehouse.load import load
from warehouse.pages import due_rechecks, quarantined
from warehouse.plan import plan

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
SENTENCE = "Xiaomi will build an electric car plant."


def news(event_type="plant", status="planned", participants=("company:xiaomi",), shingles=()):
    return Signals(
        words=8,
        mentions=(
            Mention(entity_id="company:xiaomi", surface="Xiaomi", part="title", start=0, stop=6),
            Mention(entity_id="company:xiaomi", surface="Xiaomi", part="body", start=0, stop=6),
            Mention(entity_id="topic:electric-car", surface="electric car", part="body", start=21, stop=33),
        ),
        claims=(
            Claim(
                event_type=event_type,
                status=status,
                basis="official",
                participants=participants,
                sentence=SENTENCE,
                part="body",
                start=0,
                stop=len(SENTENCE),
                is_news=True,
                score=3.0,
            ),
        ),
        shingles=shingles,
    )


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as opened:
        yield opened


@pytest.fixture
def a_batch():
    def make(number=1, **changes):
        told = {"batch_id": f"b{number}", "order_id": f"o{number}", "collected_at": NOON} | changes
        return Batch(**told)

    return make


def polled(**changes):
    return Poll(
        **{"source_id": "wire", "started_at": NOON, "outcome": "new", "items": 1, "new_items": 1} | changes
    )


def count(con, table):
    return con.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_a_batch_loaded_twice_changes_nothing(con, a_batch, a_watch, an_article):
    batch = a_batch(polls=(polled(),), articles=(an_article(1, signals=news(), text=SENTENCE),))
    load(con, batch, a_watch(), NOON)
    tables = ("articles", "revisions", "claims", "developments", "polls", "runs", "state.batches")
    before = {table: con.execute(f"FROM {table} ORDER BY ALL").fetchall() for table in tables}

    assert load(con, batch, a_watch(), NOON + timedelta(hours=1)).already
    assert before == {table: con.execute(f"FROM {table} ORDER BY ALL").fetchall() for table in tables}


def test_a_load_that_fails_leaves_nothing_behind(con, a_batch, a_watch, an_article):
    def fails(judgement, *, reports, developments, now):
        raise RuntimeError("stopped in the middle")

    batch = a_batch(articles=(an_article(1, signals=news(), text=SENTENCE, source_id="import"),))

    with pytest.raises(RuntimeError):
        load(con, batch, a_watch(), NOON, fails)

    assert count(con, "articles") == count(con, "state.batches") == count(con, "developments") == 0
    assert not load(con, batch, a_watch(), NOON).already


def test_the_same_url_with_other_text_is_a_revision(con, a_batch, a_watch, an_article):
    first = an_article(1, signals=news(), text=SENTENCE)
    edited = an_article(
        1, signals=news(), text=SENTENCE + " It opens in May.", seen_at=NOON + timedelta(hours=2)
    )
    load(con, a_batch(1, articles=(first,)), a_watch(), NOON)

    result = load(con, a_batch(2, articles=(edited, first)), a_watch(), NOON)

    assert (result.articles, result.revisions) == (0, 2)
    assert con.execute("SELECT revision FROM articles").fetchall() == [(3,)]
    assert con.execute("SELECT revision, change FROM revisions ORDER BY ALL").fetchall() == [
        (1, "first"),
        (2, "fact"),
        (3, "fact"),
    ]
    assert con.execute("SELECT first_seen_at FROM articles").fetchone() == (NOON,)


def test_copies_are_counted_in_every_story_when_their_original_comes_late(con, a_batch, a_watch, an_article):
    one, other = tuple(range(1, 200, 2)), tuple(range(1001, 1200, 2))
    excerpts = (
        an_article(1, title="Xiaomi plant", signals=news(shingles=one), publisher="One"),
        an_article(
            2,
            title="Bank doubles revenue",
            signals=news("finance", "completed", ("company:baic",), other),
            publisher="Two",
        ),
    )
    whole = an_article(
        3,
        title="The briefing",
        signals=news("legal", "started", (), (*one, *other)),
        published_at=NOON - timedelta(hours=9),
        publisher="Three",
    )
    for number, found in enumerate((*excerpts, whole)):
        load(con, a_batch(number, articles=(found,)), a_watch(), NOON)

    counted = con.execute(
        "SELECT story_id, count(*), count(copy_of) FROM articles GROUP BY story_id ORDER BY ALL"
    ).fetchall()
    assert len(counted) == 2
    assert con.execute("SELECT story_id, articles, copies FROM stories ORDER BY ALL").fetchall() == counted


def test_the_same_text_again_is_nothing_new(con, a_batch, a_watch, an_article):
    load(con, a_batch(1, articles=(an_article(1),)), a_watch(), NOON)

    result = load(con, a_batch(2, articles=(an_article(1, source_id="other"),)), a_watch(), NOON)

    assert (result.articles, result.revisions) == (0, 0)
    assert con.execute("SELECT source_id FROM articles").fetchall() == [("wire",)]


def test_the_teaser_of_a_feed_never_replaces_the_text_of_the_page(con, a_batch, a_watch, an_article):
    load(con, a_batch(1, articles=(an_article(1, text="The whole long text."),)), a_watch(), NOON)

    load(con, a_batch(2, articles=(an_article(1, text="Teaser.", text_from="feed"),)), a_watch(), NOON)

    assert con.execute("SELECT text FROM articles").fetchall() == [("The whole long text.",)]


def test_a_copy_is_linked_to_its_original_and_makes_no_development(con, a_batch, a_watch, an_article):
    shingles = tuple(range(100, 160))
    original = an_article(1, signals=news(shingles=shingles), text=SENTENCE)
    copied = an_article(
        2, signals=news(shingles=shingles), text=SENTENCE, publisher="Other", published_at=NOON
    )
    load(con, a_batch(1, articles=(original,)), a_watch(), NOON)

    result = load(con, a_batch(2, articles=(copied,)), a_watch(), NOON)

    assert (result.copies, result.developments) == (1, 0)
    ids = dict(con.execute("SELECT url, article_id FROM articles").fetchall())
    assert con.execute("SELECT copy_of FROM articles WHERE copy_of IS NOT NULL").fetchall() == [
        (ids["https://wire.example/1"],)
    ]
    assert con.execute("SELECT articles, origins FROM developments").fetchall() == [(2, 1)]


def test_the_first_import_of_a_source_is_silent_and_the_next_news_is_not(con, a_batch, a_watch, an_article):
    asked = []

    def desk(judgement, *, reports, developments, now):
        asked.extend(found.event_type for found in judgement.new)
        return ()

    watch = a_watch()
    load(con, a_batch(1, polls=(polled(),), articles=(an_article(1, signals=news()),)), watch, NOON, desk)
    assert asked == []

    later = NOON + timedelta(days=3)
    other = news("licence", "approved")
    article = an_article(2, signals=other, seen_at=later, published_at=later)
    load(con, a_batch(2, polls=(polled(started_at=later),), articles=(article,)), watch, later, desk)

    assert asked == ["licence"]


def test_items_that_brought_an_article_are_known_and_failed_ones_are_tried_again(
    con, a_batch, a_watch, an_item
):
    done, failed = an_item(1), an_item(2)
    outcomes = (
        ItemOutcome(item=done, state="article", url="https://wire.example/1"),
        ItemOutcome(item=failed, state="failed", error="http-500"),
    )

    load(con, a_batch(1, polls=(polled(),), outcomes=outcomes), a_watch(), NOON)
    order = plan(con, a_watch(), NOON + timedelta(days=1))

    assert set(item_keys(done)) <= set(order.known)
    assert [(item.url, item.attempts) for item in order.sources[0].pending] == [(failed.url, 1)]

    again = ItemOutcome(item=order.sources[0].pending[0], state="rejected", error="no-article")
    load(con, a_batch(2, outcomes=(again,)), a_watch(), NOON)

    assert run(con, "pending_items") == []


def test_validators_of_the_last_used_answer_are_kept_byte_for_byte(con, a_batch, a_watch):
    told = Validator(
        url="http://wire.example/rss.xml", etag='W/"a b"', last_modified="Thu", body_hash="h", more=("x",)
    )
    load(con, a_batch(1, polls=(polled(validators=(told,)),)), a_watch(), NOON)
    load(
        con,
        a_batch(2, polls=(polled(outcome="failed", error="http-500", cause="http-500"),)),
        a_watch(),
        NOON,
    )

    order = plan(con, a_watch(), NOON + timedelta(days=1))

    assert order.sources[0].validators == (told,)


def test_a_failed_poll_is_told_with_cause_and_advice(con, a_batch, a_watch):
    failed = polled(
        outcome="failed", http_status=500, error="it answered 500", cause="http-500", advice="wait"
    )

    result = load(con, a_batch(1, polls=(failed,)), a_watch(), NOON)

    assert result.outcome == "failed"
    (state,) = rows(con, "source_states")
    assert (state["state"], state["error"], state["advice"]) == ("failing", "it answered 500", "wait")
    assert con.execute("SELECT outcome FROM runs").fetchall() == [("failed",)]


def test_ids_stay_unique(con, a_batch, a_watch, an_article):
    articles = tuple(an_article(number, signals=news(), text=f"{SENTENCE} {number}") for number in range(5))
    for number in range(3):
        moved = tuple(
            replace(one, article=replace(one.article, text=f"{one.article.text} {number}"))
            for one in articles
        )
        load(con, a_batch(number, polls=(polled(),), articles=moved), a_watch(), NOON)

    for table, key in (
        ("articles", "article_id"),
        ("claims", "claim_id"),
        ("stories", "story_id"),
        ("developments", "development_id"),
        ("development_articles", "(development_id, article_id)"),
        ("sources", "source_id"),
        ("state.reports", "article_id"),
        ("revisions", "(article_id, revision)"),
    ):
        assert con.execute(f"SELECT {key} FROM {table} GROUP BY ALL HAVING count(*) > 1").fetchall() == []


def test_a_batch_brings_its_requests_pages_and_kills_once(con, a_batch, a_watch, an_article, an_item):
    url = "https://wire.example/1"
    request = Request(url=url, host="wire.example", purpose="page", started_at=NOON, http_status=200)
    visit = PageVisit(
        item=an_item(1), visited_at=NOON, outcome="read", article_url=url, validator=Validator(url=url)
    )
    kill = Kill(key="q1", url=url, killed_at=NOON, cause="crash")
    batch = a_batch(
        articles=(an_article(1),), requests=(request, request), pages=(visit,), kills=(kill, kill)
    )
    for _ in range(2):
        load(con, batch, a_watch(), NOON)

    assert con.execute("SELECT order_id, position, url FROM requests ORDER BY position").fetchall() == [
        ("o1", 0, url),
        ("o1", 1, url),
    ]
    assert [one.item.url for one in due_rechecks(con, a_watch(), NOON + timedelta(hours=1))] == [
        an_item(1).url
    ]
    assert quarantined(con) == ("q1",)


def test_blanks_and_unseen_characters_make_no_revision(con, a_batch, a_watch, an_article):
    load(con, a_batch(1, articles=(an_article(1, text="One two.\n\nThree."),)), a_watch(), NOON)
    again = an_article(1, text="One\u00a0two.\n\nTh\u00adree. \u200b\n\nUpdated 2 hours ago")

    result = load(con, a_batch(2, articles=(again,)), a_watch(), NOON)

    assert (result.articles, result.revisions) == (0, 0)
    assert con.execute("SELECT text FROM articles").fetchall() == [("One two.\n\nThree.",)]


def test_a_revision_says_which_words_changed(con, a_batch, a_watch, an_article):
    for number, sold in ((1, "25,000"), (2, "29,800")):
        text = f"It sold {sold} cars. That is much."
        load(con, a_batch(number, articles=(an_article(1, text=text),)), a_watch(), NOON)

    assert con.execute("SELECT change, diff FROM revisions WHERE revision = 2").fetchall() == [
        ("fact", "It sold [-25,000-]{+29,800+} cars.")
    ]


def test_what_the_page_says_of_itself_is_stored_with_its_newest_version(con, a_batch, a_watch, an_article):
    told = {"section": "Cars", "date_clamped": True, "rights": (RightsNotice(place="meta"),)}
    asked = "SELECT section, date_clamped, rights_reserved, revision FROM articles"
    load(con, a_batch(1, articles=(an_article(1, **told),)), a_watch(), NOON)
    first = con.execute(asked).fetchall()
    changed = an_article(1, text="Xiaomi did thing number 2 on Friday instead.", section="Motor")
    load(con, a_batch(2, articles=(changed,)), a_watch(), NOON + timedelta(hours=1))

    assert first == [("Cars", True, True, 1)]
    # The date stays that of the first version, and with it that it was clamped.
    assert con.execute(asked).fetchall() == [("Motor", True, False, 2)]
