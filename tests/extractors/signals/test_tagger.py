from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals_watch import watch

from extractors.records import Article
from extractors.signals.tagger import Tagger

TAGGER = Tagger(watch())


def article(title, text, language):
    return Article(
        url="https://news.example/1",
        source_id="s",
        publisher="p",
        title=title,
        text=text,
        lead=text.partition("\n\n")[0] or None,
        language=language,
        published_at=datetime(2022, 8, 26, tzinfo=UTC),
        seen_at=datetime(2022, 8, 26, tzinfo=UTC),
    )


def test_all_signals_of_an_article_come_in_one_call():
    signals = TAGGER.tag(
        article(
            "Xiaomi signs a partnership agreement with BAIC, Bloomberg reports",
            "Xiaomi and BAIC signed a cooperation agreement, Bloomberg reported on Friday.\n\nIt may cost $10bn.",
            "en",
        )
    )
    assert {mention.entity_id for mention in signals.mentions} >= {"company:xiaomi", "company:baic"}
    assert ("money", "10000000000") in {(figure.kind, figure.value) for figure in signals.figures}
    assert [citation.origin for citation in signals.citations] == ["media:bloomberg"]
    assert signals.claims
    assert signals.words == 15
    assert signals.shingles


def test_an_empty_article_has_empty_signals():
    signals = TAGGER.tag(article("", "", None))
    assert (signals.words, signals.mentions, signals.figures, signals.citations, signals.shingles) == (
        0,
        (),
        (),
        (),
        (),
    )


@settings(max_examples=40)
@given(st.text(), st.text(), st.sampled_from(["de", "en", "zh", "fr", None]))
def test_the_same_article_gives_the_same_signals_in_every_tagger(title, text, language):
    one = article(title, text, language)
    assert TAGGER.tag(one) == Tagger(watch()).tag(one)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text", ["a" * 30_000, "-a" * 10_000, "一" * 20_000, "“»" * 10_000, "(Bloomberg, " * 1_000]
)
def test_a_hostile_text_takes_no_longer_than_its_length(text):
    for language in ("de", "en", "zh"):
        assert TAGGER.tag(article("", text, language)).words >= 0
