"""Background: what title or lead show to report nothing new, on the streams and on affairs that were not looked at."""

from datetime import UTC, datetime

import pytest

from extractors.records import Article
from extractors.signals.background import is_background
from tests.corpus.reading import read_affairs
from tests.streams.checks import article_of
from tests.streams.reading import read_stream, stream_names


def article(title, lead=None, text="The port was built in 1911."):
    return Article(
        url="https://a.example/1",
        source_id="s",
        publisher="Daily",
        title=title,
        text=f"{lead}\n\n{text}" if lead else text,
        lead=lead,
        seen_at=datetime(2026, 3, 2, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("language", "title", "lead"),
    [
        ("en", "Opinion: Kestrel should leave the port alone", None),
        ("en", "Five questions about the sale of the port", None),
        ("en", "Letter from Lindow: a port waits for its buyer", None),
        ("en", "Kestrel and the port, one year on", None),
        ("en", "The quays of Lindow", "A visit to the people who work on them."),
        ("de", "Kommentar: Kestrel braucht den Hafen nicht", None),
        ("de", "Was Anwohner jetzt wissen müssen", None),
        ("de", "Der Hafen, ein Jahr danach", None),
        ("de", "Die Kais von Lindow", "Ein Besuch bei den Leuten, die dort arbeiten."),
        ("zh", "深度｜鹰港为何要买码头", None),
        ("zh", "一文读懂码头之争", None),
        ("zh", "码头边的人们", "记者走访了码头工人。"),
    ],
)
def test_comments_explainers_portraits_and_looks_back_are_background(language, title, lead):
    assert is_background(article(title, lead), language)


@pytest.mark.parametrize(
    ("language", "title", "lead"),
    [
        ("en", "Kestrel to buy port for 400 million euros", "Kestrel has agreed to buy the port."),
        ("en", "Kestrel opens plant two years later than planned", None),
        ("en", "Cranes back after four months on the ground", None),
        ("de", "Kestrel kauft Hafen für 400 Millionen Euro", "Kestrel übernimmt den Hafen."),
        ("de", "Hafen wird teurer und zwei Jahre später fertig", None),
        ("zh", "鹰港以4亿欧元收购码头", "鹰港周一宣布收购码头。"),
        ("fr", "Opinion: le port", None),
    ],
)
def test_news_is_no_background_and_other_languages_are_not_told(language, title, lead):
    assert not is_background(article(title, lead), language)


def shares(judged):
    """Return precision and recall over pairs (is taken for background, reports nothing new)."""
    found = [empty for taken, empty in judged if taken]
    wanted = [taken for taken, empty in judged if empty]
    return sum(found) / len(found), sum(wanted) / len(wanted)


def test_in_the_streams_what_is_found_reports_nothing_new():
    judged = [
        (is_background(article_of(one), one.language), not one.developments)
        for name in stream_names()
        for one in read_stream(name).gold.articles
        if one.relevant and one.duplicate_of is None
    ]
    precision, recall = shares(judged)

    # Measured: 1.00 and .65.
    assert precision >= 0.9
    assert recall >= 0.5


def test_in_the_corpus_what_is_found_makes_no_claims():
    judged = [
        (is_background(one.article, one.article.language), not one.claims)
        for affair in read_affairs()
        for one in affair.articles
    ]
    precision, _ = shares(judged)

    # Measured: .99; general news without claims is in it too, so recall says nothing.
    assert precision >= 0.9
