"""The pages of months: bounded, whichever of the two a month has many of, and with a way from each to the others."""

from datetime import UTC, datetime, timedelta

import pytest
from lxml import html

from flows.report import months
from flows.report.pages import write_report
from warehouse.database import insert, open_warehouse
from warehouse.snapshot import publish

NOW = datetime(2024, 3, 28, 12, tzinfo=UTC)


def story(number, title):
    return {
        "story_id": f"s{number}",
        "title": title,
        "first_at": NOW - timedelta(minutes=number),
        "last_at": NOW,
        "articles": 1,
        "publishers": 1,
        "languages": ["de"],
    }


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Writes the report of a month with so many stories and no development, ten on a page; returns its pages."""

    def write(stories, title="Autos"):
        monkeypatch.setattr(months, "PAGE_LENGTH", 10)
        with open_warehouse(tmp_path / "w.duckdb") as con:
            insert(con, "stories", [story(number, title) for number in range(stories)])
        publish(tmp_path / "w.duckdb", tmp_path / "s.duckdb")
        folder = write_report(tmp_path / "s.duckdb", tmp_path / "report", NOW, "Cars").parent / "months"
        return {
            path.stem: html.fromstring(path.read_bytes())
            for path in sorted(folder.iterdir(), key=lambda path: path.stem)
        }

    return write


def test_a_month_with_many_new_stories_has_several_pages_too(written):
    pages = written(25)
    links = [page.xpath("//section//a[contains(@href, 'stories/')]/@href") for page in pages.values()]

    assert list(pages) == ["2024-03", "2024-03-2", "2024-03-3"]
    assert [len(some) for some in links] == [10, 10, 5]
    assert {link for some in links for link in some} == {f"../stories/s{n}.html" for n in range(25)}


def test_each_page_of_a_month_names_itself_and_leads_to_the_others_from_both_ends(written):
    pages = written(25)

    assert [page.findtext("head/title") for page in pages.values()] == [
        "March 2024 – Cars",
        "March 2024, Page 2 – Cars",
        "March 2024, Page 3 – Cars",
    ]
    for name, page in pages.items():
        for place in ("//header", "//main"):
            found = page.xpath(f"{place}//nav[.//*[@aria-current]]//a/@href")
            assert found == [f"{one}.html" for one in pages if one != name]
        assert page.xpath("//header//nav//*[@aria-label]/@aria-label")[-2:] == [
            f"Page {number}" for number, one in enumerate(pages, start=1) if one != name
        ]
        assert len(set(page.xpath("//nav/@aria-label"))) == len(page.xpath("//nav"))


def test_a_month_that_fits_on_a_page_has_one_and_no_numbers(written):
    (page,) = written(10).values()

    assert page.xpath("//*[@aria-current]") == []


def test_a_month_is_written_anew_where_only_the_copies_of_a_story_have_changed(tmp_path):
    def page(copies):
        with open_warehouse(tmp_path / "w.duckdb") as con:
            if not copies:
                insert(con, "stories", [story(0, "Autos")])
            con.execute("UPDATE stories SET copies = $copies", {"copies": copies})
        publish(tmp_path / "w.duckdb", tmp_path / "s.duckdb")
        folder = write_report(tmp_path / "s.duckdb", tmp_path / "report", NOW, "Cars").parent / "months"
        return (folder / "2024-03.html").read_text()

    assert "copies" not in page(0)
    assert "2 copies" in page(2)
