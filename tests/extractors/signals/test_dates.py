from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.signals.dates import find_dates
from extractors.signals.scripts import fold

TODAY = date(2024, 3, 24)  # a Sunday


def values(text, language, today=TODAY):
    return [found.value for found in find_dates(fold(text), language, today)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "in the first half of 2024", ["2024-H1"]),
        ("en", "in the second half of next year", ["2025-H2"]),
        ("en", "in the first quarter", ["2024-Q1"]),
        ("en", "Q3 2023", ["2023-Q3"]),
        ("en", "on March 28, 2025", ["2025-03-28"]),
        ("en", "on 28 March", ["2024-03-28"]),
        ("en", "in November 2021", ["2021-11"]),
        ("en", "in June", ["2024-06"]),
        ("en", "last August", ["2023-08"]),
        ("en", "on Friday", ["2024-03-22"]),
        ("en", "next Thursday", ["2024-03-28"]),
        ("en", "by the end of the year", ["2024"]),
        ("en", "next year", ["2025"]),
        ("en", "last month", ["2024-02"]),
        ("en", "from 2026", ["2026"]),
        ("de", "im ersten Halbjahr 2024", ["2024-H1"]),
        ("de", "im ersten Quartal des kommenden Jahres", ["2025-Q1"]),
        ("de", "im Schlussquartal des Vorjahres", ["2023-Q4"]),
        ("de", "am 4. Mai", ["2024-05-04"]),
        ("de", "am 28.03.2024", ["2024-03-28"]),
        ("de", "am Mittwoch, dem 27. April", ["2024-04-27"]),
        ("en", "on Thursday, March 28", ["2024-03-28"]),
        ("de", "seit August 2023", ["2023-08"]),
        ("de", "Ende April", ["2024-04"]),
        ("de", "nächstes Jahr", ["2025"]),
        ("de", "am Mittwochabend", ["2024-03-20"]),
        ("de", "am kommenden Donnerstag", ["2024-03-28"]),
        ("zh", "2024年上半年", ["2024-H1"]),
        ("zh", "明年上半年", ["2025-H1"]),
        ("zh", "第三季度", ["2024-Q3"]),
        ("zh", "3月28日", ["2024-03-28"]),
        ("zh", "2021年3月", ["2021-03"]),
        ("zh", "去年八月", ["2023-08"]),
        ("zh", "26日晚间", ["2024-03-26"]),
        ("zh", "下周三", ["2024-03-27"]),
        ("zh", "今年年底", ["2024"]),
        ("zh", "昨晚", ["2024-03-23"]),
        ("fr", "on 28 March 2024", ["2024-03-28"]),
    ],
)
def test_a_date_is_read_in_normal_form(language, text, expected):
    assert values(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "2,000 cars"),
        ("en", "2000 cars"),
        ("en", "it may march on"),
        ("de", "2.000 Autos"),
        ("zh", "2000辆"),
        ("zh", "3个月"),
        ("de", "IC 2083 nach Altona"),
        ("en", "31 February 2024"),
    ],
)
def test_counts_and_days_that_do_not_exist_are_no_dates(language, text):
    assert all(len(value) < 10 for value in values(text, language))
    assert "2000" not in values(text, language)


def test_a_month_is_taken_in_the_nearest_year():
    assert values("in December", "en", date(2024, 2, 1)) == ["2023-12"]
    assert values("im Januar", "de", date(2023, 11, 30)) == ["2024-01"]


def test_a_day_without_month_is_the_nearest_such_day():
    assert values("30日", "zh", date(2024, 4, 2)) == ["2024-03-30"]
    assert values("1日", "zh", date(2024, 12, 30)) == ["2025-01-01"]


def test_without_a_day_of_publication_only_full_dates_count():
    assert values("next year, on Friday, in June, in the first half, by 2024-05-01", "en", None) == [
        "2024-05-01"
    ]


@given(
    st.text() | st.text(alphabet="0123456789.-年月日上下半周三QH JuneMai"),
    st.sampled_from(["de", "en", "zh"]),
    st.dates(),
)
def test_any_text_on_any_day_gives_dates_within_it(text, language, today):
    for found in find_dates(fold(text), language, today):
        assert 0 <= found.start < found.stop <= len(text)
