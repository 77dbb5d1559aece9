import asyncio
from datetime import timedelta

import pytest

from extractors.clock import standing_clock
from extractors.errors import PermanentFetchError
from extractors.orders import Validator
from extractors.web.exchange import Asking
from extractors.web.ledger import Ledger, why_unconditional
from extractors.web.politeness import Rests, Turns

URL = "http://a.example/1"
POLL = Asking(purpose="poll")


def test_open_requests_are_counted_and_not_assumed(noon):
    async def three():
        ledger = Ledger(standing_clock(noon))
        with ledger.line(URL, "a.example", POLL, None), ledger.line(URL, "a.example", POLL, 0.1):
            pass
        with ledger.line(URL, "a.example", POLL, 0.2), ledger.line(URL, "b.example", POLL, None):
            pass
        return ledger.requests

    assert [one.open_at_host for one in asyncio.run(three())] == [1, 2, 1, 1]


@pytest.mark.parametrize(
    ("error", "cause"),
    [(PermanentFetchError(URL, "too-large"), "too-large"), (asyncio.CancelledError(), "cancelled")],
)
def test_a_request_is_written_down_however_it_ends(noon, error, cause):
    ledger = Ledger(standing_clock(noon))

    async def one():
        with ledger.line(URL, "a.example", POLL, None) as line:
            line.status, line.bytes = 200, 7
            raise error

    with pytest.raises(type(error)):
        asyncio.run(one())
    (request,) = ledger.requests
    assert (request.cause, request.http_status, request.bytes) == (cause, 200, 7)


@pytest.mark.parametrize(
    ("validator", "told", "why"),
    [
        (None, None, "first"),
        (None, "audit", "first"),
        (Validator(url="http://a.example/other", etag="x"), None, "first"),
        (Validator(url=URL, body_hash="h"), "untrusted", "no-validators"),
        (Validator(url=URL, etag="x"), None, None),
        (Validator(url=URL, last_modified="x"), "audit", "audit"),
        (Validator(url=URL, etag="x"), "untrusted", "untrusted"),
    ],
)
def test_the_reason_for_asking_without_conditions_is_true(validator, told, why):
    asking = Asking(purpose="poll", validators=(validator,) if validator else (), unconditional=told)

    assert why_unconditional(URL, asking) == why


def test_hosts_do_not_wait_for_each_other_and_a_delay_is_kept_for_its_own():
    async def starts():
        turns, began = Turns(timedelta(0)), []
        turns.slow_down("slow", timedelta(seconds=0.2))

        async def ask(host):
            async with turns.turn(host):
                began.append((host, turns.begin(host)))

        await asyncio.gather(*(ask(host) for host in ("slow", "slow", "fast", "fast")))
        return began

    began = asyncio.run(starts())
    assert [host for host, _ in began] == ["slow", "fast", "fast", "slow"]
    assert began[-1][1] >= 0.2


def test_a_longer_rest_is_not_shortened_by_a_later_answer(noon):
    rests = Rests(standing_clock(noon))
    rests.add("a.example", 3600, "http-429")
    rests.add("a.example", 5, "http-503")

    assert [rest.until for rest in rests.learned()] == [noon + timedelta(hours=1)]
