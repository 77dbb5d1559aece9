"""One cycle against everything a network can do: all of it ends in time, with a cause, and what is good is loaded."""

import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from extractors.doctor import advice_for
from tests.hostile.elsewhere import elsewhere_kinds
from tests.hostile.kinds import READ
from tests.hostile.listings import listing_kinds
from tests.hostile.memory import Peak
from tests.hostile.pages import SENTENCE, page_kinds
from tests.hostile.server import Server, document, later, prepared
from tests.hostile.wire import wire_kinds
from warehouse import landing

ROOT = Path(__file__).parents[2]
NOW = datetime(2024, 3, 28, 12, tzinfo=UTC)
SOURCES = tuple(sorted((*wire_kinds(), *elsewhere_kinds(), *listing_kinds()), key=lambda one: not one.slow))
PAGES = page_kinds()
GOOD = 5
#: The deadlines of robots.txt, poll and what it leads to (5 s each here) and of reading (10 s), on a busy machine.
LONGEST_POLL_S = 30.0
#: What a small machine has left beside the rest. Runs held 529 to 557 MB at most.
MOST_BYTES = 600_000_000
#: Here the tags are written as letters, which is what they are to stay.
LETTERS = ("markup-in-markup.example", "entities-without-end.example")
WATCH = """
name = "hostile"
title = "Hostile"
languages = ["en"]

[[entities]]
id = "company:xiaomi"
names = { en = ["Xiaomi"] }
"""
SOURCE = '\n[[sources]]\nid = "{id}"\nkind = "{kind}"\nurl = "http://{id}.example:{port}/"\nevery = "1h"\n'


def feed(links):
    items = "".join(
        f"<item><title>News of {number}</title><link>{link}</link></item>"
        for number, link in enumerate(links)
    )
    return f"<rss version='2.0'><channel><title>Wire</title>{items}</channel></rss>"


def article(number):
    title = f"Deal number {number} of the day"
    return f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{number}. {SENTENCE * 4}</p>"


class Run:
    """The cycle that all tests of this file look at."""

    def __init__(self, home):
        """Run it in the new folder `home`."""
        answers = prepared({one.host: one.answer for one in (*SOURCES, *PAGES)})
        with Server(answers, {one.host: one.robots for one in SOURCES if one.robots}) as server:
            self.server = server
            self._good(server)
            sources = [("good-feed", "feed"), ("good-list", "feed")]
            sources += [(one.name, one.listing) for one in SOURCES]
            told = "".join(SOURCE.format(id=name, kind=kind, port=server.port) for name, kind in sources)
            home.mkdir()
            (home / "watch.toml").write_text(WATCH + told, encoding="utf-8")
            self._cycle(home)
        archived = list((home / "state" / "archive").glob("*.parquet"))
        assert len(archived) == 1, self.said
        self.batch = landing.read_batch(archived[0])
        self.polls = {poll.source_id: poll for poll in self.batch.polls}
        self.outcomes = {
            outcome.item.url.split("/")[2].partition(":")[0]: outcome for outcome in self.batch.outcomes
        }

    def _good(self, server):
        """Let one feed list good pages, and another one the hostile pages; what others list is not to be had."""
        server.give("nothing.example", later)
        hosts = [f"good-{number}.example" for number in range(GOOD)]
        for number, host in enumerate(hosts):
            server.give(host, document(article(number)))
        links = [f"http://{host}:{server.port}/a-deal-of-the-day" for host in hosts]
        server.give("good-feed.example", document(feed(links), "application/rss+xml"))
        bad = [f"http://{one.host}:{server.port}/a-deal-of-the-day" for one in PAGES]
        server.give("good-list.example", document(feed(bad), "application/rss+xml"))

    def _cycle(self, home):
        environment = {
            **os.environ,
            "NEWSWATCH_ALLOW_NETWORKS": "127.0.0.1/32",
            "NEWSWATCH_HOST_SPACING": "0",
            "NEWSWATCH_WORKERS": "2",
        }
        command = [sys.executable, "-m", "tests.hostile.cycle", str(home), NOW.isoformat()]
        started = time.monotonic()
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        with Peak(process.pid) as peak:
            self.said, _ = process.communicate(timeout=240)
        self.seconds, self.peak = time.monotonic() - started, peak
        assert process.returncode == 0, self.said[-5000:]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return Run(tmp_path_factory.mktemp("hostile") / "home")


@pytest.mark.parametrize("kind", SOURCES, ids=lambda kind: kind.name)
def test_a_hostile_source_ends_in_time_with_a_cause_that_is_known(run, kind):
    poll = run.polls[kind.name]
    cause = poll.cause if poll.outcome == "failed" else READ

    assert cause in kind.ends, poll.error
    assert poll.seconds < LONGEST_POLL_S
    assert cause == READ or (poll.error and advice_for(cause))


@pytest.mark.parametrize("kind", PAGES, ids=lambda kind: kind.name)
def test_a_hostile_page_ends_with_a_cause_that_is_known(run, kind):
    outcome = run.outcomes[kind.host]
    cause = READ if outcome.state == "article" else re.match(r"\S+: ([\w-]+)", outcome.error)[1]

    assert cause in kind.ends, outcome.error
    assert cause == READ or advice_for(cause)


def test_all_that_is_good_is_loaded(run):
    hosts = {
        url.split("/")[2].partition(":")[0] for url in (found.article.url for found in run.batch.articles)
    }

    assert {f"good-{number}.example" for number in range(GOOD)} <= hosts
    assert len(run.polls) == len(SOURCES) + 2
    assert all(run.polls[name].outcome == "new" for name in ("good-feed", "good-list"))


def test_nothing_inside_the_operators_network_is_asked(run):
    assert run.server.trapped == 0
    assert run.server.smuggled == []


def test_memory_stays_within_its_bound(run):
    assert 0 < run.peak.bytes < MOST_BYTES, f"held by process: {run.peak.parts}"


def test_no_article_holds_markup_or_a_nul(run):
    texts = {
        part: found.article.url
        for found in run.batch.articles
        for part in (found.article.title, found.article.text)
        if urlsplit(found.article.url).hostname not in LETTERS
    }

    assert [url for text, url in texts.items() if re.search(r"</?(?:script|div|p|td)\b[^<>]*>", text)] == []
    assert [url for text, url in texts.items() if "\0" in text] == []
