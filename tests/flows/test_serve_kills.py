"""Killed at any moment, whatever process it is, `serve` goes on: nothing lost, nothing twice, nobody left behind."""

import random
import sys
import time
from collections import Counter

import pytest
from served_home import Served, Site, children_of

from flows.prefect_settings import database_of

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds the processes in /proc"),
]

KINDS = ("server", "runner", "flow", "worker", "serve")
#: Seconds between two cycles: few for the tests of every day, and more than a start takes for the soak.
SHORT_S, LONG_S = 4.0, 30.0
#: Seconds beyond a short interval in which the next cycle begins: a killed runner reads its code anew (2 s of processor
#: time), a new `serve` its own as well, and a server that is away is waited for. On an idle machine it is 5 s; this is
#: for one that does much else.
ALLOWANCE_S = {"serve": 120.0}
ALLOWANCE_ELSE_S = 60.0
#: Seconds that a cycle may begin later than it is due, with nothing wrong: a server that is just being started again is
#: asked every two, and a run is forked.
LAG_S = 5.0


@pytest.fixture
def site():
    made = Site(seed=6)
    yield made
    made.close()


@pytest.fixture
def interval_s():
    return SHORT_S


@pytest.fixture
def served(tmp_path, site, interval_s):
    made = Served(tmp_path / "home", site, interval_s)
    yield made
    made.close()


def all_stored(served, site):
    stored = Counter(url for (url,) in served.ask("SELECT url FROM articles"))
    return stored == Counter(site.url(number) for number in range(len(site.pages)))


def longest_s(kind, interval_s):
    """Return the seconds in which the next cycle begins after a kill: about an interval, if it is no short one."""
    if interval_s >= LONG_S:
        return interval_s + LAG_S
    return interval_s + ALLOWANCE_S.get(kind, ALLOWANCE_ELSE_S)


def kill_some(served, site, kills, interval_s, seed):
    """Kill what is to be killed, at moments that chance chooses, while the site goes on; return what was killed."""
    chance, killed = random.Random(seed), Counter()
    while killed.total() < kills:
        site.publish()
        time.sleep(chance.uniform(0.1, interval_s))
        kind = KINDS[killed.total()] if killed.total() < len(KINDS) else chance.choice(KINDS)
        # A source is polled once a minute, and only where it brings news there is a worker, for a moment.
        deadline = time.monotonic() + 75 + 4 * interval_s
        more_at = time.monotonic() + interval_s
        while not served.kill(kind) and time.monotonic() < deadline:
            if time.monotonic() > more_at:
                site.publish()
                more_at = time.monotonic() + interval_s
            time.sleep(0.005)
        at = time.monotonic()
        assert time.monotonic() < deadline, f"no {kind} to kill"
        killed[kind] += 1
        if kind == "serve":
            served.process.wait()
            if killed[kind] % 3 == 1:  # and now and then the power cut takes Prefect's database with it
                database_of(served.settings).write_bytes(b"no database" * 10_000)
            served.start()
        served.wait(lambda at=at: served.begun and served.begun[-1] > at, f"cycle after the kill of a {kind}")
        late = min(one for one in served.begun if one > at) - at
        print(f"{killed.total()}: {kind}, the next cycle after {late:.1f} s", flush=True)
        assert late < longest_s(kind, interval_s), (
            f"the cycle after the kill of a {kind} began after {late:.1f} s"
        )
    return killed


@pytest.mark.timeout(9000)
@pytest.mark.parametrize(
    ("kills", "interval_s"), [(5, SHORT_S), pytest.param(100, LONG_S, marks=pytest.mark.soak)]
)
def test_every_article_is_stored_once_and_every_alert_sent_once_whatever_is_killed(
    served, site, kills, interval_s
):
    site.publish()
    served.start()
    served.wait(lambda: all_stored(served, site), "first article")  # the first import is silent

    killed = kill_some(served, site, kills, interval_s, seed=kills)
    served.wait(lambda: all_stored(served, site), "last article")
    served.wait(
        lambda: not served.ask("SELECT 1 FROM alerts WHERE state <> 'sent'"), "sending of the last alert"
    )
    runner = served.found("runner")
    server = served.found("server")
    status, seconds = served.stop()

    alerts = Counter(title for (title,) in served.ask("SELECT title FROM alerts WHERE kind = 'development'"))
    bodies = [told for told in site.received if "newswatch:" not in told["title"]]
    anew = Counter(told["title"] for told in bodies if "may be a repeat" not in told["message"])
    every = Counter(told["title"] for told in bodies)
    print(f"{killed}: {len(site.pages)} articles, {alerts.total()} alerts,", flush=True)
    print(f"{every.total()} messages, of which {every.total() - anew.total()} say that they may be repeats")
    assert killed.total() == kills
    assert alerts.total() > 0
    assert set(every) == set(alerts)
    assert all(anew[title] <= alerts[title] <= every[title] for title in alerts)
    assert (status, seconds < 10) == (0, True)
    assert len(list(database_of(served.settings).parent.glob("*.broken"))) == 1
    assert not runner.runs()
    assert not server.runs()
    assert children_of(served.process.pid) == []
