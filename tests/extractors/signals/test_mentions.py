import pytest
from hypothesis import given
from hypothesis import strategies as st
from signals_watch import ENTITIES, entity, watch

from extractors.signals.mentions import MentionFinder
from extractors.watch import Watch

FINDER = MentionFinder(watch())


def ids(text, title=""):
    return [mention.entity_id for mention in FINDER.find(title, text, None)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The SU7 Ultra is fast.", ["product:su7-ultra"]),
        ("小米汽车发布", ["company:xiaomi-auto"]),
        ("小米与小米汽车", ["company:xiaomi", "company:xiaomi-auto"]),
        ("Xiaomi Corp said", ["company:xiaomi"]),
        ("Xiaomis Auto", ["company:xiaomi", "topic:electric-car"]),
        ("Xiaomi’s plan and Xiaomi's plan", ["company:xiaomi"] * 2),
        ("der Xiaomi-Chef und die BAIC-Tochter", ["company:xiaomi", "company:baic"]),
        ("小米SU7现身", ["company:xiaomi", "product:su7"]),
        ("ＢＡＩＣ today", ["company:baic"]),
        ("des Industrieministeriums", ["authority:miit"]),
    ],
)
def test_names_are_found_with_their_endings_and_the_longest_counts_alone(text, expected):
    assert ids(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "nio ist italienisch",
        "NIOBE",
        "a jac",
        "Jac said",
        "baic",
        "byd",
        "Xiaomingtown",
        "MySU7",
        "the great wall",
    ],
)
def test_other_words_with_the_letters_of_a_name_are_none(text):
    assert ids(text) == []


@pytest.mark.parametrize("text", ["NIO", "Nio", "Baic", "BYD", "XIAOMI"])
def test_names_are_known_in_capitals_and_acronyms_as_words(text):
    assert len(ids(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "赤峰小米价格上涨，产区收购价每斤上调一毛。农户惜售小米。",
        "一碗小米粥",
        "东北汽车市场升温",
        "江淮流域暴雨，江淮地区水位上涨",
        "BAIC Bank closes branches. The BAIC network is old.",
        "FC BAIC go up. BAIC will open the season.",
        "Tourists at the Great Wall of China",
        "Michael Bloomberg gave money",
        "网上流出的路透照",
    ],
)
def test_homonyms_are_no_mentions(text):
    assert ids(text) == []


def test_a_company_is_still_found_beside_words_of_its_homonym():
    assert "company:xiaomi" in ids("雷军在产区考察时说，小米手机不涨价，收购价每斤也不变。")
    assert "company:great-wall" in ids("Great Wall Motor sells cars. Great Wall shares rose.")


def test_a_sponsored_club_mentions_its_sponsor_where_the_text_names_it_too():
    found = FINDER.find("", "北京北汽男排获胜。北汽集团冠名这支球队。", None)
    assert {mention.entity_id for mention in found} == {"company:baic"}


@pytest.mark.parametrize(
    "text", ["Elektroautos", "Elektroautobauer", "das Elektroauto", "electric cars", "EVs", "EV"]
)
def test_topic_words_are_found_with_endings_and_compounds(text):
    assert ids(text) == ["topic:electric-car"]


@pytest.mark.parametrize("text", ["ev", "forever", "Kraftfahrtautor"])
def test_topic_words_begin_a_word(text):
    assert ids(text) == []


def test_the_part_tells_title_lead_and_body():
    lead = "Xiaomi plans."
    found = FINDER.find("BAIC wins", f"{lead}\n\nNio loses.", lead)
    assert [(mention.entity_id, mention.part) for mention in found] == [
        ("company:baic", "title"),
        ("company:xiaomi", "lead"),
        ("company:nio", "body"),
    ]


def test_a_name_that_two_entities_share_is_a_mention_of_both():
    shared = Watch(
        name="w",
        title="w",
        languages=("en",),
        entities=(entity("company:a", en=("Acme",)), entity("brand:a", en=("Acme",))),
    )
    found = MentionFinder(shared).find("Acme", "", None)
    assert [mention.entity_id for mention in found] == ["brand:a", "company:a"]


def test_a_watch_without_names_finds_nothing():
    assert MentionFinder(Watch(name="w", title="w", languages=(), entities=())).find("a", "b", None) == ()


NAMES = [name for one in ENTITIES for names in one.names.values() for name in names]
PIECES = st.lists(
    st.sampled_from([*NAMES, " ", "'s", "-", "İ", "ß", "𝕏", "Ａ", "ﬁ", "小", "\u0301", "\n\n"])
    | st.text(max_size=3)
)


@given(PIECES.map("".join), PIECES.map("".join))
def test_the_offsets_of_every_mention_show_its_surface(title, text):
    for mention in FINDER.find(title, text, text[: len(text) // 2] or None):
        words = title if mention.part == "title" else text
        assert words[mention.start : mention.stop] == mention.surface != ""


@given(PIECES.map("".join))
def test_the_same_text_gives_the_same_mentions(text):
    assert FINDER.find(text, text, None) == MentionFinder(watch()).find(text, text, None)
