"""The outbox in a real warehouse file."""

from datetime import UTC, datetime

import pytest

from warehouse.database import open_warehouse
from warehouse.judged import Alert
from warehouse.outbox import due_alerts, known_alert_ids, note_attempt, note_result, save_alerts

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
    save_alerts(con, [an_alert()])

    assert due_alerts(con) == ()


def test_a_held_alert_is_released_with_its_newer_text(con):
    save_alerts(con, [an_alert("held")])
    save_alerts(con, [an_alert(title="newer"), an_alert(title="newest")])

    (found,) = due_alerts(con)
    assert (found.state, found.title) == ("pending", "newest")
