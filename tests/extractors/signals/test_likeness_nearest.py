"""Which article of a pool is nearest, across languages."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from signals_watch import watch

from extractors.records import Article, Signals
from extractors.signals.likeness import Likeness
from extractors.signals.nearest import nearest, sketch_of
from extractors.signals.portrait import even, portrait
from extractors.signals.tagger import Tagger
from extractors.watch import Example

TAGGER = Tagger(watch())
LIKENESS = Likeness(watch(examples=(Example(title="Xiaomi", text="Xiaomi makes cars.", language="en"),)))


def article(title, text, language="en"):
    return Article(
        url="https://news.example/1",
        source_id="s",
        publisher="p",
        title=title,
        text=text,
        lead=text.partition("\n\n")[0],
        language=language,
        seen_at=datetime(2024, 3, 24, tzinfo=UTC),
    )


def sketch(title, text, language="en"):
    one = article(title, text, language)
    signals = TAGGER.tag(one)
    return sketch_of(one, signals)


TALKS = ("Xiaomi in talks with BAIC", "Xiaomi is talking to BAIC about building an electric car together.")


def test_an_article_is_nearest_to_itself():
    found = nearest(sketch(*TALKS), [sketch("BYD grows", "BYD sold cars."), sketch(*TALKS)], even)
    assert found[1].likeness > 0.9
    assert found[0].likeness < 0.1


def test_the_same_news_in_another_language_is_nearer_than_other_news_of_one_of_its_names():
    german = sketch(
        "Xiaomi spricht mit BAIC", "Xiaomi spricht mit BAIC über den Bau eines Elektroautos.", "de"
    )
    chinese = sketch("小米与北汽洽谈合作造车", "小米正与北汽商谈合作生产电动汽车。", "zh")
    other = sketch("Xiaomi shows a phone", "Xiaomi shows a telephone with a good lens.")
    found = nearest(sketch(*TALKS), [other, german, chinese], even)
    assert min(found[1].likeness, found[2].likeness) > found[0].likeness
    assert {"company:xiaomi", "company:baic"} <= set(found[1].entities) & set(found[2].entities)


def test_names_that_no_watch_lists_join_articles_of_all_languages():
    english = sketch("New QX77 pump shown", "The QX77 pump moves water.")
    german = sketch("Neue Pumpe QX77 gezeigt", "Die Pumpe QX77 bewegt Wasser.", "de")
    chinese = sketch("新泵QX77亮相", "这款QX77水泵可以抽水。", "zh")
    other = sketch("Das Wetter", "Es regnet.", "de")
    found = nearest(english, [german, chinese, other], even)
    assert [one.names for one in found] == [("qx77",), ("qx77",), ()]
    assert min(found[0].likeness, found[1].likeness) > found[2].likeness == 0.0


def test_words_of_one_language_lift_none_of_its_articles_where_all_share_the_same():
    one = sketch(*TALKS)
    abroad = replace(one, portrait=replace(one.portrait, language="de"))
    same, other = nearest(one, [one, abroad], even)
    assert same.likeness == pytest.approx(other.likeness)


def test_the_same_event_type_without_a_name_in_common_is_no_likeness():
    found = nearest(sketch(*TALKS), [sketch("BYD in talks with Nio", "BYD is talking to Nio.")], even)
    assert found[0].likeness == 0.0


@given(st.text(), st.text(), st.sampled_from(["de", "en", "zh", None]))
def test_any_text_can_be_compared(title, text, language):
    one = article(title, text, language)
    signals = TAGGER.tag(one)
    sketched = sketch_of(one, signals)
    (near,) = nearest(sketched, [sketched], even)
    assert 0.0 <= near.likeness <= 1.0
    assert 0.0 <= LIKENESS.score(one, signals) <= 1.0


@pytest.mark.parametrize(
    ("word", "is_name"),
    [("iPhone", True), ("X7", True), ("BYD", True), ("X", False), ("-Ab", False), ("ab-Cd", True)],
)
def test_a_capital_behind_the_first_letter_or_a_digit_makes_a_name(word, is_name):
    names = portrait(article("o", f"o {word} o"), Signals(words=3)).names

    assert (word.casefold() in names) == is_name


@pytest.mark.timeout(60)
def test_a_word_without_end_is_read_in_the_time_that_it_is_long():
    assert portrait(article("o", f"said {'x' * 2_000_000}"), Signals(words=2)).names == {}
