"""When an article was published: who is believed, and what is done with dates that cannot be."""

import sys
from datetime import UTC, datetime, timedelta

import pytest
from lxml import html

from extractors.articles.dates import Published, published

NOW = datetime(2026, 5, 14, 12, tzinfo=UTC)
DAY = datetime(2026, 5, 13, tzinfo=UTC)


def test_the_feed_is_believed_before_the_page_and_the_page_before_its_looks():
    page = html.fromstring("<html><body><p class='date'>12.05.2026</p></body></html>")
    listed = datetime(2026, 5, 13, 8, 5, tzinfo=UTC)

    assert published(listed, ["2026-05-13T09:00:00Z"], page, "de", NOW).told_by == "feed"
    assert published(None, ["2026-05-13T09:00:00Z"], page, "de", NOW).told_by == "structured"
    assert published(None, [], page, "de", NOW) == Published(
        at=datetime(2026, 5, 11, 22, tzinfo=UTC), told_by="page"
    )
    assert published(None, ["soon"], None, "de", NOW) == Published()


@pytest.mark.parametrize(
    ("listed", "language", "zone"),
    [
        (DAY, "en", None),
        (DAY - timedelta(hours=2), "de", None),
        (DAY - timedelta(hours=8), "en", "Asia/Shanghai"),
    ],
)
def test_a_day_of_the_feed_gives_way_to_the_time_the_page_tells_of_it(listed, language, zone):
    written = "2026-05-13T15:44:00+02:00"
    found = published(listed, [written], None, language, NOW, zone)

    assert (found.at, found.told_by) == (datetime(2026, 5, 13, 13, 44, tzinfo=UTC), "structured")
    assert published(listed, ["2026-05-12T15:44:00+02:00"], None, language, NOW, zone).at == listed


def test_a_day_in_the_structured_data_gives_way_to_a_time_elsewhere_on_the_page():
    assert published(None, ["2026-05-13", "2026-05-13 10:30"], None, "de", NOW).at == datetime(
        2026, 5, 13, 8, 30, tzinfo=UTC
    )


def test_the_zone_of_the_source_goes_before_that_of_its_language():
    assert published(None, ["2026-05-13 10:30"], None, "de", NOW, "America/New_York").at == datetime(
        2026, 5, 13, 14, 30, tzinfo=UTC
    )


def test_a_date_ahead_becomes_now_and_is_flagged():
    ahead = NOW + timedelta(hours=5)

    assert published(ahead, [], None, "en", NOW) == Published(at=NOW, told_by="feed", clamped=True)
    assert published(ahead, ["2026-05-14T09:00:00Z"], None, "en", NOW).told_by == "structured"
    near = NOW + timedelta(minutes=14)
    assert published(near, [], None, "en", NOW) == Published(at=near, told_by="feed")


def test_no_language_is_loaded_for_a_date_but_those_of_the_watches():
    for written in ("2026, am 12. Wonnemonat, 7 Uhr", "am 12. Wonnemonat, 17 Uhr 30"):
        page = html.fromstring(f"<html><body><p class='date'>{written}</p></body></html>")
        published(None, [], page, "de", NOW)
    known = "dateparser.data.date_translation_data."
    loaded = {name.removeprefix(known) for name in sys.modules if name.startswith(known)}

    assert {"en", "de", "zh"} <= loaded <= {"en", "de", "zh", "zh-Hant"}


def test_a_date_in_words_is_found_in_each_of_them():
    for written in ("Mittwoch, den 13. Mai 2026", "Wednesday, the 13th of May 2026", "2026年5月13日 星期三"):
        page = html.fromstring(f"<html><body><p class='date'>{written}</p></body></html>")

        assert published(None, [], page, "en", NOW) == Published(at=DAY, told_by="page")
