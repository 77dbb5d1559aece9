"""Whoever was told of something is told its next step, once: an agreement after talks, official word, a denial."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractors.records import Claim, Figure
from extractors.watch import AlertRule
from flows.alerts.deliver import deliver
from flows.alerts.desk import AlertDesk
from flows.alerts.gathering import Gathering
from flows.alerts.writing import write_message
from warehouse.database import insert, open_warehouse
from warehouse.judged import Development, DevelopmentArticle, Judgement, Reporting, Story
from warehouse.outbox import save_alerts

NOW = datetime(2024, 3, 28, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TALKS = Development(
    development_id="d1",
    story_id="s1",
    event_type="partnership",
    status="talks",
    basis="unconfirmed",
    participants=("company:xiaomi", "company:baic"),
    what="Xiaomi, BAIC: partnership, talks (unconfirmed)",
    sentence="Xiaomi and BAIC are said to be in talks.",
    first_article_id="a1",
    reported_at=NOW,
    detected_at=NOW,
    articles=1,
    origins=1,
)
AGREED = replace(
    TALKS,
    development_id="d2",
    status="agreed",
    basis="official",
    what="Xiaomi, BAIC: partnership, agreed",
    sentence="Xiaomi and BAIC have agreed.",
    supersedes="d1",
    first_article_id="a2",
    official_at=NOW,
)
DENIED = replace(
    AGREED,
    development_id="d3",
    status="denied",
    what="Xiaomi, BAIC: partnership, denied",
    sentence="BAIC denied it.",
    supersedes=None,
    contradicts="d1",
    first_article_id="a3",
)
STORY = Story(story_id="s1", title="Xiaomi and BAIC", first_at=NOW, last_at=NOW)
CONFIRMS = Claim(
    event_type="partnership",
    status="talks",
    basis="official",
    participants=(),
    sentence="“We are in talks”, BAIC said.",
    part="body",
    start=0,
    stop=1,
    score=1.0,
    is_news=True,
)
OFFICIAL = replace(TALKS, official_at=NOW + HOUR, articles=2, origins=2, confirmed_at=NOW + HOUR)
BY_BAIC = (DevelopmentArticle(development_id="d1", article_id="a4", role="confirms", basis="official"),)


def reporting(name, at=NOW, claims=()):
    return Reporting(
        article_id=name,
        url=f"https://wire.example/{name}",
        title=f"Xiaomi and BAIC, {name}",
        publisher=f"Paper {name}",
        language="en",
        reported_at=at,
        claims=claims,
    )


REPORTS = {name: reporting(name) for name in ("a1", "a2", "a3")}
REPORTS["a4"] = reporting("a4", NOW + HOUR, (CONFIRMS,))
PERCENT = Figure(
    kind="percent", value="12.5", number=12.5, unit="percent", surface="12.5 %", part="body", start=0, stop=1
)
DESK = AlertRule(name="desk", to="json://desk/", statuses=("talks",), escalate=True)


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "w.duckdb") as opened:
        yield opened


@pytest.fixture
def room(con, a_watch):
    """A maker of desks that judge, save and send, with the rules given."""

    class Room:
        def __init__(self, *rules, languages=("en",)):
            self.rules, self.messages, self.known = rules, [], {}
            self.watch = a_watch(alerts=rules, languages=languages)

        def hears(self, *new, changed=(), links=(), now=NOW):
            self.known |= {found.development_id: found for found in (*new, *changed)}
            judgement = Judgement(story=STORY, new=new, changed=changed, links=links)
            desk = AlertDesk(con, self.watch, {})
            alerts = desk(judgement, reports=REPORTS, developments=self.known, now=now)
            save_alerts(con, alerts)
            con.execute("DELETE FROM developments")
            rows = [
                {name: getattr(one, name) for name in Development.__slots__} for one in self.known.values()
            ]
            insert(con, "developments", [row | {"participants": list(row["participants"])} for row in rows])
            return alerts

        def sends(self, now=NOW):
            deliver(con, self.rules, {}, now, lambda _url, title, body: self.messages.append((title, body)))

        def titles(self):
            return [title for title, _ in self.messages]

    return Room


def test_an_agreement_is_told_to_whoever_was_told_of_the_talks_and_says_what_it_was(room):
    desk = room(DESK)
    desk.hears(TALKS)
    desk.sends()
    (alert,) = desk.hears(AGREED, now=NOW + HOUR)
    desk.sends(NOW + HOUR)

    assert desk.titles() == [TALKS.what, AGREED.what]
    assert f"Known before: {TALKS.what}" in alert.body


def test_a_denial_is_told_to_whoever_was_told_what_is_denied(room):
    desk = room(DESK)
    desk.hears(TALKS)
    desk.hears(DENIED, now=NOW + HOUR)
    desk.sends(NOW + HOUR)

    assert desk.titles() == [TALKS.what, DENIED.what]
    assert f"Contradicts: {TALKS.what}" in desk.messages[1][1]


@pytest.mark.parametrize("rule", [replace(DESK, escalate=False), replace(DESK, statuses=("planned",))])
def test_neither_is_told_to_a_rule_that_does_not_want_it_or_was_told_nothing(room, rule):
    desk = room(rule)
    desk.hears(TALKS)
    desk.sends()
    told = len(desk.titles())

    assert desk.hears(AGREED, DENIED, now=NOW + HOUR) == ()
    assert told == (rule.statuses == ("talks",))


def test_the_same_step_is_never_told_twice(room):
    again = replace(AGREED, development_id="d9", first_article_id="a3")
    desk = room(DESK)
    desk.hears(TALKS)
    assert len(desk.hears(AGREED, now=NOW + HOUR)) == 1
    assert desk.hears(again, now=NOW + 2 * HOUR) == ()
    later = replace(AGREED, development_id="d10", status="completed", supersedes="d2", what="")
    assert len(desk.hears(later, now=NOW + 3 * HOUR)) == 1, "the step after it"


def test_a_figure_that_changes_is_no_step(room):
    desk = room(replace(DESK, statuses=(), event_types=("partnership",), entities=("company:baic",)))
    desk.hears(TALKS)
    other = replace(TALKS, development_id="d8", supersedes="d1", participants=("company:xiaomi",))

    assert desk.hears(other, now=NOW + HOUR) == ()


def test_what_a_message_says_is_in_the_reports_that_were_put_to_the_news_and_not_only_in_the_first():
    told = replace(REPORTS["a1"], mentioned=frozenset({"company:xiaomi"}))
    later = replace(REPORTS["a2"], mentioned=frozenset({"company:baic"}), figures=(PERCENT,))
    news = replace(TALKS, participants=("company:xiaomi", "company:baic", "company:catl"))
    links = (DevelopmentArticle(development_id="d1", article_id="a2", role="confirms", basis="official"),)
    gathering = Gathering(
        judgement=Judgement(story=STORY, new=(news,), changed=(), links=links),
        reports={"a1": told, "a2": later},
        developments={"d1": news},
        names={"company:xiaomi": "Xiaomi", "company:baic": "BAIC", "company:catl": "CATL"},
    )
    evidence = gathering.evidence(news)

    assert evidence.figures == (PERCENT,)
    assert evidence.found == {"Xiaomi", "BAIC"}, "that the claim is about CATL does not prove CATL"
    assert "CATL" not in write_message(news, evidence).body


def test_official_word_on_what_was_told_is_told_once_with_its_own_sentence(room):
    desk = room(DESK)
    desk.hears(TALKS)
    desk.sends()
    (alert,) = desk.hears(changed=[OFFICIAL], links=BY_BAIC, now=NOW + HOUR)
    desk.sends(NOW + HOUR)
    assert desk.hears(changed=[replace(OFFICIAL, articles=3)], links=BY_BAIC, now=NOW + 2 * HOUR) == ()

    assert alert.says == "official"
    assert desk.titles() == [TALKS.what, f"Now official: {TALKS.what}"]
    lines = desk.messages[1][1].splitlines()
    assert "Before: unconfirmed, since 2024-03-28 12:00 UTC" in lines
    assert lines.index("““We are in talks”, BAIC said.”") < lines.index(f"“{TALKS.sentence}”")


def test_official_word_is_not_told_to_a_rule_that_does_not_escalate(room):
    desk = room(replace(DESK, escalate=False))
    desk.hears(TALKS)
    desk.sends()

    assert desk.hears(changed=[OFFICIAL], links=BY_BAIC, now=NOW + HOUR) == ()


def test_what_has_not_gone_out_says_itself_that_it_is_official_by_now(room):
    desk = room(replace(DESK, digest="daily"))
    desk.hears(TALKS)
    desk.hears(changed=[OFFICIAL], links=BY_BAIC, now=NOW + HOUR)
    desk.sends(NOW + 24 * HOUR)

    assert desk.titles() == [TALKS.what]
    assert "on official word by now" in desk.messages[0][1]


def test_a_rule_for_what_is_official_is_told_when_hearsay_becomes_it(room):
    desk = room(replace(DESK, basis=("official",), escalate=False))
    assert desk.hears(TALKS) == ()
    (alert,) = desk.hears(changed=[OFFICIAL], links=BY_BAIC, now=NOW + HOUR)

    assert (alert.says, alert.title) == ("official", f"Now official: {TALKS.what}")
    assert desk.hears(changed=[OFFICIAL], links=BY_BAIC, now=NOW + 2 * HOUR) == ()


def test_official_word_that_is_a_development_of_its_own_is_told_as_that(room):
    desk = room(replace(DESK, statuses=()))
    own = replace(AGREED, status="talks", what=TALKS.what.replace(" (unconfirmed)", ""))
    desk.hears(TALKS)
    desk.sends()
    desk.hears(own, now=NOW + 20 * HOUR)

    assert desk.hears(changed=[OFFICIAL], links=BY_BAIC, now=NOW + 21 * HOUR) == ()


@pytest.mark.parametrize("links", [(), (replace(BY_BAIC[0], basis=None),)])
def test_what_a_first_import_says_of_it_or_no_report_of_now_is_silent(room, links):
    desk = room(DESK)
    desk.hears(TALKS)
    desk.sends()

    assert desk.hears(changed=[OFFICIAL], links=links, now=NOW + HOUR) == ()


def test_what_is_withdrawn_before_the_official_word_goes_out_says_so_once(room, con):
    desk = room(replace(DESK, quiet="00:00-23:59 UTC"))
    desk.hears(TALKS)
    con.execute("UPDATE alerts SET state = 'sent'")
    desk.hears(changed=[OFFICIAL], links=BY_BAIC, now=NOW + HOUR)
    gone = replace(OFFICIAL, state="withdrawn", withdrawn_at=NOW + 2 * HOUR, withdrawn_by="a3")
    desk.hears(changed=[gone], now=NOW + 2 * HOUR)

    told = con.execute("SELECT says, title FROM alerts WHERE state <> 'sent'").fetchall()
    assert told == [("withdrawn", f"Withdrawn: {TALKS.what}")]
    assert desk.hears(changed=[gone], now=NOW + 3 * HOUR) == ()


def test_a_rule_that_was_changed_is_told_nothing_of_the_past(room, con):
    room(replace(DESK, statuses=("planned",))).hears(TALKS)

    assert room(DESK).hears(changed=[replace(TALKS, articles=2)], now=NOW + HOUR) == ()


def test_messages_are_in_the_language_of_the_rule_else_of_the_watch(room):
    desk = room(DESK, replace(DESK, name="other", language="zh"), languages=("de", "en"))

    assert [alert.title for alert in desk.hears(TALKS)] == [
        "Xiaomi, BAIC: Partnerschaft, in Gesprächen (unbestätigt)",
        "Xiaomi, BAIC: 合作, 洽谈中 (未经证实)",
    ]


STEPS = st.permutations(["agreed", "denied", "official", "official", "again", "send"])


@given(STEPS, st.booleans())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_in_whatever_order_things_come_nothing_is_told_twice(room, con, steps, escalate):
    con.execute("DELETE FROM alerts")
    desk = room(replace(DESK, escalate=escalate))
    desk.hears(TALKS)
    for number, step in enumerate(steps, 1):
        now = NOW + number * HOUR
        match step:
            case "agreed":
                desk.hears(AGREED, now=now)
            case "again":
                desk.hears(replace(AGREED, development_id="d9"), now=now)
            case "denied":
                desk.hears(DENIED, now=now)
            case "official":
                desk.hears(changed=[OFFICIAL], links=BY_BAIC, now=now)
            case "send":
                desk.sends(now)
    desk.sends(NOW + 9 * HOUR)

    assert len(desk.titles()) == len(set(desk.titles()))
    assert desk.titles().count(AGREED.what) == desk.titles().count(DENIED.what) == escalate
