"""What the report and its feed tell of developments beyond the news: what holds, what does not, and who says so."""

import json
import shutil
import subprocess
from datetime import UTC, datetime

import pytest
from lxml import etree, html
from timeline_rows import fill_timeline

from flows.report.pages import write_report
from warehouse.database import open_warehouse
from warehouse.snapshot import publish

NOW = datetime(2024, 3, 4, tzinfo=UTC)
ATOM = {"a": "http://www.w3.org/2005/Atom"}
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}\u202e\x1b[31m\"'&]]>"
needs_browser = pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed")


@pytest.fixture
def a_report(tmp_path):
    """A maker of reports of the timeline, with these statements run on the warehouse before."""

    def make(*statements):
        with open_warehouse(tmp_path / "w.duckdb") as con:
            fill_timeline(con)
            for statement in statements:
                con.execute(statement, {"text": EVIL} if "$text" in statement else {})
        publish(tmp_path / "w.duckdb", tmp_path / "s.duckdb")
        return write_report(tmp_path / "s.duckdb", tmp_path / "report", NOW, "Cars")

    return make


def cards(path):
    page = html.fromstring(path.read_bytes())
    return {card.get("id")[:2]: card for card in page.xpath("//article")}


def said(element):
    return " ".join(element.text_content().split())


def entries(path):
    feed = etree.parse(path.with_name("developments.atom"))
    found = feed.xpath("//a:entry", namespaces=ATOM)
    return {entry.xpath("a:id/text()", namespaces=ATOM)[0].rpartition(":")[2][:2]: entry for entry in found}


def test_a_withdrawn_development_is_struck_through_and_its_correction_linked(a_report):
    told = cards(a_report())
    card = told["d4"]

    assert said(card.xpath("h3/del")[0]).startswith("Xiaomi, BAIC: stake, agreed")
    (taken,) = card.xpath("div[@class='taken']")
    assert said(taken) == "Withdrawn 2024-03-03 10:00 UTC by Tech Daily:The stake was reported in error."
    assert taken.xpath(".//a/@href") == ["https://news.example/a8"]
    assert [key for key in told if told[key].xpath(".//del")] == ["d4"]


def test_a_withdrawal_whose_article_is_gone_is_told_all_the_same(a_report):
    path = a_report("DELETE FROM articles WHERE article_id = 'a8'")

    assert "the article that took it back is no longer kept" in said(cards(path)["d4"])
    assert "Withdrawn 2024-03-03 10:00 UTC: the article is no longer kept" in "".join(
        entries(path)["d4"].itertext()
    )


def test_contradictions_stand_side_by_side_at_both_and_lead_to_one_another(a_report):
    told = cards(a_report())

    for one, other, link in (("d2", "d3", "a6"), ("d3", "d2", "a5")):
        here, there = told[one].xpath("div[@class='sides']/div")
        assert here.xpath(".//blockquote")
        assert f"https://news.example/{link}" in there.xpath(".//a/@href")
        assert there.xpath(".//a[starts-with(@href, '#')]/@href") == [f"#{told[other].get('id')}"]
        assert "contradicted" in said(told[one])


def test_the_times_of_first_report_second_origin_and_official_word_are_told(a_report):
    card = cards(a_report())["d1"]

    assert (
        "First report 2024-03-01 08:00 UTC, Harbour Wire · Second origin 2024-03-01 10:00 UTC, Morgenblatt"
        " · Official 2024-03-02 08:00 UTC, 经济观察" in said(card)
    )
    assert "3 independent origins, 3 articles +1 copy" in said(card)
    assert "Figures: 10 billion yuan" in said(card)
    assert "https://news.example/a2" not in card.xpath(".//a/@href")


def test_the_timeline_of_a_story_tells_the_same_and_its_lineage(a_report):
    page = html.fromstring(a_report().read_bytes())
    story = next(one for one in page.xpath("//details") if "造车合作" in said(one))

    assert len(story.xpath(".//li")) == 5
    assert [said(one) for one in story.xpath(".//li//del")] == [
        "Xiaomi, BAIC: stake, agreed (unconfirmed): 10 %"
    ]
    assert "Contradicts: BAIC, Xiaomi: partnership, denied" in said(story)
    assert "Story s1mid was merged into it on 2024-03-03." in said(story)
    assert "A part was split off on 2024-03-04: A plant of its own." in said(story)
    assert "Split off on 2024-03-04 from: 小米与北汽" in said(page.xpath("//section[@id='stories']")[0])


def test_the_feed_updates_an_entry_that_was_withdrawn_or_contradicted_and_no_other(a_report):
    told = entries(a_report())
    moved = {
        key: entry.xpath("a:updated/text()", namespaces=ATOM)[0]
        for key, entry in told.items()
        if entry.xpath("string(a:updated) != string(a:published)", namespaces=ATOM)
    }

    assert moved == {"d4": "2024-03-03T10:00:00Z", "d2": "2024-03-02T15:00:00Z"}
    assert told["d4"].xpath("string(a:title)", namespaces=ATOM).startswith("Withdrawn: Xiaomi")
    assert "withdrawn" in told["d4"].xpath("a:category/@term", namespaces=ATOM)


def test_the_feed_tells_the_same_facts(a_report):
    told = {
        key: entry.xpath("string(a:content)", namespaces=ATOM) for key, entry in entries(a_report()).items()
    }

    assert "“The stake was reported in error.” (Tech Daily, https://news.example/a8)" in told["d4"]
    assert "Contradicts: BAIC, Xiaomi: partnership, denied" in told["d2"]
    assert "Known before: Xiaomi, BAIC: partnership, talks" in told["d2"]
    assert "Second origin: 2024-03-01 10:00 UTC, Morgenblatt" in told["d1"]
    assert "Independent origins: 3; 3 articles +1 copy" in told["d1"]
    assert "“A plant is planned.” (the article is no longer kept)" in told["d5"]


HOSTILE = (
    "UPDATE articles SET title = $text, publisher = $text",
    "UPDATE articles SET url = 'javascript:alert(' || article_id || ')'",
    "UPDATE claims SET sentence = $text",
    "UPDATE developments SET what = $text, sentence = $text",
    "UPDATE stories SET title = $text",
)


def test_hostile_text_is_inert_in_all_of_it(a_report):
    path = a_report(*HOSTILE)
    page, feed = html.fromstring(path.read_bytes()), etree.parse(path.with_name("developments.atom"))

    assert page.xpath("//script | //img | //*[@onerror] | //a[starts-with(@href, 'javascript')]") == []
    assert not {"\u202e", "\x1b"} & set(path.read_text() + path.with_name("developments.atom").read_text())
    assert not feed.xpath("//a:script | //a:entry/a:link", namespaces=ATOM)


@needs_browser
@pytest.mark.parametrize(
    "statements",
    [(), HOSTILE, ("UPDATE developments SET what = repeat('W', 300), sentence = repeat('造', 300)",)],
)
def test_a_browser_shows_it_on_a_phone_without_scrolling_and_both_sides_beside_on_a_desk(
    a_report, tmp_path, statements
):
    page = a_report(*statements)
    probe = tmp_path / "probe.html"
    frames = "".join(
        f"<iframe id=f{width} width={width} height=800 style='border:0' src='{page.as_uri()}'></iframe>"
        for width in (360, 1100)
    )
    probe.write_text(
        f"{frames}<pre id=o></pre><script>onload = () => {{ const seen = {{}};"
        "for (const width of [360, 1100]) { const d = document.getElementById('f' + width).contentDocument;"
        "const [a, b] = d.querySelector('.sides').children, del = d.querySelector('h3 del');"
        "seen[width] = {wide: d.documentElement.scrollWidth,"
        "beside: a.getBoundingClientRect().top === b.getBoundingClientRect().top,"
        "struck: getComputedStyle(del).textDecorationLine, scripts: d.scripts.length}; }"
        "document.getElementById('o').textContent = JSON.stringify(seen); }</script>",
        encoding="utf-8",
    )
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=5000", "--dump-dom"]
    done = subprocess.run([*command, probe.as_uri()], capture_output=True, text=True, timeout=120, check=True)
    seen = json.loads(html.fromstring(done.stdout).get_element_by_id("o").text)

    assert seen["360"]["wide"] <= 360
    assert (seen["360"]["beside"], seen["1100"]["beside"]) == (False, True)
    assert {one["struck"] for one in seen.values()} == {"line-through"}
    assert {one["scripts"] for one in seen.values()} == {0}


def test_the_report_links_only_to_developments_that_it_shows(a_report):
    old = "UPDATE developments SET reported_at = '2023-01-01 00:00:00+00' WHERE what LIKE '%talks%'"
    page = html.fromstring(a_report(old).read_bytes())

    shown = set(page.xpath("//article/@id"))
    assert {link[1:] for link in page.xpath("//article//a[starts-with(@href, '#')]/@href")} <= shown
    assert "Known before: Xiaomi, BAIC: partnership, talks" in page.text_content()
