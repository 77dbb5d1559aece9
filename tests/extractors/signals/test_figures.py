import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.signals.figures import find_figures

PUBLISHED = datetime(2024, 3, 24, 9, 0, tzinfo=UTC)
CASES = [
    (
        language,
        case["text"],
        datetime.fromisoformat(case["on"]) if "on" in case else PUBLISHED,
        case["figures"],
    )
    for language, table in tomllib.loads(
        (Path(__file__).parent / "test_figures_cases.toml").read_text(encoding="utf-8")
    ).items()
    for case in table["cases"]
]


def found(text, language, published_at=PUBLISHED, title=""):
    return [
        (figure.kind, figure.value, figure.unit)
        for figure in find_figures(title, text, language, published_at)
    ]


@pytest.mark.parametrize(("language", "text", "published_at", "expected"), CASES)
def test_the_figures_of_a_sentence_are_those_that_a_reader_would_list(language, text, published_at, expected):
    assert [" ".join(figure) for figure in found(text, language, published_at)] == expected


def test_the_cases_are_many_in_each_language():
    counts = {language: sum(case[0] == language for case in CASES) for language in ("de", "en", "zh")}
    assert min(counts.values()) >= 80
    assert len(CASES) >= 250


@pytest.mark.parametrize(
    ("language", "text", "kind", "value", "unit"),
    [
        ("en", "$10bn", "money", "10000000000", "USD"),
        ("en", "US$10 billion", "money", "10000000000", "USD"),
        ("en", "a 10-billion-yuan plan", "money", "10000000000", "CNY"),
        ("en", "RMB10bn", "money", "10000000000", "CNY"),
        ("en", "HK$77.5m", "money", "77500000", "HKD"),
        ("en", "215,900 yuan", "money", "215900", "CNY"),
        ("de", "10 Mrd. Dollar", "money", "10000000000", "USD"),
        ("de", "zehn Milliarden Dollar schwere Pläne", "money", "10000000000", "USD"),
        ("de", "77,4 Mio. US-Dollar", "money", "77400000", "USD"),
        ("de", "€ 3,5 Millionen", "money", "3500000", "EUR"),
        ("zh", "100亿美元", "money", "10000000000", "USD"),
        ("zh", "一千亿元", "money", "100000000000", "CNY"),
        ("zh", "5000元定金", "money", "5000", "CNY"),
        ("en", "six per cent", "percent", "6", "percent"),
        ("de", "4,99 Prozent", "percent", "4.99", "percent"),
        ("zh", "百分之十五", "percent", "15", "percent"),
        ("en", "300,000 electric cars", "vehicles", "300000", "vehicles"),
        ("en", "more than 50,000 orders for the car", "vehicles", "50000", "vehicles"),
        ("en", "the 10,000th car", "vehicles", "10000", "vehicles"),
        ("de", "12.000 SU7 und mehr Autos", "vehicles", "12000", "vehicles"),
        ("de", "eine halbe Million Autos", "vehicles", "500000", "vehicles"),
        ("zh", "新车大定突破5万台", "vehicles", "50000", "vehicles"),
        ("en", "orders of the car reached 88,898 by then", "vehicles", "88898", "vehicles"),
        ("en", "150,000 vehicles a year", "vehicles_per_year", "150000", "vehicles_per_year"),
        ("en", "an annual capacity of 150,000 vehicles", "vehicles_per_year", "150000", "vehicles_per_year"),
        (
            "en",
            "the equivalent of 120,000 a year for cars",
            "vehicles_per_year",
            "120000",
            "vehicles_per_year",
        ),
        ("de", "je 150.000 Autos im Jahr", "vehicles_per_year", "150000", "vehicles_per_year"),
        ("zh", "年产30万辆", "vehicles_per_year", "300000", "vehicles_per_year"),
        ("en", "10,000 cars a month", "other", "10000", "vehicles_per_month"),
        ("en", "210 km/h", "other", "210", "km/h"),
        ("de", "53 Hektar", "other", "53", "ha"),
        ("zh", "300多条投诉", "other", "300", "complaints"),
        ("de", "nächstes Jahr", "date", "2025", "date"),
    ],
)
def test_a_figure_is_read_in_normal_form(language, text, kind, value, unit):
    assert found(text, language) == [(kind, value, unit)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "the SU7 and the BJ40"),
        ("en", "two cars"),
        ("de", "mehrere tausend Yuan"),
        ("de", "ein Auto"),
        ("zh", "三元电池"),
        ("en", "Level 4 driving"),
        ("en", "phase 2"),
    ],
)
def test_names_and_vague_words_are_no_figures(language, text):
    assert found(text, language) == []


def test_a_list_shares_the_unit_that_stands_once():
    assert [value for _, value, unit in found("21.59万、24.59万和29.99万元", "zh") if unit == "CNY"] == [
        "215900",
        "245900",
        "299900",
    ]


def test_a_range_shares_scale_and_unit():
    assert found("10 to 15 billion yuan", "en") == [
        ("money", "10000000000", "CNY"),
        ("money", "15000000000", "CNY"),
    ]
    assert found("zwischen 1.980 und 2.205 Kilogramm", "de") == [
        ("other", "1980", "kg"),
        ("other", "2205", "kg"),
    ]


def test_what_follows_a_number_with_a_unit_shares_it():
    text = "150,000 vehicles a year each, or 300,000 vehicles a year in all"
    assert [value for kind, value, _ in found(text, "en") if kind == "vehicles_per_year"] == [
        "150000",
        "300000",
    ]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "100,000 vehicles in 2024 and 200,000 in 2025", ["100000", "200000"]),
        ("en", "5,000 of the cars came in April, 10,000 in May", ["5000", "10000"]),
        (
            "de",
            "Für das Auto gingen 50.000 Bestellungen ein, nach 24 Stunden waren es 88.898.",
            ["50000", "88898"],
        ),
        ("zh", "今年售出20多万辆", ["200000"]),
        ("en", "It sold 100,000 cars. It has 20,000 robots in its halls.", ["100000"]),
        ("en", "It sold 100,000 cars and bought 2,500 robots.", ["100000"]),
    ],
)
def test_a_noun_left_out_is_the_one_before_in_the_same_sentence(language, text, expected):
    assert [value for kind, value, _ in found(text, language) if kind == "vehicles"] == expected


def test_orders_and_units_count_vehicles_where_the_title_speaks_of_some():
    assert found("It took 50,000 orders.", "en", title="The new car sells") == [
        ("vehicles", "50000", "vehicles")
    ]
    assert found("It took 50,000 orders.", "en", title="The new game sells") == [("other", "50000", "units")]


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u2009", "\u202f"])
@pytest.mark.parametrize("language", ["de", "en", "zh"])
def test_any_kind_of_space_may_part_the_thousands(space, language):
    (figure,) = find_figures("", f"10{space}000 €", language, PUBLISHED)
    assert (figure.value, figure.surface) == ("10000", f"10{space}000 €")


def test_a_season_gives_its_year_and_shows_the_rest_in_its_surface():
    (figure,) = find_figures("", "The lease ends next spring.", "en", PUBLISHED)
    assert (figure.value, figure.surface) == ("2025", "next spring")


def test_a_year_counts_no_vehicles():
    assert found("The saloon of 2024 sells", "en") == [("date", "2024", "date")]


def test_the_number_of_a_date_is_none_and_of_others_its_float():
    date, money = find_figures("", "In 2025 it costs $2.5m.", "en", PUBLISHED)
    assert (date.number, money.number) == (None, 2_500_000.0)


def test_relative_dates_need_a_day_of_publication():
    assert found("next year", "en", None) == []


def test_the_part_tells_title_lead_and_body():
    figures = find_figures("$1bn", "It is $2bn.\n\nIt was $3bn.", "en", PUBLISHED, "It is $2bn.")
    assert [(figure.part, figure.value[0]) for figure in figures] == [
        ("title", "1"),
        ("lead", "2"),
        ("body", "3"),
    ]


WORDS = "two-thirds 三分之 成 半 dozen half Drittel spring by will 第 号 Cent Model Jahresende "
WORDS += "10 1,5 ３０ 万 亿 辆 元 bn Mrd. $ € % 2024 年 March Autos - to 、 year 百分之 𝟚 ² Dollar ten zehn"
PIECES = st.lists(st.sampled_from([*WORDS.split(), " ", "\n\n"]) | st.text(max_size=3)).map("".join)


@given(PIECES, PIECES, st.sampled_from(["de", "en", "zh", None, "fr"]))
def test_the_offsets_of_every_figure_show_its_surface(title, text, language):
    figures = find_figures(title, text, language, PUBLISHED, text[: len(text) // 2] or None)
    for figure in figures:
        words = title if figure.part == "title" else text
        assert words[figure.start : figure.stop] == figure.surface != ""
    assert figures == find_figures(title, text, language, PUBLISHED, text[: len(text) // 2] or None)


@given(
    st.integers(min_value=1, max_value=999),
    st.sampled_from([("Mio.", "million", "00万", 10**6), ("Mrd.", "billion", "0亿", 10**9)]),
)
def test_a_sum_of_money_is_the_same_in_all_three_languages(count, scale):
    german, english, chinese, worth = scale
    texts = {"de": f"{count} {german} Euro", "en": f"€{count} {english}", "zh": f"{count}{chinese}欧元"}
    assert {figure for language, text in texts.items() for figure in found(text, language)} == {
        ("money", str(count * worth), "EUR")
    }


@given(st.text(), st.sampled_from(["de", "en", "zh"]), st.datetimes(timezones=st.just(UTC)))
def test_any_text_on_any_day_gives_figures_in_order(text, language, published_at):
    places = [(figure.start, figure.stop) for figure in find_figures("", text, language, published_at)]
    assert places == sorted(places)
