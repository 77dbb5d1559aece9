import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.signals.mentions import MentionFinder
from extractors.signals.names import names_of
from extractors.signals.scripts import fold_lower
from extractors.signals.short_forms import short_forms
from extractors.watch import Watch, entities_from

DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
WATCH = Watch(
    name="cases",
    title="Cases",
    languages=("de", "en", "zh"),
    entities=entities_from(DATA["entities"], "cases"),
)
FINDER = MentionFinder(WATCH)
SHORT = {(name.entity_id, name.folded): name.short.sources for name in names_of(WATCH) if name.short}
PIECES = st.lists(
    st.sampled_from(
        [
            *(name.plain for name in names_of(WATCH)),
            *(" ", "'s", "-", "·", ". ", "\n\n", "Mr ", "Max ", "der ", " Bank", "银行", "İ", "雷軍", "Ａ"),
        ]
    )
    | st.text(max_size=3)
).map("".join)


@pytest.mark.parametrize("case", DATA["cases"], ids=lambda case: case["text"])
def test_an_article_has_these_mentions_and_no_others(case):
    found = FINDER.find(case.get("title", ""), case["text"], None)

    assert [f"{mention.entity_id.removeprefix('company:')}|{mention.surface}" for mention in found] == case[
        "found"
    ]


def test_the_cases_are_many_and_in_three_languages():
    texts = [case["text"] for case in DATA["cases"]]

    assert len(texts) == len(set(texts)) >= 60


@given(PIECES, PIECES)
def test_offsets_are_exact_and_in_order_for_any_text(title, text):
    found = FINDER.find(title, text, text[: len(text) // 2] or None)

    for mention in found:
        words = title if mention.part == "title" else text
        assert words[mention.start : mention.stop] == mention.surface != ""
    for part in (("title",), ("lead", "body")):
        places = [(mention.start, mention.stop) for mention in found if mention.part in part]
        assert places == sorted(places)


@given(PIECES, PIECES)
def test_equal_texts_have_equal_mentions(title, text):
    assert FINDER.find(title, text, None) == MentionFinder(WATCH).find(title, text, None)


@given(PIECES, PIECES)
def test_a_short_form_counts_only_behind_the_full_name(title, text):
    named: set[str] = set()
    for mention in FINDER.find(title, text, None):
        sources = SHORT.get((mention.entity_id, fold_lower(mention.surface)))
        assert sources is None or not sources.isdisjoint(named)
        named.add(fold_lower(mention.surface))


@pytest.mark.parametrize(
    ("kind", "spelling", "expected"),
    [
        ("company", "Norvik Pharma Holding AG", {"Norvik Pharma Holding", "Norvik Pharma", "Norvik"}),
        ("company", "Robert Bosch GmbH", {"Robert Bosch"}),
        ("company", "Deutsche Bank AG", set()),
        ("company", "China Southern Airlines Co., Ltd.", set()),
        ("company", "Bank of Norvik", set()),
        ("company", "宁德时代新能源科技股份有限公司", {"宁德时代新能源科技", "宁德时代新能源", "宁德时代"}),
        ("company", "长城汽车股份有限公司", set()),
        ("company", "中国航空工业集团", set()),
        ("company", "诺维克（中国）有限公司", {"诺维克"}),
        ("person", "Dr. Anna Weber Jr.", {"Weber"}),
        ("person", "Wang Chuanfu", {"Wang"}),
        ("person", "Lee Jae-yong", {"Lee"}),
        ("person", "Jack Ma", {"Ma"}),
        ("person", "Kim Anderson", {"Anderson"}),
        ("person", "Ludwig van Beethoven", {"van Beethoven"}),
        ("person", "雷军", set()),
        ("person", "蒂姆·库克", {"库克"}),
        ("person", "Madonna", set()),
        ("product", "Norvik Pharma AG", set()),
        ("place", "New York", set()),
    ],
)
def test_a_full_name_has_these_short_forms(kind, spelling, expected):
    assert set(short_forms(kind, [spelling])) == expected


@given(st.sampled_from(["company", "person"]), st.text(min_size=1).map(str.strip).filter(bool))
def test_any_name_has_short_forms_within_itself(kind, spelling):
    assert all(short and short != spelling for short in short_forms(kind, [spelling]))
