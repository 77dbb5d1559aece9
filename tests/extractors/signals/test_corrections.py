"""Corrections: what an article says of itself that it corrects or takes back, and what only sounds like it."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Article
from extractors.signals.corrections import find_correction, speaks_of_own_report

TABLES = tomllib.loads((Path(__file__).parent / "test_corrections_cases.toml").read_text(encoding="utf-8"))
CASES = [
    (language, text, "" if name.startswith("titles_") else "text", name.removeprefix("titles_"))
    for language, table in TABLES.items()
    for name, texts in table.items()
    for text in texts
]
TITLE = {"en": "Kestrel and the port", "de": "Kestrel und der Hafen", "zh": "鹰港与码头"}
FILLER = {
    "en": "The port was built in 1911 and is run by the city. It has four quays and a rail link.",
    "de": "Der Hafen wurde 1911 gebaut und gehört der Stadt. Er hat vier Kais und einen Gleisanschluss.",
    "zh": "该码头建于1911年，由市政府运营。码头有四个泊位和一条铁路。" * 2,
}


def find(title, text, language, lead=None, publisher="Morning Courier"):
    return find_correction(
        Article(
            url="https://a.example/1",
            source_id="s",
            publisher=publisher,
            title=title,
            text=text,
            lead=lead,
            seen_at=datetime(2026, 3, 2, tzinfo=UTC),
        ),
        language,
    )


def kind_of(found):
    return "none" if found is None else found.kind


def long_text(language, paragraphs=14):
    return "\n\n".join(f"{FILLER[language]} {number}." for number in range(paragraphs))


@pytest.mark.parametrize(("language", "words", "place", "kind"), CASES)
def test_a_correction_is_told_from_what_sounds_like_one(language, words, place, kind):
    title, text = (TITLE[language], words) if place else (words, FILLER[language])

    assert kind_of(find(title, text, language)) == kind


def test_the_cases_are_many_and_many_are_no_corrections():
    assert len(CASES) >= 200
    assert sum(kind == "none" for *_, kind in CASES) >= 80


@pytest.mark.parametrize("language", sorted(FILLER))
def test_a_note_counts_at_the_end_of_a_long_text_and_not_in_its_middle(language):
    note = TABLES[language]["correction"][0]
    text = long_text(language, 40)
    middle = text[: len(text) // 2] + f"\n\n{note}\n\n" + text[len(text) // 2 :]

    assert find(TITLE[language], text, language) is None
    assert find(TITLE[language], middle, language) is None
    assert kind_of(find(TITLE[language], f"{text}\n\n{note}", language)) == "correction"


def test_a_retraction_goes_before_a_correction_in_an_earlier_place():
    lead = (
        "Gestern haben wir gemeldet, das Gericht habe den Verkauf untersagt. Wir ziehen die Meldung zurück."
    )
    found = find("Korrektur: Kein Verkaufsverbot", f"{lead}\n\n{FILLER['de']}", "de", lead)

    assert found is not None
    assert (found.kind, found.part, found.sentence) == (
        "retraction",
        "lead",
        "Wir ziehen die Meldung zurück.",
    )


OWN = [
    ("en", "The Courier reported on Monday that the port was sold. That was wrong.", "The Courier"),
    ("de", "Der Hafenbote hat am Montag berichtet, der Hafen sei verkauft. Das war falsch.", "Der Hafenbote"),
    ("zh", "海港晚报5日报道称码头已出售。经核实，该消息不实。", "海港晚报"),
]


@pytest.mark.parametrize(("language", "text", "publisher"), OWN)
def test_a_paper_may_speak_of_itself_by_its_name(language, text, publisher):
    assert kind_of(find(TITLE[language], text, language, publisher=publisher)) == "correction"
    assert find(TITLE[language], text, language, publisher="Other Paper") is None


@pytest.mark.parametrize(("language", "text", "publisher"), OWN)
def test_what_the_paper_says_it_reported_is_told_from_what_it_reports(language, text, publisher):
    assert speaks_of_own_report(text[:40], language, publisher)
    assert not speaks_of_own_report(FILLER[language], language, publisher)


def test_an_article_in_a_language_without_lists_is_read_as_english():
    assert find("Titre", "Cet article parle du port.", "fr") is None
    assert kind_of(find("Correction: Kestrel", "Port.", None)) == "correction"


@given(
    before=st.text(max_size=40),
    case=st.sampled_from([one for one in CASES if one[2] and one[3] != "none"]),
    after=st.text(max_size=40),
)
def test_offsets_are_those_of_the_sentence_whatever_stands_around_it(before, case, after):
    language, words, _, _ = case
    text = f"{before}\n\n{words}\n\n{after}"
    found = find(TITLE[language], text, language)

    assert found is not None
    assert text[found.start : found.stop] == found.sentence
