"""Digests, quiet hours, bounds and failing channels, over clock changes, jumps and restarts: all is told, each once."""

from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.watch import AlertRule
from flows.alerts.channel import DeliveryError
from flows.alerts.deliver import deliver
from flows.alerts.rules import alerts_for
from tests.flows.test_alert_messages import NEWS, SEEN
from tests.fuzzing import check, lengths
from warehouse.database import insert, open_warehouse
from warehouse.judged import Development
from warehouse.outbox import due_alerts, known_alerts, save_alerts

#: An hour before the clocks of Berlin go forward, and before they go back.
SPRING, AUTUMN = datetime(2024, 3, 31, 0, tzinfo=UTC), datetime(2024, 10, 27, 0, tzinfo=UTC)
DESK = AlertRule(name="desk", to="json://desk/")
RULES = [
    DESK,
    replace(DESK, digest="hourly"),
    replace(DESK, digest="daily", digest_at="02:30 Europe/Berlin"),
    replace(DESK, digest="weekly", digest_at="Sun 02:30 Europe/Berlin"),
    replace(DESK, quiet="01:00-05:00 Europe/Berlin"),
    replace(DESK, at_most=1),
    replace(DESK, at_most=2, quiet="22:00-07:00 Europe/Berlin"),
]


class Channel:
    """Keeps what it takes: per message the time and its titles; says no while it is `dead`."""

    def __init__(self):
        """Work."""
        self.dead, self.taken, self.now = False, [], None

    def __call__(self, _url, title, body):
        """Take a message, or fail."""
        if self.dead:
            raise DeliveryError("no connection to the channel")
        self.taken.append((self.now, title, body))

    def times_told(self, number):
        """Count the messages that tell the news of this number."""
        return sum(
            f"News {number:03}" in title or f" News {number:03}\n" in body for _, title, body in self.taken
        )


class Home:
    """A warehouse that can be closed and opened again, as by a restart."""

    def __init__(self, path):
        """Use the file at `path`."""
        self._path, self._stack = path, ExitStack()
        self.restart()

    def restart(self):
        """Close the file and open it."""
        self.close()
        self.con = self._stack.enter_context(open_warehouse(self._path))

    def close(self):
        """Close the file."""
        self._stack.close()

    def empty(self):
        """Forget all alerts."""
        for table in ("alerts", "developments"):
            self.con.execute(f"DELETE FROM {table}")


@pytest.fixture
def home(tmp_path):
    opened = Home(tmp_path / "w.duckdb")
    yield opened
    opened.close()


def hears(con, number, rule, now):
    news = replace(NEWS, development_id=f"d{number}", what=f"News {number:03}", reported_at=now)
    evidence = {news.development_id: replace(SEEN, article_title=f"News {number:03}")}
    save_alerts(con, alerts_for([news], [], known_alerts(con), evidence, [rule], {}, now))
    row = {name: getattr(news, name) for name in Development.__slots__}
    insert(con, "developments", [row | {"participants": list(news.participants)}])


#: What happens, and by how many minutes the clock moves before it: now and then back.
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["hear", "hear", "look", "look", "die", "live", "restart"]),
        st.one_of(st.integers(0, 90), st.integers(-300, 600)),
    ),
    max_size=14,
)


@lengths(16)
def test_whatever_happens_all_is_told_in_the_end_and_each_once(home, examples):
    @given(EVENTS, st.sampled_from(RULES), st.sampled_from([SPRING, AUTUMN]))
    def holds(events, rule, start):
        home.empty()
        channel, now, heard = Channel(), start, 0

        def look(at):
            channel.now = at
            deliver(home.con, [rule], {}, at, channel)

        for what, minutes in events:
            now += timedelta(minutes=minutes)
            match what:
                case "hear":
                    hears(home.con, heard, rule, now)
                    heard += 1
                case "look":
                    look(now)
                case "restart":
                    home.restart()
                case _:
                    channel.dead = what == "die"
        channel.dead = False
        hours = 0
        while (
            due_alerts(home.con) and hours < 10 * 24
        ):  # the longest digest, and what a clock that ran ahead has noted
            hours += 1
            look(now + timedelta(hours=hours))

        assert [channel.times_told(number) for number in range(heard)] == [1] * heard
        if rule.at_most is not None:
            times = [at for at, _, _ in channel.taken]
            monotonous = all(minutes >= 0 for _, minutes in events)
            assert not monotonous or all(
                sum(at - timedelta(hours=1) < other <= at for other in times) <= rule.at_most for at in times
            )

    check(examples, holds)
