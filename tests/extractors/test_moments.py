from datetime import UTC, datetime

import pytest

from extractors.moments import parse_moment, zone_of

NOW = datetime(2024, 4, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "language", "zone", "hour"),
    [
        ("2024-03-28 19:00", None, None, 19),
        ("2024-03-28 19:00", "zh", None, 11),
        ("2024-03-28 19:00", "zh", "Europe/Berlin", 18),
        ("28.03.2024, 19:00 Uhr", "en", "Europe/Berlin", 18),
        ("2024-03-28T19:00:00Z", "zh", "Asia/Shanghai", 19),
        ("Thu, 28 Mar 2024 19:00:00 CST", "zh", None, 11),
        ("Thu, 28 Mar 2024 19:00:00 CST", "en", "Asia/Shanghai", 11),
        ("Thu, 28 Mar 2024 17:00:00 CST", "zh", "America/Chicago", 23),
        ("Thu, 28 Mar 2024 17:00:00 CST", "en", None, 23),
        ("2024-03-28 19:00", "de", "Mars/Olympus", 18),
        ("March 28, 2024, 6:00 PM", "en", None, 18),
        ("March 28, 2024 02:00:00 p.m. EST", "en", None, 19),
        ("Mar 28 2024 12:00 am", "en", None, 0),
        ("March 28, 2024, 6PM", "en", None, 18),
        ("28 March 2024 18:00 PM", "en", None, 18),
        ("2024年3月28日 下午6:00", "zh", None, 10),
        ("2024年3月28日 上午9点00分", "zh", None, 1),
    ],
)
def test_a_time_is_read_in_the_zone_it_says_or_the_source_has(written, language, zone, hour):
    assert parse_moment(written, language, NOW, zone) == datetime(2024, 3, 28, hour, tzinfo=UTC)


def test_a_zone_keeps_summer_time():
    assert parse_moment("2023-07-01 12:00", None, NOW, "Europe/Berlin") == datetime(
        2023, 7, 1, 10, tzinfo=UTC
    )
    assert str(zone_of("de", "Asia/Tokyo")) == "Asia/Tokyo"
