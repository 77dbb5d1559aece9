import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from signals_watch import entity

from extractors.signals.homonyms import Homonyms
from extractors.signals.mentions import MentionFinder
from extractors.signals.wordlists import word_list
from extractors.watch import HomonymGuard, Watch

ENTITIES = (
    entity("company:xiaomi", en=("Xiaomi",), zh=("小米", "小米科技")),
    entity("company:tesla", en=("Tesla",), zh=("特斯拉",)),
    entity("company:byd", zh=("比亚迪",)),
    entity("company:mi", en=("Mi",)),
    entity("company:apollo", en=("Apollo",), de=("Apollo Reederei",)),
    entity("place:beijing", zh=("北京",)),
    entity("media:xinhua", zh=("新华社",)),
)


def finder(*guards: HomonymGuard) -> MentionFinder:
    return MentionFinder(
        Watch(name="h", title="H", languages=("de", "en", "zh"), entities=ENTITIES, homonyms=guards)
    )


FINDER = finder()


def ids(text: str, title: str = "", found: MentionFinder = FINDER) -> set[str]:
    return {mention.entity_id.partition(":")[2] for mention in found.find(title, text, None)}


@pytest.mark.parametrize(
    "text",
    [
        "小米收购价每斤上涨，产区农户增加播种，合作社用手机直播卖小米。",
        "本地小米丰收，亩产提高，谷穗饱满。农业技术人员用智能农机收割。",
        "熬粥时小米先淘洗，杂粮与红枣一起煮粥，养胃。",
    ],
)
def test_millet_stays_millet_though_a_word_of_the_company_stands_by(text):
    assert "xiaomi" not in ids(text)


@pytest.mark.parametrize(
    "text",
    [
        "小米发布电饭煲，可煮粥、蒸杂粮。小米表示，新品下月上市。",
        "小米宣布捐款支持农业，帮助产区农户。",
        "比亚迪与小米合作，运送粮食的货车每公斤成本下降。小米方面未回应。",
        "小米科技支持农业，小米在产区设立课堂，粮食丰收。",
    ],
)
def test_the_company_stays_the_company_though_farming_is_spoken_of(text):
    assert "xiaomi" in ids(text)


def test_places_and_media_speak_for_no_meaning():
    assert ids("新华社北京电：小米产区的农户说，收购价每斤上涨。") == {"beijing", "xinhua"}


@pytest.mark.parametrize(
    "text",
    [
        "Nikola Tesla was born in 1856. Tesla built coils.",
        "Tesla United won. Tesla scored twice.",
        "Im Hotel Tesla brennt es, das Tesla-Stadion ist leer.",
        "Das Apollo Theater öffnet. Das Apollo zeigt einen Film.",
        "特斯拉大学招生。特斯拉今年扩招。",
        "特斯拉男篮获胜。",
        "小米村通车，小米镇迎客。",
    ],
)
def test_a_name_within_that_of_another_body_is_no_mention(text):
    assert ids(text) == set()


@pytest.mark.parametrize(
    ("text", "surfaces"),
    [
        ("Tesla built a plant. The Tesla Museum is near. Tesla said so.", ["Tesla", "Tesla"]),
        ("特斯拉建厂。特斯拉大学无关。特斯拉表示满意。", ["特斯拉", "特斯拉"]),
        ("Im Apollo Theater sprach die Apollo Reederei. Apollo sagte ab.", ["Apollo Reederei", "Apollo"]),
        ("Workers said: Anna. Tesla pays well.", ["Tesla"]),
        ("小米县域门店与小米大学生用户增加", ["小米", "小米"]),
    ],
)
def test_only_the_occurrence_in_the_other_name_is_dropped_where_the_entity_is_there(text, surfaces):
    assert [mention.surface for mention in FINDER.find("", text, None)] == surfaces


def test_a_place_is_still_a_place_in_the_name_of_a_body():
    assert ids("北京大学与北京银行签约") == {"beijing"}


MI = HomonymGuard(
    name="Mi", glued=("Mi casa",), around=("soprano", "minor", "orchestra"), unless=("phone", "phones")
)


@pytest.mark.parametrize(
    ("text", "is_company"),
    [
        ("The soprano sang Mi in minor.", False),
        ("The Mi phone plays a soprano in minor.", True),
        ("Mi casa es su casa", False),
        ("Mi said it would open.", True),
    ],
)
def test_a_watch_guards_a_name_of_its_own(text, is_company):
    assert ids(text, found=finder(MI)) == ({"mi"} if is_company else set())


def test_a_watch_adds_to_a_built_in_guard():
    text = "特意买了两袋小米，配南瓜和山药。"
    more = HomonymGuard(name="小米", around=("南瓜", "山药"))

    assert ids(text) == {"xiaomi"}
    assert ids(text, found=finder(more)) == set()
    assert ids("一碗小米粥", found=finder(more)) == set()


def test_every_built_in_expression_holds_its_name_in_lower_case():
    for name, guard in word_list("homonyms")["names"].items():
        words = [*guard.get("glued", ()), *guard.get("around", ()), *guard.get("unless", ())]
        assert [name, *words] == [word.lower() for word in [name, *words]]
        assert all(name in expression for expression in guard.get("glued", ())), name


@given(st.text(), st.text())
def test_no_text_is_too_odd_for_the_guards(title, text):
    homonyms = Homonyms(Watch(name="h", title="H", languages=(), entities=ENTITIES))

    assert homonyms.barred(title, text, [], []) == frozenset()
    assert isinstance(ids(f"{text} Tesla {title} 小米{text}"), set)


def test_an_article_of_nothing_but_the_two_meanings_is_read_in_a_moment():
    started = time.process_time()

    assert ids("小米 公斤 产区 手机 " * 20_000) <= {"xiaomi"}
    assert time.process_time() - started < 5
