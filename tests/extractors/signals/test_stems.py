"""Words that are compared by the numbers of their stems: the same as by the stems themselves, for hundreds at once."""

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.signals.portrait import cosine, rarity
from extractors.signals.stems import Words, cosines, weighed

SOME = (
    "werk",
    "werke",
    "plant",
    "factory",
    "小米造车",
    "米造",
    "car",
    "batterie",
    "batteriewerk",
    "batterien",
)
TOLD = st.tuples(
    *(st.tuples(st.just(weight), st.lists(st.sampled_from(SOME), max_size=12)) for weight in (1.0, 0.8, 0.5))
)


def by_stem(told):
    """Return the words of an article as somebody would write them down: stem and weight."""
    counts = Counter()
    for weight, tokens in told:
        for token in tokens:
            if token[0] in "小米":
                stems = [token[at : at + 2] for at in range(len(token) - 1)]
            else:
                stems = [token[:8]] if len(token) > 3 else []
            for stem in stems:
                counts[stem] += weight
    return {stem: 1 + math.log1p(count) for stem, count in counts.items()}


@given(TOLD, st.lists(TOLD, max_size=5))
def test_as_much_is_shared_as_by_the_stems_themselves(mine, others):
    plain = [by_stem(one) for one in (mine, *others)]
    holders = Counter(stem for one in plain for stem in one)
    expected = [cosine(plain[0], one, lambda stem: rarity(holders[stem], len(plain))) for one in plain[1:]]

    assert cosines(weighed(mine), [weighed(one) for one in others]) == pytest.approx(expected)


def test_without_words_nothing_is_shared():
    some = weighed(((1.0, ["werk"]),))

    assert cosines(Words(), [some, Words()]) == [0.0, 0.0]
    assert cosines(some, []) == []
    assert cosines(some, [Words(), some]) == pytest.approx([0.0, 1.0])


def test_a_word_that_a_text_repeats_without_end_counts_no_more_than_it_can():
    assert weighed(((1.0, ["werk"] * 100_000),)).tenths == b"\xff\xff"
