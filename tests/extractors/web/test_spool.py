import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.clock import standing_clock
from extractors.errors import FetchError, PermanentFetchError, TransientFetchError
from extractors.orders import HostRest, Manners, Request, Validator
from extractors.web.client import PAGE_LIMITS, Answer, Asking, Client
from extractors.web.spool import Spool
from tests.conftest import NOON

POLL = Asking(purpose="poll", source_id="wire")


def an_answer(url="http://a.example/1", body=b"body", **changes):
    told = {
        "url": url,
        "status": 200,
        "body": body,
        "wire_bytes": len(body),
        "content_type": "text/html; charset=\xff",
        "etag": 'W/"\xe9\x80"',
        "last_modified": None,
        "fresh_s": 60.5,
        "validator": Validator(url=url, etag='W/"\xe9\x80"', body_hash="h", more=("http://a.example/2",)),
    }
    return Answer(**(told | changes))


def a_request(url="http://a.example/1", **changes):
    return Request(url=url, host="a.example", purpose="poll", started_at=NOON, **changes)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "order.spool"


def parts(error):
    return type(error), str(error), vars(error)


def test_what_was_kept_is_there_again(path):
    answer, rest = (
        an_answer(moved_to="http://a.example/1"),
        HostRest(host="a.example", until=NOON, cause="http-429"),
    )
    error = TransientFetchError(
        "http://b.example/", "http-429", "slow", status=429, retry_after_s=9.0, evidence="e"
    )
    request = a_request(conditional=True, gap_s=5.5)
    spool = Spool(path)
    spool.keep(answer.url, "poll", answer, (request,))
    spool.keep(error.url, "page", error, (a_request(error.url),), (rest,))

    for opened in (spool, Spool(path)):
        assert opened.answer_to(answer.url, "poll") == answer
        assert parts(opened.answer_to(error.url, "page")) == parts(error)
        assert opened.answer_to(answer.url, "page") is None
    assert Spool(path).requests == (request, a_request(error.url))
    assert Spool(path).rests == (rest,)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=300), max_size=5), st.floats(0, 1), st.binary(max_size=40))
def test_a_torn_end_costs_the_last_answer_at_most(bodies, part, noise):
    """Wherever the file breaks off, and whatever nonsense follows: all whole entries before it stand."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "order.spool"
        spool = Spool(path)
        ends = [path.stat().st_size]
        for number, body in enumerate(bodies):
            spool.keep(f"http://a.example/{number}", "page", an_answer(body=body), (a_request(),))
            ends.append(path.stat().st_size)
        spool.close()
        cut = round(part * ends[-1])
        path.write_bytes(path.read_bytes()[:cut] + noise)

        again = Spool(path)
        whole = sum(end <= cut for end in ends[1:])
        kept = [again.answer_to(f"http://a.example/{number}", "page") for number in range(len(bodies))]
        assert [one.body for one in kept[:whole]] == bodies[:whole]
        if cut < ends[-1] and not noise:
            assert kept[whole:] == [None] * (len(bodies) - whole)

        again.keep("http://a.example/new", "page", an_answer(body=b"new"), ())
        again.close()
        assert Spool(path).answer_to("http://a.example/new", "page").body == b"new"


def test_a_file_of_another_form_is_begun_anew(path):
    path.write_bytes(b"newswatch spool 0\nsomething else")
    spool = Spool(path)
    spool.keep("http://a.example/1", "poll", an_answer(), ())

    assert Spool(path).answer_to("http://a.example/1", "poll") == an_answer()


def test_a_full_disk_ends_the_spool_and_not_the_collection(path):
    spool = Spool(path)
    spool.keep("http://a.example/1", "poll", an_answer(), ())
    disk, spool._file = spool._file, os.open("/dev/full", os.O_WRONLY)
    spool.keep("http://a.example/2", "poll", an_answer(), ())
    spool._file = disk

    assert spool.answer_to("http://a.example/2", "poll") is None
    assert spool.answer_to("http://a.example/1", "poll") == Spool(path).answer_to(
        "http://a.example/1", "poll"
    )


def test_bodies_stay_on_disk(path):
    spool = Spool(path)
    for number in range(20):
        spool.keep(f"http://a.example/{number}", "page", an_answer(body=b"x" * 100_000), ())

    assert sys.getsizeof(spool._places) < 10_000
    assert spool.answer_to("http://a.example/7", "page").body == b"x" * 100_000


def test_a_body_that_came_as_next_to_nothing_takes_next_to_nothing(path):
    spool = Spool(path)
    spool.keep("http://a.example/1", "page", an_answer(body=b"x" * 9_000_000), ())

    assert path.stat().st_size < 100_000
    assert Spool(path).answer_to("http://a.example/1", "page").body == b"x" * 9_000_000


def test_a_file_that_is_full_takes_no_more(path, monkeypatch):
    monkeypatch.setattr("extractors.web.spool._MOST_BYTES", 2_000)
    spool = Spool(path)
    for number in range(9):
        spool.keep(f"http://a.example/{number}", "page", an_answer(body=b"x" * 400), ())

    assert path.stat().st_size <= 2_000
    assert spool.answer_to("http://a.example/0", "page") is not None
    assert spool.answer_to("http://a.example/8", "page") is None


@pytest.fixture
def run(site, manners, noon, path):
    """Ask for paths with a client and a spool as after a restart; return what came and the client."""

    def once(*paths, asking=POLL, clock=None):
        async def all_of_them():
            async with Client(manners, clock or standing_clock(noon), spool=Spool(path)) as client:
                came = []
                for one in paths:
                    job = client.get(site.url(one), PAGE_LIMITS, asking)
                    came += await asyncio.gather(job, return_exceptions=True)
                return came, client

        return asyncio.run(all_of_them())

    return once


def test_after_a_restart_nothing_is_asked_twice_and_the_ledger_is_whole(site, run):
    site.give("/1", status=301, Location="/2")
    site.give("/2", b"here", ETag='"2"')
    site.give("/gone", status=410)
    (answer, error), before = run("/1", "/gone")
    (again, told, new), after = run("/1", "/gone", "/new")

    assert (again, parts(told)) == (answer, parts(error))
    assert site.paths() == ["/1", "/2", "/gone", "/new"]
    assert after.requests[:3] == before.requests
    assert [one.http_status for one in after.requests] == [301, 200, 410, 404]
    assert isinstance(new, FetchError)


def test_not_modified_answers_only_those_who_know_the_same(site, run):
    site.give("/1", status=304)
    known = Validator(url=site.url("/1"), etag='"1"', body_hash="one")
    (answer,), _ = run("/1", asking=replace(POLL, validators=(known,)))
    (again,), _ = run("/1", asking=replace(POLL, validators=(known,)))
    assert (again, len(site.asked)) == (answer, 1)

    site.give("/1", b"body")
    for other in ((), (replace(known, body_hash="two"),)):
        (new,), _ = run("/1", asking=replace(POLL, validators=other))
        assert new.body == b"body"
    assert len(site.asked) == 2


def test_a_rest_outlives_a_restart_as_long_as_it_lasts(site, run, noon):
    site.give("/1", status=429, Retry_After="60")
    site.give("/2", b"x")
    run("/1")
    (first, second), client = run("/1", "/2")
    assert (first.cause, second.cause, second.retry_after_s) == ("http-429", "resting", 60)
    assert [rest.until for rest in client.learned_rests()] == [noon + timedelta(seconds=60)]

    (answer,), _ = run("/2", clock=standing_clock(noon + timedelta(seconds=60)))
    assert answer.body == b"x"


def test_a_restart_keeps_the_distance_too(site, manners, noon, path):
    site.give("/1", b"x")
    site.give("/2", b"x")
    slow = replace(manners, spacing=timedelta(seconds=0.3))

    async def once(one):
        async with Client(slow, standing_clock(noon), spool=Spool(path)) as client:
            await client.get(site.url(one), PAGE_LIMITS, POLL)
            return client.requests[-1].gap_s

    assert asyncio.run(once("/1")) is None
    assert asyncio.run(once("/2")) >= 0.3


def test_what_never_reached_the_network_is_tried_again(run, path):
    async def refused():
        async with Client(Manners(user_agent="t"), standing_clock(NOON), spool=Spool(path)) as client:
            await client.get("http://10.0.0.1/", PAGE_LIMITS, POLL)

    with pytest.raises(PermanentFetchError):
        asyncio.run(refused())
    assert Spool(path).answer_to("http://10.0.0.1/", "poll") is None


WRITER = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from extractors.web.spool import Spool
from tests.extractors.web.test_spool import an_answer
spool, number = Spool(Path(sys.argv[1])), 0
while True:
    spool.keep(f"http://a.example/{number}", "page", an_answer(body=b"%d" % number * 20_000), ())
    number += 1
    print(number, flush=True)
"""


def test_a_kill_at_any_moment_leaves_a_spool_that_can_be_read(path):
    root = str(Path(__file__).parents[3])
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), root], stdout=subprocess.PIPE, text=True
    ) as writer:
        for _ in range(50):
            told = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read().split()
    told = int(rest[-1]) if rest else told
    spool = Spool(path)

    assert all(
        spool.answer_to(f"http://a.example/{n}", "page").body == b"%d" % n * 20_000 for n in range(told)
    )
