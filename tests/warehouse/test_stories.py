from collections import defaultdict
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Figure
from warehouse.regroup import Split, central, merges, splits
from warehouse.stories import (
    Tags,
    Traits,
    View,
    closest,
    figure_tokens,
    letters_of,
    rarity,
    shipped_join,
    stems_of,
    title_terms,
    tokens_of,
    traits,
    words_of,
)

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
EVEN = defaultdict(lambda: 1.0)
NAMES = st.sets(st.sampled_from([f"company:{letter}" for letter in "abcdef"]), max_size=4)
TITLES = st.lists(st.sampled_from(["plant", "talks", "recall", "battery", "price", "court"]), max_size=5)
TYPES = st.sets(st.sampled_from(["stake", "legal", "plant"]), max_size=2)


def report(title="", names="", types=(), days=0.0, language="en", figures=()):
    tags = Tags(entities=names.split(), types=types, figures=figures)
    return traits(at=NOON + timedelta(days=days), language=language, title=title, lead=None, tags=tags)


def figure(number, kind="money", unit="CNY"):
    return Figure(
        kind=kind, value=str(number), number=number, unit=unit, surface="", part="title", start=0, stop=0
    )


some_reports = st.builds(
    lambda title, names, types, days, language: report(
        " ".join(title), " ".join(sorted(names)), types, days, language
    ),
    TITLES,
    NAMES,
    TYPES,
    st.integers(0, 400),
    st.sampled_from(["de", "en"]),
)

TALKS = report("Acme in talks with Bolt about a plant", "company:acme company:bolt", ["partnership"])
GESPRAECHE = report(
    "Acme spricht mit Bolt über Werk", "company:acme company:bolt", ["partnership"], days=0.2, language="de"
)
RECALL = report("Crane calls back heaters after fire", "company:crane company:dune", ["safety"], days=1)


def test_reports_on_the_same_names_in_two_languages_are_one_story():
    chinese = report("艾克美与博特洽谈", "company:acme company:bolt", ["partnership"], days=1, language="zh")

    assert closest(chinese, {"s1": [GESPRAECHE]}, EVEN) == "s1"


def test_the_same_kind_of_event_among_others_is_another_story():
    others = report("Crane in talks with Dune", "company:crane company:dune", ["partnership"], days=30)

    assert closest(others, {"s1": [TALKS, GESPRAECHE]}, EVEN) is None


def test_the_more_alike_story_is_joined():
    stories = {
        "s1": [report("Acme expands in Ulm", "company:acme place:ulm", ["plant"])],
        "s2": [report("Acme buys into Bolt", "company:acme company:bolt", ["stake"])],
    }

    assert (
        closest(report("Acme raises stake in Bolt", "company:acme company:bolt", ["stake"], 2), stories, EVEN)
        == "s2"
    )


def test_where_nothing_is_known_a_story_begins():
    assert closest(TALKS, {}, EVEN) is None
    assert closest(TALKS, {"s1": []}, EVEN) is None


def test_of_equals_the_smaller_id_wins():
    assert closest(GESPRAECHE, {"s2": [TALKS], "s1": [TALKS]}, EVEN) == "s1"


def test_a_recurring_headline_on_another_company_says_nothing():
    acme = report("Quarterly results: profit up, outlook raised", "company:acme", ["finance"])
    bolt = report("Quarterly results: profit up, outlook raised", "company:bolt", ["finance"], days=1)
    told = View(bolt, EVEN).features(acme)

    assert told["words"] == told["stems"] == 0
    assert closest(bolt, {"s1": [acme]}, EVEN) is None


def test_a_recurring_headline_with_other_figures_says_nothing_after_some_days():
    spring = report("Acme: deliveries of the month", "company:acme", figures=[figure(8e9)])
    summer = report("Acme: deliveries of the month", "company:acme", days=90, figures=[figure(3e9)])
    next_day = report("Acme: deliveries of the month", "company:acme", days=1, figures=[figure(3e9)])

    assert View(summer, EVEN).features(spring)["words"] == 0
    assert View(next_day, EVEN).features(spring)["words"] == 1


def test_rounded_figures_share_a_token_and_others_do_not():
    assert set(figure_tokens(figure(88_898))) & set(figure_tokens(figure(90_000)))
    assert not set(figure_tokens(figure(88_898))) & set(figure_tokens(figure(98_000)))
    assert not set(figure_tokens(figure(90_000))) & set(figure_tokens(figure(90_000, unit="EUR")))
    assert figure_tokens(figure(0.0))


@given(st.floats(0.01, 1e13), st.floats(0.972, 1.0))
def test_figures_less_than_three_per_cent_apart_always_meet(number, share):
    assert set(figure_tokens(figure(number))) & set(figure_tokens(figure(number * share)))


def test_a_name_is_one_stem_in_every_script():
    assert stems_of("Xiaomi") == stems_of("小米")
    assert stems_of("Gazprom") == stems_of("Газпром")
    assert stems_of("Peugeot") == stems_of("PEUGEOT")
    assert stems_of("Škoda") & stems_of("Skoda")


def test_letters_meet_where_endings_differ():
    assert letters_of("Elektroautos") & letters_of("Elektrofahrzeug") >= {" ele", "lekt", "ktro"}
    assert letters_of("Électricité") & letters_of("electricity") >= {"lect", "tric"}
    assert letters_of("") == letters_of("?!") == frozenset()


def test_words_are_marked_with_their_language():
    assert words_of("Die Werke", "de") == {"w:de:die", "w:de:werke"}
    assert words_of("小米造车", "zh") == {"w:zh:小米", "w:zh:米造", "w:zh:造车"}


def test_all_that_is_weighed_is_a_token():
    one = report("Recall of 900 cars", "company:acme", ["safety"], figures=[figure(900)])

    assert {"company:acme", "t:safety", "w:en:recall", "x:recall"} <= tokens_of(one)
    assert one.figures <= tokens_of(one)


def test_a_name_in_more_than_half_of_all_reports_weighs_nothing():
    assert rarity(52, 100) == 0
    assert rarity(2, 100) > rarity(20, 100) > 0
    assert rarity(1, 1) > 0


def test_a_chinese_title_is_compared_by_pairs_of_characters():
    assert title_terms("小米造车 SU7 发布") >= {"小米", "米造", "造车", "发布"}


def test_short_words_carry_nothing():
    assert title_terms("The car and its new maker") == {"maker"}


@given(some_reports, st.lists(some_reports, min_size=1, max_size=6))
def test_the_order_of_members_and_stories_decides_nothing(one, members):
    stories = {"a": members[:3], "b": members[3:]}
    turned = {key: list(reversed(stories[key])) for key in ("b", "a")}

    assert closest(one, stories, EVEN) == closest(one, turned, EVEN)


@given(some_reports, some_reports)
def test_every_feature_is_between_none_and_one(one, other):
    assert all(0 <= value <= 1 for value in View(one, EVEN).features(other).values())


def test_every_feature_has_a_weight_and_every_weight_a_feature():
    assert set(shipped_join().weights) == set(View(TALKS, EVEN).features(RECALL))
    assert shipped_join().split < min(shipped_join().least, shipped_join().merge)


def test_stories_of_one_affair_are_merged_into_the_older_one():
    later = report("Acme and Bolt agree on plant", "company:acme company:bolt", ["partnership"], days=2)
    stories = {"s9": {"a1": TALKS}, "s1": {"a2": GESPRAECHE, "a3": later}, "s5": {"a4": RECALL}}

    assert merges(stories, EVEN) == [("s9", "s1")]
    assert merges(stories, EVEN, fresh=frozenset({"s5"})) == []


@given(st.lists(some_reports, min_size=1, max_size=8), st.randoms())
def test_merging_is_the_same_in_any_order_and_ends(reports, random):
    stories = {f"s{number}": {f"a{number}": one} for number, one in enumerate(reports)}
    turned = list(stories.items())
    random.shuffle(turned)
    made = merges(stories, EVEN)
    gone = [one for _, one in made]

    assert merges(dict(turned), EVEN) == made
    assert len(set(gone)) == len(gone)
    assert all(into not in gone[:number] for number, (into, _) in enumerate(made))


def test_a_story_of_two_affairs_falls_in_two_and_the_larger_part_keeps_the_id():
    stories = {
        "s1": {
            "a1": TALKS,
            "a2": GESPRAECHE,
            "a3": report("Acme and Bolt agree", "company:acme company:bolt", ["partnership"], days=1),
            "b1": RECALL,
            "b2": report("Heaters of Crane burn", "company:crane company:dune", ["safety"], days=1.5),
        }
    }

    assert splits(stories, EVEN) == [Split(story_id="s1", leaving=frozenset({"b1", "b2"}))]


def test_one_stray_article_is_no_story_of_its_own():
    assert splits({"s1": {"a1": TALKS, "a2": GESPRAECHE, "b1": RECALL}}, EVEN) == []


def test_a_story_is_called_after_its_most_central_article():
    members = {
        "a1": report("Morning briefing", "company:acme"),
        "a2": report("Acme and Bolt in talks about plant in Ulm", "company:acme company:bolt", ["plant"]),
        "a3": report("Bolt and Acme talk about plant", "company:acme company:bolt", ["plant"]),
    }

    assert central(members, EVEN) in {"a2", "a3"}


def test_the_title_is_in_the_readers_language_if_there_is_one():
    members = {"a1": TALKS, "a2": GESPRAECHE}

    assert central(members, EVEN, languages=["de", "en"]) == "a2"
    assert central(members, EVEN, languages=["zh", "en"], holder="a2") == "a1"
    assert central(members, EVEN, languages=["zh"], holder="a2") == "a2"


def test_the_title_stays_unless_another_is_clearly_more_central():
    members = {
        "a1": report("Acme and Bolt in talks", "company:acme company:bolt", ["plant"]),
        "a2": report("Acme and Bolt in talks on plant", "company:acme company:bolt", ["plant"]),
        "a3": report("Acme, Bolt in talks on new plant", "company:acme company:bolt", ["plant"]),
        "b1": report("Briefing", "company:crane"),
    }

    assert central(members, EVEN, holder="a1") == "a1"
    assert central(members, EVEN, holder="b1") != "b1"
    assert central({"a1": TALKS}, EVEN) == "a1"


def test_a_development_speaks_without_words():
    assert Traits(at=NOON).words == frozenset()
    assert View(TALKS, EVEN).features(Traits(at=NOON, named=frozenset({"company:acme"})))["one_language"] == 0
