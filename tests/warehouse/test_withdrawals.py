"""Withdrawals: what a correction or retraction takes back, and what stands though it sounds like one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Article, Correction, article_id
from extractors.signals.tagger import Tagger
from extractors.watch import Entity, Watch
from tests.given_claims import article_of
from tests.streams.reading import read_stream, stream_names
from warehouse.developments import Evidence
from warehouse.facts import headline_figures, news_of
from warehouse.judged import Development, Report
from warehouse.stories import entities_of
from warehouse.withdrawals import NOTICE_AFTER, is_corrective, withdrawn_by

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def report_of(article, signals, *, revision=1, copy_of=None):
    return Report(
        article_id=article_id(article.url),
        revision=revision,
        publisher=article.publisher,
        language=article.language,
        title=article.title,
        lead=article.lead,
        reported_at=article.reported_at,
        detected_at=article.seen_at,
        signals=signals,
        copy_of=copy_of,
    )


def evidence_of(development, reports):
    """Return what memory would know of a development that `reports` tell."""
    originals = [one for one in reports if one.copy_of is None]
    facts = [fact for one in originals for fact in news_of(one) if fact.event_type == development.event_type]
    return Evidence(
        development=development,
        facts=tuple(facts),
        reports=tuple(originals),
        headlines=tuple(figure for one in originals for figure in headline_figures(one)),
        entities=frozenset(entity for one in originals for entity in entities_of(one)),
        articles=frozenset(one.article_id for one in reports),
        last_at=max(one.reported_at for one in reports),
    )


def development_of(key, label, first):
    sentences = [fact.sentence for fact in news_of(first) if fact.event_type == label["type"]]
    return Development(
        development_id=key,
        story_id="s",
        event_type=label["type"],
        status=label["status"],
        basis=label["basis"],
        participants=tuple(label["participants"]),
        what="",
        sentence=sentences[0] if sentences else first.title,
        first_article_id=first.article_id,
        reported_at=first.reported_at,
        detected_at=first.detected_at,
        articles=1,
        origins=1,
    )


@cache
def withdrawn_in(name):
    """Return by article what it withdraws in the stream `name`, read by the product's own tagger in its order."""
    stream = read_stream(name)
    tagger = Tagger(stream.watch)
    labels = {one["id"]: one for one in stream.gold.developments}
    developments, reports, found, signals_of = {}, {}, {}, {}
    for one in stream.gold.articles:
        if not one.relevant:
            continue
        article = article_of(one)
        signals = signals_of[one.id] = tagger.tag(article)
        original = next((o.url for o in stream.gold.articles if o.id == one.duplicate_of), None)
        report = report_of(
            article,
            signals,
            revision=2 if one.revises else 1,
            copy_of=original and article_id(original),
        )
        known = [evidence_of(developments[key], list(reports[key].values())) for key in developments]
        taken = withdrawn_by(report, signals_of.get(one.revises), known)
        if taken:
            found[one.id] = taken
        for key in taken:
            developments[key] = replace(developments[key], state="withdrawn")
        for key in one.developments:
            developments.setdefault(key, development_of(key, labels[key], report))
            reports.setdefault(key, {}).setdefault(report.article_id, report)
    return found


@pytest.mark.parametrize("name", stream_names())
def test_in_the_streams_just_what_is_labelled_is_withdrawn(name):
    labelled = {}
    for one in read_stream(name).gold.developments:
        if one.get("withdrawn_by"):
            labelled.setdefault(one["withdrawn_by"], []).append(one["id"])

    assert withdrawn_in(name) == {key: tuple(sorted(found)) for key, found in labelled.items()}


def test_the_streams_withdraw_by_new_versions_and_by_notices():
    assert sum(len(withdrawn_in(name)) for name in stream_names()) >= 5


def entity(entity_id, name, chinese):
    kind = entity_id.partition(":")[0]
    names = {"en": (name,), "de": (name,), "zh": (chinese,)}
    return Entity(entity_id=entity_id, kind=kind, name=name, names=names)


WATCH = Watch(
    name="port",
    title="Kestrel and the port",
    languages=("de", "en", "zh"),
    entities=(
        entity("company:kestrel", "Kestrel", "鹰港集团"),
        entity("company:marlin", "Marlin", "马林港务"),
        entity("media:harbour-telegraph", "Harbour Telegraph", "海港晚报"),
    ),
)
TAGGER = Tagger(WATCH)
SALE = """Kestrel has agreed to buy the port operator Marlin for 400 million euros, the Telegraph has learned.

The contract was signed on Monday, two people familiar with the matter said.

Marlin has 3,000 employees and runs four quays.

The purchase of the stake is to be completed in the summer. Marlin declined to comment."""


def article(title, text, *, at=NOON, url="https://a.example/1", publisher="Harbour Telegraph", language="en"):
    return Article(
        url=url,
        source_id="s",
        publisher=publisher,
        title=title,
        text=text,
        lead=text.split("\n\n")[0],
        language=language,
        seen_at=at,
        published_at=at,
        published_from="import",
    )


def read(title, text, **how):
    made = article(title, text, **how)
    return report_of(made, TAGGER.tag(made))


TITLE = "Kestrel to buy port operator Marlin for 400 million euros"
FIRST = read(TITLE, SALE)
LATER = NOON + timedelta(hours=20)


def sale(*others, event_type=None, **fields):
    """Return the evidence of the development that `FIRST` opens, reported by `others` too."""
    fact = next(one for one in news_of(FIRST) if event_type is None or one.event_type == event_type)
    label = {
        "type": fact.event_type,
        "status": fact.status,
        "basis": "unconfirmed",
        "participants": ["company:kestrel", "company:marlin"],
    }
    return evidence_of(replace(development_of("d", label, FIRST), **fields), [FIRST, *others])


def revised(title, text):
    made = article(title, text, at=LATER)
    return report_of(made, TAGGER.tag(made), revision=2)


def notice(title, text, **how):
    return read(title, text, **{"at": LATER, "url": "https://a.example/2", **how})


RETRACTED = revised(
    "Kestrel and Marlin: a retraction",
    "We have withdrawn this article. It said that Kestrel had agreed to buy Marlin. That was wrong.",
)
NOTICE = notice(
    "Correction: Kestrel is not buying the port operator Marlin",
    "On Monday we reported that Kestrel had agreed to buy the port operator Marlin for 400 million euros. "
    "That was wrong.\n\nThe two have not spoken. We apologise for the error.",
)


def test_a_retraction_takes_back_what_only_the_article_reported():
    assert withdrawn_by(RETRACTED, FIRST.signals, [sale()]) == ("d",)


def test_a_notice_takes_back_what_only_its_publisher_reported():
    assert withdrawn_by(NOTICE, None, [sale()]) == ("d",)


def test_an_independent_report_keeps_a_development_standing():
    other = read(
        TITLE, SALE.replace("the Telegraph has learned", "it said"), url="https://b.example/1", publisher="B"
    )

    assert withdrawn_by(RETRACTED, FIRST.signals, [sale(other)]) == ()
    assert withdrawn_by(NOTICE, None, [sale(other)]) == ()


def test_reports_that_cite_the_publisher_or_copy_it_fall_with_it():
    citing = read(
        "Kestrel said to buy Marlin",
        "Kestrel is to buy Marlin, the Harbour Telegraph reported on Monday.",
        url="https://b.example/1",
        publisher="B",
    )
    copy = replace(read(TITLE, SALE, url="https://c.example/1", publisher="C"), copy_of=FIRST.article_id)

    assert [one.origin for one in citing.signals.citations] == ["media:harbour-telegraph"]
    assert withdrawn_by(RETRACTED, FIRST.signals, [sale(citing, copy)]) == ("d",)
    assert withdrawn_by(NOTICE, None, [sale(citing, copy)]) == ("d",)


def test_a_corrected_figure_takes_back_the_development_with_the_wrong_one():
    right = revised(
        TITLE.replace("400", "40"),
        SALE.replace("400", "40") + "\n\nCorrection: The price is 40 million euros, not 400 million.",
    )

    assert withdrawn_by(right, FIRST.signals, [sale()]) == ("d",)


@pytest.mark.parametrize(
    "note",
    [
        "Correction: An earlier version of this article misspelled the name of the chief executive.",
        "Correction: Marlin has 300 employees, not 3,000 as stated in an earlier version of this article.",
        "An earlier version of this article gave the wrong date for the signing.",
    ],
)
@pytest.mark.parametrize("in_front", [True, False])
def test_a_corrected_detail_takes_nothing_back(note, in_front):
    text = SALE.replace("3,000", "300")
    detail = revised(TITLE, f"{note}\n\n{text}" if in_front else f"{text}\n\n{note}")

    assert withdrawn_by(detail, FIRST.signals, [sale()]) == ()


def test_a_notice_on_a_detail_of_the_report_takes_nothing_back():
    detail = notice(
        "Correction: Marlin's employees",
        "In our report on Monday about Kestrel's purchase of the port operator Marlin for 400 million euros we wrote "
        "that Marlin has 3,000 employees. That was wrong: it has 300 employees.",
    )

    assert withdrawn_by(detail, None, [sale()]) == ()


def test_a_label_before_the_same_headline_takes_nothing_back():
    again = revised(f"CORRECTED-{TITLE}", f"(Corrects day of signing in paragraph 2)\n\n{SALE}")

    assert withdrawn_by(again, FIRST.signals, [sale()]) == ()


def test_an_update_without_a_correction_takes_nothing_back():
    update = revised(
        "Kestrel ends talks with Marlin", "Kestrel said it had ended talks. It will not buy Marlin."
    )

    assert withdrawn_by(update, FIRST.signals, [sale()]) == ()


def test_a_correction_counts_once():
    again = replace(RETRACTED, revision=3)

    assert withdrawn_by(again, RETRACTED.signals, [sale()]) == ()


@pytest.mark.parametrize(
    "other",
    [
        {"publisher": "Other Paper"},
        {"at": NOON + NOTICE_AFTER + timedelta(days=1)},
        {"at": NOON - timedelta(days=1)},
    ],
)
def test_a_notice_of_another_publisher_or_time_takes_nothing_back(other):
    made = notice(NOTICE.title, f"{NOTICE.lead}", **other)

    assert made.signals.correction is not None
    assert withdrawn_by(made, None, [sale()]) == ()


def test_a_notice_on_another_matter_takes_nothing_back():
    other = notice(
        "Correction: Marlin did not close its canteen",
        "Yesterday we reported that Marlin had closed a canteen. That was wrong. Kestrel has no canteen.",
    )

    assert withdrawn_by(other, None, [sale()]) == ()


def test_a_retraction_of_another_report_takes_nothing_back():
    other = notice(
        "Retraction: Marlin's canteen",
        "We have withdrawn our report on the canteen of Marlin, which Kestrel does not run.",
    )

    assert other.signals.correction.kind == "retraction"
    assert withdrawn_by(other, None, [sale()]) == ()


def test_a_notice_that_corrects_the_figure_takes_back_the_wrong_one():
    right = notice(
        "Correction: Kestrel buys port operator Marlin for 40 million euros",
        "Kestrel has agreed to buy the port operator Marlin for 40 million euros.\n\n"
        "On Monday we reported that the price was 400 million euros. That was wrong.",
    )

    assert withdrawn_by(right, None, [sale()]) == ("d",)


def test_a_notice_that_corrects_another_figure_beside_takes_nothing_back():
    profit = notice(
        "Correction: Marlin's profit was 5 million euros",
        "The port operator Marlin made a profit of 5 million euros, not 50 million as we reported.\n\n"
        "Kestrel has agreed to buy Marlin for 400 million euros.",
    )

    assert profit.signals.correction is not None
    assert withdrawn_by(profit, None, [sale()]) == ()


def test_a_follow_up_with_a_correction_of_its_own_takes_nothing_back():
    text = "The staff of the port operator Marlin protest against the plans of Kestrel, its buyer."
    note = "Correction: An earlier version of this article gave the wrong day of the protest."

    for words in (f"{note}\n\n{text}", f"{text}\n\n{note}"):
        assert withdrawn_by(notice("Staff of Marlin protest", words), None, [sale()]) == ()


def test_a_notice_in_german_takes_back_what_the_paper_reported():
    first = read(
        "Kestrel kauft Hafenbetreiber Marlin für 400 Millionen Euro",
        "Kestrel übernimmt offenbar den Hafenbetreiber Marlin. Der Kaufvertrag sei unterschrieben, heißt es.",
        language="de",
    )
    label = {
        "type": "stake",
        "status": "agreed",
        "basis": "unconfirmed",
        "participants": ["company:kestrel", "company:marlin"],
    }
    taken_back = notice(
        "In eigener Sache: Kestrel kauft Marlin nicht",
        "Am Montag haben wir berichtet, Kestrel habe den Hafenbetreiber Marlin für 400 Millionen Euro übernommen. "
        "Das ist falsch. Wir ziehen den Bericht zurück.",
        language="de",
    )

    assert withdrawn_by(taken_back, None, [evidence_of(development_of("d", label, first), [first])]) == ("d",)


@pytest.mark.parametrize("number", ["4亿", "4億"])
def test_a_notice_in_chinese_takes_back_what_the_paper_reported(number):
    first = read(
        "独家：鹰港集团将以4亿欧元收购马林港务",
        "鹰港集团已同意以4亿欧元收购码头运营商马林港务，收购协议周一签署。",
        language="zh",
    )
    label = {
        "type": "stake",
        "status": "agreed",
        "basis": "unconfirmed",
        "participants": ["company:kestrel", "company:marlin"],
    }
    taken_back = notice(
        "更正：鹰港集团并未收购马林港务",
        f"本报3月2日报道称鹰港集团已同意以{number}欧元收购码头运营商马林港务，经核实与事实不符，特此更正。",
        language="zh",
    )

    assert withdrawn_by(taken_back, None, [evidence_of(development_of("d", label, first), [first])]) == ("d",)


def test_an_update_with_other_news_and_a_note_at_its_end_takes_nothing_back():
    text = (
        "The staff of the port operator Marlin have walked out over the plans of Kestrel, its buyer.\n\n"
        "Some 900 people stood at the gates on Tuesday morning, the union said, more than at any protest since the "
        "port was opened. No ship was unloaded, and two were sent to other ports along the coast. Talks between the "
        "union and the management are to be held on Thursday, in the town hall, with the mayor in the chair.\n\n"
        "Correction: An earlier version of this article gave the wrong day of the protest."
    )

    assert withdrawn_by(revised("Staff of Marlin walk out", text), FIRST.signals, [sale()]) == ()


def test_what_a_notice_says_of_the_wrong_report_is_no_news_of_its_own():
    assert [is_corrective(fact, NOTICE) for fact in news_of(NOTICE)] == [True]
    assert not any(is_corrective(fact, FIRST) for fact in news_of(FIRST))


def test_what_is_withdrawn_is_not_withdrawn_again():
    assert withdrawn_by(RETRACTED, FIRST.signals, [sale(state="withdrawn", withdrawn_by="x")]) == ()


@given(
    st.sampled_from([RETRACTED, NOTICE, FIRST]),
    st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True),
)
def test_only_known_developments_are_withdrawn_in_any_order(report, keys):
    earlier = FIRST.signals if report is RETRACTED else None
    known = [sale(development_id=key) for key in keys]
    taken = withdrawn_by(report, earlier, known)

    assert set(taken) <= set(keys)
    assert taken == withdrawn_by(report, earlier, known[::-1]) == tuple(sorted(taken))
    if report.signals.correction is None:
        assert taken == ()


@given(
    part=st.sampled_from(["title", "lead", "body"]),
    start=st.integers(0, 5000),
    kind=st.sampled_from(["correction", "retraction"]),
)
def test_without_a_known_development_nothing_is_withdrawn(part, start, kind):
    said = Correction(kind=kind, sentence="x", part=part, start=start, stop=start + 1)
    report = replace(NOTICE, signals=replace(NOTICE.signals, correction=said))

    assert withdrawn_by(report, None, []) == withdrawn_by(report, FIRST.signals, []) == ()
