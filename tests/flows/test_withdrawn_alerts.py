"""What is told of a development that is taken back: once, to whoever was told of it, and in place of what waits."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractors.records import stable_id
from extractors.watch import AlertRule
from flows.alerts.deliver import DeliveryError, deliver
from flows.alerts.desk import AlertDesk
from warehouse.database import insert, open_warehouse
from warehouse.judged import Development, DevelopmentArticle, Judgement, Reporting, Story
from warehouse.outbox import due_alerts, note_attempt, save_alerts

NOW = datetime(2024, 3, 28, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=20)
DESK = AlertRule(name="desk", to="json://desk/")
NEWS = Development(
    development_id="d1",
    story_id="s1",
    event_type="stake",
    status="agreed",
    basis="unconfirmed",
    participants=("company:baic",),
    what="BAIC: stake, agreed (unconfirmed)",
    sentence="Xiaomi takes 10 percent of BAIC.",
    first_article_id="a1",
    reported_at=NOW,
    detected_at=NOW,
    articles=1,
    origins=1,
)
GONE = replace(NEWS, state="withdrawn", withdrawn_at=LATER, withdrawn_by="a2")
STORY = Story(story_id="s1", title="Xiaomi and BAIC", first_at=NOW, last_at=LATER)


def reporting(name, title, at):
    return Reporting(
        article_id=name,
        url=f"https://wire.example/{name}",
        title=title,
        publisher="The Wire",
        language="en",
        reported_at=at,
    )


REPORTS = {
    "a1": reporting("a1", "Xiaomi takes a stake", NOW),
    "a2": reporting("a2", "Correction: no stake in BAIC", LATER),
}


class Channel:
    """A channel that keeps what it is given; fails for URLs in `dead`."""

    def __init__(self):
        """Take everything."""
        self.dead, self.messages = (), []

    def __call__(self, url, title, body):
        """Keep the message, or fail."""
        if url in self.dead:
            raise DeliveryError("no connection to the channel")
        self.messages.append((title, body))


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "w.duckdb") as opened:
        yield opened


@pytest.fixture
def newsroom(con, a_watch):
    """A maker of desks that judge, save, and send as cycles do, with the rules given."""

    class Newsroom:
        def __init__(self, *rules):
            self.rules, self.channel = rules, Channel()
            self.watch = a_watch(alerts=rules)

        def desk(self):
            return AlertDesk(con, self.watch, {})

        def hears(self, *, new=(), changed=(), now=NOW, reports=REPORTS, desk=None):
            judgement = Judgement(story=STORY, new=new, changed=changed)
            known = {found.development_id: found for found in (*new, *changed)}
            alerts = (desk or self.desk())(judgement, reports=reports, developments=known, now=now)
            save_alerts(con, alerts)
            for found in (*new, *changed):
                con.execute("DELETE FROM developments WHERE development_id = $1", [found.development_id])
                row = {name: getattr(found, name) for name in Development.__slots__}
                insert(con, "developments", [row | {"participants": list(found.participants)}])
            return alerts

        def sends(self, now=NOW):
            return deliver(con, self.rules, {}, now, self.channel)

        def titles(self):
            return [title for title, _ in self.channel.messages]

    return Newsroom


def test_whoever_was_told_gets_one_message_with_what_was_said_and_the_correction(newsroom, con):
    room = newsroom(DESK)
    room.hears(new=[NEWS])
    room.sends()
    (alert,) = room.hears(changed=[GONE], now=LATER)
    room.sends(LATER)
    room.sends(LATER)

    assert room.titles() == [NEWS.what, f"Withdrawn: {NEWS.what}"]
    assert (alert.alert_id, alert.kind, alert.development_id) == (
        stable_id("w", "desk", "d1"),
        "development",
        "d1",
    )
    assert room.channel.messages[1][1].splitlines() == [
        "Withdrawn: stake, agreed, unconfirmed (BAIC)",
        "",
        "It was said:",
        "“Xiaomi takes 10 percent of BAIC.”",
        "The Wire, 2024-03-28 12:00 UTC [en]",
        "https://wire.example/a1",
        "",
        "Now it is taken back:",
        "“Correction: no stake in BAIC”",
        "The Wire, 2024-04-17 12:00 UTC [en]",
        "https://wire.example/a2",
        "",
        "Story: Xiaomi and BAIC",
    ]


def test_the_correction_speaks_in_its_own_sentence_where_one_was_read(newsroom):
    room = newsroom(DESK)
    room.hears(new=[NEWS])
    room.sends()
    denial = replace(NEWS, development_id="d2", status="denied", sentence="No deal.", first_article_id="a2")
    room.hears(new=[replace(denial, contradicts="d1")], changed=[GONE], now=NOW)
    room.sends()

    (body,) = [body for title, body in room.channel.messages if title.startswith("Withdrawn:")]
    assert "Now it is taken back:\n“No deal.”\n" in body


def test_an_article_that_takes_itself_back_is_told_with_both_times_and_the_right_figure_as_news(newsroom):
    room = newsroom(DESK)
    room.hears(new=[NEWS])
    room.sends()
    gone = replace(GONE, withdrawn_by="a1", withdrawn_at=NOW + timedelta(hours=2))
    right = replace(
        NEWS, development_id="d2", what="BAIC: stake: 5 %", sentence="Xiaomi takes 5 percent of BAIC."
    )
    room.hears(new=[replace(right, supersedes="d1")], changed=[gone])
    room.sends()

    told = dict(room.channel.messages)
    assert f"Known before: {NEWS.what} (withdrawn)\n" in told["BAIC: stake: 5 %"]
    assert (
        "Now it is taken back:\n“Xiaomi takes 5 percent of BAIC.”\nThe Wire, 2024-03-28 14:00 UTC [en]\n"
        in told[f"Withdrawn: {NEWS.what}"]
    )


@pytest.mark.parametrize("state", ["pending", "failed", "interrupted"])
def test_what_has_not_gone_out_says_itself_that_it_was_withdrawn(newsroom, con, state):
    room = newsroom(DESK)
    room.hears(new=[NEWS])
    if state == "failed":
        room.channel.dead = (DESK.to,)
        room.sends()
        room.channel.dead = ()
    if state == "interrupted":
        note_attempt(con, due_alerts(con)[0].alert_id, now=NOW)
    room.hears(changed=[GONE], now=LATER)
    room.sends(LATER)
    room.sends(LATER)

    assert room.titles() == [f"Withdrawn: {NEWS.what}"]
    assert con.execute("SELECT created_at, state FROM alerts").fetchall() == [(NOW, "sent")]


@pytest.mark.parametrize(
    "rule", [replace(DESK, digest="daily"), replace(DESK, quiet="11:00-13:00 UTC")], ids=["digest", "quiet"]
)
def test_what_waits_for_its_hour_says_so_when_the_hour_comes(newsroom, rule):
    room = newsroom(rule)
    room.hears(new=[NEWS])
    room.hears(changed=[GONE])
    early = room.sends()
    room.sends(NOW + timedelta(hours=14))

    assert (early.sent, early.held) == (0, 1)
    assert room.titles() == [f"Withdrawn: {NEWS.what}"]


def test_a_rule_that_waits_for_origins_is_never_told_of_what_nobody_confirmed(newsroom, con):
    room = newsroom(replace(DESK, min_origins=2))
    room.hears(new=[NEWS])
    room.hears(changed=[GONE], now=LATER)
    room.sends(LATER)

    assert room.titles() == []
    assert con.execute("SELECT state FROM alerts").fetchall() == [("held",)]


def test_a_rule_that_was_told_after_origins_came_is_told_though_the_origins_are_gone(newsroom):
    room = newsroom(replace(DESK, min_origins=2, digest="daily"))
    room.hears(new=[replace(NEWS, origins=2)])
    room.sends(NOW + timedelta(days=1))
    room.hears(changed=[replace(GONE, origins=1)], now=LATER)
    room.sends(LATER + timedelta(days=1))

    assert room.titles() == [NEWS.what, f"Withdrawn: {NEWS.what}"]


def test_rules_that_were_never_told_stay_silent(newsroom):
    other = AlertRule(name="other", to="json://desk/", event_types=("legal",))
    room = newsroom(DESK, other)
    room.hears(new=[NEWS])
    room.sends()
    alerts = room.hears(changed=[GONE])

    assert [alert.rule for alert in alerts] == ["desk"]
    assert newsroom(DESK).hears(changed=[replace(GONE, development_id="d9")]) == ()


@pytest.mark.parametrize("sent_before", [True, False])
def test_further_reports_on_what_was_withdrawn_tell_nothing_again(newsroom, sent_before):
    room = newsroom(DESK)
    room.hears(new=[NEWS])
    if sent_before:
        room.sends()
    for _ in range(3):
        room.hears(changed=[replace(GONE, articles=5)])
        room.sends()

    assert len(room.channel.messages) == (2 if sent_before else 1)


@pytest.mark.parametrize("rule", [DESK, replace(DESK, min_origins=2), replace(DESK, digest="hourly")])
def test_one_desk_for_all_and_one_for_each_decide_alike(newsroom, con, rule):
    steps = [
        {"new": [NEWS]},
        {"changed": [replace(NEWS, origins=2)]},
        {"changed": [GONE]},
        {"changed": [GONE]},
    ]

    def ledger(*, together):
        room = newsroom(rule)
        desk = room.desk() if together else None
        for step in steps:
            room.hears(**step, desk=desk)
        found = con.execute(
            "SELECT alert_id, state, created_at, title, body FROM alerts ORDER BY 1"
        ).fetchall()
        con.execute("DELETE FROM alerts")
        return found

    assert ledger(together=True) == ledger(together=False)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    st.sampled_from([DESK, replace(DESK, min_origins=2), replace(DESK, digest="hourly")]),
    st.lists(st.sampled_from(["confirmed", "withdrawn", "sent", "refused", "killed"]), max_size=8),
)
def test_whatever_happens_news_and_withdrawal_go_out_once_each_and_nobody_is_left_with_the_news(
    newsroom, con, rule, steps
):
    for table in ("alerts", "developments"):
        con.execute(f"DELETE FROM {table}")
    room, found, now = newsroom(rule), NEWS, NOW
    room.hears(new=[found])
    for step in steps:
        now += timedelta(hours=13)
        if step in {"confirmed", "withdrawn"}:
            found = replace(found, origins=2) if step == "confirmed" else replace(GONE, origins=found.origins)
            room.hears(changed=[found], now=now)
        elif step == "killed":
            note_attempt(con, *(alert.alert_id for alert in due_alerts(con)), now=now)
        else:
            room.channel.dead = (DESK.to,) if step == "refused" else ()
            room.sends(now)
    room.channel.dead = ()
    room.sends(now + timedelta(days=1))
    room.sends(now + timedelta(days=2))

    titles = room.titles()
    enough = found.origins >= rule.min_origins or "killed" in steps
    withdrawn = found.state == "withdrawn"
    assert len(titles) == len(set(titles))
    assert bool(titles) or not enough
    assert not titles or (titles[-1] == f"Withdrawn: {NEWS.what}") == withdrawn


def test_a_confirmation_an_official_word_and_an_earlier_first_report_send_nothing_new(newsroom):
    room = newsroom(DESK)
    room.hears(new=[NEWS])
    room.sends()
    known = replace(NEWS, origins=2, confirmed_at=NOW, official_at=NOW, first_article_id="a0")
    early = NOW - timedelta(days=1)
    room.hears(changed=[replace(known, reported_at=early)], reports={"a0": reporting("a0", "Earlier", early)})
    room.sends()

    assert room.titles() == [NEWS.what]


def test_a_withdrawal_is_told_though_the_first_report_is_forgotten(newsroom):
    room = newsroom(DESK)
    room.hears(new=[NEWS])
    room.sends()
    room.hears(changed=[GONE], now=LATER, reports={"a2": REPORTS["a2"]})
    room.sends(LATER)

    assert room.titles()[1] == f"Withdrawn: {NEWS.what}"
    assert "“Xiaomi takes 10 percent of BAIC.”" in room.channel.messages[1][1]


def test_a_contradiction_shows_the_other_side_with_its_link(newsroom):
    room = newsroom(DESK)
    other = replace(NEWS, development_id="d2", status="denied", what="BAIC: stake, denied", contradicts="d1")
    judgement = Judgement(
        story=STORY,
        new=(replace(other, sentence="No deal.", first_article_id="a2"),),
        links=(DevelopmentArticle(development_id="d2", article_id="a2", role="first"),),
    )
    (alert,) = room.desk()(judgement, reports=REPORTS, developments={"d1": NEWS}, now=NOW)

    assert "Contradicts: BAIC: stake, agreed (unconfirmed)\n“Xiaomi takes 10 percent of BAIC.”" in alert.body
    assert "https://wire.example/a1" in alert.body
    assert "“No deal.”" in alert.body
