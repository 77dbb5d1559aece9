"""Two versions of one article: what kind of change, and which sentences."""

from dataclasses import replace

import pytest

from extractors.records import Claim, Correction, Figure, Mention, Signals
from warehouse.revisions import change_of, diff_of

AMOUNT = Figure(
    kind="money", value="10", number=10.0, unit="USD", surface="$10", part="body", start=0, stop=3
)
SIGNALS = Signals(words=5, figures=(AMOUNT,))


def test_the_first_version_is_no_change():
    assert change_of(None, SIGNALS) == "first"


def test_the_same_facts_in_other_words_are_wording():
    moved = replace(AMOUNT, surface="10 dollars", start=7, stop=17)

    assert change_of(SIGNALS, Signals(words=9, figures=(moved,))) == "wording"


def test_another_number_or_name_is_a_fact():
    other = Signals(words=5, figures=(replace(AMOUNT, value="12", number=12.0),))
    named = replace(
        SIGNALS, mentions=(Mention(entity_id="company:baic", surface="BAIC", part="body", start=0, stop=4),)
    )

    assert change_of(SIGNALS, other) == "fact"
    assert change_of(SIGNALS, named) == "fact"


def correction(kind):
    return Correction(kind=kind, sentence="We correct.", part="lead", start=0, stop=11)


def test_a_version_that_takes_the_article_back_is_a_retraction():
    after = replace(SIGNALS, correction=correction("retraction"))

    assert change_of(SIGNALS, after) == "retraction"


def claim(sentence):
    return Claim(
        event_type="safety",
        status="completed",
        basis="unconfirmed",
        participants=(),
        sentence=sentence,
        part="lead",
        start=0,
        stop=len(sentence),
        is_news=True,
    )


CLAIMED = Signals(words=20, claims=(claim("It burnt."), claim("It was a van.")))


def test_a_correction_in_the_place_of_all_that_was_claimed_is_a_retraction():
    notice = Signals(words=20, claims=(claim("It did not burn."),), correction=correction("correction"))

    assert change_of(CLAIMED, notice) == "retraction"
    assert change_of(replace(CLAIMED, claims=()), notice) == "fact"


@pytest.mark.parametrize("kept", [{"claims": CLAIMED.claims[:1]}, {"figures": (AMOUNT,)}])
def test_a_correction_beside_what_was_claimed_is_none(kept):
    before = replace(CLAIMED, figures=(AMOUNT,))
    after = Signals(words=20, claims=(claim("It is out."),), correction=correction("correction"))

    assert change_of(before, replace(after, **kept)) != "retraction"


def test_a_note_at_the_end_is_no_retraction():
    note = replace(correction("correction"), part="body")

    assert change_of(CLAIMED, Signals(words=20, claims=(claim("It is out."),), correction=note)) == "wording"


def test_a_whole_new_text_without_a_correction_is_no_retraction():
    assert change_of(CLAIMED, Signals(words=20, claims=(claim("It is out."),))) == "wording"


@pytest.mark.parametrize("kind", ["correction", "retraction"])
def test_a_correction_changes_the_article_once(kind):
    before = replace(SIGNALS, correction=correction(kind))

    assert change_of(before, replace(before, words=9)) == "wording"


def test_the_diff_shows_the_sentences_that_went_and_came(an_article):
    before = an_article(title="T", text="One stays. Two goes.").article
    after = replace(before, text="One stays. Three comes. 四也来了。")

    assert diff_of(before, after) == "- Two goes.\n+ Three comes.\n+ 四也来了。"
