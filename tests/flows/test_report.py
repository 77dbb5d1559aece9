"""The page and the Atom feed of a real snapshot file."""

from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree, html

from flows.report.data import read_report
from flows.report.pages import write_report
from warehouse.database import insert, open_snapshot, open_warehouse
from warehouse.snapshot import publish

NOW = datetime(2024, 3, 28, 12, tzinfo=UTC)
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}\u202e\x1b[31m\"'&]]>"


@pytest.fixture
def a_report(tmp_path):
    def make(count=2, text="Xiaomi talks with BAIC", url="https://wire.example/{}"):
        with open_warehouse(tmp_path / "w.duckdb") as con:
            numbers = range(count)
            insert(
                con,
                "articles",
                [
                    {
                        "article_id": f"a{n}",
                        "url": url.format(n),
                        "source_id": "w",
                        "publisher": text,
                        "language": "en",
                        "title": text,
                        "lead": None,
                        "text": text,
                        "authors": [],
                        "published_at": None,
                        "published_from": None,
                        "reported_at": NOW - timedelta(minutes=n),
                        "first_seen_at": NOW,
                        "revision": 1,
                        "words": 5,
                        "relevant": True,
                        "likeness": 0.5,
                        "copy_of": None,
                        "story_id": "s1",
                        "text_from": "page",
                    }
                    for n in numbers
                ],
            )
            insert(
                con,
                "stories",
                [
                    {
                        "story_id": "s1",
                        "title": text,
                        "first_at": NOW,
                        "last_at": NOW,
                        "articles": count,
                        "publishers": 1,
                        "languages": ["en"],
                    }
                ],
            )
            insert(
                con,
                "developments",
                [
                    {
                        "development_id": f"d{n}",
                        "story_id": "s1",
                        "event_type": "partnership",
                        "status": "talks",
                        "basis": "unconfirmed",
                        "participants": ["company:x"],
                        "what": f"{n} {text}",
                        "sentence": text,
                        "first_article_id": f"a{n}",
                        "reported_at": NOW - timedelta(minutes=n),
                        "detected_at": NOW,
                        "articles": 1,
                        "origins": 1,
                        "supersedes": None,
                    }
                    for n in numbers
                ],
            )
            insert(
                con,
                "entities",
                [{"entity_id": "company:x", "kind": "company", "name": text, "wikidata": None}],
            )
            insert(
                con,
                "mentions",
                [
                    {
                        "article_id": f"a{n}",
                        "entity_id": "company:x",
                        "surface": "x",
                        "part": "title",
                        "start": 0,
                        "stop": 1,
                    }
                    for n in numbers
                ],
            )
        publish(tmp_path / "w.duckdb", tmp_path / "s.duckdb")
        return write_report(tmp_path / "s.duckdb", tmp_path / "report", NOW, text)

    return make


def test_the_page_shows_each_development_with_its_evidence(a_report):
    page = html.fromstring(a_report().read_bytes())

    assert list(page.xpath("//article/h3/text()")) == [f"{n} Xiaomi talks with BAIC" for n in (0, 1)]
    assert page.xpath("//article//blockquote/text()")[0] == "Xiaomi talks with BAIC"
    assert "https://wire.example/0" in page.xpath("//article//a/@href")


def test_the_timeline_shows_each_step_with_its_evidence_and_says_where_it_begins(a_report):
    page = html.fromstring(a_report(count=15).read_bytes())

    steps = page.xpath("//section[@id='stories']//li")
    assert page.xpath("//section[@id='stories']//ol/@start") == ["4"]
    assert "The last 12 of 15 developments" in page.text_content()
    assert len(steps) == 12
    assert steps[-1].xpath(".//q/text()") == ["Xiaomi talks with BAIC"]
    assert steps[-1].xpath(".//a/@href") == ["https://wire.example/0", "articles/a0.html"]


def test_a_week_of_the_table_of_mentions_is_never_cut(a_report, tmp_path):
    a_report()
    monday, newest = datetime(2023, 12, 25, 1, tzinfo=UTC), NOW  # 13 weeks before NOW is a Thursday
    with open_warehouse(tmp_path / "w.duckdb") as con:
        con.execute("UPDATE articles SET reported_at = $monday WHERE article_id = 'a1'", {"monday": monday})
    publish(tmp_path / "w.duckdb", tmp_path / "s.duckdb")
    with open_snapshot(tmp_path / "s.duckdb") as con:
        data = read_report(con)

    assert data.weeks[0] == monday.date()
    assert data.weeks[-1] <= newest.date()
    assert (data.mentions[0].counts[0], sum(data.mentions[0].counts)) == (1, 2)


def test_a_failing_source_is_told_with_cause_and_advice_and_no_key(a_report, tmp_path):
    a_report()
    with open_warehouse(tmp_path / "w.duckdb") as con:
        insert(
            con,
            "sources",
            [
                {
                    "source_id": "broken",
                    "kind": "feed",
                    "url": "https://wire.example/feed",
                    "state": "failing",
                    "failures": 3,
                    "next_poll_at": NOW,
                    "interval_s": 900,
                    "last_ok_at": None,
                    "advice": "Look whether the site has moved.",
                    "error": "https://wire.example/feed?token=hunter22: http-500",
                }
            ],
        )
    publish(tmp_path / "w.duckdb", tmp_path / "s.duckdb")
    text = write_report(tmp_path / "s.duckdb", tmp_path / "report", NOW, "Cars").read_text()

    assert "http-500" in text
    assert "What to do: Look whether the site has moved." in text
    assert "hunter22" not in text


def test_hostile_text_is_inert_in_the_page_and_the_feed(a_report):
    path = a_report(text=EVIL, url="javascript:alert({})")
    page, feed = html.fromstring(path.read_bytes()), etree.parse(path.with_name("developments.atom"))

    assert page.xpath("//script | //img | //*[@onerror] | //a[starts-with(@href, 'javascript')]") == []
    assert "{{ 7 * 7 }}" in page.text_content()
    assert not {"\u202e", "\x1b"} & set(path.read_text() + path.with_name("developments.atom").read_text())
    assert not feed.xpath(
        "//*[local-name() = 'script'] | //*[local-name() = 'entry']/*[local-name() = 'link']"
    )


def test_the_page_asks_nobody_for_anything(a_report):
    page = html.fromstring(a_report().read_bytes())

    assert page.xpath("//@src") == []
    assert page.xpath("//link/@href") == ["developments.atom"]
    assert "default-src 'none'" in page.xpath("//meta[@http-equiv]/@content")[0]


def test_the_feed_has_stable_ids_and_all_that_atom_wants(a_report):
    names = {"a": "http://www.w3.org/2005/Atom"}
    feed = etree.parse(a_report().with_name("developments.atom"))

    assert feed.xpath("//a:entry/a:id/text()", namespaces=names) == [
        f"urn:newswatch:development:d{n}" for n in (0, 1)
    ]
    for element in ("/a:feed", "//a:entry"):
        for child in ("id", "title", "updated", "author/a:name"):
            assert feed.xpath(f"{element}/a:{child}/text()", namespaces=names), child


def test_five_thousand_developments_are_cut_and_it_says_so(a_report):
    path = a_report(count=5000)

    assert len(html.fromstring(path.read_bytes()).xpath("//article")) == 200
    assert "the newest 200 are shown" in path.read_text()
    assert path.stat().st_size < 1_000_000


def test_an_empty_snapshot_gives_a_page_and_nothing_half_written(tmp_path):
    with open_warehouse(tmp_path / "w.duckdb"):
        pass
    publish(tmp_path / "w.duckdb", tmp_path / "s.duckdb")
    path = write_report(tmp_path / "s.duckdb", tmp_path / "report", NOW, "Cars")

    assert "No development has been found yet" in path.read_text()
    assert sorted(found.name for found in path.parent.iterdir()) == ["developments.atom", "index.html"]
