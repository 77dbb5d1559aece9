"""The past of a feed over whole cycles and real HTTP: read once, in silence, part by part; and what is taken back."""

from datetime import timedelta
from email.utils import format_datetime

import pytest

from extractors.clock import standing_clock
from extractors.watch import read_watch
from flows.cycle import run_cycle
from flows.settings import read_settings
from tests.flows.conftest import ALERT, START
from tests.flows.pieces import PIECES
from warehouse.database import open_snapshot

ATOM = "xmlns='http://www.w3.org/2005/Atom'"


@pytest.fixture
def cycle(a_home, site):
    """Run a cycle `minutes` after the start, on a home that is told of news at an address where nobody listens."""
    _, environment = a_home({"wire": site.feed}, alerts=ALERT, every="15m")
    settings = read_settings(environment | {"NEWSWATCH_ALERT_URL": "json://127.0.0.1:9/"})

    def run(minutes):
        clock = standing_clock(START + timedelta(minutes=minutes))
        return run_cycle(settings, read_watch(settings.watch_file), clock, with_report=False)

    def ask(question):
        with open_snapshot(settings.snapshot) as con:
            return con.execute(question).fetchall()

    run.ask = ask
    return run


@pytest.fixture
def part(site):
    """Put a part of the feed online: the pieces it lists, and the part before it."""

    def put(path, *pieces, older=None, more=""):
        for number in pieces:
            site.publish(number)
        at = format_datetime(START - timedelta(days=1))
        items = "".join(
            f"<item><title>{PIECES[number][0]}</title><link>http://127.0.0.1:{site.port}/{number}.html</link>"
            f"<pubDate>{at}</pubDate>{more}</item>"
            for number in pieces
        )
        link = f"<link {ATOM} rel='prev-archive' href='{older}'/>" if older else ""
        text = f"<rss version='2.0'><channel><title>Wire</title>{link}{items}</channel></rss>"
        site.documents[path] = ("application/rss+xml", text.encode())

    return put


def test_the_parts_of_a_feed_are_read_one_a_cycle_each_once_and_tell_nobody(cycle, site, part):
    part("/1.xml", 1, older="/2.xml")
    part("/2.xml", 2, older="/1.xml")
    part("/feed.xml", 0, older="/1.xml")

    assert [cycle(minutes).articles for minutes in (0, 1, 2, 3, 20, 40)] == [1, 1, 1, 0, 0, 0]

    assert (site.hits["/1.xml"], site.hits["/2.xml"], site.hits["/feed.xml"]) == (1, 1, 3)
    assert cycle.ask("SELECT count(*) FROM developments") > [(0,)]
    assert cycle.ask("FROM alerts") == []
    assert cycle.ask("SELECT url FROM requests WHERE purpose = 'archive' ORDER BY started_at") == [
        (f"http://127.0.0.1:{site.port}/{number}.xml",) for number in (1, 2)
    ]


def test_news_that_its_newsroom_takes_back_is_withdrawn_in_the_next_cycle(cycle, site, part):
    part("/feed.xml")
    cycle(0)
    part("/feed.xml", 0)
    assert cycle(20).developments >= 1
    assert {state for (state,) in cycle.ask("SELECT state FROM developments")} == {"standing"}
    assert cycle.ask("SELECT count(*) FROM alerts") >= [(1,)]

    part("/feed.xml", 0, more="<pubStatus>canceled</pubStatus><edNote>Wrong company.</edNote>")
    cycle(40)

    assert cycle.ask("SELECT pubstatus, ednote, revision FROM articles") == [
        ("canceled", "Wrong company.", 2)
    ]
    assert {state for (state,) in cycle.ask("SELECT state FROM developments")} == {"withdrawn"}
    assert cycle(60).revisions == 0
