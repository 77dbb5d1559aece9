"""History read again with today's rules: what is other is shown, and adopted whole or not at all."""

import shutil
from dataclasses import replace

import pytest
from kept_home import KeptHome, cut

from extractors.errors import WarehouseError
from extractors.orders import ItemOutcome
from extractors.records import Item, Release
from extractors.watch import Topic
from flows import adopting
from flows.adopting import adopt
from flows.cycle import load_waiting, publish, send_alerts
from flows.housekeeping import mend
from flows.indexing import index_path
from flows.reprocessing import alone, prepare, prepared
from tests.flows.full_disk import room_for
from warehouse import landing
from warehouse.database import open_warehouse
from warehouse.integrity import check_warehouse
from warehouse.lock import exclusive

NEVER_DERIVED = (
    "FROM polls ORDER BY ALL",
    "FROM runs ORDER BY ALL",
    "FROM sources ORDER BY ALL",
    "FROM state.batches ORDER BY ALL",
    "FROM state.items ORDER BY ALL",
    "FROM alerts ORDER BY ALL",
)


@pytest.fixture
def home(kept):
    return kept


def with_topic(watch):
    """A watch that asks for one word more, which stands in the second piece."""
    return replace(watch, topics=(*watch.topics, Topic(topic_id="topic:permits", words={"en": ("permit",)})))


def other_in(made):
    return {one.subject: (one.added, one.gone, one.changed) for one in made.differences if one}


def rows(home, questions):
    return [home.ask(question) for question in questions]


def left_over(home):
    return sorted(path.name for path in home.settings.state.glob("reprocess.*") if path.is_dir())


def test_the_same_rules_find_the_same(home):
    before = home.settings.warehouse.read_bytes()

    made = prepare(home.settings, home.watch, home.at(5))

    assert not made.is_other
    assert made.counts.texts == 2
    assert home.settings.warehouse.read_bytes() == before
    assert left_over(home) == []


def test_another_word_adds_its_mentions_and_nothing_else(home, desk):
    told, kept = list(desk), rows(home, NEVER_DERIVED)
    watch = with_topic(home.watch)

    made = prepare(home.settings, watch, home.at(5))

    assert other_in(made) == {"mentions": (1, 0, 0)}
    (mentions,) = [one for one in made.differences if one]
    assert mentions.examples[0].after == "topic:permits: permit"
    assert mentions.examples[0].article == "Xiaomi wins licence to build electric cars"
    assert home.ask("SELECT count(*) FROM mentions WHERE entity_id = 'topic:permits'") == [(0,)]

    adopt(home.settings, watch, made, home.at(5))

    assert home.ask("SELECT count(*) FROM mentions WHERE entity_id = 'topic:permits'") == [(1,)]
    assert rows(home, NEVER_DERIVED) == kept
    assert home.ask("SELECT subject, added FROM reprocessings WHERE added > 0") == [("mentions", 1)]
    assert desk == told
    assert left_over(home) == []
    assert home.settings.snapshot.read_bytes() == home.settings.warehouse.read_bytes()
    assert not prepare(home.settings, watch, home.at(6)).is_other


def test_other_words_of_events_change_claims_and_what_is_found_again_keeps_its_id(home, desk):
    asked = "SELECT event_type, development_id, story_id, detected_at FROM developments ORDER BY ALL"
    known, told, alerts = home.ask(asked), list(desk), home.ask("FROM alerts ORDER BY ALL")
    watch = replace(home.watch, lexicon={"en": {"orders": {"strong": ("in talks with", "wins licence")}}})

    made = prepare(home.settings, watch, home.at(5))
    adopt(home.settings, watch, made, home.at(5))
    home.collected(6, 3)
    home.run(6)

    claims = {one.subject: one for one in made.differences}["claims"]
    assert claims.added
    assert claims.gone
    assert {row[0] for row in known} >= {"partnership", "licence"}
    assert {row for row in home.ask(asked) if row[0] in {"partnership", "licence"}} == {
        row for row in known if row[0] in {"partnership", "licence"}
    }
    assert home.ask("SELECT * FROM alerts WHERE created_at <= '2024-03-01 12:00:00Z' ORDER BY ALL") == alerts
    assert desk[:2] == told
    assert len(desk) == 3


def old_rules(home, hours, piece, **other):
    """Leave a batch with an article of which the rules of then said something else."""
    path = home.collected(hours, piece)
    batch = landing.read_batch(path)
    (one,) = batch.articles
    claims = tuple(replace(claim, **other) for claim in one.signals.claims)
    told = replace(one, signals=replace(one.signals, claims=claims))
    landing.write_batch(home.settings.landing, replace(batch, articles=(told,)))


def test_claims_read_otherwise_change_their_development_which_keeps_its_id_and_its_alert(tmp_path, desk):
    home = KeptHome(tmp_path / "home")
    home.collected(0)
    home.run(0)
    old_rules(home, 2, 1, status="planned", basis="unconfirmed")
    home.run(2)
    told = list(desk)
    known = home.ask("SELECT development_id, detected_at FROM developments ORDER BY ALL")
    assert len(told) == len(known) == 1

    made = prepare(home.settings, home.watch, home.at(5))
    adopt(home.settings, home.watch, made, home.at(5))
    home.run(6)

    assert {"claims", "developments"} <= other_in(made).keys()
    assert home.ask("SELECT development_id, detected_at FROM developments ORDER BY ALL") == known
    assert home.ask("SELECT status FROM developments") != [("planned",)]
    assert home.ask("SELECT state FROM alerts WHERE kind = 'development'") == [("sent",)]
    assert desk == told


def test_a_development_of_another_kind_keeps_its_id_where_it_is_the_same_sentence(tmp_path, desk):
    home = KeptHome(tmp_path / "home")
    home.collected(0)
    home.run(0)
    old_rules(home, 2, 1, event_type="market")
    home.run(2)
    ((known, kind),) = home.ask("SELECT development_id, event_type FROM developments")

    made = prepare(home.settings, home.watch, home.at(5))
    adopt(home.settings, home.watch, made, home.at(5))

    assert kind == "market"
    assert home.ask("SELECT development_id, event_type FROM developments") == [(known, "licence")]
    assert home.ask("SELECT development_id FROM alerts WHERE kind = 'development'") == [(known,)]
    assert home.ask("SELECT DISTINCT development_id FROM development_articles") == [(known,)]


def invented(home, hours, state):
    """Let the rules of then have found a development in an article that says nothing; its alert is sent, or waits."""
    path = home.collected(hours, 1)
    batch = landing.read_batch(path)
    (one,) = batch.articles
    silent = replace(
        one.article, url="https://wire.example/none", title="Cars", text="Xiaomi and BAIC make cars."
    )
    claims = tuple(
        replace(claim, part="title", start=0, stop=4, sentence="Cars") for claim in one.signals.claims
    )
    told = replace(one, article=silent, signals=replace(one.signals, claims=claims, figures=(), shingles=()))
    landing.write_batch(home.settings.landing, replace(batch, articles=(told,)))
    load_waiting(home.settings, home.watch, home.at(hours))
    if state == "sent":
        send_alerts(home.settings, home.watch, home.at(hours))


@pytest.mark.parametrize("state", ["sent", "pending"])
def test_what_is_not_found_any_more_is_kept_apart_and_told_nobody(tmp_path, desk, state):
    home = KeptHome(tmp_path / "home")
    home.collected(0)
    home.run(0)
    invented(home, 2, state)
    ((known,),) = home.ask("SELECT development_id FROM developments")
    told = list(desk)

    made = prepare(home.settings, home.watch, home.at(3))
    done = adopt(home.settings, home.watch, made, home.at(3))
    home.run(4)

    assert (done.gone, done.unsent) == (1, 0 if state == "sent" else 1)
    assert home.ask("FROM developments") == []
    assert home.ask("SELECT development_id, sentence FROM gone_developments") == [(known, "Cars")]
    ledger = [("sent", known)] if state == "sent" else []
    assert home.ask("SELECT state, development_id FROM alerts WHERE kind = 'development'") == ledger
    assert desk == told
    with open_warehouse(home.settings.warehouse) as con:
        assert check_warehouse(con).findings == ()


def test_what_came_in_meanwhile_is_in_it_and_told_once(home, desk):
    watch = with_topic(home.watch)
    made = prepare(home.settings, watch, home.at(5))
    home.collected(6, 2)
    home.run(6)
    told = list(desk)
    assert len(told) == 3

    done = adopt(home.settings, watch, made, home.at(7))
    home.collected(8, 3)
    home.run(8)

    assert done.later == 1
    assert home.ask("SELECT count(*) FROM articles") == [(4,)]
    assert home.ask("SELECT count(*) FROM mentions WHERE entity_id = 'topic:permits'") == [(1,)]
    assert desk[:3] == told
    assert len(desk) == 4
    assert len({title for title, _ in desk[2:]}) == 2


def test_what_is_loaded_while_it_is_put_in_place_is_read_too(home, monkeypatch):
    watch = with_topic(home.watch)
    made = prepare(home.settings, watch, home.at(5))
    swap, tries = adopting._swap, []

    def meanwhile(*told):
        if not tries:
            home.collected(6, 2)
            load_waiting(home.settings, home.watch, home.at(6))
        tries.append(told)
        return swap(*told)

    monkeypatch.setattr(adopting, "_swap", meanwhile)

    done = adopt(home.settings, watch, made, home.at(7))

    assert len(tries) == 2
    assert done.later == 1
    assert home.ask("SELECT count(*) FROM articles") == [(3,)]


def test_batches_that_are_gone_or_damaged_lose_nothing(home):
    cut(home.settings.archive / "b2.parquet")
    (home.settings.archive / "b4.parquet").unlink()

    made = prepare(home.settings, home.watch, home.at(5))

    assert not made.is_other
    assert made.counts.texts == 2


def test_what_a_newsroom_took_back_in_its_feed_stays_taken_back(home):
    path = home.collected(6)
    batch = landing.read_batch(path)
    item = Item(source_id="wire", url="https://wire.example/0", release=Release(pubstatus="canceled"))
    notice = ItemOutcome(item=item, state="rejected", error="withdrawn")
    landing.write_batch(home.settings.landing, replace(batch, outcomes=(notice,)))
    home.run(6)
    asked = "SELECT article_id, revision FROM articles WHERE pubstatus = 'canceled'"
    ((article, revision),) = home.ask(asked)

    made = prepare(home.settings, home.watch, home.at(6))

    assert revision == 2
    assert article
    assert [(one.subject, one.examples) for one in made.differences if one] == []
    assert made.counts.texts == 3


class KilledError(BaseException):
    """Stands for the end of the process: nothing of ours catches it."""


def kill(*_args, **_kwargs):
    raise KilledError


@pytest.mark.parametrize("at", ["read_again", "carry_over", "replace_file"])
def test_a_kill_before_the_swap_leaves_the_old_warehouse(home, monkeypatch, at):
    watch = with_topic(home.watch)
    made = prepare(home.settings, watch, home.at(5))
    before = rows(home, ("FROM mentions ORDER BY ALL", *NEVER_DERIVED))

    with monkeypatch.context() as patched:
        patched.setattr(adopting, at, kill)
        with pytest.raises(KilledError):
            adopt(home.settings, watch, made, home.at(5))

    assert mend(home.settings, home.at(5)) is None
    assert rows(home, ("FROM mentions ORDER BY ALL", *NEVER_DERIVED)) == before
    assert home.run(4.5).outcome == "idle"
    assert list(home.settings.state.glob("*.replaced-*")) == []
    assert other_in(prepare(home.settings, watch, home.at(6))) == {"mentions": (1, 0, 0)}


def test_a_kill_after_the_swap_leaves_the_new_one(home, monkeypatch):
    watch = with_topic(home.watch)
    made = prepare(home.settings, watch, home.at(5))
    index = index_path(home.settings)
    index.touch()

    with monkeypatch.context() as patched:
        patched.setattr(adopting, "publish", kill)
        with pytest.raises(KilledError):
            adopt(home.settings, watch, made, home.at(5))

    assert not index.exists()  # it holds the texts of the old one
    assert mend(home.settings, home.at(5)) is None
    assert home.ask("SELECT count(*) FROM mentions WHERE entity_id = 'topic:permits'") == [(1,)]
    assert publish(home.settings)


def test_a_full_disk_stops_it_and_nothing_is_lost(home):
    before = home.rows()

    with (
        room_for(home.settings.warehouse.stat().st_size // 2),
        pytest.raises(Exception, match=r"(?i)too large|write"),
    ):
        prepare(home.settings, home.watch, home.at(5))

    assert left_over(home) == []
    assert home.rows() == before


def test_too_little_room_is_said_before_anything_is_done(home, monkeypatch):
    usage = shutil.disk_usage(home.settings.state)._replace(free=1000)
    monkeypatch.setattr("flows.reprocessing.shutil.disk_usage", lambda _: usage)

    with pytest.raises(WarehouseError, match=r"needs about .* MB there, and 0 MB are free"):
        prepare(home.settings, home.watch, home.at(5))


def test_a_warehouse_of_a_newer_program_is_refused(home):
    home.ask("INSERT INTO migrations VALUES ('9999_later.sql', now())")

    with pytest.raises(WarehouseError, match=r"written by a newer newswatch \(it knows 9999_later\.sql\)"):
        prepare(home.settings, home.watch, home.at(5))

    assert left_over(home) == []


def test_one_at_a_time(home):
    with (
        alone(home.settings),
        pytest.raises(WarehouseError, match="another newswatch is reprocessing this home"),
        alone(home.settings),
    ):
        pass


def test_a_cycle_that_does_not_end_is_waited_for_and_named(home, monkeypatch):
    watch = with_topic(home.watch)
    made = prepare(home.settings, watch, home.at(5))
    monkeypatch.setattr(adopting, "WAIT_FOR_CYCLE_S", 0.1)

    with exclusive(home.settings.cycle_lock), pytest.raises(WarehouseError, match="running a cycle"):
        adopt(home.settings, watch, made, home.at(5))

    assert prepared(home.settings, watch, home.at(5)) == made


def test_what_was_ready_stays_ready_with_what_came_since_where_somebody_goes_on_writing(home, monkeypatch):
    watch = with_topic(home.watch)
    made = prepare(home.settings, watch, home.at(5))
    home.collected(6, 2)
    home.run(6)
    monkeypatch.setattr(adopting, "_WAIT_FOR_WRITER_S", 0.1)
    swap = adopting._swap

    def held(*told):
        with exclusive(home.settings.warehouse.with_name("writer.lock")):
            return swap(*told)

    with monkeypatch.context() as patched:
        patched.setattr(adopting, "_swap", held)
        with pytest.raises(WarehouseError, match="is writing"):
            adopt(home.settings, watch, made, home.at(7))

    again = prepared(home.settings, watch, home.at(7))
    assert again is not None
    assert again.position.versions == made.position.versions + 1
    done = adopt(home.settings, watch, again, home.at(7))
    assert done.later == 0
    assert home.ask("SELECT count(*) FROM articles") == [(3,)]
    assert home.ask("SELECT count(*) FROM mentions WHERE entity_id = 'topic:permits'") == [(1,)]


def test_a_disk_without_links_keeps_a_copy_and_no_half_of_one(home, monkeypatch):
    watch = with_topic(home.watch)

    def refused(*_told):
        raise OSError("no links here")

    monkeypatch.setattr("pathlib.Path.hardlink_to", refused)
    before = home.settings.warehouse.read_bytes()
    made = prepare(home.settings, watch, home.at(5))
    with monkeypatch.context() as patched:

        def full(_origin, target):
            target.write_bytes(b"half")
            raise OSError("no room")

        patched.setattr("flows.adopting.shutil.copyfile", full)
        patched.setattr("flows.adopting.copy_old", lambda *_: None)
        with pytest.raises(OSError, match="no room"):
            adopt(home.settings, watch, made, home.at(5))
    assert list(home.settings.state.glob("*.replaced-*")) == []

    done = adopt(home.settings, watch, prepared(home.settings, watch, home.at(5)), home.at(5))

    assert (home.settings.state / done.aside).read_bytes() == before


def test_what_is_ready_is_taken_for_the_same_watch_within_a_week(home):
    watch = with_topic(home.watch)
    made = prepare(home.settings, watch, home.at(5))

    assert prepared(home.settings, watch, home.at(6)) == made
    assert prepared(home.settings, home.watch, home.at(6)) is None
    assert prepared(home.settings, watch, home.at(5 + 8 * 24)) is None


def test_a_warehouse_that_was_replaced_since_is_not_overwritten(home):
    watch = with_topic(home.watch)
    made = prepare(home.settings, watch, home.at(5))
    home.settings.warehouse.unlink()
    home.settings.snapshot.unlink()
    for path in home.settings.archive.glob("*"):
        path.unlink()
    with open_warehouse(home.settings.warehouse):
        pass

    with pytest.raises(WarehouseError, match="was replaced since it was read"):
        adopt(home.settings, watch, made, home.at(5))
    assert prepared(home.settings, watch, home.at(5)) is None
