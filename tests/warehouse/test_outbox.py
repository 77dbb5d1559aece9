"""The outbox in a real warehouse file."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from warehouse.database import open_warehouse
from warehouse.judged import Alert
from warehouse.outbox import (
    KnownAlert,
    due_alerts,
    known_alert_ids,
    known_alerts,
    note_attempt,
    note_result,
    save_alerts,
)

NOW = datetime(2024, 3, 28, 12, tzinfo=UTC)


def an_alert(state="pending", title="news"):
    return Alert(
        alert_id="n1",
        kind="development",
        development_id="d1",
        rule="desk",
        channel="json",
        state=state,
        created_at=NOW,
        sent_at=None,
        attempts=0,
        error=None,
        title=title,
        body="body",
    )


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "w.duckdb") as opened:
        yield opened


def test_an_alert_comes_back_as_it_was_saved(con):
    save_alerts(con, [an_alert()])

    assert due_alerts(con) == (an_alert(),)
    assert known_alert_ids(con) == {"n1"}


def test_a_sent_alert_is_never_made_due_again_by_saving_it(con):
    save_alerts(con, [an_alert()])
    note_attempt(con, "n1", now=NOW)
    note_result(con, "n1", state="sent", sent_at=NOW)
    save_alerts(con, [an_alert(title="newer")])

    assert due_alerts(con) == ()
    assert con.execute("SELECT title FROM alerts").fetchall() == [("news",)]


@pytest.mark.parametrize("state", ["pending", "failed"])
def test_what_has_not_gone_out_is_rewritten_and_keeps_its_state_and_attempts(con, state):
    save_alerts(con, [an_alert()])
    note_attempt(con, "n1", now=NOW)
    if state == "failed":
        note_result(con, "n1", state="failed", error="no connection")
    assert save_alerts(con, [an_alert("held", title="newer")]) == 0

    (found,) = due_alerts(con)
    assert (found.state, found.attempts, found.title) == (state, 1, "newer")


def test_the_ledger_tells_how_alerts_stand_and_which_tell_of_a_withdrawal(con):
    old = replace(an_alert(), alert_id="w1", body="Withdrawn: it")
    save_alerts(con, [an_alert("held"), old, replace(an_alert(), alert_id="w2", says="withdrawn")])

    assert known_alerts(con) == {
        "n1": KnownAlert(state="held"),
        "w1": KnownAlert(state="pending", withdrawn=True),
        "w2": KnownAlert(state="pending", withdrawn=True),
    }


def test_a_held_alert_is_released_with_its_newer_text(con):
    save_alerts(con, [an_alert("held")])
    save_alerts(con, [an_alert(title="newer"), an_alert(title="newest")])

    (found,) = due_alerts(con)
    assert (found.state, found.title) == ("pending", "newest")
