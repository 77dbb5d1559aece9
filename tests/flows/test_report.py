"""The page and the Atom feed of a real snapshot file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import etree, html

from extractors.clock import standing_clock
from extractors.watch import read_watch
from flows.cli import main
from flows.cycle import report
from flows.report import pages, stories
from flows.report.files import replace_file
from flows.report.index import read_report
from flows.report.pages import write_report
from flows.settings import read_settings
from warehouse.database import insert, open_snapshot, open_warehouse
from warehouse.retention import TEMPORARY
from warehouse.snapshot import publish
from warehouse.summaries import refill

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

    assert list(page.xpath("//article/h4/bdi/text()")) == [f"{n} Xiaomi talks with BAIC" for n in (0, 1)]
    assert page.xpath("//article//blockquote/text()")[0] == "Xiaomi talks with BAIC"
    assert "https://wire.example/0" in page.xpath("//article//a/@href")


def test_the_first_page_shows_the_last_steps_of_a_story_and_leads_to_all(a_report):
    path = a_report(count=15)
    page = html.fromstring(path.read_bytes())

    (link,) = page.xpath("//section[@id='stories']//h3/a/@href")
    assert link == "stories/s1.html"
    assert "The last 5 of 15 developments" in page.text_content()
    assert len(page.xpath("//section[@id='stories']//li")) == 5
    steps = html.fromstring((path.parent / link).read_bytes()).xpath("//section[@id='timeline']/ol/li")
    assert len(steps) == 15
    assert steps[-1].xpath(".//blockquote/text()") == ["Xiaomi talks with BAIC"]
    assert steps[-1].xpath(".//a/@href") == ["https://wire.example/0"]


def test_the_page_of_a_story_is_written_again_only_when_something_of_it_has_changed(a_report, tmp_path):
    page = a_report().parent / "stories" / "s1.html"
    page.write_text(page.read_text() + "<!-- kept -->")

    def written_again(statement):
        with open_warehouse(tmp_path / "w.duckdb") as con:
            con.execute(statement)
        publish(tmp_path / "w.duckdb", tmp_path / "s.duckdb")
        write_report(tmp_path / "s.duckdb", tmp_path / "report", NOW, "Xiaomi talks with BAIC")
        return "<!-- kept -->" not in page.read_text()

    assert not written_again("INSERT INTO state.past_stories SELECT * FROM state.past_stories")
    assert not written_again("UPDATE articles SET likeness = 0.9")
    assert written_again("UPDATE articles SET title = 'Another one' WHERE article_id = 'a1'")
    assert "Another one" in page.read_text()


def test_what_does_not_fit_into_the_time_is_written_next_time(a_report, tmp_path, monkeypatch):
    a_report()
    with open_warehouse(tmp_path / "w.duckdb") as con:
        older = "SELECT * REPLACE ('s0' AS story_id, last_at - INTERVAL 1 DAY AS last_at)"
        con.execute(f"INSERT INTO stories {older} FROM stories")
    publish(tmp_path / "w.duckdb", tmp_path / "s.duckdb")
    monkeypatch.setattr(stories, "_AT_ONCE", 1)
    monkeypatch.setattr(pages, "WITHIN_S", 0)

    def reported():
        path = write_report(tmp_path / "s.duckdb", tmp_path / "again", NOW, "Cars")
        written = sorted(one.stem for one in (path.parent / "stories").glob("*.html"))
        month = path.parent / "months" / "2024-03.html"
        links = {
            link.rpartition("/")[2]
            for page in (path, month)
            for link in html.fromstring(page.read_bytes()).xpath("//a[contains(@href, 'stories/')]/@href")
        }
        return written, links, "The page of 1 story is still to be written" in path.read_text()

    assert reported() == (["s1"], {"s1.html"}, True)
    assert reported() == (["s0", "s1"], {"s0.html", "s1.html"}, False)


def test_a_story_that_was_merged_has_a_page_that_leads_on(a_report, tmp_path):
    a_report()
    with open_warehouse(tmp_path / "w.duckdb") as con:
        steps = [("s9", "s5"), ("s5", "s1"), ("s7", "s8"), ("s8", "s7")]
        insert(
            con,
            "story_lineage",
            [
                {"story_id": one, "successor_id": other, "change": "merged", "changed_at": NOW}
                for one, other in steps
            ],
        )
    publish(tmp_path / "w.duckdb", tmp_path / "s.duckdb")
    folder = write_report(tmp_path / "s.duckdb", tmp_path / "report", NOW, "Cars").parent / "stories"

    assert sorted(path.stem for path in folder.iterdir()) == ["s1", "s5", "s9"]
    assert html.fromstring((folder / "s9.html").read_bytes()).xpath("//main//a/@href") == ["s1.html"]


def test_the_title_of_a_story_names_its_language_wherever_it_stands(a_report, tmp_path):
    a_report()
    with open_warehouse(tmp_path / "w.duckdb") as con:
        con.execute("UPDATE stories SET title_article_id = 'a0'")
        con.execute("UPDATE articles SET language = 'zh' WHERE article_id = 'a0'")
    publish(tmp_path / "w.duckdb", tmp_path / "s.duckdb")
    path = write_report(tmp_path / "s.duckdb", tmp_path / "report", NOW, "Cars")

    for page in (path, path.parent / "months" / "2024-03.html"):
        links = html.fromstring(page.read_bytes()).xpath("//a[contains(@href, 'stories/')]/bdi")
        assert len(links) >= 2
        assert {link.get("lang") for link in links} == {"zh"}
    story = html.fromstring((path.parent / "stories" / "s1.html").read_bytes())
    assert story.xpath("//h1/bdi/@lang") == ["zh"]


def test_a_week_of_the_table_of_mentions_is_never_cut(a_report, tmp_path):
    a_report()
    monday, newest = datetime(2024, 1, 1, 1, tzinfo=UTC), NOW  # the week of NOW and 12 before
    with open_warehouse(tmp_path / "w.duckdb") as con:
        con.execute("UPDATE articles SET reported_at = $monday WHERE article_id = 'a1'", {"monday": monday})
        refill(con)
    publish(tmp_path / "w.duckdb", tmp_path / "s.duckdb")
    with open_snapshot(tmp_path / "s.duckdb") as con:
        data = read_report(con)

    told = data.measures
    assert told.weeks[0] == monday.date()
    assert told.weeks[-1] <= newest.date()
    assert (told.voices[0].articles[0], sum(told.voices[0].articles)) == (1, 2)


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
    assert "What to do: Look whether the site has moved." in " ".join(
        html.fromstring(text).text_content().split()
    )
    assert "hunter22" not in text


def test_one_source_that_was_never_polled_is_not_said_to_work(a_report, tmp_path):
    a_report()
    with open_warehouse(tmp_path / "w.duckdb") as con:
        insert(
            con,
            "sources",
            [
                {
                    "source_id": "wire",
                    "kind": "feed",
                    "url": "https://wire.example/feed",
                    "state": "new",
                    "failures": 0,
                    "next_poll_at": NOW,
                    "interval_s": 900,
                    "last_ok_at": None,
                    "advice": None,
                    "error": None,
                }
            ],
        )
    publish(tmp_path / "w.duckdb", tmp_path / "s.duckdb")
    page = html.fromstring(write_report(tmp_path / "s.duckdb", tmp_path / "report", NOW, "Cars").read_bytes())

    assert page.xpath("//section[@id='sources']//summary/text()") == ["1 source without trouble"]
    assert page.xpath("//dl/div[last()]/dt/text()") == ["source, does not fail"]


def test_hostile_text_is_inert_in_the_page_and_the_feed(a_report):
    path = a_report(text=EVIL, url="javascript:alert({})")
    page, feed = html.fromstring(path.read_bytes()), etree.parse(path.with_name("developments.atom"))

    assert page.xpath("//main//script | //img | //*[@onerror] | //a[starts-with(@href, 'javascript')]") == []
    assert "{{ 7 * 7 }}" in page.text_content()
    assert not {"\u202e", "\x1b"} & set(path.read_text() + path.with_name("developments.atom").read_text())
    assert not feed.xpath(
        "//*[local-name() = 'script'] | //*[local-name() = 'entry']/*[local-name() = 'link']"
    )


def test_the_page_asks_nobody_for_anything(a_report):
    page = html.fromstring(a_report().read_bytes())

    assert page.xpath("//@src") == []
    assert page.xpath("//link/@href") == ["developments.atom", "developments.json"]
    assert page.xpath("//nav//a[not(starts-with(@href, '#'))]/@href") == [
        "developments.atom",
        "developments.json",
    ]
    assert "default-src 'none'" in page.xpath("//meta[@http-equiv]/@content")[0]
    assert "unsafe" not in page.xpath("//meta[@http-equiv]/@content")[0]
    assert page.xpath("//@style") == []


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

    page = html.fromstring(path.read_bytes())
    assert len(page.xpath("//article")) == 200
    assert "The newest 200 are shown" in path.read_text()
    assert path.stat().st_size < 1_000_000
    assert page.xpath("//section[@id='archive']//a/@href") == ["months/2024-03.html"]
    months = sorted((path.parent / "months").iterdir())
    lines = [
        html.fromstring(one.read_bytes()).xpath("//section[1]/ul[@class='lines']/li/@id") for one in months
    ]
    assert len(months) == 17
    assert sorted(one for some in lines for one in some) == sorted(f"d{n}" for n in range(5000))


def test_what_is_half_written_has_a_name_that_housekeeping_knows(tmp_path, monkeypatch):
    def die(self, target):
        raise KeyboardInterrupt

    seen = []
    monkeypatch.setattr(Path, "replace", die)
    monkeypatch.setattr(Path, "unlink", lambda path, missing_ok=False: seen.append(path.name))
    with pytest.raises(KeyboardInterrupt):
        replace_file(tmp_path / "index.html", b"new")

    assert [path.name for path in tmp_path.glob("**/.*.writing")] == seen
    assert all(name.endswith(TEMPORARY) for name in seen) and seen  # noqa: PT018 - one thing


def test_an_empty_snapshot_gives_a_page_and_nothing_half_written(tmp_path):
    with open_warehouse(tmp_path / "w.duckdb"):
        pass
    publish(tmp_path / "w.duckdb", tmp_path / "s.duckdb")
    path = write_report(tmp_path / "s.duckdb", tmp_path / "report", NOW, "Cars")

    assert "No development has been found yet" in path.read_text()
    assert sorted(found.suffix for found in path.parent.iterdir()) == [".atom", ".html", ".json"]


@pytest.fixture
def told_home(a_report, tmp_path):
    """A home with news, and a watch in English."""
    a_report()
    (tmp_path / "s.duckdb").rename(tmp_path / "newswatch.duckdb")
    (tmp_path / "watch.toml").write_text(
        'name = "c"\ntitle = "C"\nlanguages = ["en"]\n[[entities]]\nid = "company:x"\nnames = { en = ["X"] }\n'
    )
    return tmp_path


def test_the_command_speaks_german_or_english_and_refuses_others(told_home, monkeypatch):
    monkeypatch.setenv("NEWSWATCH_REPORT_URL", "https://news.example/cars")
    done = CliRunner().invoke(main, ["report", "--home", str(told_home), "--language", "de"])

    assert done.exit_code == 0, done.output
    assert 'lang="de"' in (told_home / "report" / "index.html").read_text()
    assert (
        'rel="self" href="https://news.example/cars/developments.atom"'
        in (told_home / "report" / "developments.atom").read_text()
    )
    assert CliRunner().invoke(main, ["report", "--home", str(told_home), "--language", "fr"]).exit_code == 2


def test_the_language_of_the_settings_is_that_of_every_report(told_home):
    (told_home / "newswatch.env").write_text("NEWSWATCH_REPORT_LANGUAGE = de\n")
    page = told_home / "report" / "index.html"
    settings = read_settings({}, home=told_home)
    told = []
    for written in (
        lambda: report(settings, read_watch(settings.watch_file), standing_clock(NOW)),
        lambda: CliRunner().invoke(main, ["report", "--home", str(told_home)]),
        lambda: CliRunner().invoke(main, ["report", "--home", str(told_home), "--language", "en"]),
    ):
        written()
        told.append(html.parse(page).getroot().get("lang"))

    assert told == ["de", "de", "en"]
