import asyncio
from datetime import timedelta

import pytest

from extractors.clock import standing_clock
from extractors.orders import HostRest, RightsFile, RobotsFile
from extractors.web.client import Client
from extractors.web.rights_files import RightsFiles
from extractors.web.robots import Robots
from tests.conftest import NOON

TDMREP, AI_TXT = "/.well-known/tdmrep.json", "/ai.txt"
ALL = '[{"location": "/", "tdm-reservation": 1}]'


@pytest.fixture
def ask(site, manners):
    """Ask the site for all that is not known of its files about rights, as its robots.txt has it; return them."""

    def once(*known, robots="", rests=()):
        async def asked():
            allowed = (
                [RobotsFile(origin=site.url(""), checked_at=NOON, text=robots)] if robots is not None else []
            )
            async with Client(manners, standing_clock(NOON), rests=rests) as client:
                rules = Robots(client, "newswatch/1", standing_clock(NOON), allowed)
                files = RightsFiles(client, rules, standing_clock(NOON), known)
                for url in files.unknown(site.url("/news/1")):
                    await files.ask(url)
                assert {one.purpose for one in client.requests} <= {"rights"}
                return files

        return asyncio.run(asked())

    return once


def file(site, kind="tdmrep", text=ALL, age=timedelta(0)):
    return RightsFile(origin=site.url(""), kind=kind, checked_at=NOON - age, text=text)


def test_both_files_are_asked_for_once_and_kept(site, ask):
    site.give(TDMREP, b"\xef\xbb\xbf" + ALL.encode())
    site.give(AI_TXT, "User-Agent: *\nDisallow: /\n")
    files = ask()

    assert site.paths() == [TDMREP, AI_TXT]
    assert files.learned() == (file(site), file(site, "ai-txt", "User-Agent: *\nDisallow: /"))
    assert files.text_for(site.url(""), "tdmrep") == ALL
    assert files.text_for("http://other.example", "tdmrep") is None
    assert files.unknown(site.url("/x")) == ()
    assert files.unknown("nonsense") == ()


def test_what_was_asked_for_within_30_days_is_not_asked_again(site, ask):
    month = timedelta(days=30)
    ask(file(site, age=month - timedelta(seconds=1)), file(site, "ai-txt", None, age=month))

    assert site.paths() == [AI_TXT]


@pytest.mark.parametrize(
    ("robots", "asked"),
    [("User-agent: *\nDisallow: /ai", [TDMREP]), ("User-agent: *\nDisallow: /", []), (None, [])],
)
def test_nothing_is_asked_that_robots_txt_does_not_allow_or_where_it_is_not_known(site, ask, robots, asked):
    ask(robots=robots)

    assert site.paths() == asked


@pytest.mark.parametrize(
    ("status", "text"),
    [(404, ""), (410, ""), (403, None), (401, None), (429, None), (500, None), (503, None)],
)
def test_no_file_and_one_that_cannot_be_had(site, ask, status, text):
    site.give(TDMREP, status=status)

    assert ask(file(site, "ai-txt")).learned() == (file(site, text=text),)


def test_what_it_said_before_stays_while_it_cannot_be_had(site, ask):
    site.give(TDMREP, status=500)
    old = file(site, age=timedelta(days=40))

    assert ask(old, file(site, "ai-txt")).learned() == (file(site),)


@pytest.mark.parametrize(
    "body", [b"<!doctype html><title>Not found</title>", b"\x89PNG\r\n\x1a\n\0\0", b"x" * 70_000]
)
def test_a_page_a_picture_or_far_too_much_is_no_such_file(site, ask, body):
    site.give(AI_TXT, body)

    assert ask(file(site)).learned() == (file(site, "ai-txt", ""),)


def test_redirects_are_followed_on_the_site_and_nowhere_else(site, ask):
    site.give(TDMREP, status=302, Location="/rights.json")
    site.give("/rights.json", ALL)
    site.give(AI_TXT, status=302, Location=f"http://localhost:{site.port}/ai.txt")
    files = ask()

    assert site.paths() == [TDMREP, "/rights.json", AI_TXT]
    assert files.learned() == (file(site), file(site, "ai-txt", ""))


def test_a_host_that_rests_is_not_asked_and_stays_unknown(site, ask):
    files = ask(rests=[HostRest(host="127.0.0.1", until=NOON + timedelta(hours=1), cause="http-429")])

    assert (site.paths(), files.learned()) == ([], ())
