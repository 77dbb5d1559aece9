"""Two versions of one article: what kind of change, and which sentences."""

from dataclasses import replace

from extractors.records import Figure, Mention, Signals
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


def test_the_diff_shows_the_sentences_that_went_and_came(an_article):
    before = an_article(title="T", text="One stays. Two goes.").article
    after = replace(before, text="One stays. Three comes. 四也来了。")

    assert diff_of(before, after) == "- Two goes.\n+ Three comes.\n+ 四也来了。"
