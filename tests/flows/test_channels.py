"""Which channel gets what, in which order, and how long one that hung is left alone."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from extractors.watch import AlertRule
from flows.alerts.channels import RESTS, Past, channels_due, hung_at, rest_until
from flows.alerts.rules import next_try_at
from flows.alerts.sending import BROKEN_OFF
from warehouse.judged import Alert
from warehouse.outbox import LastSent

NOW = datetime(2024, 3, 28, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DESK, MAIL, SAME = (AlertRule(name=name, to=f"env:{name.upper()}") for name in ("desk", "mail", "same"))
PLACES = {"DESK": "json://one", "MAIL": "json://two", "SAME": "json://one"}


def alert(key, rule, **changes):
    told = {
        "kind": "development",
        "development_id": key,
        "channel": "json",
        "state": "pending",
        "error": None,
    }
    told |= {"created_at": NOW, "sent_at": None, "attempts": 0, "title": key, "body": "B"}
    return Alert(alert_id=key, rule=rule.name, **told | changes)


def hung(key, rule, minutes_ago, attempts=1):
    told = {"state": "failed", "error": f"rule {rule.name}: {BROKEN_OFF}", "attempts": attempts}
    return alert(key, rule, tried_at=NOW - minutes_ago * MINUTE, **told)


def is_due(one, _):
    return one.state == "pending" or (one.state == "failed" and next_try_at(one) <= NOW)


def due(waiting, sent=None, rules=(DESK, MAIL, SAME), environment=PLACES, messages=None):
    last = {rule: LastSent(sent_at=at, place=(at, "")) for rule, at in (sent or {}).items()}
    past = Past(last=last, messages=messages or {})
    return channels_due(rules, waiting, is_due, environment, past, NOW)


def keys(channel):
    return [[one.alert_id for one in group] for _, group in channel.messages]


def test_rules_with_one_address_are_one_channel_and_each_keeps_its_order():
    waiting = [alert("a", MAIL), alert("b", SAME), alert("c", DESK), alert("d", DESK), alert("e", SAME)]
    one, two = due(waiting)

    assert (one.url, keys(one)) == ("json://one", [["c"], ["d"], ["b"], ["e"]])
    assert (two.url, keys(two)) == ("json://two", [["a"]])


def test_rules_without_an_address_have_nothing_in_common():
    found = due([alert("a", DESK), alert("b", SAME)], environment={})

    assert [(one.url, keys(one)) for one in found] == [(None, [["a"]]), (None, [["b"]])]


def test_a_channel_that_hung_comes_last_and_rests_whichever_rule_it_hung_at():
    waiting = [hung("a", SAME, minutes_ago=0.5), alert("b", DESK), alert("c", MAIL)]
    mail, desk = due(waiting)

    assert (mail.url, mail.hung, mail.rests_until) == ("json://two", False, None)
    assert (desk.url, desk.hung, desk.rests_until) == ("json://one", True, NOW + 0.5 * MINUTE)


def test_one_that_worked_since_does_not_rest_nor_one_that_only_refused():
    refused = alert("r", MAIL, state="failed", error="no connection", attempts=4, tried_at=NOW)
    newer = alert("c", MAIL, created_at=NOW + MINUTE)
    waiting = [hung("a", DESK, minutes_ago=0.5), refused, alert("b", DESK), newer]
    found = due(waiting, sent={"same": NOW - 0.2 * MINUTE})

    assert [(one.hung, one.rests_until) for one in found] == [(False, None), (False, None)]


def test_what_went_out_at_the_same_moment_came_before_it_hung():
    assert hung_at([hung("a", DESK, minutes_ago=5)], NOW - 5 * MINUTE) != ()


def test_the_rest_grows_and_ends():
    assert [rest_until([hung("a", DESK, 0, tries)], NOW) - NOW for tries in (1, 2, 3, 4, 30)] == [
        RESTS[0],
        RESTS[1],
        RESTS[2],
        RESTS[2],
        RESTS[2],
    ]
    assert rest_until([hung("a", DESK, 1)], NOW) is None
    assert rest_until([hung("a", DESK, 0), hung("b", DESK, 3), hung("c", DESK, 9)], NOW) == NOW + RESTS[2]
    assert rest_until([hung("a", DESK, -10)], NOW) is None, "a clock that was ahead"


TRIES = st.lists(st.tuples(st.floats(0, 1e5), st.integers(0, 40)), max_size=20)


@given(TRIES)
def test_no_channel_rests_longer_than_the_longest_rest_after_its_last_try(tries):
    found = [hung(str(number), DESK, ago, attempts) for number, (ago, attempts) in enumerate(tries)]
    until = rest_until(found, NOW)

    assert until is None or NOW < until <= max(one.tried_at for one in found) + RESTS[-1]
    assert found or until is None


@given(st.lists(st.tuples(st.sampled_from([DESK, MAIL, SAME]), st.booleans()), max_size=30))
def test_every_message_that_is_due_stands_once_in_the_order_of_its_rule(told):
    waiting = [
        alert(f"{number:03}", rule, state="pending" if pending else "held")
        for number, (rule, pending) in enumerate(told)
    ]
    messages = [(rule, group) for channel in due(waiting) for rule, group in channel.messages]

    for rule in (DESK, MAIL, SAME):
        sent = [one for own, group in messages if own == rule for one in group]
        assert sent == [one for one in waiting if one.rule == rule.name and one.state == "pending"]
