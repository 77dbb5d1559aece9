"""Orders in pieces: nothing lost, nothing twice, and no site in two collectors' hands."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.hosts import host_of, site_of
from extractors.orders import Archive, HostRest, Order, Recheck, RobotsFile, SourceOrder, Validator
from extractors.records import Item, Source
from tests.conftest import NOON
from warehouse.splitting import ELSEWHERE, Ground, pieces_of, round_of, split

HOSTS = [f"{sub}site{number}.com" for number in range(9) for sub in ("", "www.", "feeds.")]


def told(number, host, pending=()):
    source = Source(
        source_id=f"s{number}", kind="feed", url=f"http://{host}/rss", every=timedelta(minutes=15)
    )
    items = tuple(Item(source_id=f"s{number}", url=f"http://{other}/{number}") for other in pending)
    archive = Archive(url=f"http://{host}/rss?page=2") if number % 3 == 0 else None
    return SourceOrder(
        source=source,
        validators=(Validator(url=source.url, etag="e"),),
        pending=items[:1],
        waiting=items[1:],
        archive=archive,
    )


def again(number, host):
    url = f"http://{host}/page/{number}"
    source = Source(source_id=f"r{number}", kind="feed", url="http://x.example/", every=timedelta(minutes=15))
    return Recheck(source=source, item=Item(source_id="r", url=url), validator=Validator(url=url))


def an_order(sources=(), rechecks=(), **more):
    return Order(order_id="o1", created_at=NOON, sources=tuple(sources), rechecks=tuple(rechecks), **more)


@st.composite
def orders(draw):
    hosts = st.sampled_from(HOSTS)
    feeds = draw(st.lists(st.tuples(hosts, st.lists(hosts, max_size=2)), max_size=12))
    pages = draw(st.lists(hosts, max_size=8))
    robots = tuple(
        RobotsFile(origin=f"https://{host}", checked_at=NOON) for host in draw(st.lists(hosts, unique=True))
    )
    return an_order(
        [told(number, host, pending) for number, (host, pending) in enumerate(feeds)],
        [again(number, host) for number, host in enumerate(pages)],
        robots=robots,
        known=("k",),
    )


def addresses(order):
    for one in order.sources:
        yield one.source.url
        yield from (item.url for item in (*one.pending, *one.waiting))
        yield from [one.archive.url] if one.archive else []
    yield from (one.item.url for one in order.rechecks)


@settings(deadline=None)
@given(orders(), st.sets(st.sampled_from(HOSTS)), st.integers(1, 9), st.integers(0, 6))
def test_all_works_are_in_one_piece_each_and_no_site_in_two(order, away_hosts, most, least):
    away = Ground(sites=frozenset(site_of(host) for host in away_hosts), hosts=frozenset(away_hosts))
    pieces = [piece.order for piece in split(order, away, most=most, least=least)]
    sites = [{site_of(host_of(url)) for url in addresses(piece)} for piece in pieces]

    assert len(pieces) <= most
    assert all(piece.sources or piece.rechecks for piece in pieces)
    assert sum(len(found) for found in sites) == len(set().union(*sites))
    assert away.sites.isdisjoint(set().union(*sites))
    assert all(pieces_of(piece.order_id) == len(pieces) for piece in pieces)
    assert {round_of(piece.order_id) for piece in pieces} <= {"o1"}
    sources = [one for piece in pieces for one in piece.sources]
    rechecks = [one for piece in pieces for one in piece.rechecks]
    assert len({one.source.source_id for one in sources}) == len(sources)
    if not away_hosts:
        assert sorted(one.source.source_id for one in sources) == sorted(
            one.source.source_id for one in order.sources
        )
        assert len(rechecks) == len(order.rechecks)
    for piece, own in zip(pieces, sites, strict=True):
        resting = {site_of(rest.host) for rest in piece.rests}
        assert resting.isdisjoint(own)
        assert resting >= set().union(*sites) - own
        assert {rest.host for rest in piece.rests} >= away_hosts


def test_sources_of_one_registrable_domain_stay_together_and_small_orders_are_not_made():
    many = [told(0, "feeds.example.com"), told(1, "www.example.com"), told(2, "example.org")]

    apart = split(an_order(many), least=1)
    few = split(an_order(many), least=4)

    assert [[one.source.source_id for one in piece.order.sources] for piece in apart] == [
        ["s0", "s1"],
        ["s2"],
    ]
    assert [[one.source.source_id for one in piece.order.sources] for piece in few] == [["s0", "s1", "s2"]]


def test_a_source_that_leads_to_another_site_stays_with_it():
    many = [told(0, "old.example"), told(1, "new.example")]

    assert len(split(an_order(many), moved={"s0": "http://new.example/rss"}, least=1)) == 1


def test_works_are_spread_evenly_and_in_the_same_way_each_time():
    order = an_order([told(number, f"site{number}.example") for number in range(30)])

    pieces = split(order)

    assert [len(piece.order.sources) for piece in pieces] == [5, 5, 4, 4, 4, 4, 4]
    assert pieces == split(order)


def test_a_rest_that_a_host_asked_for_holds_before_one_of_ours():
    asked = HostRest(host="two.example", until=NOON + timedelta(days=2), cause="http-429")
    order = an_order([told(0, "one.example"), told(1, "two.example")], rests=(asked,))

    first, second = (piece.order for piece in split(order, least=1))

    assert [rest.cause for rest in first.rests] == [ELSEWHERE, "http-429"]
    assert second.rests == (replace(first.rests[0], host="one.example"), asked)
