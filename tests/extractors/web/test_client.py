import asyncio
import gzip
import time
from datetime import timedelta
from itertools import pairwise

import pytest

from extractors.clock import standing_clock
from extractors.errors import PermanentFetchError, TransientFetchError
from extractors.records import Manners
from extractors.web.client import Client, Limits
from extractors.web.guard import Target

LIMITS = Limits(wire=100_000, decoded=1_000_000)


@pytest.fixture
def get(manners, noon):
    def fetch(url, limits=LIMITS, with_manners=None, **conditions):
        async def once():
            async with Client(with_manners or manners, standing_clock(noon)) as client:
                return await client.get(url, limits, **conditions)

        return asyncio.run(once())

    return fetch


def test_validators_travel_byte_for_byte_and_304_has_no_body(site, get):
    site.give("/f", status=304, ETag='W/"x y"')
    answer = get(site.url("/f"), etag='W/"x y"', last_modified="yesterday, about noon")

    assert (answer.status, answer.body, answer.etag) == (304, b"", 'W/"x y"')
    assert site.asked[0][1]["If-None-Match"] == 'W/"x y"'
    assert site.asked[0][1]["If-Modified-Since"] == "yesterday, about noon"


def test_a_redirect_is_followed_and_the_last_address_told(site, get):
    site.give("/a", status=301, Location="/b", Set_Cookie="c=1; Path=/")
    site.give("/b", b"here")
    answer = get(site.url("/a"))

    assert (answer.url, answer.body) == (site.url("/b"), b"here")
    assert "Cookie" not in site.asked[1][1]


@pytest.mark.parametrize(
    ("location", "cause"),
    [
        ("http://169.254.169.254/latest", "refused-address"),
        ("http://[::1]/", "refused-address"),
        ("file:///etc/passwd", "bad-url"),
        ("/a", "too-many-redirects"),
    ],
)
def test_a_redirect_to_where_nobody_may_go_is_refused(site, get, location, cause):
    site.give("/a", status=302, Location=location)
    with pytest.raises(PermanentFetchError) as raised:
        get(site.url("/a"))

    assert raised.value.cause == cause


def test_a_slow_drip_ends_at_the_deadline(site, get):
    def drip(handler):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(60):
            handler.wfile.write(b".")
            handler.wfile.flush()
            time.sleep(0.1)

    site.answers["/slow"] = drip
    started = time.perf_counter()
    with pytest.raises(TransientFetchError, match="timeout"):
        get(site.url("/slow"), Limits(wire=1000, decoded=1000, total_s=0.5))

    assert time.perf_counter() - started < 2


def test_a_compression_bomb_is_stopped(site, get):
    site.give("/bomb", gzip.compress(b"\0" * 50_000_000), Content_Encoding="gzip")
    with pytest.raises(PermanentFetchError, match="too-large"):
        get(site.url("/bomb"))


def test_compressed_answers_are_read(site, get):
    site.give("/z", gzip.compress(b"one ") + gzip.compress(b"two"), Content_Encoding="gzip")

    assert get(site.url("/z")).body == b"one two"


def test_too_many_bytes_on_the_wire_are_stopped(site, get):
    site.give("/big", b"x" * 200_000)
    with pytest.raises(PermanentFetchError, match="too-large"):
        get(site.url("/big"))


def test_an_encoding_nobody_asked_for_is_refused(site, get):
    site.give("/br", b"x", Content_Encoding="br")
    with pytest.raises(PermanentFetchError, match="bad-encoding"):
        get(site.url("/br"))


@pytest.mark.parametrize(("status", "kind"), [(500, TransientFetchError), (410, PermanentFetchError)])
def test_a_status_says_whether_another_try_helps(site, get, status, kind):
    site.give("/s", status=status)
    with pytest.raises(kind) as raised:
        get(site.url("/s"))

    assert (raised.value.cause, raised.value.status) == (f"http-{status}", status)


@pytest.mark.parametrize("asked", ["90", "Thu, 28 Mar 2024 12:01:30 GMT"])
def test_retry_after_is_read_as_seconds_and_as_date(site, get, asked):
    site.give("/s", status=429, Retry_After=asked)
    with pytest.raises(TransientFetchError) as raised:
        get(site.url("/s"))

    assert raised.value.retry_after_s == 90


def test_nobody_there_is_transient(get):
    with pytest.raises(TransientFetchError, match="unreachable"):
        get("http://127.0.0.1:9/")


def test_requests_to_one_host_keep_their_distance(site, noon):
    manners = Manners(user_agent="t", spacing=timedelta(seconds=0.3), allow_networks=("127.0.0.0/8",))
    starts = []
    site.answers["/x"] = lambda handler: (starts.append(time.perf_counter()), handler.send_error(404))

    async def thrice():
        async with Client(manners, standing_clock(noon)) as client:
            jobs = [client.get(site.url("/x"), LIMITS) for _ in range(3)]
            await asyncio.gather(*jobs, return_exceptions=True)

    asyncio.run(thrice())
    assert all(later - earlier > 0.28 for earlier, later in pairwise(starts))
    assert len(starts) == 3


class TwoAddresses:
    """A guard for a host with two addresses, of which nobody answers at the first."""

    async def target(self, url):
        """Return both addresses."""
        port = int(url.rpartition(":")[2].partition("/")[0])
        return Target(host="a", address="::1", port=port, plain=False, others=("127.0.0.1",))


def test_where_one_address_is_dead_the_other_is_asked(site, manners, noon):
    site.give("/1", b"here")

    async def once():
        async with Client(manners, standing_clock(noon)) as client:
            client._guard = TwoAddresses()
            return await client.get(site.url("/1"), LIMITS)

    assert asyncio.run(once()).body == b"here"


def test_a_host_that_asks_for_a_pause_is_asked_nothing_more(site, manners, noon):
    site.give("/1", status=429, Retry_After="60")
    site.give("/2", b"here")

    async def twice():
        async with Client(manners, standing_clock(noon)) as client:
            jobs = [client.get(site.url(path), LIMITS) for path in ("/1", "/2")]
            return await asyncio.gather(*jobs, return_exceptions=True)

    causes = [(error.cause, error.retry_after_s) for error in asyncio.run(twice())]
    assert causes == [("http-429", 60), ("resting", 60)]
    assert site.paths() == ["/1"]


@pytest.mark.parametrize("cut", [20, 8, 1])
def test_a_compressed_answer_that_was_cut_off_is_told(site, get, cut):
    site.give("/z", gzip.compress(b"one two three " * 9)[:-cut], Content_Encoding="gzip")
    with pytest.raises(TransientFetchError, match="cut off"):
        get(site.url("/z"))


def test_what_follows_a_whole_compressed_answer_is_passed_over(site, get):
    site.give("/z", gzip.compress(b"one") + b"\0\0\0" + b"nonsense", Content_Encoding="gzip")

    assert get(site.url("/z")).body == b"one"
