"""The ledger, and what it says of manners: each breach is found, and nothing else is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from extractors.orders import Batch, Request
from warehouse.database import insert, open_warehouse
from warehouse.requests import EXAMPLES, read_politeness, save_by_hand, save_requests

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
URL = "https://wire.example/rss.xml"
ASKED = Request(
    url=URL,
    host="wire.example",
    purpose="poll",
    started_at=NOON,
    source_id="wire",
    http_status=200,
    validators=True,
    unconditional="first",
)
AGAIN = replace(ASKED, http_status=304, conditional=True, unconditional=None)


def at(hours, asked=AGAIN, **changes):
    return replace(asked, started_at=NOON + hours * HOUR, **changes)


def polled(hours, every=1.0, source_id="wire", url=URL):
    started_at = NOON + hours * HOUR
    return {
        "source_id": source_id,
        "url": url,
        "started_at": started_at,
        "outcome": "unchanged",
        "items": 0,
        "new_items": 0,
        "bytes": 0,
        "seconds": 0.1,
        "next_poll_at": None if every is None else started_at + every * HOUR,
    }


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "warehouse.duckdb") as opened:
        yield opened


@pytest.fixture
def ledger(con):
    """Keep the requests given, and the polls, and say what the ledger makes of them."""

    def keep(*requests, polls=(), since=None, spacing=timedelta(seconds=5), budget=None):
        save_requests(con, Batch(batch_id="b", order_id="o", collected_at=NOON, requests=requests))
        insert(con, "polls", list(polls))
        return read_politeness(con, since=since, spacing=spacing, budget=budget)

    return keep


def starts(breaches):
    return [(one.started_at - NOON) / HOUR for one in breaches.examples]


def test_an_empty_ledger_has_nothing_to_tell(ledger):
    told = ledger()

    assert told.kept
    assert (told.requests, told.polls, told.most_connections) == (0, 0, 0)
    assert told.shortest_gap_s is None
    assert told.unchanged_share is None


def test_good_manners_are_counted_and_break_nothing(ledger):
    told = ledger(
        replace(ASKED, bytes=900),
        at(1, bytes=100, gap_s=3600.0),
        at(1, purpose="robots", url="https://wire.example/robots.txt", gap_s=5.0, conditional=False),
        at(2, ASKED, unconditional="audit", purpose="audit"),
        at(3, url=URL + "?other", conditional=False, unconditional="first", http_status=200),
        at(4, ASKED, unconditional="untrusted"),
        polls=[polled(0), polled(1), polled(2)],
    )

    assert told.kept
    assert told == replace(
        told, requests=6, polls=3, bytes=1000, listings_answered=5, listings_unchanged=1, shortest_gap_s=5.0
    )
    assert told.unchanged_share == 0.2


def test_every_field_of_a_request_is_kept(con, ledger):
    whole = replace(ASKED, retry_after_s=7.5, open_at_host=2, gap_s=1.5, cause="rate-limited", seconds=0.25)
    ledger(ASKED, whole)
    kept = con.execute(
        "SELECT * EXCLUDE (order_id, position, site, text_read) FROM requests WHERE position = 1"
    )
    row = dict(zip([column[0] for column in kept.description], kept.fetchone(), strict=True))

    assert row == {name: getattr(whole, name) for name in Request.__slots__}


def test_a_poll_before_the_one_before_allowed_it_is_early(ledger):
    told = ledger(polls=[polled(0), polled(0.9), polled(1.9), polled(0.1, source_id="other"), polled(3)])

    assert told.early_polls.count == 1
    assert starts(told.early_polls) == [0.9]
    assert told.early_polls.examples[0].since == NOON + HOUR
    assert not told.kept


def test_a_source_with_another_address_and_one_that_was_let_go_start_anew(ledger):
    told = ledger(
        polls=[
            polled(0),
            polled(0.5, url=URL + "?moved"),
            polled(0, every=None, source_id="gone"),
            polled(0.2, source_id="gone"),
        ],
    )

    assert told.early_polls.count == 0


@pytest.mark.parametrize("purpose", ["poll", "listing", "recheck"])
def test_asking_without_the_validators_that_were_given_is_a_repeat(ledger, purpose):
    again = at(1, ASKED, purpose=purpose, unconditional="no-validators")
    told = ledger(ASKED, again)

    assert starts(told.unconditional_repeats) == [1]
    assert told.unconditional_repeats.examples[0].since == NOON
    assert not told.kept


def test_a_page_that_gave_validators_is_asked_again_with_them(ledger):
    page = replace(ASKED, purpose="page")

    assert ledger(page, at(1, ASKED, purpose="recheck")).unconditional_repeats.count == 1


def test_where_the_last_answer_gave_no_validators_there_are_none_to_send(ledger):
    told = ledger(
        ASKED, at(1, http_status=200, validators=False), at(2, ASKED, unconditional="no-validators")
    )

    assert told.unconditional_repeats.count == 0


def test_what_no_worker_has_read_may_be_asked_for_in_full_again(ledger):
    assert ledger(ASKED, at(1, ASKED, unconditional="unread")).unconditional_repeats.count == 0


def test_an_answer_that_failed_takes_no_validators_away(ledger):
    told = ledger(ASKED, at(1, http_status=503, validators=False), at(2, ASKED))

    assert starts(told.unconditional_repeats) == [2]


def test_an_audit_may_be_once_a_day(ledger):
    audit = replace(ASKED, purpose="audit", unconditional="audit")

    told = ledger(ASKED, at(24, audit), at(30), at(47, audit), at(72, audit))

    assert starts(told.unconditional_repeats) == [47]


def test_a_host_that_asked_for_rest_is_left_alone_whoever_asks(ledger):
    told = ledger(
        at(0, http_status=429, retry_after_s=7200.0),
        at(0, url="https://wire.example/a", purpose="page", source_id=None),
        at(1, host="other.example"),
        at(1.9, http_status=503, retry_after_s=60.0),
        at(2),
    )

    assert starts(told.inside_retry_after) == [1.9, 0]
    assert told.inside_retry_after.examples[0].since == NOON + 2 * HOUR
    assert not told.kept


def test_a_shorter_rest_does_not_end_a_longer_one(ledger):
    told = ledger(at(0, retry_after_s=7200.0), at(0.5, retry_after_s=1.0), at(1.5), at(2))

    assert starts(told.inside_retry_after) == [1.5, 0.5]


def test_connections_and_gaps_are_told(ledger):
    told = ledger(ASKED, at(1, gap_s=0.4, open_at_host=3), at(2, gap_s=4.99), at(3, gap_s=4.9))

    assert (told.most_connections, told.shortest_gap_s, told.under_spacing) == (3, 0.4, 2)
    assert not told.kept


def test_gaps_alone_break_no_promise_for_the_spacing_is_a_setting(ledger):
    told = ledger(ASKED, at(1, gap_s=0.1), spacing=timedelta(0))

    assert told.kept
    assert told.under_spacing == 0


def test_the_busiest_site_of_any_24_hours_is_told(ledger):
    told = ledger(
        *(at(hours, host="a.paper.co.uk") for hours in (0, 1, 30)),
        *(at(hours, host="b.paper.co.uk") for hours in (24, 24.5, 24.9)),
        *(at(hours) for hours in (30, 31, 32)),
        budget=3,
    )

    # From 1 h to 24.9 h: the one at noon is a day old when the one at 24 h begins.
    assert (told.busiest_site, told.most_in_a_day) == ("paper.co.uk", 4)
    assert told.over_budget
    assert told.kept


def test_what_is_a_day_old_to_the_moment_counts_no_more(ledger):
    assert ledger(at(0), at(24)).most_in_a_day == 1


def test_a_day_that_began_before_is_counted_and_none_that_ended(ledger):
    requests = [at(hours) for hours in (0, 1, 2, 20, 21)]

    assert ledger(*requests, since=NOON + 20 * HOUR).most_in_a_day == 5
    assert not ledger(since=NOON + 60 * HOUR).over_budget
    assert ledger(since=NOON + 60 * HOUR).busiest_site is None


def test_what_is_asked_by_hand_counts_for_the_host_and_not_for_conditions(con, ledger):
    ledger(ASKED, at(1, retry_after_s=7200.0))
    save_by_hand(con, [at(2, ASKED, open_at_host=2)], NOON)
    told = ledger(at(4), at(5, ASKED, url=URL + "?b"))

    assert told.unconditional_repeats.count == 0
    assert starts(told.inside_retry_after) == [2]
    assert told.most_connections == 2
    assert con.execute("SELECT purpose, site FROM requests WHERE order_id <> 'o'").fetchall() == [
        ("check", "wire.example")
    ]


def test_what_came_before_is_remembered_and_not_counted(ledger):
    told = ledger(
        ASKED,
        at(1, ASKED),
        at(5, ASKED, retry_after_s=3600.0),
        at(5.5),
        polls=[polled(0), polled(0.1), polled(5)],
        since=NOON + 2 * HOUR,
    )

    assert (told.requests, told.polls) == (2, 1)
    assert told.early_polls.count == 0
    assert starts(told.unconditional_repeats) == [5]
    assert starts(told.inside_retry_after) == [5.5]


def test_of_many_breaches_the_newest_are_shown(ledger):
    told = ledger(*(at(number, ASKED) for number in range(EXAMPLES + 11)))

    assert told.unconditional_repeats.count == EXAMPLES + 10
    assert starts(told.unconditional_repeats) == list(range(EXAMPLES + 10, 10, -1))
