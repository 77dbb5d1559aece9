"""A source and its polls, complete but for what a test is about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from extractors.orders import Poll
from warehouse.scheduling import after_poll
from warehouse.source_states import SourceState

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)  # a Thursday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
URL = "http://wire.example/rss.xml"
NEW_URL = "http://wire.example/new.xml"
STATE = SourceState(
    source_id="wire",
    kind="feed",
    url=URL,
    publisher=None,
    language=None,
    state="ok",
    interval_s=3600.0,
    polled_url=URL,
    polled_kind="feed",
    pace_s=3600.0,
    next_poll_at=NOON,
    last_ok_at=NOON - HOUR,
    last_new_at=NOON - HOUR,
    full_at=NOON - HOUR,
    polled_at=NOON - HOUR,
)


def poll(**changes):
    told = {"source_id": "wire", "started_at": NOON, "outcome": "unchanged", "http_status": 304, "url": URL}
    return Poll(**told | changes)


def listed(items, new, **changes):
    return poll(**{"outcome": "new", "http_status": 200, "items": items, "new_items": new} | changes)


def failed(cause="http-500", **changes):
    return poll(
        **{"outcome": "failed", "http_status": None, "cause": cause, "error": f"{URL}: {cause}"} | changes
    )


def polled(state, *polls):
    """The state after these polls, each begun when it was due."""
    for one in polls:
        state = after_poll(state, replace(one, started_at=state.next_poll_at))
    return state


def wait(after):
    return after.next_poll_at - after.polled_at
