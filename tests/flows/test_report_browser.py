"""The report in a real browser: nothing asked of anyone, nothing run, readable at every width, by eye, key and ear."""

import re
import shutil
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from report_rows import EVERYWHERE, HOSTILE, fill_report

from extractors.watch import read_watch
from flows.alerts.message import plain_line
from flows.report.pages import write_report
from warehouse.database import open_warehouse
from warehouse.snapshot import publish

CHROMIUM = shutil.which("chromium")
NOW = datetime(2024, 3, 6, 12, tzinfo=UTC)
LONG = ("UPDATE developments SET what = repeat('W', 300), sentence = repeat('造', 300)",)
WATCH = """
name = "cars"
title = "Cars"
languages = ["{}", "en"]

[[entities]]
id = "company:xiaomi"
names = {{ en = ["Xiaomi"] }}
"""
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """A maker of reports by name, language and statements, each made once; returns the folder."""
    made = {}

    def make(name="plain", *statements, language="en"):
        if (name, language) not in made:
            folder = tmp_path_factory.mktemp(name)
            watch = folder / "watch.toml"
            watch.write_text(WATCH.format(language), encoding="utf-8")
            title = HOSTILE[0] if statements == EVERYWHERE else "Cars"
            with open_warehouse(folder / "w.duckdb") as con:
                fill_report(con, *statements, texts=list(HOSTILE))
            publish(folder / "w.duckdb", folder / "s.duckdb")
            path = write_report(folder / "s.duckdb", folder / "report", NOW, title, read_watch(watch))
            made[name, language] = path.parent
        return made[name, language]

    return make


@pytest.fixture(scope="module")
def windows(chromium):
    """A maker of windows by width and scheme, each made once: a new one would be a process of its own each time."""
    made = {}

    def make(width, scheme):
        if (width, scheme) not in made:
            context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
            page = made[width, scheme] = context.new_page()
            page.on("request", lambda request: page.asked.append(request.url))
            page.on("console", lambda message: page.told.append(message.text))
            page.on("pageerror", lambda error: page.told.append(str(error)))
            page.on("dialog", lambda dialog: (page.dialogs.append(dialog.message), dialog.dismiss()))
        return made[width, scheme]

    return make


@pytest.fixture
def opened(windows):
    """A maker of open pages; what they ask for, run, or complain of is in `asked`, `dialogs`, `told`.

    Of each width and scheme one page is open at a time.
    """

    def open_page(path, width=1440, scheme="light"):
        page = windows(width, scheme)
        page.emulate_media(media="screen", color_scheme=scheme)
        page.mouse.move(0, 0)
        page.asked, page.dialogs, page.told = [], [], []
        page.goto("about:blank")  # of a page that is opened again, nothing is as it was left
        page.asked, page.dialogs, page.told = [], [], []
        page.goto(path.as_uri())
        return page

    return open_page


def kinds(folder):
    """Return one page of each kind: the first page, the largest story, month and article."""

    def largest(name):
        return max((folder / name).glob("*.html"), key=lambda path: path.stat().st_size)

    return [folder / "index.html", *(largest(name) for name in ("stories", "months", "articles"))]


@pytest.mark.parametrize(("name", "statements"), [("plain", ()), ("hostile", EVERYWHERE)])
def test_no_page_asks_for_anything_or_breaks_its_own_policy(reports, opened, name, statements):
    for path in kinds(reports(name, *statements)):
        page = opened(path)
        page.mouse.wheel(0, 4000)

        assert page.asked == [path.as_uri()]
        assert page.told == []
        assert page.evaluate("getComputedStyle(document.body).margin") == "0px"  # the style sheet is let in


@pytest.mark.parametrize(
    ("name", "statements", "width"),
    [
        ("plain", (), 360),
        ("hostile", EVERYWHERE, 360),
        ("long", LONG, 360),
        ("long", LONG, 1440),
        pytest.param("plain", (), 1440, marks=pytest.mark.soak),
        pytest.param("hostile", EVERYWHERE, 1440, marks=pytest.mark.soak),
    ],
)
def test_no_page_scrolls_sideways(reports, opened, name, statements, width):
    for language in ("de", "en"):
        for path in kinds(reports(name, *statements, language=language)):
            page = opened(path, width)
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")

            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (360, "light"),
        (1440, "dark"),
        pytest.param(360, "dark", marks=pytest.mark.soak),
        pytest.param(1440, "light", marks=pytest.mark.soak),
    ],
)
@pytest.mark.parametrize(
    ("name", "statements", "language"),
    [("plain", (), "en"), ("plain", (), "de"), ("hostile", EVERYWHERE, "en")],
)
def test_axe_finds_no_violation(reports, opened, name, statements, language, width, scheme):
    for path in kinds(reports(name, *statements, language=language)):
        page = opened(path, width, scheme)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        found = Axe().run(page).response["violations"]

        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == [], path


def test_hostile_text_is_shown_as_text_and_runs_nothing(reports, opened):
    folder = reports("hostile", *EVERYWHERE)
    for path, scripts in zip(kinds(folder), (1, 0, 0, 0), strict=True):
        page = opened(path)
        page.wait_for_timeout(200)

        assert page.dialogs == []
        assert page.evaluate("window.pwned") is None
        assert page.evaluate("document.scripts.length") == scripts
        assert page.locator("img, iframe, object, embed, form, input, base, b").count() == 0
        assert page.locator("main svg:not(.chart), header svg").count() == 0
        assert page.locator("[onerror], [onload], [onfocus], [autofocus], [style]").count() == 0
        links = page.evaluate("[...document.links].map(one => one.protocol)")
        assert set(links) <= {"file:", "https:", "http:"}
    shown = " ".join(opened(kinds(folder)[1]).locator("body").inner_text().split())
    for text in HOSTILE:
        assert plain_line(text).replace("\ufffe", "") in shown.replace("\ufffe", ""), text


def test_each_text_from_outside_is_isolated_from_the_direction_of_the_others(reports, opened):
    page = opened(kinds(reports("hostile", *EVERYWHERE))[1])
    page.wait_for_selector("bdi")

    assert page.evaluate(
        "[...document.querySelectorAll('bdi')].every(one => getComputedStyle(one).unicodeBidi === 'isolate')"
    )
    assert page.evaluate("[...document.querySelectorAll('blockquote')].every(one => one.dir === 'auto')")
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", page.content())


def test_the_first_key_leads_past_the_navigation(reports, opened):
    page = opened(reports() / "index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"


def test_a_chart_is_one_stop_of_the_tab_key_and_its_points_are_told_by_the_arrows(reports, opened):
    page = opened(reports() / "index.html")
    points = page.locator("figure.coverage .point")
    points.first.focus()
    tip = page.locator(".tip")

    assert page.locator("figure.coverage .point[tabindex='0']").count() == 1
    assert tip.inner_text().splitlines()[0] == "1 Mar 2024"
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == points.nth(1).get_attribute(
        "aria-label"
    )
    assert tip.inner_text() == points.nth(1).get_attribute("aria-label")
    page.keyboard.press("End")
    assert tip.inner_text() == points.last.get_attribute("aria-label")
    page.keyboard.press("ArrowRight")
    assert tip.inner_text() == points.last.get_attribute("aria-label")
    page.keyboard.press("Escape")
    assert tip.is_hidden()


@pytest.mark.parametrize("width", [360, 1440])
def test_a_pointer_reads_the_numbers_of_each_chart_within_the_window(reports, opened, width):
    page = opened(reports() / "index.html", width)
    tip = page.locator(".tip")
    for key in ("mentions", "share", "events", "lead", "coverage"):
        for point in (page.locator(f"figure.{key} .point").first, page.locator(f"figure.{key} .point").last):
            point.hover()

            assert tip.inner_text() == point.get_attribute("aria-label")
            box = tip.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
    page.mouse.move(1, 1)
    tip.wait_for(state="hidden")


def test_every_chart_has_its_numbers_in_a_table(reports, opened):
    page = opened(reports() / "index.html")
    page.locator("figure.coverage summary").click()

    rows = page.locator("figure.coverage tbody tr")
    assert rows.count() == page.locator("figure.coverage .point").count()
    assert rows.first.inner_text().split("\t") == ["1 Mar 2024", "1", "0", "1", "3"]
    assert page.locator("figure").count() == page.locator("figure details table").count()


def test_light_dark_and_print_have_their_own_look(reports, opened):
    folder = reports()
    light, dark = (
        opened(folder / "index.html", scheme=scheme).evaluate(
            "getComputedStyle(document.body).backgroundColor"
        )
        for scheme in ("light", "dark")
    )
    printed = opened(folder / "index.html", scheme="dark")
    printed.emulate_media(media="print")
    tints = "[...document.querySelectorAll('.tags .official')].map(one => getComputedStyle(one).color)"

    assert light != dark
    assert printed.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert printed.evaluate(tints) == opened(folder / "index.html").evaluate(tints) != []
    assert printed.locator("nav").first.is_hidden()
    assert (
        printed.evaluate("getComputedStyle(document.querySelector('article.card')).contentVisibility")
        == "visible"
    )


def test_no_column_of_a_table_is_cut_off_on_paper(reports, opened):
    page = opened(reports(language="de") / "index.html", 700)  # a sheet without its margins
    page.emulate_media(media="print")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    reach = page.evaluate(
        "[...document.querySelectorAll('table')].map(one => one.getBoundingClientRect().right)"
    )

    assert len(reach) > 5
    assert max(reach) <= 700


def test_the_interface_speaks_the_first_language_of_the_watch(reports, opened):
    page = opened(reports(language="de") / "index.html")

    assert page.locator("html").get_attribute("lang") == "de"
    assert page.locator("h2").all_inner_texts() == [
        "Entwicklungen",
        "Geschichten",
        "Diagramme",
        "Quellen",
        "Archiv",
    ]
    assert "Xiaomi, BAIC: Beteiligung, vereinbart (unbestätigt): 10 %" in page.locator("h4").all_inner_texts()
    assert page.locator("blockquote[lang=en]").count() > 0


def test_contradictions_stand_beside_each_other_on_a_desk_and_below_on_a_phone(reports, opened):
    for width, beside in ((360, False), (1440, True)):
        page = opened(reports() / "index.html", width)
        one, other = (page.locator(".sides").first.locator("> div").nth(at).bounding_box() for at in (0, 1))

        assert (one["y"] == other["y"]) is beside


def test_an_article_shows_its_numbers_of_claims_beside_the_text(reports, opened):
    page = opened(kinds(reports())[3], 360)
    for number in page.locator("a.number").all():
        assert number.bounding_box()["x"] >= 0
