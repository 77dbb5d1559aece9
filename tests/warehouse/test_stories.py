from collections import defaultdict
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from warehouse.stories import Traits, closest, likeness, rarity, title_terms

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
EVEN = defaultdict(lambda: 1.0)


def traits(entities, terms="", types=(), days=0):
    return Traits(
        at=NOON + timedelta(days=days),
        entities=frozenset(entities.split()),
        terms=frozenset(terms.split()),
        types=frozenset(types),
    )


def test_reports_on_the_same_names_in_two_languages_are_one_story():
    german = traits("company:acme company:bolt", "kooperation gespräche", ["partnership"])
    chinese = traits("company:acme company:bolt", "合作 洽谈", ["partnership"], days=1)

    assert closest(chinese, {"s1": [german]}, EVEN) == "s1"


def test_the_same_kind_of_event_among_others_is_another_story():
    ours = traits("company:acme company:bolt", types=["partnership"])
    others = traits("company:crane company:dune", types=["partnership"], days=30)

    assert closest(others, {"s1": [ours]}, EVEN) is None


def test_the_more_alike_story_is_joined():
    stories = {
        "s1": [traits("company:acme place:ulm", types=["plant"])],
        "s2": [traits("company:acme company:bolt", types=["stake"])],
    }

    assert closest(traits("company:acme company:bolt", types=["stake"], days=2), stories, EVEN) == "s2"


def test_nearness_in_time_speaks_for_one_story():
    one = traits("company:acme company:bolt", types=["stake"])

    assert likeness(one, traits("company:acme", days=1), EVEN) > likeness(
        one, traits("company:acme", days=200), EVEN
    )


def test_a_name_in_more_than_half_of_all_reports_weighs_nothing():
    assert rarity(51, 100) == 0
    assert rarity(2, 100) > rarity(20, 100) > 0


def test_a_chinese_title_is_compared_by_pairs_of_characters():
    assert title_terms("小米造车 SU7 发布") >= {"小米", "米造", "造车", "发布"}


def test_short_words_carry_nothing():
    assert title_terms("The car and its new maker") == {"maker"}


@given(
    st.lists(st.sampled_from("abcdef"), max_size=4),
    st.lists(st.sampled_from("abcdef"), max_size=4),
    st.integers(0, 400),
)
def test_likeness_is_the_same_both_ways(left, right, days):
    one, other = traits(" ".join(left), "x y", ["stake"]), traits(" ".join(right), "y z", ["legal"], days)

    assert likeness(one, other, EVEN) == likeness(other, one, EVEN) >= 0
