from pathlib import Path
from typing import get_args

import pytest

from extractors import watch_checks
from extractors.errors import WatchError
from extractors.records import EventType
from extractors.signals import lexicon as lexicons
from extractors.signals.lexicon import lexicon, lexicon_for
from extractors.signals.wordlists import word_list
from extractors.watch import HomonymGuard, read_watch

GOOD = Path(__file__).parents[1] / "data" / "watches" / "good.toml"
MINIMAL = """
name = "small"
languages = ["en"]
[[entities]]
id = "company:acme"
names = { en = ["Acme"], zh = ["阿克米"] }
"""


def faults(folder: Path, tail: str) -> dict[str, str]:
    path = folder / "watch.toml"
    path.write_text(MINIMAL + tail, encoding="utf-8")
    with pytest.raises(WatchError) as caught:
        read_watch(path)
    return {fault.key: fault.message for fault in caught.value.faults}


def said(language: str, sentence: str, extra: dict[str, dict[str, tuple[str, ...]]]) -> set[tuple[str, str]]:
    return {(hit.entry.field, hit.entry.label) for hit in lexicon_for(language, extra).hits(sentence)}


def test_words_and_guards_come_out_as_records():
    watch = read_watch(GOOD)

    assert watch.lexicon == {
        "de": {
            "supply": {"weak": ("kran*",), "agreed": ("bestell* .. kran*", "ordert")},
            "status": {"planned": ("in vorbereitung",)},
            "basis": {"unconfirmed_weak": ("am kai heißt es",)},
            "without": {"supply": ("liefer*",)},
        },
        "zh": {"news": {"opinion": ("随笔",)}},
    }
    assert watch.homonyms == (
        HomonymGuard(
            name="nordkran", glued=("Nordkran Street",), around=("bird", "marsh"), unless=("harbour",)
        ),
    )


def test_a_watch_without_words_and_guards_has_empty_ones(tmp_path):
    path = tmp_path / "watch.toml"
    path.write_text(MINIMAL, encoding="utf-8")
    watch = read_watch(path)

    assert (watch.lexicon, watch.homonyms) == ({}, ())


@pytest.mark.parametrize(
    ("tail", "key", "message"),
    [
        (
            '[lexicon.fr.licence]\nwords = ["a"]',
            "lexicon.fr",
            "unknown language with word lists `fr`; known are de,",
        ),
        ('[lexicon.en.licens]\nwords = ["a"]', "lexicon.en.licens", "did you mean `licence`?"),
        ('[lexicon.en.licence]\nword = ["a"]', "lexicon.en.licence.word", "did you mean `words`?"),
        ('[lexicon.en.licence]\naproved = ["a"]', "lexicon.en.licence.aproved", "did you mean `approved`?"),
        ('[lexicon.en.status]\nsoon = ["a"]', "lexicon.en.status.soon", "known are agreed"),
        ('[lexicon.en.basis]\nrumour = ["a"]', "lexicon.en.basis.rumour", "official"),
        ('[lexicon.en.news]\nopinions = ["a"]', "lexicon.en.news.opinions", "did you mean `opinion`?"),
        ('[lexicon.en.without]\nwords = ["a"]', "lexicon.en.without.words", "unknown key"),
        ("[lexicon.en.licence]\nwords = []", "lexicon.en.licence.words", "the list is empty"),
        ('[lexicon.en.licence]\nwords = ["a", " "]', "lexicon.en.licence.words[1]", "is empty"),
        ('[lexicon.en.licence]\nwords = ["*"]', "lexicon.en.licence.words[0]", "words in each piece"),
        (
            '[lexicon.en.licence]\nwords = ["a .. * .. b"]',
            "lexicon.en.licence.words[0]",
            "words in each piece",
        ),
        ('[lexicon.en.licence]\nwords = ["a..b"]', "lexicon.en.licence.words[0]", "blanks around `..`"),
        (
            '[lexicon.en.licence]\nwords = ["a ..", ".. b"]',
            "lexicon.en.licence.words[1]",
            "blanks around `..`",
        ),
        ('[lexicon.en.licence]\nwords = ["a*b"]', "lexicon.en.licence.words[0]", "at the start or end"),
        ('[lexicon.en.licence]\nwords = ["a^"]', "lexicon.en.licence.words[0]", "`^` at its start only"),
        ("[lexicon.en.licence]\nwords = [1]", "lexicon.en.licence.words[0]", "expected text, got a number"),
        ("[lexicon.en]\nlicence = 1", "lexicon.en.licence", "expected a table, got a number"),
        ('lexicon = "x"', "entities[0].lexicon", "unknown key"),
        ('[[homonyms]]\nname = "Acne"\naround = ["a"]', "homonyms[0].name", "did you mean `Acme`?"),
        ('[[homonyms]]\naround = ["a"]', "homonyms[0].name", "missing"),
        ('[[homonyms]]\nname = "acme"', "homonyms[0]", "nothing is told apart"),
        (
            '[[homonyms]]\nname = "acme"\nglued = ["Street"]',
            "homonyms[0].glued[0]",
            "the name with what stands",
        ),
        ('[[homonyms]]\nname = "acme"\narround = ["a"]', "homonyms[0].arround", "did you mean `around`?"),
        ('[[homonyms]]\nname = "acme"\naround = [""]', "homonyms[0].around[0]", "is empty"),
        (
            '[[homonyms]]\nname = "Acme"\naround = ["a"]\n[[homonyms]]\nname = "Acme"\naround = ["b"]',
            "homonyms[1].name",
            "the same name as homonyms[0]",
        ),
    ],
)
def test_each_of_these_is_refused_at_its_key_with_what_was_expected(tmp_path, tail, key, message):
    assert message in faults(tmp_path, tail)[key]


def test_all_faults_of_words_and_guards_are_told_at_once_with_their_lines(tmp_path):
    path = tmp_path / "watch.toml"
    tail = (
        '[lexicon.fr.licence]\nwords = ["a"]\n[lexicon.en.licence]\nwords = [" "]\nword = ["b"]\n'
        '[[homonyms]]\nname = "Acne"\nglued = [" "]\n'
    )
    path.write_text(MINIMAL + tail, encoding="utf-8")
    with pytest.raises(WatchError) as caught:
        read_watch(path)

    assert [(fault.line, fault.key) for fault in caught.value.faults] == [
        (7, "lexicon.fr"),
        (10, "lexicon.en.licence.words[0]"),
        (11, "lexicon.en.licence.word"),
        (13, "homonyms[0].name"),
        (14, "homonyms[0].glued[0]"),
    ]


@pytest.mark.parametrize("language", watch_checks.WORD_LISTS)
def test_a_watch_may_use_just_the_languages_sections_and_keys_of_the_built_in_lists(language):
    assert set(watch_checks.WORD_LISTS) == set(lexicons.LANGUAGES)
    assert set(watch_checks.STRENGTHS) == set(lexicons.STRENGTH)
    for section, lists in {**word_list(f"events.{language}"), **word_list(f"cues.{language}")}.items():
        assert section in watch_checks.SECTIONS
        assert set(lists) <= set(watch_checks.lexicon_keys(section))


def test_without_words_of_the_watch_the_lexicon_is_the_built_in_one():
    assert lexicon_for("de", {}) is lexicon("de")


@pytest.mark.parametrize(
    ("language", "sentence", "section", "key", "phrase", "expected"),
    [
        (
            "de",
            "Der Freisetzungsbescheid liegt vor.",
            "licence",
            "words",
            "*Freisetzungsbescheid",
            ("event", "licence"),
        ),
        (
            "en",
            "The zorb was granted a wibble.",
            "licence",
            "approved",
            "granted .. wibble",
            ("event", "licence"),
        ),
        ("zh", "公司噗噗了", "licence", "applied", "噗噗", ("event", "licence")),
        ("en", "The wibble nears.", "status", "planned", "wibble nears", ("status", "planned")),
        (
            "de",
            "Am Kai heißt es so.",
            "basis",
            "unconfirmed_weak",
            "am kai heißt es",
            ("basis", "unconfirmed"),
        ),
        ("zh", "噗噗一则", "news", "opinion", "噗噗", ("news", "opinion")),
    ],
)
def test_a_phrase_of_the_watch_counts_in_its_section(language, sentence, section, key, phrase, expected):
    assert expected not in said(language, sentence, {})
    assert expected in said(language, sentence, {section: {key: (phrase,)}})


def test_a_status_key_of_an_event_type_hints_at_the_status():
    extra = {"licence": {"approved": ("zorb*",)}}

    assert [hit.entry.hint for hit in lexicon_for("en", extra).hits("zorbed")] == ["approved"]


def test_a_phrase_that_is_switched_off_counts_in_other_sections_only():
    extra = {"without": {"status": ("WILL",)}}
    sentence = "Er will das."

    assert ("status", "planned") in said("de", sentence, {})
    assert ("status", "planned") not in said("de", sentence, extra)
    assert said("de", sentence, {"without": {"licence": ("will",)}}) == said("de", sentence, {})


def test_every_event_type_is_a_section():
    assert set(get_args(EventType)) < set(watch_checks.SECTIONS)


@pytest.mark.parametrize(
    ("guards", "said"),
    [
        ('[[homonyms]]\nname = "Halvorsen"\naround = []\n', "nothing is told apart"),
        ('[[homonyms]]\nname = "Halvorsen"\nglued = ["halvorsen"]\n', "what stands around it"),
        (
            (
                '[[homonyms]]\nname = "Halvorsen"\nglued = ["Halvorsen Street"]\n'
                '[[homonyms]]\nname = "halvorsen"\nglued = ["Halvorsen Hall"]\n'
            ),
            "the same name as",
        ),
    ],
)
def test_a_guard_that_guards_nothing_or_everything_is_a_fault(tmp_path, guards, said):
    file = tmp_path / "watch.toml"
    file.write_text(
        'name = "x"\nlanguages = ["en"]\n[[entities]]\nid = "company:halvorsen"\n'
        'names = { en = ["Halvorsen"] }\n' + guards,
        encoding="utf-8",
    )

    with pytest.raises(WatchError, match=said):
        read_watch(file)
