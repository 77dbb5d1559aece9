"""The reasons of signals: they add up to what decides, stand on words of the text, and name list, place and rule."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from signals_watch import entity, watch

from extractors.records import Article
from extractors.signals.claim_model import TYPES, claim_model
from extractors.signals.event_types import EVENT_TYPES
from extractors.signals.feature_words import reasons_of
from extractors.signals.lexicon import lexicon
from extractors.signals.passages import cut
from extractors.signals.reasons import MOST_REASONS, Explainer
from extractors.signals.tagger import Tagger

NOON = datetime(2024, 3, 28, 12, tzinfo=UTC)
STAKE, PARTNERSHIP = (TYPES.start + EVENT_TYPES.index(kind) for kind in ("stake", "partnership"))
TITLE = "Xiaomi in talks with BAIC over building electric cars"
TEXT = (
    "Xiaomi is in talks with BAIC about a stake of 10 percent, people familiar with the matter said.\n\n"
    "The company had invested 10 billion yuan in its own plant last year."
)
SENTENCES = {
    "en": "Xiaomi is in talks with BAIC about a strategic partnership, people familiar with the plans said.",
    "de": "Der Konzern will offenbar mit BAIC zusammenarbeiten und eine Beteiligung übernehmen.",
    "zh": "知情人士称，小米正与北汽洽谈战略合作生产电动汽车。",
}


@pytest.fixture(scope="module")
def explainer():
    return Explainer(watch(all_of=(("company:xiaomi",), ("topic:electric-car", "company:byd"))))


def article(title=TITLE, text=TEXT, language="en", **changes):
    told = {"url": "https://wire.example/1", "source_id": "w", "publisher": "The Wire", "seen_at": NOON}
    return Article(title=title, text=text, language=language, **(told | changes))


def reasons(explainer, one):
    signals = explainer.explain(one).signals
    return signals.claims, explainer.claim_reasons(one, signals.claims, signals.citations)


def passage_of(words, language):
    return cut(article(title=words, text="", language=language), lexicon(language))[0]


@given(
    words=st.text(st.characters(), min_size=1) | st.sampled_from(sorted(SENTENCES.values())),
    language=st.sampled_from(["de", "en", "zh"]),
    more=st.text(max_size=20),
)
def test_the_reasons_add_up_to_what_the_model_weighs_and_stand_in_the_sentence(words, language, more):
    sentence = f"{words}{more}"
    if not sentence.strip():
        return
    passage = passage_of(sentence, language)
    added = claim_model().contributions(passage, language, PARTNERSHIP)

    found = reasons_of(passage, added, most=10_000, floor=0.0)

    assert sum(one.weight for one in found) == pytest.approx(
        sum(weight for _, weight in added), abs=0.001 * (len(found) + 1)
    )
    assert all(0 <= start < stop <= len(passage.words) for one in found for start, stop in one.places)


@pytest.mark.parametrize("language", SENTENCES)
def test_a_word_is_one_reason_with_the_weight_of_all_its_pieces(language):
    passage = passage_of(SENTENCES[language], language)
    added = claim_model().contributions(passage, language, PARTNERSHIP)
    found = reasons_of(passage, added, most=10_000, floor=0.0)
    words = [one.what for one in found if one.kind == "word"]

    assert len(words) == len(set(words))
    assert len(words) < sum(":" in name for name, _ in added)
    assert not any("~" in word or "$" in word for word in words)


def test_pieces_that_overlap_are_shown_as_their_word():
    passage = passage_of("Ein Zusammenschluss folgt.", "de")
    added = [("de:~zusam", 0.5), ("de:~luss$", 0.25), ("de:zusammenschluss", 1.0), ("de:^ ein", -0.5)]

    found = [(one.what, one.weight, one.places) for one in reasons_of(passage, added, most=9)]

    assert found == [("“Zusammenschluss”", 1.75, ((4, 19),)), ("“Ein”", -0.5, ((0, 3),))]


def test_runs_of_chinese_characters_that_overlap_are_shown_as_one_word():
    passage = passage_of("双方签署战略合作。", "zh")
    added = [("zh:战略", 1.0), ("zh:略合作", 0.9), ("zh:合", 0.6), ("zh:双", -0.3)]

    found = [(one.what, round(one.weight, 3)) for one in reasons_of(passage, added, most=9)]

    assert ("“战略合作”", 1.9) in found
    assert ("“双”", -0.3) in found


def test_weak_reasons_are_left_out_and_no_more_than_asked_for_are_told():
    passage = passage_of("one two three", "en")
    added = [("en:one", 0.01), ("en:two", 0.5), ("en:three", -0.7)]

    assert [one.what for one in reasons_of(passage, added, most=9)] == ["“three”", "“two”"]
    assert [one.what for one in reasons_of(passage, added, most=1)] == ["“three”"]


def test_a_phrase_is_told_with_its_list_and_its_place(explainer):
    claims, found = reasons(explainer, article())
    phrases = [one for one in found[0].status.reasons if one.kind == "phrase"]

    assert (claims[0].status, claims[0].is_news) == ("talks", True)
    assert "“in talks” (list status.talks)" in [one.what for one in phrases]
    start, stop = next(one for one in phrases if "in talks" in one.what).places[0]
    assert claims[0].sentence[start:stop] == "in talks"


def test_each_decision_agrees_with_its_claim_and_names_what_else_it_might_have_been(explainer):
    for title, text, language in (
        (TITLE, TEXT, "en"),
        ("小米与北汽洽谈合作造车", SENTENCES["zh"], "zh"),
        ("Xiaomi spricht mit BAIC", SENTENCES["de"], "de"),
    ):
        claims, found = reasons(explainer, article(title, text, language))
        assert claims
        for claim, why in zip(claims, found, strict=True):
            decisions = (why.event_type, why.status, why.basis, why.news)
            kind = "news" if claim.is_news else "recalled"
            verdicts = (claim.event_type, claim.status, claim.basis, kind)
            assert tuple(one.verdict for one in decisions) == verdicts
            assert all(one.runner_up not in (one.verdict, None) for one in decisions)
            assert why.event_type.probability == pytest.approx(claim.score, abs=0.0011)
            assert why.status.probability > why.status.runner_up_probability
            assert all(0 < len(one.reasons) <= MOST_REASONS for one in decisions)


def test_a_place_counts_what_would_be_missing_without_it(explainer):
    _, with_title = reasons(explainer, article())
    places = {one.what: one.weight for one in with_title[0].event_type.reasons if one.kind == "place"}

    assert places["the lead"] > places["the title"] != 0


def test_the_basis_names_its_cues_with_list_and_place(explainer):
    claims, found = reasons(explainer, article())
    cues = [one for one in found[0].basis.reasons if one.kind == "cue"]

    assert claims[0].basis == "unconfirmed"
    assert any("people familiar" in one.what and "in the lead" in one.what for one in cues)
    assert all(one.weight > 0 for one in cues)
    assert found[0].basis.reasons[-1].what == "without these cues, stake talks is unconfirmed"


def test_what_is_recalled_says_that_it_is_no_news_and_by_which_words(explainer):
    claims, found = reasons(explainer, article())
    (why,) = (why for claim, why in zip(claims, found, strict=True) if not claim.is_news)

    assert why.news.reasons[0].weight < 0
    assert any("“last year” (list news.background)" in one.what for one in why.news.reasons)


def test_a_claim_of_a_sentence_that_is_not_read_today_has_no_reasons(explainer):
    one = article()
    claim = explainer.explain(one).signals.claims[0]
    far = replace(claim, start=99_999, stop=100_000)

    assert explainer.claim_reasons(one, [far], ()) == (None,)
    assert explainer.claim_reasons(article(language="fr"), [claim], ()) == (None,)


def test_a_mention_says_which_spelling_of_which_language_or_which_full_name(explainer):
    with_person = Explainer(
        replace(watch(), entities=(entity("person:lei", en=("Lei Jun",)), entity("product:su7", en=("SU7",))))
    )
    one = article("Lei Jun shows the SU-7", "Mr Lei drove it himself. The electric cars are new.")

    assert [(found.mention.surface, found.why) for found in with_person.explain(one).mentions] == [
        ("Lei Jun", "listed spelling “Lei Jun” (en)"),
        ("SU-7", "listed spelling with another joint: “SU-7”"),
        ("Lei", "short form, named before as “Lei Jun”"),
        ("electric car", "word of the topic “electric car” (en)"),
    ]


def test_a_name_that_means_something_else_is_told_with_the_reason(explainer):
    porridge = explainer.explain(article("小米粥价格上涨", "小米集团股价上涨。", "zh"))
    person = explainer.explain(article("News", "Xiaomi rose. The lawyer Peter Nio spoke in court.", "en"))

    wall = explainer.explain(
        article("A dynasty's monument", "Tourists love the Great Wall and its watchtower near Badaling.")
    )

    assert [(one.surface, one.in_title) for one in wall.dropped] == [("Great Wall", False)]
    assert wall.dropped[0].why.startswith("the article speaks of another meaning (")
    assert "badaling" in wall.dropped[0].why
    assert [(one.surface, one.in_title, one.why) for one in porridge.dropped] == [
        ("小米", True, "part of an expression that means something else")
    ]
    assert [(one.entity_id, one.why) for one in person.dropped] == [("company:nio", "part of another's name")]


def test_each_list_of_the_rule_says_what_was_found_where(explainer):
    found = explainer.explain(article())
    passing = explainer.explain(article("Markets today", "Shares rose. Xiaomi fell. Electric cars sell."))
    nothing = explainer.explain(article("Markets today", "Shares rose."))

    assert [row.satisfied for row in found.relevance] == [True, True]
    assert found.relevance[0].why == "company:xiaomi in title 1×, body 1×"
    assert [row.satisfied for row in passing.relevance] == [False, True]
    assert passing.relevance[0].why == "only in passing: company:xiaomi in body 1×"
    assert [row.why for row in nothing.relevance] == ["none of its ids is named"] * 2


@given(
    title=st.text(),
    text=st.text() | st.sampled_from(sorted(SENTENCES.values())),
    language=st.sampled_from([None, "de", "en", "zh", "fr"]),
)
def test_any_text_is_explained_and_the_signals_are_the_taggers(explainer, title, text, language):
    one = article(title, text, language)
    found = explainer.explain(one)

    assert found.signals == Tagger(watch()).tag(one)
    assert [reason.mention for reason in found.mentions] == list(found.signals.mentions)
    for name in found.dropped:
        words = title if name.in_title else text
        assert words[name.start : name.stop] == name.surface
    why = explainer.claim_reasons(one, found.signals.claims, found.signals.citations)
    assert None not in why
    assert why == explainer.claim_reasons(one, found.signals.claims, found.signals.citations)
