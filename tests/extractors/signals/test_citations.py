import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from signals_watch import watch

from extractors.signals.citations import CitationFinder
from extractors.signals.mentions import MentionFinder

MENTIONS = MentionFinder(watch())
CITATIONS = CitationFinder(watch())


CASES = [
    (
        language,
        case["text"],
        case.get("publisher"),
        sorted(f"media:{slug}" for slug in case.get("origins", ())),
    )
    for language, table in tomllib.loads(
        (Path(__file__).parent / "test_citations_cases.toml").read_text(encoding="utf-8")
    ).items()
    for case in (*table["cited"], *table["passing"])
]


def origins(text, language, title="", publisher=None):
    mentions = MENTIONS.find(title, text, None)
    return [one.origin for one in CITATIONS.find(title, text, language, mentions, publisher)]


@pytest.mark.parametrize(("language", "text", "publisher", "expected"), CASES)
def test_the_media_cited_are_those_that_the_sentence_names_as_origin(language, text, publisher, expected):
    assert sorted(origins(text, language, publisher=publisher)) == expected


def test_the_cases_are_many_and_many_name_media_in_passing():
    assert len(CASES) >= 120
    assert sum(not expected for *_, expected in CASES) >= 50


@pytest.mark.parametrize("publisher", ["Bloomberg", "Bloomberg News", "www.bloomberg.com", "彭博社"])
def test_an_article_never_cites_its_own_publisher(publisher):
    text = "Talks go on, Bloomberg reported. They will end, Reuters said."
    assert origins(text, "en", publisher=publisher) == ["media:reuters"]


def test_the_company_that_a_sentence_leaves_unnamed_is_the_one_named_before():
    text = "BAIC knows of no deal. The company said in a statement that nobody had asked."
    assert origins(text, "en") == ["company:baic"]
    text = "BAIC weiß von nichts. Das teilte der Konzern in einer Mitteilung mit."
    assert origins(text, "de") == ["company:baic"]


def test_a_company_that_a_notice_is_about_is_not_its_author():
    text = "长城汽车发布公告称，公司未与小米商谈。"
    assert origins(text, "zh") == ["company:great-wall"]
    assert origins("The notice said that Xiaomi would wait.", "en") == []
    assert origins("A notice by Xiaomi told of it.", "en") == ["company:xiaomi"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The two are in talks, Bloomberg reported on Friday, citing people familiar."),
        ("en", "According to the news agency Bloomberg, talks go on."),
        ("en", "A plan cited by Bloomberg is secret."),
        ("en", "Shares rose after Bloomberg wrote that its parent was talking."),
        ("en", "Bloomberg News broke the news on Tuesday."),
        ("de", "Wie Bloomberg am Freitag berichtet, verhandeln beide."),
        ("de", "Die Gespräche ziehen sich laut Bloomberg hin."),
        ("de", "Das meldete die Nachrichtenagentur Bloomberg unter Berufung auf Insider."),
        ("de", "Bloomberg hatte am Freitag unter Verweis auf Insider darüber geschrieben."),
        ("de", "Nach Informationen des Portals Bloomberg fehlt die Erlaubnis."),
        ("de", "BERLIN (Bloomberg) - Beide verhandeln."),
        ("en", "BEIJING (Bloomberg) – Both are talking."),
        ("de", "Beide verhandeln, wie aus Papieren hervorgeht, die der Agentur Bloomberg vorlagen."),
        ("de", "Das meldeten zwei Blätter und Bloomberg unter Berufung auf Insider."),
        ("zh", "据彭博社报道，双方正在洽谈。"),
        ("zh", "消息面上，彭博社援引知情人士报道称，双方正在洽谈。"),
        ("zh", "彭博社8月23日援引两名知情人士报道，已获批准。"),
    ],
)
def test_a_medium_that_is_named_as_the_origin_is_cited(language, text):
    assert origins(text, language) == ["media:bloomberg"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The founder reads Bloomberg at breakfast."),
        ("en", "He ranks ninth in the Bloomberg Billionaires Index."),
        ("en", "Bloomberg declined to comment on its own job cuts."),
        ("en", "She worked for Reuters before she joined the carmaker."),
        ("de", "Früher arbeitete er bei Bloomberg in Frankfurt."),
        ("de", "Im Bloomberg-Index liegt die Aktie vorn."),
        ("zh", "根据彭博亿万富豪指数，他排名第九。"),
    ],
)
def test_a_medium_named_in_passing_is_not_cited(language, text):
    assert origins(text, language) == []


def test_an_old_report_that_is_only_recalled_is_not_cited():
    text = "The plant opens.\n\nIt is large.\n\nIt is new.\n\nBloomberg reported last year that it would be late."
    assert origins(text, "en") == []
    assert origins("The plant opens, Bloomberg reports, as planned last year.", "en") == ["media:bloomberg"]


@pytest.mark.parametrize(
    ("language", "text", "origin"),
    [
        ("en", "BAIC said in a notice that it knows of no deal.", "company:baic"),
        ("de", "In einer Mitteilung weist BAIC die Berichte zurück.", "company:baic"),
        ("zh", "长城汽车发布澄清公告称，未与小米商谈。", "company:great-wall"),
        ("zh", "工信部公示新一批目录，小米SU7在列。", "authority:miit"),
    ],
)
def test_a_notice_makes_its_author_the_origin(language, text, origin):
    assert origins(text, language) == [origin]


@pytest.mark.parametrize(
    ("language", "text", "origin"),
    [
        ("en", "Talks go on, the newspaper Morning Courier reported on Friday.", "media:morning-courier"),
        ("de", "Das berichtete die Zeitung »Täglicher Bote« am Freitag.", "media:taglicher-bote"),
        ("zh", "据《晨间财经》报道，双方正在洽谈。", "media:晨间财经"),
    ],
)
def test_a_medium_that_the_watch_does_not_list_gets_an_id_of_its_own(language, text, origin):
    assert origins(text, language) == [origin]


def test_an_origin_is_cited_once_with_the_sentence_that_names_it_first():
    text = "Talks go on. Bloomberg reported it. Later Bloomberg said more."
    (citation,) = CITATIONS.find("", text, "en", MENTIONS.find("", text, None))
    assert citation.sentence == "Bloomberg reported it."


@given(
    st.lists(
        st.sampled_from(["Bloomberg", " reported", "据", "报道", "彭博社", "laut ", ". ", "《", "》"])
        | st.text(max_size=3)
    )
)
def test_the_sentence_of_every_citation_stands_in_the_article(pieces):
    text = "".join(pieces)
    for language in ("de", "en", "zh", None):
        for citation in CITATIONS.find(text, text, language, MENTIONS.find(text, text, None)):
            assert citation.sentence in text
            assert citation.origin.partition(":")[2]
