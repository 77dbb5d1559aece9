"""What a message says: in the reader's words, nothing that the evidence does not bear, and in each form only text."""

import string
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from markdown_it import MarkdownIt

from extractors.records import Basis, EventType, Figure, Status
from flows.alerts.forms import as_html, as_markdown
from flows.alerts.message import Evidence, Part, Place, Word, plain_line
from flows.alerts.proof import Ground, Passage, unproven
from flows.alerts.words import figure_in, line_of, message_language, words_in
from flows.alerts.writing import QUOTE_LENGTH, counted_ground, ground_of, write_message
from warehouse.judged import Development

NOW = datetime(2024, 3, 28, 12, tzinfo=UTC)
CATALOGUE = tomllib.loads(files("flows.alerts").joinpath("words.toml").read_text(encoding="utf-8"))


def figure(value, unit, kind="money"):
    told = {"surface": value, "part": "body", "start": 0, "stop": 1}
    return Figure(kind=kind, value=value, number=float(value), unit=unit, **told)


NEWS = Development(
    development_id="d1",
    story_id="s1",
    event_type="plant",
    status="agreed",
    basis="unconfirmed",
    participants=("company:xiaomi", "company:baic"),
    what="Xiaomi, BAIC: plant, agreed (unconfirmed): CNY 10bn, 300,000 vehicles a year, 12.5 %",
    sentence="Xiaomi and BAIC will build 300,000 vehicles a year for 10 billion yuan.",
    first_article_id="a1",
    reported_at=NOW,
    detected_at=NOW,
    articles=1,
    origins=1,
)
SEEN = Evidence(
    story_title="Xiaomi and BAIC",
    article_title="A plant for two",
    first=Place(url="https://wire.example/1", publisher="The Wire", reported_at=NOW, language="en"),
    names=("Xiaomi", "BAIC"),
    figures=(figure("12.5", "percent", "percent"),),
    found=frozenset({"Xiaomi", "BAIC"}),
    known_names=frozenset({"Xiaomi", "BAIC", "CATL", "Xiaomi SU7", "北汽"}),
)


def test_a_title_is_written_in_each_language_with_its_own_numbers():
    titles = {language: write_message(NEWS, SEEN, "news", language).title for language in ("en", "de", "zh")}

    assert titles == {
        "en": NEWS.what,
        "de": "Xiaomi, BAIC: Werk, vereinbart (unbestätigt): CNY 10 Mrd., 300.000 Fahrzeuge im Jahr, 12,5 %",
        "zh": "Xiaomi, BAIC: 工厂, 已达成 (未经证实): CNY 100亿, 300000 辆/年, 12.5 %",
    }


@pytest.mark.parametrize("language", ["de", "zh"])
def test_the_catalogue_has_the_same_words_in_all_languages_and_all_that_are_labelled(language):
    english = CATALOGUE["en"]

    assert {key: set(table) for key, table in CATALOGUE[language].items()} == {
        key: set(table) for key, table in english.items()
    }
    for table, labels in (("event_types", EventType), ("statuses", Status), ("basis", Basis)):
        assert set(english[table]) == set(get_args(labels))
    for key, template in english["says"].items():
        places = {place for _, place, _, _ in string.Formatter().parse(template) if place}
        other = CATALOGUE[language]["says"][key]
        assert {place for _, place, _, _ in string.Formatter().parse(other) if place} == places, key
        assert not any(char.isdigit() for char in template + other)


def test_the_language_is_that_of_the_rule_else_the_first_of_the_watch_that_is_known():
    assert message_language("zh", ("de", "en")) == "zh"
    assert message_language(None, ("fr", "de", "en")) == "de"
    assert message_language(None, ("fr",)) == "en"


@pytest.mark.parametrize(
    ("figure_shown", "de", "zh"),
    [
        ("CNY 1.6tn", "CNY 1,6 Billionen", "CNY 1.6万亿"),
        ("1.6m vehicles", "1,6 Mio. Fahrzeuge", "160万 辆"),
        ("2024-H1", "2024-H1", "2024-H1"),
        ("88,898 vehicles", "88.898 Fahrzeuge", "88898 辆"),
        ("10,000 vehicles a month", "10.000 Fahrzeuge im Monat", "10000 辆/月"),
        ("1.5 percentage points", "1,5 Prozentpunkte", "1.5 个百分点"),
        ("27 minutes", "27 Minuten", "27 分钟"),
        ("77.4 kWh", "77,4 kWh", "77.4 kWh"),
    ],
)
def test_a_figure_is_written_as_the_language_does(figure_shown, de, zh):
    assert (figure_in(figure_shown, words_in("de")), figure_in(figure_shown, words_in("zh"))) == (de, zh)


def test_who_was_first_and_how_long_it_took_until_a_second_one_told_it():
    assert "First: The Wire; no second origin yet" in write_message(NEWS, SEEN).body

    confirmed = replace(NEWS, confirmed_at=NOW + timedelta(hours=26, minutes=5), origins=2, articles=2)
    second = replace(SEEN.first, publisher="Morgenblatt")
    told = write_message(confirmed, replace(SEEN, second=second), "news", "de").body
    assert "Zuerst: The Wire; zweite Quelle 1 Tg. 2 Std. später: Morgenblatt" in told


def test_the_story_is_linked_where_somebody_serves_it():
    told = write_message(NEWS, replace(SEEN, story_url="https://desk.example/stories/s1.html")).body

    assert "Story: Xiaomi and BAIC\nhttps://desk.example/stories/s1.html" in told


def test_hearsay_that_became_official_says_what_it_was():
    there = replace(SEEN.first, publisher="BAIC", url="https://baic.example/", reported_at=NOW)
    official = Word(sentence="BAIC and Xiaomi have agreed on a plant.", place=there)
    message = write_message(NEWS, replace(SEEN, official=official), "official")

    assert message.title.startswith("Now official: Xiaomi, BAIC: plant, agreed")
    assert "Before: unconfirmed, since 2024-03-28 12:00 UTC" in message.body
    assert message.body.index("have agreed on a plant") < message.body.index("300,000 vehicles a year for")


def test_what_the_evidence_does_not_bear_is_left_out_of_the_title_and_told_to_the_log():
    message = write_message(replace(NEWS, what=NEWS.what.replace("10bn", "11bn")), SEEN)

    assert message.title == "Xiaomi, BAIC: plant, agreed (unconfirmed): 300,000 vehicles a year, 12.5 %"
    assert message.left_out == ("title without evidence of CNY 11bn",)
    stranger = write_message(replace(NEWS, what=NEWS.what.replace("BAIC", "CATL")), SEEN)
    assert "CATL" not in stranger.title + stranger.body
    assert stranger.title.startswith("plant, agreed")


def test_a_number_without_evidence_is_left_out_of_what_was_known_before_and_the_rest_stays():
    before = replace(NEWS, what="Xiaomi: plant, planned: CNY 99bn", status="planned", sentence="A plant.")
    message = write_message(NEWS, replace(SEEN, before=before))

    assert "99" not in message.body
    assert "Known before: Xiaomi: plant, planned (unconfirmed)\n" in message.body
    assert NEWS.sentence in message.body
    assert message.left_out == ("line without evidence of CNY 99bn",)


def test_a_name_without_evidence_takes_neither_status_nor_basis_with_it():
    message = write_message(NEWS, replace(SEEN, names=("Xiaomi", "CATL")))

    assert message.body.startswith("New: plant, agreed, unconfirmed (Xiaomi)\n")
    assert message.left_out == ("line without evidence of CATL",)


def test_a_line_of_another_form_with_a_number_of_its_own_is_left_out():
    message = write_message(NEWS, replace(SEEN, before=replace(NEWS, what="It costs 99 billion.")))

    assert "Known before" not in message.body
    assert message.left_out == ("line without evidence of 99 billion",)


def test_a_name_within_a_longer_one_that_is_proven_needs_no_proof_of_its_own():
    ground = Ground(passages=(), names=frozenset({"Xiaomi SU7"}), known_names=SEEN.known_names)

    assert unproven("Xiaomi SU7: product", ground, "en") == ()
    assert unproven("Xiaomi SU7, Xiaomi: product", ground, "en") == ("Xiaomi",)
    assert unproven("北汽新能源", ground, "zh") == ("北汽",)


@pytest.mark.parametrize(
    ("sentence", "language", "shown"),
    [
        ("Rund 300.000 Fahrzeuge für 1,5 Milliarden Euro", "en", "300,000 vehicles, EUR 1.5bn"),
        ("投资100亿元，年产30万辆", "de", "CNY 10 Mrd., 300.000 Fahrzeuge im Jahr"),
        ("Zwei Werke", "en", "2 plants"),
    ],
)
def test_a_number_is_the_same_in_every_grammar_and_in_words(sentence, language, shown):
    ground = Ground(passages=(Passage(text=sentence),))
    assert unproven(shown, ground, language) == ()
    assert unproven(shown.replace("3", "4").replace("10", "11").replace("2", "5"), ground, language)


@pytest.mark.parametrize(
    ("shown", "language"),
    [
        ("CNY 10", "en"),  # a scale that is lost, or another one
        ("CNY 10 Billionen", "de"),
        ("CNY 10 Mio.", "de"),
        ("CNY 10亿", "zh"),
        ("CNY 10万亿", "zh"),
        ("7 %", "en"),  # a number that is a part of a name
        ("CNY 3bn", "en"),
    ],
)
@pytest.mark.parametrize("figures", [(), (figure("10000000000", "CNY"),)])
def test_a_number_of_another_scale_is_not_proven(shown, language, figures):
    sentence = "Xiaomi puts 10 billion yuan into 3 plants for the SU7."
    ground = Ground(passages=(Passage(text=sentence, language="en"),), figures=figures)

    assert unproven(shown, ground, language)
    for right, grammar in (("CNY 10bn", "en"), ("CNY 10 Mrd.", "de"), ("CNY 100亿", "zh")):
        assert unproven(right, ground, grammar) == ()


def test_a_figure_in_another_unit_is_not_proven():
    ground = Ground(
        passages=(Passage(text=NEWS.sentence),), figures=(figure("10000000000", "CNY"), SEEN.figures[0])
    )

    assert [unproven(shown, ground, "en") for shown in ("EUR 10bn", "10bn %", "CNY 12.5")] == [
        ("10bn",),
        ("10bn",),
        ("12.5",),
    ]
    assert unproven("CNY 10bn, 12.5 %, 300,000 vehicles", ground, "en") == ()


@pytest.mark.parametrize(
    "sentence",
    ["10\u200b000 cars", "1\u00ad500 cars", "1\u200e0 cars", "10\n000 cars", "CA\u200bTL", "15亿 for 1.5bn"],
)
@pytest.mark.parametrize("language", ["en", "de", "zh"])
def test_the_quoted_sentence_is_always_there_however_it_writes_its_numbers(sentence, language):
    news = replace(NEWS, what="Xiaomi: plant, agreed", sentence=sentence)
    message = write_message(news, replace(SEEN, story_title=sentence), "news", language)

    assert message.left_out == ()
    assert [part.text for part in message.parts if part.kind == "quote"] == [plain_line(sentence)]


@given(st.integers(100, 300), st.sampled_from(["1500000", "1,500,000", "10 billion", "15.5亿", "CNY 1.5bn"]))
def test_a_quotation_is_never_cut_within_a_number(before, number):
    sentence = f"{'x' * (before - 99)} {'word ' * 20}{number} and {'so on ' * 60}"
    message = write_message(replace(NEWS, what="Xiaomi: plant, agreed", sentence=sentence), SEEN)
    (quote,) = [part.text for part in message.parts if part.kind == "quote"]

    assert quote.endswith("…")
    assert number in quote or not any(map(str.isdigit, quote))
    assert QUOTE_LENGTH - 30 <= len(quote) <= QUOTE_LENGTH


FIGURES = st.lists(
    st.tuples(st.integers(1, 999_999), st.sampled_from(["", "m", "bn", "tn"])), min_size=1, max_size=3
)
SCALES = {"": 1, "m": 10**6, "bn": 10**9, "tn": 10**12}


def with_figures(told):
    shown = ", ".join(f"CNY {number:,}{scale}" for number, scale in told)
    known = tuple(figure(str(number * SCALES[scale]), "CNY") for number, scale in told)
    return replace(NEWS, what=f"Xiaomi: plant, agreed: {shown}", sentence="It was agreed."), known


@given(FIGURES, st.sampled_from(["en", "de", "zh"]))
def test_figures_of_the_evidence_are_shown_and_all_of_the_message_is_proven(told, language):
    news, known = with_figures(told)
    evidence = replace(SEEN, figures=known)
    message = write_message(news, evidence, "news", language)
    ground = counted_ground(news, evidence, words_in(language))

    assert message.left_out == ()
    assert all(unproven(part.text, ground, language) == () for part in message.parts)
    assert unproven(message.title, ground_of(news, evidence), language) == ()
    assert message.title == str(line_of(news, words_in(language)))


@given(FIGURES, st.sampled_from(["en", "de", "zh"]), st.data())
def test_a_figure_that_the_evidence_lacks_never_comes_through(told, language, data):
    news, known = with_figures(told)
    missing = data.draw(st.sampled_from(known))
    rest = tuple(one for one in known if abs(one.number - missing.number) > missing.number * 1e-5)
    message = write_message(news, replace(SEEN, figures=rest), "news", language)
    shown = figure_in(
        f"CNY {told[known.index(missing)][0]:,}{told[known.index(missing)][1]}", words_in(language)
    )

    assert shown not in message.title.partition(": ")[2].split(", ")
    assert message.left_out


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(TEXTS, TEXTS, TEXTS)
def test_whatever_a_newspaper_says_a_message_is_short_and_of_plain_lines(title, sentence, publisher):
    first = replace(SEEN.first, publisher=publisher)
    evidence = replace(SEEN, article_title=title * 9, story_title=title * 9, first=first)
    message = write_message(replace(NEWS, what=title, sentence=sentence * 20), evidence)

    assert len(message.title) <= 140
    assert len(message.body) <= 2 * QUOTE_LENGTH + 700
    assert not any(ord(char) < 32 and char != "\n" for char in message.title + message.body)


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "**bold** _it_ `code` ~~gone~~ # head",
    "![x](https://evil.example/x.png)",
    "<https://evil.example/>",
    "&lt;b&gt; &#60;script&#62;",
    "| a | b |\n|---|---|",
    "> quote\n1. list\n- item\n+ item",
    "@everyone <@123> <!channel>",
    "{{ 7*7 }} ${7*7} =1+1",
    "\\*not\\* escaped",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_quoted_text_is_text_in_html_and_in_markdown(text):
    line = " ".join(text.split())
    parts = [
        Part(kind="quote", text=line),
        Part(kind="place", text=line, url="https://a.example/?a=1&b=<i>'\""),
    ]

    tree = html.fromstring(f"<div>{as_html(parts)}</div>")
    assert {element.tag for element in tree.iter()} == {"div", "i", "br", "a"}
    assert line in " ".join(tree.text_content().split())
    rendered = (
        MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(as_markdown(parts))
    )
    tree = html.fromstring(f"<div>{rendered}</div>")
    assert {element.tag for element in tree.iter()} <= {"div", "blockquote", "p", "br", "a"}
    assert [element.get("href") for element in tree.iter("a")] == ["https://a.example/?a=1&b=%3Ci%3E%27%22"]
    assert line in tree.text_content().replace("\u200b", "")


@given(TEXTS)
def test_no_text_becomes_an_element_of_html_or_markdown(text):
    part = Part(kind="line", text=" ".join(text.split()) or "x")
    rendered = (
        MarkdownIt("commonmark", {"html": True})
        .enable(["table", "strikethrough"])
        .render(as_markdown([part]))
    )

    assert {element.tag for element in html.fromstring(f"<div>{as_html([part])}</div>").iter()} == {"div"}
    assert {element.tag for element in html.fromstring(f"<div>{rendered}</div>").iter()} <= {"div", "p"}
