"""What the report and its feed tell of developments beyond the news: what holds, what does not, and who says so."""

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

    assert said(card.xpath("h4/del")[0]).startswith("Xiaomi, BAIC: stake, agreed")
    (taken,) = card.xpath("div[@class='taken']")
    assert said(taken) == "Withdrawn 3 Mar 2024, 10:00 UTC, Tech Daily:The stake was reported in error."
    assert taken.xpath(".//a/@href") == ["https://news.example/a8"]
    assert [key for key in told if told[key].xpath(".//del")] == ["d4"]


def test_a_withdrawal_whose_article_is_gone_is_told_all_the_same(a_report):
    path = a_report("DELETE FROM articles WHERE article_id = 'a8'")

    assert "the article that took it back is no longer kept" in said(cards(path)["d4"])
    assert "Withdrawn 3 Mar 2024, 10:00 UTC: the article is no longer kept" in "".join(
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

    assert "Harbour Wire, 1 Mar 2024, 08:00 UTC" in said(card)
    facts = [said(one) for one in card.xpath("dl[@class='facts']/*")]
    pairs = dict(zip(facts[::2], facts[1::2], strict=True))
    assert pairs["Second origin"] == "1 Mar 2024, 10:00 UTC, Morgenblatt"
    assert pairs["Official"] == "2 Mar 2024, 08:00 UTC, 经济观察"
    assert pairs["Figures"] == "10 billion yuan"
    assert "3 independent origins, 3 articles +1 copy" in said(card)
    assert "https://news.example/a2" not in card.xpath(".//a/@href")


def test_hearsay_that_became_official_is_not_shown_as_unconfirmed(a_report):
    path = a_report()
    told = cards(path)
    steps = html.fromstring(path.read_bytes()).xpath("//section[@id='stories']//ol/li/@class")

    assert told["d1"].xpath("ul[@class='tags']/li[@class='official']/text()") == ["official by now"]
    assert told["d1"].xpath(".//li[@class='unconfirmed']") == []
    assert told["d3"].xpath("ul[@class='tags']/li[@class='official']/text()") == ["official"]
    assert told["d2"].xpath("ul[@class='tags']/li[@class='unconfirmed']/text()") == ["unconfirmed"]
    assert steps == ["official", "unconfirmed", "official", "withdrawn", "unconfirmed"]


def links_within(path, page):
    """Yield the files of the report that a page links to, with the id there."""
    for link in page.xpath("//a/@href"):
        if "://" not in link:
            name, _, key = link.partition("#")
            yield (path.parent / name).resolve() if name else path, key


def test_a_crawl_from_the_first_page_finds_every_page_and_no_broken_link(a_report):
    root = a_report().parent
    known, waiting = {}, [root / "index.html"]
    while waiting:
        path = waiting.pop()
        if path not in known and path.suffix == ".html":
            known[path] = html.fromstring(path.read_bytes())
            waiting += [file for file, _ in links_within(path, known[path])]
    linked = {link for path, page in known.items() for link in links_within(path, page)}
    left = {path.stem for path in root.rglob("*.html")} - {path.stem for path in known}

    assert len(known) > 5
    assert [file for file, key in linked if not file.exists()] == []
    assert [key for file, key in linked if key and not known[file].xpath("//*[@id=$key]", key=key)] == []
    assert left == {"s0old", "s1mid"}  # stories that were merged: their pages are for links in messages
    for name in left:
        moved = html.fromstring((root / "stories" / f"{name}.html").read_bytes())
        assert [(root / "stories" / to) in known for to in moved.xpath("//main//a/@href")] == [True]


def test_the_timeline_of_a_story_tells_the_same_and_its_lineage(a_report):
    path = a_report()
    page = html.fromstring(path.read_bytes())
    (link,) = page.xpath("//section[@id='stories']//h3/a[contains(., '造车合作')]/@href")
    story = html.fromstring((path.parent / link).read_bytes())

    assert len(story.xpath("//section[@id='timeline']/ol/li")) == 5
    assert [said(one) for one in story.xpath("//li//h3/del")] == [
        "Xiaomi, BAIC: stake, agreed (unconfirmed): 10 %"
    ]
    assert "Contradicts: BAIC, Xiaomi: partnership, denied" in said(story)
    assert "Story s1mid was merged into it on 3 Mar 2024." in said(story)
    assert "A part was split off on 4 Mar 2024: A plant of its own." in said(story)
    assert "Split off on 4 Mar 2024 from: 小米与北汽" in said(page.xpath("//section[@id='stories']")[0])


def test_the_feed_updates_an_entry_that_was_withdrawn_contradicted_or_made_official_and_no_other(a_report):
    told = entries(a_report())
    moved = {
        key: entry.xpath("a:updated/text()", namespaces=ATOM)[0]
        for key, entry in told.items()
        if entry.xpath("string(a:updated) != string(a:published)", namespaces=ATOM)
    }

    assert moved == {
        "d1": "2024-03-02T08:00:00Z",
        "d4": "2024-03-03T10:00:00Z",
        "d2": "2024-03-02T15:00:00Z",
    }
    assert told["d4"].xpath("string(a:title)", namespaces=ATOM).startswith("Withdrawn: Xiaomi")
    assert "withdrawn" in told["d4"].xpath("a:category/@term", namespaces=ATOM)


def test_the_feed_tells_the_same_facts(a_report):
    told = {
        key: entry.xpath("string(a:content)", namespaces=ATOM) for key, entry in entries(a_report()).items()
    }

    assert "“The stake was reported in error.” (Tech Daily, https://news.example/a8)" in told["d4"]
    assert "Contradicts: BAIC, Xiaomi: partnership, denied" in told["d2"]
    assert "Known before: Xiaomi, BAIC: partnership, talks" in told["d2"]
    assert "Second origin: 1 Mar 2024, 10:00 UTC, Morgenblatt" in told["d1"]
    assert "3 independent origins; 3 articles +1 copy" in told["d1"]
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

    assert page.xpath("//main//script | //img | //*[@onerror] | //a[starts-with(@href, 'javascript')]") == []
    assert not {"\u202e", "\x1b"} & set(path.read_text() + path.with_name("developments.atom").read_text())
    assert not feed.xpath("//a:script | //a:entry/a:link", namespaces=ATOM)


def test_the_report_links_only_to_developments_that_it_shows(a_report):
    old = "UPDATE developments SET reported_at = '2023-01-01 00:00:00+00' WHERE what LIKE '%talks%'"
    page = html.fromstring(a_report(old).read_bytes())

    shown = set(page.xpath("//article/@id"))
    assert {link[1:] for link in page.xpath("//article//a[starts-with(@href, '#')]/@href")} <= shown
    assert "Known beforeXiaomi, BAIC: partnership, talks" in page.text_content()
