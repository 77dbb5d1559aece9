import asyncio
from datetime import timedelta

import pytest

from extractors.clock import standing_clock
from extractors.orders import HostRest, RobotsFile
from extractors.web.client import Client
from extractors.web.robots import Robots
from tests.conftest import NOON

RULES = "User-agent: *\nDisallow: /no\nAllow: /no/but\nSitemap: http://a.example/s.xml\n"


@pytest.fixture
def robots(site, manners):
    """A maker of what the rules of the site say: the causes of what is refused, and the rules themselves."""

    def check(*paths, at=NOON, known=(), rests=()):
        async def all_of_them():
            async with Client(manners, standing_clock(at), rests=rests) as client:
                rules = Robots(client, "newswatch/1 (+x)", standing_clock(at), known)
                jobs = [rules.check(site.url(path), "wire") for path in paths]
                causes = [
                    getattr(one, "cause", one) for one in await asyncio.gather(*jobs, return_exceptions=True)
                ]
                return causes, rules, client

        return asyncio.run(all_of_them())

    return check


def file(site, text=RULES, age=timedelta(0), failing=None):
    since = NOON - failing if failing is not None else None
    return RobotsFile(origin=site.url(""), checked_at=NOON - age, text=text, failing_since=since)


def test_the_rules_are_asked_once_and_kept(site, robots):
    site.give("/robots.txt", RULES)
    causes, rules, client = robots("/no/x", "/no/but", "/", "/robots.txt")

    assert causes == ["robots", None, None, None]
    assert site.paths() == ["/robots.txt"]
    assert rules.learned() == (file(site),)
    assert [(one.purpose, one.source_id, one.unconditional) for one in client.requests] == [
        ("robots", "wire", "first")
    ]


def test_what_is_known_and_fresh_is_not_asked_again(site, robots):
    known = file(site, age=timedelta(hours=23))
    causes, rules, _ = robots("/no/x", "/", known=[known])

    assert (causes, site.paths(), rules.learned()) == (["robots", None], [], ())


def test_after_a_day_it_is_asked_again(site, robots):
    site.give("/robots.txt", "")
    known = file(site, age=timedelta(hours=24))

    assert robots("/no/x", known=[known])[0] == [None]
    assert site.paths() == ["/robots.txt"]


def test_what_is_known_tells_without_asking(site, robots):
    _, rules, _ = robots(known=[file(site)])

    assert rules.allows(site.url("/no/x")) is False
    assert rules.allows(site.url("/yes")) is True
    assert rules.allows("http://other.example/") is None
    assert rules.allows("nonsense") is None
    assert site.paths() == []


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_no_file_allows_all(site, robots, status):
    site.give("/robots.txt", status=status)
    causes, rules, _ = robots("/no/x")

    assert (causes, rules.learned()) == ([None], (file(site, text=""),))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_site_that_cannot_be_asked_allows_nothing(site, robots, status):
    site.give("/robots.txt", status=status)
    causes, rules, _ = robots("/x")

    assert (causes, rules.learned()) == (["robots-unavailable"], (file(site, None, failing=timedelta(0)),))
    assert rules.allows(site.url("/x")) is None


def test_meanwhile_what_was_known_holds(site, robots):
    site.give("/robots.txt", status=500)
    known = file(site, age=timedelta(days=2))
    causes, rules, _ = robots("/no/x", "/x", known=[known])

    assert causes == ["robots", None]
    assert rules.learned() == (file(site, failing=timedelta(0)),)


@pytest.mark.parametrize(("days", "cause"), [(29, "robots-unavailable"), (30, None)])
def test_a_month_of_failing_is_taken_as_no_file(site, robots, days, cause):
    site.give("/robots.txt", status=500)
    known = file(site, None, age=timedelta(hours=2), failing=timedelta(days=days))
    causes, rules, _ = robots("/x", known=[known])

    assert causes == [cause]
    assert rules.learned()[0].failing_since == NOON - timedelta(days=days)


def test_a_failing_file_is_asked_again_after_an_hour(site, robots):
    site.give("/robots.txt", "")
    known = file(site, None, age=timedelta(minutes=59), failing=timedelta(hours=5))
    assert robots("/x", known=[known])[0] == ["robots-unavailable"]
    assert site.paths() == []

    known = file(site, None, age=timedelta(minutes=60), failing=timedelta(hours=5))
    causes, rules, _ = robots("/x", known=[known])
    assert (causes, rules.learned()) == ([None], (file(site, ""),))


def test_redirects_of_the_file_are_followed_and_endless_ones_mean_no_file(site, robots):
    site.give("/robots.txt", status=301, Location="/1")
    site.give("/1", status=302, Location="/2")
    site.give("/2", RULES)
    assert robots("/no/x")[0] == ["robots"]

    site.give("/2", status=302, Location="/1")
    assert robots("/no/x")[0] == [None]


def test_of_a_file_that_is_too_large_the_start_counts(site, robots):
    site.give("/robots.txt", RULES + "# x\n" * 200_000 + "Disallow: /late\n")

    assert robots("/no/x", "/late")[0] == ["robots", None]


def test_nonsense_allows_all(site, robots):
    site.give("/robots.txt", b"\x89PNG\r\n\x1a\n\0\0")

    assert robots("/x")[0] == [None]


def test_a_host_that_rests_is_not_asked_for_its_rules_either(site, robots):
    rest = HostRest(host="127.0.0.1", until=NOON + timedelta(hours=1), cause="http-429")
    causes, rules, _ = robots("/x", rests=[rest])

    assert (causes, site.paths(), rules.learned()) == (["resting"], [], ())


def test_the_pause_that_a_site_asks_for_is_kept(site, robots):
    _, _, client = robots("/x", known=[file(site, "User-agent: *\nCrawl-delay: 3\n")])
    assert client.turns._delays == {"127.0.0.1": timedelta(seconds=3)}

    _, _, client = robots("/x", known=[file(site, "User-agent: *\nCrawl-delay: 1e300\n")])
    assert client.turns._delays == {"127.0.0.1": timedelta(seconds=60)}


@pytest.mark.parametrize(("status", "told"), [(200, ("http://a.example/s.xml",)), (404, ()), (500, ())])
def test_the_sitemaps_of_a_site_are_told(site, manners, status, told):
    site.give("/robots.txt", RULES, status=status)

    async def sitemaps():
        async with Client(manners, standing_clock(NOON)) as client:
            return await Robots(client, "newswatch/1", standing_clock(NOON)).sitemaps(site.url("/feed"))

    assert asyncio.run(sitemaps()) == told
