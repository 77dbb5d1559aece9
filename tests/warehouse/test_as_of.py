"""What the file says as of a moment is what it said then: streams loaded piece by piece, kept, and asked for again."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_late import claim, news
from test_order import told_in

from extractors.errors import WarehouseError
from extractors.orders import Batch, Poll
from extractors.records import Article, CollectedArticle, Source, stable_id
from extractors.watch import Entity, Topic, Watch
from tests.fuzzing import check, lengths
from warehouse.as_of import as_of_today, see_as_of
from warehouse.database import insert, open_snapshot, open_warehouse
from warehouse.load import load

#: An affair with a retraction, edited versions and copies, and one whose stories are merged.
STREAMS = ("voltaro-rescue", "vidora-sale")
TABLES = (
    "articles",
    "revisions",
    "mentions",
    "claims",
    "figures",
    "citations",
    "stories",
    "story_lineage",
    "developments",
    "development_articles",
)
TRENDS = ("trend_daily", "trend_weekly", "trend_events", "share_of_voice", "co_mentions", "first_reports")
NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)


def fetch(con, statement):
    return con.execute(statement).fetchall()


def pieces(articles, size):
    """The articles in pieces of about this size, those seen at one moment in one."""
    piece = []
    for one in articles:
        if len(piece) >= size and one.article.seen_at > piece[-1].article.seen_at:
            yield piece
            piece = []
        piece.append(one)
    yield piece


def load_piece(con, watch, piece):
    at = max(one.article.seen_at for one in piece)
    batch_id = stable_id("b", *(f"{one.article.url} {one.article.seen_at}" for one in piece))
    batch = Batch(batch_id=batch_id, order_id="import", collected_at=at, articles=tuple(piece))
    load(con, batch, watch, at)
    return at


def said(con, names=(*TABLES, *TRENDS)):
    return {name: fetch(con, f"FROM {name} ORDER BY ALL") for name in names}


def said_of(con, moment, names=(*TABLES, *TRENDS)):
    return {
        name: con.execute(f"FROM {name}_as_of($moment) ORDER BY ALL", {"moment": moment}).fetchall()
        for name in names
    }


@pytest.fixture(scope="module", params=STREAMS)
def kept(request, tmp_path_factory):
    """A stream, the file that took it piece by piece, and by moment what that said then."""
    watch, articles = told_in(request.param)
    path = tmp_path_factory.mktemp("kept") / "warehouse.duckdb"
    answers = {}
    with open_warehouse(path) as con:
        for piece in pieces(articles, 9):
            at = load_piece(con, watch, piece)
            answers[at] = said(con)
        yield watch, articles, con, answers


def test_the_stream_has_something_to_forget(kept):
    _, _, con, answers = kept
    last = max(answers)

    assert any(answers[at]["stories"] != answers[last]["stories"] for at in answers)
    assert fetch(con, "SELECT count(*) FROM state.past_developments")[0][0] > 0
    assert fetch(con, "SELECT count(*) FROM state.past_stories")[0][0] > 0


def test_as_of_a_moment_the_file_says_what_it_said_then(kept):
    _, _, con, answers = kept

    for moment, then in answers.items():
        now = said_of(con, moment)
        for name, rows in then.items():
            assert now[name] == rows, (name, moment)


@pytest.fixture(scope="module")
def at_once(kept, tmp_path_factory):
    """A file that took the stream in one batch."""
    watch, articles, _, _ = kept
    path = tmp_path_factory.mktemp("at once") / "as of main.duckdb"
    with open_warehouse(path) as con:
        load_piece(con, watch, articles)
    return path


def test_it_does_not_matter_in_which_batches_the_articles_came(kept, at_once):
    _, _, _, answers = kept
    with open_snapshot(at_once) as con:
        for moment, then in answers.items():
            now = said_of(con, moment)
            for name, rows in then.items():
                assert now[name] == rows, (name, moment)


def test_nothing_was_known_before_the_first_article(kept):
    _, articles, con, _ = kept
    before = min(one.article.seen_at for one in articles) - timedelta(seconds=1)

    assert all(rows == [] for rows in said_of(con, before).values())


WATCH = Watch(
    name="cars",
    title="Cars",
    languages=("en",),
    entities=(Entity(entity_id="company:xiaomi", kind="company", name="Xiaomi", names={"en": ("Xiaomi",)}),),
    topics=(Topic(topic_id="topic:electric-car", words={"en": ("electric car",)}),),
    sources=(Source(source_id="wire", kind="feed", url="http://wire.example/", every=timedelta(hours=1)),),
)
#: What comes in: which article, which text of it, what it says, whose copy it may be, who publishes it, and how many
#: hours before it was seen.
ARRIVALS = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.sampled_from(["It begins.", "It has begun.", "None of it is true."]),
        st.sampled_from(
            [(), (claim(),), (claim("licence", "approved"),), (claim(), claim("stake", "denied"))]
        ),
        st.sampled_from([(), tuple(range(100, 160)), tuple(range(1000, 1060))]),
        st.sampled_from(["The Wire", "The Post", "The Echo"]),
        st.integers(0, 60),
    ),
    min_size=2,
    max_size=6,
)


def arrived(place, arrival):
    number, text, claims, shingles, publisher, hours = arrival
    seen_at = NOON + timedelta(hours=place)
    article = Article(
        url=f"https://wire.example/{number}",
        source_id="wire",
        publisher=publisher,
        title=f"Xiaomi does thing {number}",
        text=text,
        seen_at=seen_at,
        language="en",
        published_at=seen_at - timedelta(hours=hours),
        published_from="feed",
    )
    return CollectedArticle(article=article, signals=news(*claims, shingles=shingles))


@lengths(5)
def test_late_originals_copies_and_edited_versions_do_not_change_what_was_known(examples):
    @given(ARRIVALS)
    def holds(arrivals):
        answers = {}
        with (
            tempfile.TemporaryDirectory() as folder,
            open_warehouse(Path(folder) / "warehouse.duckdb") as con,
        ):
            for place, arrival in enumerate(arrivals):
                at = load_piece(con, WATCH, [arrived(place, arrival)])
                answers[at] = said(con, TABLES)

            for moment, then in answers.items():
                now = said_of(con, moment, TABLES)
                for name, rows in then.items():
                    assert now[name] == rows, (name, moment)

    check(examples, holds)


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def test_a_late_original_changes_roles_and_copies_from_then_on_only(con, a_watch):
    text = tuple(range(100, 160))
    copied = (2, "It begins.", (claim(),), text, "The Echo", 0)
    original = (1, "It begins.", (claim(),), text, "The Wire", 30)
    for place, arrival in enumerate((copied, original)):
        load_piece(con, a_watch(), [arrived(place, arrival)])

    copies = "SELECT count(*) FROM articles_as_of($at) WHERE copy_of IS NOT NULL"
    roles = "SELECT role FROM development_articles_as_of($at) ORDER BY role"
    assert [con.execute(copies, {"at": NOON + timedelta(hours=n)}).fetchone() for n in (0, 1)] == [(0,), (1,)]
    assert [con.execute(roles, {"at": NOON + timedelta(hours=n)}).fetchall() for n in (0, 1)] == [
        [("first",)],
        [("first",), ("repeats",)],
    ]


def macros_in(con):
    statement = """
        SELECT function_name FROM duckdb_functions()
        WHERE parameters = ['moment'] AND database_name = current_database()
        """
    return [name for (name,) in fetch(con, statement)]


def test_every_macro_has_the_columns_of_what_it_stands_for(con):
    macros = [name for name in macros_in(con) if name != "replaced_as_of"]
    assert len(macros) > len(TABLES) + len(TRENDS)

    for macro in macros:
        name = macro.removesuffix("_as_of")
        theirs = [row[:2] for row in fetch(con, f"DESCRIBE FROM {macro}(now())")]
        assert theirs == [row[:2] for row in fetch(con, f"DESCRIBE FROM {name}")], name


def test_what_older_programs_overwrote_is_as_today_with_the_text_of_then(con, a_watch):
    for place, text in enumerate(("It begins.", "It has begun.")):
        load_piece(con, a_watch(), [arrived(place, (1, text, (claim(),), (), "The Wire", 0))])
    tables = fetch(con, "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'past_%'")
    for (table,) in tables:
        con.execute(f"DELETE FROM state.{table}")
    con.execute("UPDATE development_articles SET linked_at = NULL")

    assert con.execute("SELECT text, revision FROM articles_as_of($at)", {"at": NOON}).fetchall() == [
        ("It begins.", 1)
    ]
    assert len(said_of(con, NOON, ["developments"])["developments"]) == 1
    assert len(said_of(con, NOON, ["development_articles"])["development_articles"]) == 1
    assert len(said_of(con, NOON, ["claims"])["claims"]) == 1


@pytest.fixture
def seen(kept, at_once):
    """A snapshot of a stream that answers as of a moment, and what was said then."""
    _, _, _, answers = kept
    moment = sorted(answers)[len(answers) // 2]
    with open_snapshot(at_once) as con:
        see_as_of(con, moment)
        yield con, answers[moment]


def test_the_usual_names_say_what_was_known_then(seen):
    con, then = seen

    assert said(con) == then


def test_views_over_the_usual_names_follow(seen):
    con, then = seen

    titles = {row[0] for row in fetch(con, "SELECT article_id FROM articles")}
    assert titles == {row[0] for row in then["articles"]}
    assert as_of_today(con, "FROM uncovered") == ()


def test_names_that_do_not_follow_are_told(seen):
    con, _ = seen

    statement = "WITH x AS (FROM sources) SELECT * FROM articles, main.entities, x JOIN stories ON true"
    assert as_of_today(con, statement) == ("entities", "sources")
    assert as_of_today(con, "FROM trend_daily_in('UTC')") == ("trend_daily_in",)
    assert as_of_today(con, "SELEC 1") == ()


def test_a_file_without_history_is_refused_with_a_clear_word(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as con:
        for macro in macros_in(con):
            con.execute(f"DROP MACRO TABLE {macro}")
    with open_snapshot(tmp_path / "warehouse.duckdb") as con, pytest.raises(WarehouseError, match="older"):
        see_as_of(con, NOON)


def test_polls_and_coverage_are_those_of_then(con, a_watch):
    for days, outcome in ((0, "new"), (1, "failed"), (4, "new")):
        at = NOON + timedelta(days=days)
        poll = Poll(source_id="wire", started_at=at, outcome=outcome, items=3, new_items=1)
        load(con, Batch(batch_id=f"b{days}", order_id="o", collected_at=at, polls=(poll,)), a_watch(), at)

    def states(day):
        told = con.execute(
            "SELECT state FROM covered_days_as_of($at) ORDER BY day", {"at": NOON + timedelta(days=day)}
        )
        return [state for (state,) in told.fetchall()]

    assert states(0) == ["read"]
    assert states(1) == ["read", "missed"]
    assert states(4) == ["read", "reached", "reached", "reached", "read"]
    assert fetch(con, "FROM covered_days ORDER BY ALL") == fetch(
        con, "FROM covered_days_as_of(now()) ORDER BY ALL"
    )


def test_alerts_sent_later_were_waiting(con):
    row = {
        "alert_id": "n",
        "kind": "health",
        "development_id": None,
        "rule": "desk",
        "channel": "json",
        "state": "sent",
        "created_at": NOON,
        "tried_at": NOON + timedelta(hours=1),
        "sent_at": NOON + timedelta(hours=1),
        "attempts": 1,
        "error": None,
        "title": "t",
        "body": "b",
    }
    insert(con, "alerts", [row])

    asked = "SELECT state, sent_at FROM alerts_as_of($at)"
    assert con.execute(asked, {"at": NOON - timedelta(hours=1)}).fetchall() == []
    assert con.execute(asked, {"at": NOON}).fetchall() == [("pending", None)]
    assert con.execute(asked, {"at": NOON + timedelta(hours=2)}).fetchall() == [("sent", row["sent_at"])]
