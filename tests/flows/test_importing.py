"""Rows of imported files: what becomes an article, and what is said of all others."""

import json
from datetime import UTC, datetime

import pytest

from extractors.clock import standing_clock
from extractors.errors import ConfigurationError
from extractors.watch import read_watch
from flows.importing import import_files
from flows.settings import read_settings
from warehouse.database import open_scratch, open_snapshot

NOW = datetime(2024, 3, 28, 12, tzinfo=UTC)
ROW = {
    "url": "https://wire.example/1",
    "title": "Xiaomi in talks with BAIC",
    "text": "Xiaomi is in talks with BAIC about building electric cars, people familiar with it said on Friday.",
    "published": "2022-08-26T08:00:00Z",
}


@pytest.fixture
def imported(a_home, tmp_path):
    """Import rows after a good one: returns the rows of the snapshot's other articles and the failures."""
    home, environment = a_home({})
    settings = read_settings(environment)

    def bring(*lines):
        file = tmp_path / "rows.jsonl"
        good = {**ROW, "url": "https://wire.example/good"}
        file.write_text("\n".join((json.dumps(good), *lines)), encoding="utf-8")
        result = import_files(settings, read_watch(home / "watch.toml"), [file], standing_clock(NOW))
        with open_snapshot(settings.snapshot) as con:
            kept = con.execute("SELECT count(*) FROM articles WHERE url LIKE '%/good'").fetchone()
            found = con.execute(
                "SELECT url, title, language, authors FROM articles WHERE url NOT LIKE '%/good' ORDER BY url"
            ).fetchall()
        assert kept == (1,)
        return found, [told for _, told, _ in result.failures]

    return bring


CANNOT_BE = (
    ("url", "http://[broken"),
    ("url", "https://wire.example:99999/1"),
    ("url", "javascript:alert(1)"),
    ("url", "https://wire.example/a b"),
    ("published", "2022-08-26T08:00:00"),
    ("published", "0001-01-01T00:00:00+14:00"),
    ("published", "0001-01-01T00:00:00Z"),
    ("published", "2099-01-01T00:00:00Z"),
    ("published", 1661500800),
    ("title", "   "),
    ("text", ["x"]),
)


def test_rows_with_a_value_that_cannot_be_are_told_with_their_places_and_stop_no_other(imported):
    found, told = imported(*(json.dumps({**ROW, key: value}) for key, value in CANNOT_BE))

    assert found == []
    for place, ((key, value), said) in enumerate(zip(CANNOT_BE, told, strict=True), start=2):
        assert f"rows.jsonl:{place}: {key}: " in said, value


def test_lines_that_are_no_objects_are_told_and_stop_no_other(imported):
    found, told = imported("{broken", "[1]", "null", "[" * 100_000)

    assert found == []
    for place, said in zip(range(2, 6), told, strict=True):
        assert f"rows.jsonl:{place}: " in said


def test_an_address_with_a_password_is_refused_and_not_shown(imported):
    found, (told,) = imported(json.dumps({**ROW, "url": "https://bob:hunter22@wire.example/1"}))

    assert found == []
    assert "hunter22" not in told


def test_an_imported_address_is_cleaned_as_a_collected_one_is(imported):
    urls = (
        "https://wire.example/1?utm_source=rss",
        "HTTPS://Wire.example/1#top",
        " https://wire.example/1 ",
    )
    found, told = imported(*(json.dumps({**ROW, "url": url}) for url in urls))

    assert ([row[0] for row in found], told) == (["https://wire.example/1"], [])


def test_half_a_surrogate_pair_is_replaced_and_other_text_stands(imported):
    ((_, title, _, authors),), _ = imported(
        json.dumps({**ROW, "title": "小米 \ud800 BAIC", "author": ["李雷", {"name": "x"}, None]})
    )

    assert (title, authors) == ("小米 ? BAIC", ["李雷"])


def test_a_language_is_its_code_and_anything_else_leaves_it_to_the_text(imported):
    languages = {"zh-CN": "zh", "EN": "en", "german": "en", "": "en"}
    rows = (
        {**ROW, "url": f"https://wire.example/{place}", "language": written}
        for place, written in enumerate(languages)
    )
    found, _ = imported(*map(json.dumps, rows))

    assert [language for _, _, language, _ in found] == list(languages.values())


def test_a_naive_time_in_parquet_is_a_fault_and_a_date_is_its_start_in_utc(a_home, tmp_path):
    home, environment = a_home({})
    settings, watch = read_settings(environment), read_watch(home / "watch.toml")
    naive, date = tmp_path / "naive.parquet", tmp_path / "date.parquet"
    with open_scratch() as con:
        for file, published in ((naive, "TIMESTAMP '2022-09-01 10:00:00'"), (date, "DATE '2022-09-01'")):
            con.execute(
                f"COPY (SELECT '{ROW['url']}' AS url, '{ROW['title']}' AS title, '{ROW['text']}' AS text,"
                f" {published} AS published) TO '{file}'"
            )
    with pytest.raises(ConfigurationError, match="with a zone"):
        import_files(settings, watch, [naive], standing_clock(NOW))
    import_files(settings, watch, [date], standing_clock(NOW))

    with open_snapshot(settings.snapshot) as con:
        assert con.execute("SELECT published_at FROM articles").fetchall() == [
            (datetime(2022, 9, 1, tzinfo=UTC),)
        ]
