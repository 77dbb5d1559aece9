"""Turns, spacing and budget go by site, whatever its hosts are called; rests by host."""

import asyncio
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.budget import POLLS
from extractors.clock import standing_clock
from extractors.errors import FetchError, TransientFetchError
from extractors.hosts import site_of
from extractors.orders import HostRest, SiteUse
from extractors.web.client import PAGE_LIMITS, Asking, Client
from extractors.web.politeness import Budget, Turns
from extractors.web.spool import Spool

HOSTS = ("www.paper.co.uk", "feeds.paper.co.uk", "one.blogspot.com", "two.blogspot.com")
PURPOSES = ("poll", "audit", "listing", "robots", "page", "recheck", "discovery", "archive", "rights")
ONCE = datetime(2024, 3, 28, 12, tzinfo=UTC)
POLL, PAGE = Asking(purpose="poll"), Asking(purpose="page")


@pytest.fixture
def ask(site, manners, noon):
    """Ask for these addresses side by side, of hosts that all stand on one server; errors come back too."""
    stand_ins = tuple((host, f"127.0.0.1:{site.port}") for host in HOSTS)

    def every(*urls, asking=POLL, spacing_s=0.0, budget=None, **means):
        told = replace(manners, connect_to=stand_ins, spacing=timedelta(seconds=spacing_s), budget=budget)

        async def all_of_them():
            async with Client(told, standing_clock(noon), **means) as client:
                jobs = [client.get(url, PAGE_LIMITS, asking) for url in urls]
                return await asyncio.gather(*jobs, return_exceptions=True), client.requests

        return asyncio.run(all_of_them())

    return every


def at(host, path="/"):
    return f"http://{host}{path}"


def test_hosts_of_one_site_take_turns_and_keep_the_distance(site, ask):
    site.give("/", b"x")
    _, requests = ask(*map(at, HOSTS), spacing_s=0.2)

    by_host = {one.host: one for one in requests}
    assert {one.open_at_host for one in requests} == {1}
    assert sorted(one.gap_s is None for one in requests) == [False, True, True, True]
    second = max((by_host[host] for host in HOSTS[:2]), key=lambda one: one.gap_s or 0)
    assert second.gap_s >= 0.2


def test_a_run_keeps_its_distance_to_the_run_before(site, ask, noon):
    site.give("/", b"x")
    before = SiteUse(site="paper.co.uk", requests=1, asked_at=noon - timedelta(seconds=0.2))
    _, (first,) = ask(at("feeds.paper.co.uk"), spacing_s=0.5, used=(before,))

    assert 0.5 <= first.gap_s < 1


def test_a_clock_that_was_set_back_stops_nothing(site, ask, noon):
    site.give("/", b"x")
    ahead = SiteUse(site="paper.co.uk", requests=1, asked_at=noon + timedelta(days=1))
    (answer,), _ = ask(at(HOSTS[0]), spacing_s=0.1, used=(ahead,))

    assert answer.body == b"x"


def test_a_delay_that_one_host_asks_for_holds_for_that_host():
    async def gaps():
        turns = Turns(timedelta(seconds=0.05))
        turns.slow_down("slow.paper.co.uk", timedelta(seconds=0.3))
        found = []
        for host in ("www.paper.co.uk", "slow.paper.co.uk", "www.paper.co.uk"):
            async with turns.turn(host):
                found.append(turns.begin(host))
        return found

    first, slow, quick = asyncio.run(gaps())
    assert first is None
    assert slow >= 0.3
    assert 0.05 <= quick < 0.3


def test_after_a_429_the_other_hosts_of_its_site_are_asked_a_while_later_and_then_as_before(
    site, manners, noon
):
    site.give("/", b"x")
    site.give("/many", status=429)
    stand_ins = tuple((host, f"127.0.0.1:{site.port}") for host in HOSTS)
    told = replace(manners, connect_to=stand_ins, spacing=timedelta(seconds=0.05))

    async def gaps():
        async with Client(told, standing_clock(noon)) as client:
            for url in (at(HOSTS[0], "/many"), at(HOSTS[1]), at(HOSTS[1])):
                await asyncio.gather(client.get(url, PAGE_LIMITS, POLL), return_exceptions=True)
            return [one.gap_s for one in client.requests]

    _, longer, usual = asyncio.run(gaps())
    assert longer >= 0.3
    assert 0.05 <= usual < 0.3


def test_a_429_of_the_run_before_counts_as_one_of_this_run(site, ask, noon):
    site.give("/", b"x")
    before = SiteUse(site="paper.co.uk", requests=1, asked_at=noon, too_many=True)
    _, (first,) = ask(at(HOSTS[1]), spacing_s=0.05, used=(before,))

    assert 0.3 <= first.gap_s < 1


def test_a_429_that_the_spool_tells_of_counts_too(site, ask, tmp_path):
    site.give("/", b"x")
    site.give("/many", status=429)
    for path in ("/many", "/"):
        with closing(Spool(tmp_path / "spool")) as spool:
            _, requests = ask(at(HOSTS[path == "/"], path), spacing_s=0.05, spool=spool)

    assert 0.3 <= requests[1].gap_s < 1


def test_a_rest_is_of_the_host_that_asked_for_it(site, ask, noon):
    site.give("/", b"x")
    rest = HostRest(host="feeds.paper.co.uk", until=noon + timedelta(hours=1), cause="http-429")
    (other, resting), _ = ask(at(HOSTS[0]), at(HOSTS[1]), rests=(rest,))

    assert (other.body, resting.cause) == (b"x", "resting")


def test_what_is_beyond_the_budget_never_reaches_the_wire(site, ask, noon):
    site.give("/", b"x")
    used = (SiteUse(site="paper.co.uk", requests=7, pages=4, asked_at=noon - timedelta(hours=9)),)
    answers, requests = ask(*[at(HOSTS[0]), at(HOSTS[1])] * 3, at(HOSTS[2]), budget=10, used=used)

    refused = [one for one in answers if isinstance(one, FetchError)]
    assert {(type(one), one.cause) for one in refused} == {(TransientFetchError, "budget")}
    assert "paper.co.uk: 10 requests in 24 hours; 10 are the most" in refused[0].evidence
    assert Counter(one.host.endswith("paper.co.uk") for one in requests) == {True: 3, False: 1}
    assert len(site.asked) == 4


def test_the_hops_of_a_redirect_count_too(site, ask):
    for number in range(4):
        site.give(f"/{number}", status=302, Location=at(HOSTS[number % 2], f"/{number + 1}"))
    (error,), requests = ask(at(HOSTS[0], "/0"), budget=5)

    assert (error.cause, len(requests)) == ("budget", 3)


@pytest.mark.parametrize("asking", [PAGE, POLL])
def test_pages_and_polls_leave_a_third_to_each_other(site, ask, asking):
    pages, requests = ask(*[at(HOSTS[0], f"/{n}") for n in range(10)], asking=asking, budget=6)

    assert len(requests) == 4
    assert Counter(one.cause for one in pages)["budget"] == 6


@given(
    st.integers(1, 12),
    st.dictionaries(
        st.sampled_from(["paper.co.uk", "one.blogspot.com"]), st.tuples(*[st.integers(0, 9)] * 2)
    ),
    st.lists(st.tuples(st.sampled_from(HOSTS), st.sampled_from(PURPOSES)), max_size=40),
)
def test_no_site_gets_more_than_its_budget_and_no_kind_more_than_its_share(most, used, asked):
    before = [
        SiteUse(site=site, requests=sum(kinds), pages=kinds[1], asked_at=ONCE) for site, kinds in used.items()
    ]
    budget, counted = Budget(most, before), {site: list(kinds) for site, kinds in used.items()}
    share = max(1, most * 2 // 3)
    for host, purpose in asked:
        kinds, kind = counted.setdefault(site_of(host), [0, 0]), int(purpose not in POLLS)
        try:
            budget.refuse("http://x", host, purpose)
        except TransientFetchError:
            assert sum(kinds) >= most or (kinds[kind] >= share and purpose != "robots")
        else:
            assert sum(kinds) < most
            assert kinds[kind] < share or purpose == "robots"
            budget.count(host, purpose)
            kinds[kind] += 1
