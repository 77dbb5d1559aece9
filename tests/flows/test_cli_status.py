"""`status`: what it says of sources that ail, and of how politely was asked."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.health import adds_something
from warehouse.database import insert, open_warehouse
from warehouse.episodes import Episode, save_episodes

T = datetime(2026, 3, 1, 8, tzinfo=UTC)
NOW = datetime.now(UTC)
FAR = datetime(2099, 1, 1, tzinfo=UTC)
WILD = "look \x1b[31m[bold]here[/bold]"


def source(name, **more):
    row = {
        "source_id": name,
        "kind": "feed",
        "url": f"https://{name}.example/rss",
        "polled_url": f"https://{name}.example/rss",
        "polled_kind": "feed",
        "state": "ok",
        "failures": 0,
        "last_ok_at": T,
        "next_poll_at": T + timedelta(hours=1),
        "interval_s": 900.0,
        "failing_since": None,
        "cause": None,
        "evidence": None,
        "tried": None,
        "error": None,
        "advice": None,
        "robots": None,
        "untrusted_since": None,
        "replaced_since": None,
        "last_new_at": T,
        "losses": 0,
    }
    return row | more


FAILING = {
    "state": "failing",
    "failures": 4,
    "failing_since": T,
    "cause": "bot-challenge",
    "evidence": WILD,
    "error": "https://failing.example/rss: bot-challenge",
    "tried": "looked for another listing: feed https://failing.example/other (bot-challenge)",
}
REPLACED = {
    "state": "replaced",
    "replaced_since": T,
    "cause": "http-404",
    "polled_url": "https://replaced.example/2",
}
SOURCES = (
    source("well"),
    source("failing", **FAILING),
    source("gone", state="gone", failures=1, cause="http-410", next_poll_at=None, error="410"),
    source("replaced", **REPLACED, advice="Since March the feed is read instead."),
    source("unwanted", robots="disallowed"),
    source("lying", untrusted_since=T),
    source("moved", polled_url="https://moved.example/new", advice="It has moved for good."),
    source("lossy", losses=2, advice="Its `every` is too long."),
    source("silent", last_new_at=T - timedelta(days=30), advice="Nothing new has come since January."),
    source("resting"),
    source("walled"),
)


CONDITIONAL = {"conditional": True, "unconditional": None}


def article(number):
    return {
        "article_id": f"a{number}",
        "url": f"https://walled.example/{number}",
        "source_id": "walled",
        "publisher": "Walled",
        "title": "A car",
        "text": "A car is built.",
        "authors": [],
        "reported_at": NOW,
        "first_seen_at": NOW,
        "revision": 1,
        "words": 4,
        "relevant": False,
        "likeness": 0.0,
        "text_from": "feed" if number else "page",
    }


def request(name, minute, **more):
    row = {
        "order_id": "o1",
        "position": minute,
        "started_at": T + timedelta(minutes=minute),
        "source_id": name,
        "purpose": "poll",
        "url": f"https://{name}.example/rss",
        "host": f"{name}.example",
        "http_status": 200,
        "cause": None,
        "bytes": 1 << 20,
        "seconds": 0.1,
        "conditional": False,
        "unconditional": "first",
        "validators": True,
        "retry_after_s": None,
        "open_at_host": 1,
        "gap_s": None,
    }
    return row | more


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    path = tmp_path_factory.mktemp("status") / "warehouse.duckdb"
    with open_warehouse(path) as con:
        insert(con, "sources", SOURCES)
        polled = {"outcome": "new", "items": 5, "new_items": 5, "bytes": 9, "seconds": 0.1, "started_at": T}
        insert(con, "polls", [polled | {"source_id": row["source_id"]} for row in SOURCES])
        insert(con, "state.hosts", [{"host": "resting.example", "until": FAR, "cause": "http-429"}])
        insert(con, "articles", [article(number) for number in range(5)])
        refused = {"purpose": "page", "cause": "http-403", "http_status": 403, "validators": False}
        insert(con, "requests", [request("walled", 0, **refused, started_at=NOW)])
        again = {"http_status": 304, "gap_s": 5.0}
        insert(con, "requests", [request("well", 0), request("well", 1, **CONDITIONAL, **again)])
    return path


@pytest.fixture
def call(tmp_path, filled):
    shutil.copyfile(filled, tmp_path / "newswatch.duckdb")

    def called(*arguments, status=0):
        done = CliRunner().invoke(main, ["--home", str(tmp_path), "status", *arguments])
        assert done.exit_code == status, done.output
        return done.stdout

    called.snapshot = tmp_path / "newswatch.duckdb"
    return called


@pytest.fixture
def ailing(call):
    return {one["source_id"]: one for one in json.loads(call("--json"))["ailing"]}


def test_a_failing_source_is_told_with_cause_evidence_tries_and_times(call):
    text = call()

    assert "failing: failed 4 times since 2026-03-01 08:00 UTC (bot-challenge)" in text
    assert (
        "The site lets only browsers in: it answered with a check for robots (look \\u001b[31m[bold]here"
        in text
    )
    assert "Tried: looked for another listing: feed https://failing.example/other" in text
    assert "Next poll: 2026-03-01 09:00 UTC" in text
    assert "What to do: This check is not evaded." in text


def test_a_source_that_is_gone_is_said_not_to_be_polled_any_more(call):
    text = call()

    assert "gone: gone (http-410)" in text
    assert "It is not polled any more." in text


@pytest.mark.parametrize(
    ("name", "ailment", "advice"),
    [
        ("replaced", "not-found", "Since March the feed is read instead."),
        ("unwanted", "robots", "read all the same"),
        ("lying", "frozen", "its word is not taken"),
        ("moved", "moved", "It has moved for good."),
        ("lossy", "possible-loss", "is too long"),
        ("silent", "silent", "Nothing new has come"),
        ("walled", "pages-unread", "Open one in a browser"),
    ],
)
def test_a_source_that_works_is_told_too_where_there_is_something_to_know(ailing, name, ailment, advice):
    assert ailing[name]["name"] == ailment
    assert advice in ailing[name]["advice"]


def test_pages_that_cannot_be_read_are_told_with_how_many_and_why(ailing):
    assert "(4 of 5 in 7 days, mostly http-403)" in ailing["walled"]["says"]


def test_a_source_whose_host_rests_is_told_with_the_end_of_the_rest(ailing):
    assert ailing["resting"]["name"] == "rate-limited"
    assert ailing["resting"]["next_poll_at"] == "2099-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("error", "evidence", "told"),
    [
        ("https://a.example/: http-410 (status 410)", "status 410; server: x", False),
        ("https://a.example/: no-links (nothing on it)", None, True),
        ("https://a.example/moved: http-410 (status 410)", "status 410", True),
    ],
)
def test_an_error_is_shown_where_it_says_more_than_the_ailment(error, evidence, told):
    assert adds_something(error, "https://a.example/", "gone", evidence) == told


def test_a_source_that_is_well_is_not_spoken_of(ailing, call):
    assert "well" not in ailing
    assert "Sources: 11, 2 failing, 8 to look at" in call()


def test_a_ledger_without_a_breach_passes(call):
    text = call("--polite")

    assert "Requests in all: 3; polls: 11" in text
    assert "Every rule was kept." in text
    assert "50% of them `not modified` (304)" in text
    assert "Received: 3.0 MiB" in text


def test_a_breach_is_told_with_address_and_moments_and_ends_with_1(call):
    with open_warehouse(call.snapshot) as con:
        repeat = request("well", 2, unconditional="first", http_status=429, retry_after_s=3600.0)
        early = request("well", 3, **CONDITIONAL, open_at_host=2, gap_s=0.5)
        insert(con, "requests", [repeat, early])
    text = call("--polite", status=1)
    told = json.loads(call("--polite", "--json", status=1))

    assert "A rule was broken." in text
    assert "1 request came less than 5 seconds after the one before" in text
    assert "https://well.example/rss" in text
    assert "at 2026-03-01 08:03:00, not before 2026-03-01 09:02:00 UTC" in text
    assert (told["kept"], told["most_connections"]) == (False, 2)
    assert (told["unconditional_repeats"]["count"], told["inside_retry_after"]["count"]) == (1, 1)


def test_a_ledger_can_be_asked_from_a_moment_on(call):
    since = (T + timedelta(seconds=30)).isoformat()

    assert "Requests since 2026-03-01 08:00 UTC: 2;" in call("--polite", "--since", since)
    call("--since", since, status=2)


def troubled(call):
    told = {"since": T, "seen_at": T, "says": f"Seen: {WILD}\nmore", "advice": "Mend it."}
    with open_warehouse(call.snapshot) as con:
        rows = [("silent", "wire", False, "source wire has been silent"), ("integrity", None, True, "torn")]
        columns = ("name", "subject", "grave", "title")
        episodes = [Episode(**dict(zip(columns, row, strict=True)), **told) for row in rows]
        save_episodes(con, episodes)


def test_what_is_wrong_comes_first_the_grave_before_the_rest(call):
    assert "Wrong:" not in call()
    troubled(call)
    lines = call().splitlines()

    assert lines[0] == "Wrong: 2"
    assert lines[1] == "integrity: torn, since 2026-03-01 08:00 UTC"
    assert lines[2] == "    Seen: look \\u001b[31m[bold]here[/bold]"
    assert lines[4] == "    What to do: Mend it."


def test_a_monitor_asks_only_what_is_wrong(call):
    assert call("--check") == "Nothing is wrong.\n"
    assert json.loads(call("--check", "--json")) == {"well": True, "troubles": []}
    troubled(call)

    assert call("--check", status=1).startswith("Wrong: 2\n")
    told = json.loads(call("--check", "--json", status=1))
    assert not told["well"]
    assert {one["name"] for one in told["troubles"]} == {"integrity", "silent"}
    call("--check", "--polite", status=2)


def test_a_monitor_is_told_that_there_is_no_snapshot(call):
    call.snapshot.unlink()
    told = json.loads(call("--check", "--json", status=1))

    assert (told["well"], told["troubles"]) == (False, [])
    assert "there is no snapshot yet" in told["error"]
    call("--check", status=1)
