import asyncio
import gzip
import ipaddress
import socket
import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from extractors.clock import standing_clock
from extractors.errors import FetchError, PermanentFetchError, TransientFetchError
from extractors.orders import HostRest, Manners, Validator
from extractors.records import content_hash
from extractors.web.client import PAGE_LIMITS, ROBOTS_LIMITS, Asking, Client, Limits
from extractors.web.guard import Guard, Target

LIMITS = Limits(wire=100_000, decoded=1_000_000)
POLL = Asking(purpose="poll", source_id="wire")


@pytest.fixture
def client(manners, noon):
    """A maker of clients whose clock stands at noon."""
    return lambda with_manners=None, **means: Client(with_manners or manners, standing_clock(noon), **means)


@pytest.fixture
def get(client):
    """Fetch with a client of its own."""

    def fetch(url, limits=LIMITS, asking=POLL, **means):
        async def once():
            async with client(**means) as opened:
                return await opened.get(url, limits, asking)

        return asyncio.run(once())

    return fetch


@pytest.fixture
def ledger_of(client):
    """Fetch all with one client, failures too; return what came and the ledger."""

    def fetch(*urls, asking=POLL, limits=LIMITS, **means):
        async def all_of_them():
            async with client(**means) as opened:
                came = []
                for url in urls:
                    came += await asyncio.gather(opened.get(url, limits, asking), return_exceptions=True)
                return came, opened.requests, opened.learned_rests()

        return asyncio.run(all_of_them())

    return fetch


def known(url, etag=None, last_modified=None, **more):
    return Validator(url=url, etag=etag, last_modified=last_modified, **more)


def conditions(headers):
    return headers.get("If-None-Match"), headers.get("If-Modified-Since")


@pytest.fixture
def raw():
    """A maker of servers that answer with these very bytes and close (or hold the line open)."""
    servers, over = [], threading.Event()

    def serve(*pieces, hold_s=0.0):
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def answer(line):
            try:
                line.recv(65536)
                for piece in pieces:
                    line.sendall(piece)
                over.wait(hold_s)
            except OSError:
                pass
            finally:
                line.close()

        def accept():
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(line,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}/"

    yield serve
    over.set()
    for server in servers:
        server.close()


# Validators


def test_validators_travel_byte_for_byte_and_304_has_no_body(site, get):
    site.give("/f", status=304, ETag='W/"x y"')
    asking = replace(POLL, validators=(known(site.url("/f"), 'W/"x \xe9"', "yesterday, about noon"),))
    answer = get(site.url("/f"), asking=asking)

    assert (answer.status, answer.body, answer.etag) == (304, b"", 'W/"x y"')
    assert conditions(site.asked[0][1]) == ('W/"x \xe9"', "yesterday, about noon")


def test_a_304_changes_what_it_names_and_keeps_the_rest(site, get):
    site.give("/f", status=304, ETag='"new"')
    before = known(site.url("/f"), '"old"', "then", body_hash="h", more=("http://a.example/2",))
    answer = get(site.url("/f"), asking=replace(POLL, validators=(before,)))

    assert answer.validator == replace(before, etag='"new"')


def test_a_whole_answer_replaces_what_was_known(site, get):
    site.give("/f", b"body", Last_Modified="now")
    before = known(site.url("/f"), '"old"', "then", body_hash="h")
    answer = get(site.url("/f"), asking=replace(POLL, validators=(before,)))

    expected = known(site.url("/f"), None, "now", body_hash=content_hash(b"body"))
    assert (answer.validator, answer.last_modified) == (expected, "now")


def test_validators_go_to_their_own_address_only(site, get):
    site.give("/a", status=302, Location="/b")
    site.give("/b", b"here")
    get(site.url("/a"), asking=replace(POLL, validators=(known(site.url("/a"), '"a"'),)))
    get(site.url("/a"), asking=replace(POLL, validators=(known(site.url("/b"), '"b"'),)))

    assert [conditions(headers)[0] for _, headers in site.asked] == ['"a"', None, None, '"b"']


def test_nothing_is_sent_where_a_reason_forbids_it(site, get):
    site.give("/f", b"x")
    asking = replace(POLL, validators=(known(site.url("/f"), '"a"'),), unconditional="audit")
    get(site.url("/f"), asking=asking)

    assert conditions(site.asked[0][1]) == (None, None)


def test_not_modified_without_a_question_is_no_answer(site, get):
    site.give("/f", status=304)
    with pytest.raises(TransientFetchError, match="broken-answer"):
        get(site.url("/f"))


# Redirects


def test_a_redirect_is_followed_and_the_last_address_told(site, get):
    site.give("/a", status=301, Location="/b", Set_Cookie="c=1; Path=/")
    site.give("/b", b"here")
    answer = get(site.url("/a"))

    assert (answer.url, answer.body, answer.moved_to) == (site.url("/b"), b"here", site.url("/b"))
    assert "Cookie" not in site.asked[1][1]
    assert "Referer" not in site.asked[1][1]


@pytest.mark.parametrize(
    ("first", "second", "moved"), [(301, 308, True), (301, 302, False), (307, 301, False)]
)
def test_only_permanent_redirects_move_an_address(site, get, first, second, moved):
    site.give("/a", status=first, Location="/b")
    site.give("/b", status=second, Location="/c")
    site.give("/c", b"here")

    assert get(site.url("/a")).moved_to == (site.url("/c") if moved else None)
    assert get(site.url("/c")).moved_to is None


@pytest.mark.parametrize(
    ("location", "cause"),
    [
        ("http://169.254.169.254/latest", "refused-address"),
        ("http://[::1]/", "refused-address"),
        ("http://[::ffff:10.0.0.1]/", "refused-address"),
        ("http://167772161/", "refused-address"),
        ("http://93.184.215.14:22/", "bad-port"),
        ("file:///etc/passwd", "bad-redirect"),
        ("http://[nonsense", "bad-redirect"),
        ("http://a:b:c/", "bad-redirect"),
        ("/a", "redirect-loop"),
        ("/consent?url=%2Fa", "consent-wall"),
        ("http://consent.wire.example/x", "consent-wall"),
        ("/user/login.html?next=/a", "login"),
    ],
)
def test_a_redirect_to_where_nobody_may_go_is_refused(site, get, location, cause):
    site.give("/a", status=302, Location=location)
    with pytest.raises(PermanentFetchError) as raised:
        get(site.url("/a"))

    assert (raised.value.cause, site.paths()) == (cause, ["/a"])
    assert raised.value.evidence


def test_a_redirect_without_a_place_and_one_without_end_are_named(site, get):
    site.give("/none", status=301)
    for number in range(9):
        site.give(f"/{number}", status=302, Location=f"/{number + 1}")
    causes = []
    for path in ("/none", "/0"):
        with pytest.raises(PermanentFetchError) as raised:
            get(site.url(path))
        causes.append(raised.value.cause)

    assert causes == ["bad-redirect", "too-many-redirects"]
    assert site.paths() == ["/none", "/0", "/1", "/2", "/3", "/4", "/5"]


def test_a_place_may_be_written_in_any_letters(site, get):
    site.give("/a", status=302, Location="/ü x".encode().decode("latin-1"))
    site.give("/%C3%BC%20x", b"here")

    assert get(site.url("/a")).body == b"here"


def test_the_gate_is_asked_before_a_target_is(site, get):
    site.give("/a", status=302, Location="/b")
    site.give("/b", status=302, Location="/c")

    async def gate(url):
        if url.endswith("/c"):
            raise PermanentFetchError(url, "robots")

    with pytest.raises(PermanentFetchError, match="robots"):
        get(site.url("/a"), asking=replace(POLL, gate=gate))
    assert site.paths() == ["/a", "/b"]


# Limits


def test_a_slow_drip_ends_at_the_deadline(raw, get):
    url = raw(b"HTTP/1.1 200 OK\r\n\r\n.", *[b"."] * 3, hold_s=60)
    with pytest.raises(TransientFetchError, match="timeout") as raised:
        get(url, Limits(wire=1000, decoded=1000, total_s=0.3))

    assert raised.value.evidence == "not whole after 0.3 s"


def test_looking_up_a_name_is_within_the_deadline(manners, get):
    async def never(host, port):
        await asyncio.sleep(60)
        pytest.fail("waited for to the end")

    with pytest.raises(TransientFetchError, match="timeout"):
        get("http://slow.example/", Limits(wire=1, decoded=1, total_s=0.2), guard=Guard(manners, never))


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "broken-answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\nabc", "broken-answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", "broken-answer"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "broken-answer"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", "broken-answer"),
        (b"HTTP/1.1 200 OK\r\nX", "broken-answer"),
        (b"HTTP/1.1 200 OK\r\nX: \0\r\n\r\n", "broken-answer"),
        (b"<html>no headers</html>", "broken-answer"),
        (b"", "broken-answer"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 3000 + b"\r\n", "too-many-headers"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: yyyyyyyyyy\r\n" * 30_000 + b"\r\n", "too-many-headers"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n", "too-large"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\n\r\n", "bad-encoding"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nx", "bad-encoding"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\0\xff\xff",
            "bad-encoding",
        ),
    ],
)
def test_a_broken_answer_has_a_name(raw, get, answer, cause):
    with pytest.raises(FetchError) as raised:
        get(raw(answer))

    assert (raised.value.cause, bool(raised.value.evidence)) == (cause, True)


def test_an_answer_in_crumbs_is_broken_off(raw, get):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with pytest.raises(TransientFetchError, match="broken-answer") as raised:
        get(raw(head, b"1\r\nx\r\n" * 30_000, hold_s=5))

    assert (raised.value.evidence, raised.value.status) == ("10001 bytes in 10001 pieces", 200)


def test_answers_that_never_begin_end_at_the_deadline(raw, get):
    url = raw(*[b"HTTP/1.1 103 Early Hints\r\n\r\n"] * 50, hold_s=60)
    with pytest.raises(TransientFetchError, match="timeout"):
        get(url, Limits(wire=1000, decoded=1000, total_s=0.3))


def test_a_compression_bomb_is_stopped(site, get):
    bomb = gzip.compress(b"\0" * 50_000_000)
    site.give("/bomb", bomb, Content_Encoding="gzip")
    for limits in (LIMITS, replace(LIMITS, decoded=90_000_000)):
        with pytest.raises(PermanentFetchError, match="too-large") as raised:
            get(site.url("/bomb"), limits)
        assert "became" in raised.value.evidence


def test_a_body_that_is_cut_is_whole_as_far_as_it_goes(site, get):
    rules = b"User-agent: *\nDisallow: /x\n" * 40_000
    site.give("/robots.txt", rules)
    site.give("/packed", gzip.compress(rules), Content_Encoding="gzip")

    assert (
        get(site.url("/robots.txt"), ROBOTS_LIMITS).body
        == rules[: len(get(site.url("/packed"), ROBOTS_LIMITS).body)]
    )
    assert len(get(site.url("/packed"), ROBOTS_LIMITS).body) == 500 * 1024


def test_compressed_answers_are_read(site, get):
    site.give("/z", gzip.compress(b"one ") + gzip.compress(b"two"), Content_Encoding="gzip")

    assert get(site.url("/z")).body == b"one two"


def test_too_many_bytes_on_the_wire_are_stopped(raw, get):
    url = raw(b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 50_000] * 40)
    with pytest.raises(PermanentFetchError, match="too-large"):
        get(url)


@pytest.mark.parametrize("cut", [20, 8, 1])
def test_a_compressed_answer_that_was_cut_off_is_told(site, get, cut):
    site.give("/z", gzip.compress(b"one two three " * 9)[:-cut], Content_Encoding="gzip")
    with pytest.raises(TransientFetchError, match="cut off"):
        get(site.url("/z"))


def test_what_follows_a_whole_compressed_answer_is_passed_over(site, get):
    site.give("/z", gzip.compress(b"one") + b"\0\0\0" + b"nonsense", Content_Encoding="gzip")

    assert get(site.url("/z")).body == b"one"


def test_what_is_no_text_is_refused_before_it_is_read(raw, get):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4000000\r\n\r\n%PDF-1.7\n"
    with pytest.raises(PermanentFetchError, match="wrong-type") as raised:
        get(raw(head, b"x" * 1000, hold_s=60), PAGE_LIMITS)

    assert raised.value.evidence == "content-type: text/html; the first bytes are those of application/pdf"


# Refusals and rests


@pytest.mark.parametrize(("status", "kind"), [(500, TransientFetchError), (410, PermanentFetchError)])
def test_a_status_says_whether_another_try_helps(site, get, status, kind):
    site.give("/s", status=status)
    with pytest.raises(kind) as raised:
        get(site.url("/s"))

    assert (raised.value.cause, raised.value.status) == (f"http-{status}", status)


def test_a_challenge_is_told_from_the_body_of_the_refusal(site, get):
    site.give(
        "/s", gzip.compress(b"<script>window._cf_chl_opt={}</script>"), status=403, Content_Encoding="gzip"
    )
    with pytest.raises(PermanentFetchError, match="bot-challenge") as raised:
        get(site.url("/s"))

    assert "status 403; body: _cf_chl_opt" in raised.value.evidence


@pytest.mark.parametrize("asked", ["90", "Thu, 28 Mar 2024 12:01:30 GMT"])
@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_asks_for_a_pause_is_asked_nothing_more(site, ledger_of, noon, asked, status):
    def refuse(handler):
        handler.send_response_only(status)
        handler.send_header("Retry-After", asked)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    site.answers["/1"] = refuse
    site.give("/2", b"here")
    came, requests, rests = ledger_of(site.url("/1"), site.url("/2"))

    assert [(error.cause, error.retry_after_s) for error in came] == [(f"http-{status}", 90), ("resting", 90)]
    assert site.paths() == ["/1"]
    assert [(one.cause, one.retry_after_s) for one in requests] == [(f"http-{status}", 90)]
    assert rests == (HostRest(host="127.0.0.1", until=noon + timedelta(seconds=90), cause=f"http-{status}"),)


def test_a_date_counts_from_the_clock_of_the_server(site, ledger_of):
    def refuse(handler):
        handler.send_response_only(429)
        handler.send_header("Date", "Thu, 01 Jan 1970 00:00:00 GMT")
        handler.send_header("Retry-After", "Thu, 01 Jan 1970 02:00:00 GMT")
        handler.end_headers()

    site.answers["/1"] = refuse

    assert ledger_of(site.url("/1"))[0][0].retry_after_s == 7200


def test_a_pause_is_never_shortened_but_by_a_month(site, ledger_of, noon):
    waits = {}
    for days in (4, 30, 400):
        site.give("/1", status=429, Retry_After=str(days * 86_400))
        waits[days] = (ledger_of(site.url("/1"))[2][0].until - noon).days
    assert waits == {4: 4, 30: 30, 400: 31}


def test_asked_too_often_without_a_time_is_four_hours_and_out_of_service_none(site, ledger_of, noon):
    site.give("/1", status=429)
    (error,), (request,), (rest,) = ledger_of(site.url("/1"))
    assert (rest.until - noon, request.retry_after_s) == (timedelta(hours=4), None)
    assert (
        error.retry_after_s is None
    )  # told as asked, each wait of the source would be these four hours again

    site.give("/1", status=503)
    assert ledger_of(site.url("/1"), site.url("/1"))[2] == ()


def test_a_host_that_rests_is_not_asked(site, ledger_of, noon):
    rest = HostRest(host="127.0.0.1", until=noon + timedelta(seconds=5), cause="http-429")
    (error,), requests, rests = ledger_of(site.url("/1"), rests=(rest,))
    assert (error.cause, error.retry_after_s, requests, rests) == ("resting", 5, [], ())

    site.give("/1", b"x")
    over = replace(rest, until=noon)
    assert ledger_of(site.url("/1"), rests=(over,))[0][0].body == b"x"


def test_nobody_there_is_transient(get):
    with pytest.raises(TransientFetchError, match="unreachable") as raised:
        get("http://127.0.0.1:9/")
    assert "refused" in raised.value.evidence.lower()


# Ledger


def test_every_hop_is_on_the_ledger_with_its_reason(site, ledger_of, noon):
    site.give("/a", status=302, Location="/b")
    site.give("/b", b"12345", ETag='"b"')
    site.give("/c", status=500)
    bare = replace(known(site.url("/c")), body_hash="h")
    _, requests, _ = ledger_of(
        *(site.url(path) for path in ("/a", "/b", "/c")),
        asking=replace(POLL, validators=(known(site.url("/b"), '"old"'), bare)),
    )

    lines = [(one.http_status, one.bytes, one.conditional, one.unconditional, one.cause) for one in requests]
    assert lines == [
        (302, 0, False, "first", None),
        (200, 5, True, None, None),
        (200, 5, True, None, None),
        (500, 0, False, "no-validators", "http-500"),
    ]
    assert [one.validators for one in requests] == [False, True, True, False]
    assert {(one.host, one.source_id, one.purpose, one.started_at, one.open_at_host) for one in requests} == {
        ("127.0.0.1", "wire", "poll", noon, 1)
    }
    assert [one.gap_s is None for one in requests] == [True, False, False, False]


def test_what_never_reaches_the_wire_is_not_on_the_ledger(ledger_of):
    (error,), requests, _ = ledger_of("http://10.0.0.1/")
    assert (error.cause, requests) == ("refused-address", [])

    (error,), requests, _ = ledger_of("http://127.0.0.1:9/")
    assert [(one.cause, one.http_status) for one in requests] == [("unreachable", None)]


def test_requests_to_one_host_keep_their_distance(site, client):
    manners = Manners(user_agent="t", spacing=timedelta(seconds=0.2), allow_networks=("127.0.0.0/8",))
    starts = []
    site.answers["/x"] = lambda handler: (starts.append(time.perf_counter()), handler.send_error(404))

    async def thrice():
        async with client(manners) as opened:
            jobs = [opened.get(site.url("/x"), LIMITS, POLL) for _ in range(3)]
            await asyncio.gather(*jobs, return_exceptions=True)
            return opened.requests

    requests = asyncio.run(thrice())
    assert [one.open_at_host for one in requests] == [1, 1, 1]
    assert all(one.gap_s >= 0.2 for one in requests[1:])
    assert starts[-1] - starts[0] > 0.38


# Addresses


class TwoAddresses(Guard):
    """A guard for a host with two addresses, of which nobody answers at the first."""

    async def target(self, url):
        """Return both addresses."""
        port = int(url.rpartition(":")[2].partition("/")[0])
        return Target(host="a", address="::1", port=port, plain=False, others=("127.0.0.1",))


def test_where_one_address_is_dead_the_other_is_asked(site, manners, get):
    site.give("/1", b"here")

    assert get(site.url("/1"), guard=TwoAddresses(manners)).body == b"here"


def test_what_was_checked_is_what_is_connected_to(site, manners, ledger_of):
    """A name that answers with a harmless address first and with one inside the network then."""
    asked = []

    async def rebinding(host, port):
        asked.append(host)
        return (ipaddress.ip_address("127.0.0.1" if len(asked) == 1 else "10.0.0.1"),)

    site.give("/1", status=302, Location="/2")
    site.give("/2", b"secret")
    (error,), requests, _ = ledger_of(
        f"http://rebinding.example:{site.port}/1", guard=Guard(manners, rebinding)
    )

    assert (error.cause, site.paths(), len(asked)) == ("refused-address", ["/1"], 2)
    assert [one.http_status for one in requests] == [302]
