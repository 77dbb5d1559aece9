"""Claims: of all orders that are out one goes to a site at a time, foreseen or not."""

import asyncio
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from extractors.errors import ELSEWHERE, TransientFetchError
from extractors.orders import Manners
from extractors.watch import Watch
from tests.conftest import NOON
from warehouse import rounds
from warehouse.claims import Claims, claimed, note_past, sweep
from warehouse.rounds import Commission
from warehouse.splitting import Ground
from warehouse.zone import ZoneError, open_zone

SITES = tuple(f"site{number}.com" for number in range(5))


class Place:
    """A place with rounds of orders for given sites."""

    def __init__(self, url):
        """Begin with nothing in it."""
        self.zone = open_zone(url)

    def plan(self, round_id, *grounds):
        """Order to these sites, one order for each set; return the ids."""
        told = {
            f"{round_id}-{number}of{len(grounds)}": Ground(sites=frozenset(sites))
            for number, sites in enumerate(grounds, start=1)
        }
        for order_id in told:
            self.zone.write(f"orders/{order_id}.parquet", b"")
        commission = Commission(
            round_id=round_id,
            planned_at=NOON,
            version="1",
            watch=Watch(name="w", title="W", languages=("en",), sources=(), entities=(), topics=()),
            manners=Manners(user_agent="x"),
            grounds=told,
        )
        data = TypeAdapter(Commission).dump_json(commission, exclude={"watch": {"by_id"}})
        self.zone.write(f"rounds/{round_id}.json", data)
        return list(told)

    def take(self, order_id):
        """Take an order up."""
        grounds = rounds.read_commission(self.zone, rounds.round_of(order_id)).grounds
        return Claims(self.zone, order_id, grounds)

    def close(self, order_id):
        """Close an order, as loading its batch does."""
        listing = self.zone.look()
        note_past(self.zone, listing, order_id)
        rounds.close_order(self.zone, listing, order_id)
        sweep(self.zone, self.zone.look())


@pytest.fixture(params=["s3", "folder"])
def place(request, tmp_path):
    return Place(request.getfixturevalue("s3_place") if request.param == "s3" else f"file://{tmp_path}/zone")


@pytest.fixture
def folder(tmp_path):
    return Place(f"file://{tmp_path}/zone")


def may_ask(claims, site):
    try:
        asyncio.run(claims.admit(f"http://www.{site}/page"))
    except TransientFetchError as error:
        return (error.cause, error.evidence.partition(";")[0]) != ("resting", ELSEWHERE)
    return True


def test_its_own_sites_cost_no_request_and_those_of_its_round_are_not_asked(folder, monkeypatch):
    first, _ = folder.plan("r1", {"one.com"}, {"two.com"})
    claims = folder.take(first)

    def fail(*_):
        raise AssertionError("a request")

    monkeypatch.setattr(folder.zone, "write", fail)
    monkeypatch.setattr(folder.zone, "create", fail)

    assert may_ask(claims, "one.com")
    assert not may_ask(claims, "two.com")


def test_a_site_that_no_order_knew_of_is_one_orders_until_that_is_closed(place):
    first, second = place.plan("r1", {"one.com"}, {"two.com"})
    a, b = place.take(first), place.take(second)

    assert may_ask(a, "third.com")
    assert not may_ask(b, "third.com")
    assert claimed(place.zone.look()) == {"third.com"}
    assert may_ask(place.take(first), "third.com"), "who takes the order over has what it had claimed"
    place.close(first)
    assert claimed(place.zone.look()) == set()
    assert not may_ask(place.take(second), "third.com"), "it was planned before that was known"
    assert not may_ask(place.take(second), "one.com")
    place.close(second)
    assert [name for name in place.zone.look().written if not name.startswith("rounds/")] == []


def test_who_was_planned_after_an_order_was_closed_may_go_where_that_was(folder):
    first, _ = folder.plan("r1", {"one.com"}, {"two.com"})
    may_ask(folder.take(first), "third.com")
    folder.close(first)

    (third,) = folder.plan("r2", {"four.com"})

    claims = folder.take(third)
    assert may_ask(claims, "third.com")
    assert may_ask(claims, "one.com")
    assert not may_ask(claims, "two.com")


def test_an_order_that_was_planned_at_the_moment_of_a_claim_leaves_the_site_alone(folder):
    (first,) = folder.plan("r1", {"one.com"})
    assert may_ask(folder.take(first), "third.com")

    (second,) = folder.plan("r2", {"third.com", "four.com"})

    claims = folder.take(second)
    assert not may_ask(claims, "third.com")
    assert may_ask(claims, "four.com")


def test_a_claim_after_an_order_was_planned_there_is_given_back(folder):
    (first,) = folder.plan("r1", {"one.com"})
    claims = folder.take(first)
    folder.plan("r2", {"third.com"})

    assert not may_ask(claims, "third.com")
    assert claimed(folder.zone.look()) == set()


def test_what_a_dead_holder_claims_late_is_swept(folder):
    first, _ = folder.plan("r1", {"one.com"}, {"two.com"})
    late = folder.take(first)
    folder.close(first)

    assert not may_ask(late, "third.com")
    folder.zone.write("sites/fourth.com", first.encode())
    assert sweep(folder.zone, folder.zone.look())
    assert claimed(folder.zone.look()) == set()


def test_where_the_place_does_not_answer_a_site_is_left_alone(folder, monkeypatch):
    (first,) = folder.plan("r1", {"one.com"})
    claims = folder.take(first)

    def fail(*_):
        raise ZoneError("no")

    monkeypatch.setattr(folder.zone, "create", fail)

    assert may_ask(claims, "one.com")
    assert not may_ask(claims, "third.com")


def test_of_many_that_come_to_a_site_at_once_one_goes_there(place):
    orders = place.plan("r1", *({f"own{number}.com"} for number in range(8)))
    claims = [place.take(order_id) for order_id in orders]
    got = []
    start = threading.Barrier(8)

    def come(one):
        start.wait()
        got.append(one.claim("third.com"))

    threads = [threading.Thread(target=come, args=(one,)) for one in claims]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(got) == [False] * 7 + [True]


def test_names_of_sites_do_no_harm_as_names_of_objects(folder):
    (first,) = folder.plan("r1", {"one.com"})
    claims = folder.take(first)

    for host in ("[::1]", "xn--bcher-kva.com", "127.0.0.1"):
        asyncio.run(claims.admit(f"http://{host}/"))

    assert claimed(folder.zone.look()) == {"::1", "xn--bcher-kva.com", "127.0.0.1"}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("plan", "take", "ask", "ask", "ask", "close")),
        st.integers(0, 4),
        st.sets(st.sampled_from(SITES), max_size=2),
    ),
    max_size=25,
)


@settings(deadline=None, max_examples=25)
@given(STEPS)
def test_whatever_happens_no_two_orders_that_are_out_are_at_one_site(tmp_path_factory, steps):
    place = Place(f"file://{tmp_path_factory.mktemp('place')}/zone")
    orders, grounds, at_work, been = [], {}, {}, {}
    for number, (step, which, sites) in enumerate(steps):
        if step == "plan":
            # As `plan` does: nothing where an order goes; but of claims it may know too late.
            busy = set().union(*(grounds[order_id] for order_id in orders))
            (order_id,) = place.plan(f"r{number}", sites - busy)
            grounds[order_id] = sites - busy
            orders.append(order_id)
        elif step == "take" and orders:
            order_id = orders[which % len(orders)]
            at_work[order_id] = place.take(order_id)
            been.setdefault(order_id, set())
        elif step == "ask" and at_work:
            order_id = sorted(at_work)[which % len(at_work)]
            been[order_id] |= {site for site in sites if may_ask(at_work[order_id], site)}
        elif step == "close" and at_work:
            order_id = sorted(at_work)[which % len(at_work)]
            place.close(order_id)
            orders.remove(order_id)
            del at_work[order_id], been[order_id]
        assert sum(map(len, been.values())) == len(set().union(*been.values()))
