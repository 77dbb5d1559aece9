"""`check --network` against real servers: what it says of each source, and that it is no nuisance."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from extractors.orders import HostRest, Learned, Poll, Validator
from extractors.records import Source
from extractors.trying import Trial, Tried
from flows.cli import main
from flows.cli.tried import show_findings
from flows.findings import (
    FORCE,
    Finding,
    Known,
    after,
    conditions,
    finding_of,
    merged,
    polled_finding,
    standing_finding,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HEAD = """
name = "cars"
title = "Cars"
languages = ["en"]

[[entities]]
id = "company:baic"
names = { en = ["BAIC"] }
"""
SITES = ("good", "named", "limited", "gone", "robots", "wild", "moved", "lost")
FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title><link>http://good.example/</link>
<item><title>BAIC builds an electric car for the streets of Beijing</title><link>http://good.example/1</link>
<guid>1</guid><pubDate>Sun, 01 Mar 2026 08:00:00 GMT</pubDate></item></channel></rss>"""
PAGE = b"<!doctype html><head><link rel=alternate type=application/rss+xml href=/real.xml></head><p>Hello"
SITEMAP = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>http://lost.example/1</loc><news:news>
<news:title>BAIC builds a car</news:title><news:publication_date>%s</news:publication_date>
</news:news></url></urlset>""" % datetime.now(UTC).isoformat().encode()
RULES = {
    "robots": b"User-agent: *\nDisallow: /",
    "lost": b"Sitemap: http://lost.example/news-sitemap.xml\n",
}
WILD = "[bold]red[/bold] \x9b2J"


class Site(BaseHTTPRequestHandler):
    """Answers for all the hosts, and writes down what it is asked."""

    asked: list[tuple[str, str, str | None]]

    def do_GET(self):
        """Answer as the host's name says."""
        host = self.headers["Host"].partition(".")[0]
        self.asked.append((host, self.path, self.headers.get("If-None-Match")))
        if self.path == "/robots.txt":
            body = RULES.get(host, b"")
            self.answer(200 if body else 404, body, "text/plain")
        elif host == "limited":
            self.answer(429, b"slower", "text/plain", {"Retry-After": "3600"})
        elif host == "gone":
            self.answer(410 if self.path == "/feed" else 404, b"", "text/plain")
        elif host == "lost":
            known = self.path == "/news-sitemap.xml"
            self.answer(200 if known else 404, SITEMAP if known else b"", "application/xml")
        elif host == "wild":
            self.answer(500, b"", "text/html")
        elif host == "moved" and self.path == "/feed":
            self.answer(301, b"", "text/plain", {"Location": "http://moved.example/new"})
        elif host == "named" and self.path != "/real.xml":
            self.answer(200, PAGE, "text/html", {})
        elif self.headers.get("If-None-Match") == '"v1"':
            self.answer(304, b"", "application/rss+xml", {"ETag": '"v1"'})
        else:
            self.answer(200, FEED, "application/rss+xml", {"ETag": '"v1"'})

    def answer(self, status, body, kind, headers=None):
        """Send all of it."""
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def version_string(self):
        """Call itself something that would steer a terminal."""
        return WILD

    def log_message(self, *arguments):
        """Keep quiet."""


@pytest.fixture(scope="module")
def checks(tmp_path_factory):
    """Two checks, a cycle and another check: their output, and what the sites were asked in each."""
    handler = type("TheseSites", (Site,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    home = tmp_path_factory.mktemp("checked")
    block = '\n[[sources]]\nid = "{0}"\nkind = "feed"\nurl = "http://{0}.example/feed"\nevery = "15m"\n'
    (home / "watch.toml").write_text(HEAD + "".join(block.format(name) for name in SITES))
    environment = {
        "NEWSWATCH_ALLOW_NETWORKS": "127.0.0.0/8",
        "NEWSWATCH_HOST_SPACING": "0",
        "NEWSWATCH_LOG": "error",
        "NEWSWATCH_CONNECT_TO": ",".join(f"{name}.example=127.0.0.1:{server.server_port}" for name in SITES),
    }
    outcomes = []
    check = ["check", "--network"]
    for command in (check, [*check, "--json"], ["run"], [*check, "--json"]):
        if len(outcomes) == 3:  # what the cycle found is known without the notes of the checks before
            (home / "state" / "checked.json").unlink()
        handler.asked.clear()
        done = CliRunner().invoke(main, ["--home", str(home), *command], env=environment)
        assert done.exit_code == 0, done.output
        outcomes.append((done.stdout, list(handler.asked)))
    server.shutdown()
    server.server_close()
    return outcomes


def told_of(text, name):
    lines = text.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith(f"{name}: "))
    stop = next((n for n in range(start + 1, len(lines)) if not lines[n].startswith(" ")), len(lines))
    return "\n".join(lines[start:stop])


def test_a_source_that_works_is_told_with_items_newest_date_language_and_robots(checks):
    (row,) = (line for line in checks[0][0].splitlines() if line.startswith("good "))

    assert row.split() == ["good", "ok", "200", "1", "2026-03-01", "08:00", "en", "yes"]


def test_a_feed_that_the_page_names_is_found_and_to_be_written_into_the_watch(checks):
    told = told_of(checks[0][0], "named")

    assert "html-for-xml" in told
    assert 'kind = "feed", url = "http://named.example/real.xml"' in told


def test_where_a_feed_is_not_found_the_sitemap_of_the_site_is(checks):
    told = told_of(checks[0][0], "lost")

    assert "http-404" in told
    assert 'kind = "sitemap", url = "http://lost.example/news-sitemap.xml"' in told


def test_a_check_asks_no_address_twice(checks):
    asked = [(host, path) for host, path, _ in checks[0][1]]

    assert len(asked) == len(set(asked))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("limited", ("rate-limited: http-429", "retry-after: 3600", "raise `every`")),
        ("gone", ("gone: http-410", "Remove the source")),
        ("wild", ("server-fault: http-500", "[bold]red[/bold]")),
        ("moved", ('write url = "http://moved.example/new"',)),
        ("robots", ("robots.txt asks programs to stay away",)),
    ],
)
def test_what_is_wrong_is_told_with_what_was_seen_and_what_to_do(checks, name, words):
    told = told_of(checks[0][0], name)

    assert [word for word in words if word not in told] == []


def test_nothing_that_a_site_sends_steers_the_terminal(checks):
    assert not [sign for sign in checks[0][0] if sign != "\n" and not sign.isprintable()]


def test_a_source_that_worked_is_not_asked_again_and_told_as_found_then(checks):
    text, asked = checks[1]
    polls = {poll["source_id"]: poll for poll in json.loads(text)["polls"]}

    assert {"good", "named", "moved", "robots"} & {host for host, _, _ in asked} == set()
    assert "wild" in {host for host, _, _ in asked}
    assert (polls["good"]["outcome"], polls["good"]["items"], polls["good"]["asked_now"]) == ("ok", 1, False)


def test_a_host_that_asked_for_rest_is_left_alone_by_checks_and_by_cycles(checks):
    (_, first), (second, again), (_, cycle), _ = checks

    assert [path for host, path, _ in first if host == "limited"] == ["/feed"]
    assert "limited" not in {host for host, _, _ in (*again, *cycle)}
    (poll,) = (poll for poll in json.loads(second)["polls"] if poll["source_id"] == "limited")
    assert (poll["outcome"], poll["name"]) == ("resting", "rate-limited")


def test_what_a_cycle_has_just_read_is_not_asked_again_by_hand(checks):
    text, asked = checks[3]
    polls = {poll["source_id"]: poll for poll in json.loads(text)["polls"]}

    assert {"good", "named", "moved", "limited", "gone"} & {host for host, _, _ in asked} == set()
    assert (polls["good"]["outcome"], polls["good"]["items"], polls["named"]["outcome"]) == (
        "ok",
        1,
        "instead",
    )


def test_what_said_that_it_is_gone_is_not_asked_by_a_later_check(checks):
    assert "gone" not in {host for host, _, _ in checks[1][1]}


SOURCE = Source(source_id="s", kind="feed", url="http://a.example/feed", every=timedelta(hours=1))


def found(minutes, outcome="ok", **more):
    return Finding(
        source_id="s",
        kind="feed",
        url=more.pop("url", SOURCE.url),
        found=outcome,
        asked_now=True,
        asked_at=NOW - timedelta(minutes=minutes),
        **more,
    )


@pytest.mark.parametrize(
    ("before", "asked"),
    [
        (found(29), False),
        (found(31), True),
        (found(5, "instead"), False),
        (found(5, "failed", cause="http-500"), True),
        (found(500, "failed", cause="http-410"), False),
        (found(5, url="http://other.example/"), True),
        (None, True),
    ],
)
def test_by_hand_a_source_is_asked_again_after_half_an_hour_or_where_it_failed(before, asked):
    known = Known(findings=(before,) if before else ()).by_source()
    told = standing_finding(SOURCE, known.get((SOURCE.source_id, SOURCE.url)), None, NOW)

    assert timedelta(minutes=30) == FORCE
    assert (told is None) == asked
    assert told is None or not told.asked_now


@pytest.mark.parametrize(
    ("cause", "outcome"), [("no-links", "failed"), ("broken-feed", "failed"), ("timeout", "ok")]
)
def test_what_cannot_be_read_is_not_well_because_it_has_not_changed(cause, outcome):
    before = found(5, "failed", cause=cause, advice="Look at it.")
    unchanged = Poll(source_id="s", started_at=NOW, outcome="unchanged", http_status=304)
    told = finding_of(SOURCE, Tried(poll=unchanged), before, NOW)

    assert (told.found, told.http_status, told.asked_now) == (outcome, 304, True)
    assert (told.advice is None) == (outcome == "ok")


def test_where_nothing_can_be_reached_the_network_is_to_be_looked_at(capsys):
    lost = (found(0, "failed", name="unreachable"), found(0, "failed", name="robots-unavailable"))
    show_findings(lost)
    alone = capsys.readouterr().out
    show_findings((*lost, found(0)))

    assert "the network of this machine" in alone
    assert "the network of this machine" not in capsys.readouterr().out


@pytest.mark.parametrize(("cause", "all_of_it"), [("no-links", True), ("broken-feed", False), (None, False)])
def test_a_page_whose_selector_found_nothing_is_asked_for_all_of_it(cause, all_of_it):
    known = (Validator(url=SOURCE.url, etag='"v1"'),)

    assert conditions(found(5, "failed", cause=cause, validators=known)) == (() if all_of_it else known)


def test_a_rest_that_is_over_holds_nobody_back():
    over = HostRest(host="a.example", until=NOW, cause="http-429")
    known = Known(rests=(over,))

    assert known.by_host(NOW) == {}
    (rest,) = known.by_host(NOW - timedelta(seconds=1)).values()
    assert standing_finding(SOURCE, None, rest, NOW).found == "resting"


def test_a_rest_is_not_forgotten_because_a_later_check_had_nothing_to_do_with_it():
    rest = HostRest(host="a.example", until=NOW + timedelta(hours=2), cause="http-429")
    other = HostRest(host="b.example", until=NOW + timedelta(hours=1), cause="http-503")
    known = after(Known(rests=(rest,)), (), Trial(tried=(), learned=Learned(rests=(other,))), NOW)

    assert set(known.rests) == {rest, other}
    assert after(known, (), Trial(tried=(), learned=Learned()), NOW + timedelta(minutes=90)).rests == (rest,)


def test_the_newer_finding_counts_with_what_only_the_older_one_knows():
    older, newer = found(60, items=7, language="de"), found(10, "failed", cause="dns", error="gone away")
    (told,) = merged(Known(findings=(newer,)), Known(findings=(older,))).findings

    assert (told.found, told.items, told.language, told.cause) == ("failed", 7, "de", "dns")


@pytest.mark.parametrize(
    ("state", "cause", "outcome", "name"),
    [
        ("ok", None, "ok", None),
        ("failing", "tls", "failed", "unreachable"),
        ("replaced", "http-404", "instead", "not-found"),
        ("closed", None, "failed", "gone"),
        ("duplicate", None, "failed", "duplicate"),
    ],
)
def test_what_the_pipeline_knows_of_a_source_is_a_finding_too(state, cause, outcome, name):
    row = dict.fromkeys(("evidence", "error", "tried", "advice", "http_status", "items", "newest_at"))
    row |= {"source_id": "s", "kind": "feed", "url": SOURCE.url, "robots": "disallowed", "polled_at": NOW}
    told = polled_finding(row | {"state": state, "cause": cause}, ())

    assert (told.found, told.name, told.robots) == (outcome, name, False)
