"""The commands about sources: find those of a site, OPML in and out."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner
from lxml import etree

from extractors.watch import read_watch
from flows.cli import main

WATCH = """name = "cars"
title = "Cars & more"
languages = ["en"]
# Names.
[[entities]]
id = "company:baic"
names = { en = ["BAIC"] }

[[sources]]
id = "wire"
kind = "feed"
url = "https://www.wire.example/rss.xml"

[[sources]]
id = "page"
kind = "page"
url = "https://page.example/"
language = "de"
"""
FRONT = b"""<html><head><link rel="alternate" type="application/rss+xml" href="/rss.xml">
<link rel="alternate" type="application/rss+xml" href="/empty.xml"></head>
<body><a href="/2024/03/28/both-firms-build-a-car">Both firms build a car together</a></body></html>"""
ITEM = (
    "<item><title>Beide Firmen bauen gemeinsam ein Auto in der Stadt</title>"
    "<link>/{0}</link><pubDate>{1}</pubDate></item>"
)
RSS = "<rss version='2.0'><channel><title>t</title>{}</channel></rss>"
OPML = """<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<opml version="1.0"><body><outline text="Cars">
<outline text="B&#246;se &quot;Zeitung&quot; &x;" type="rss"
    xmlUrl="https://b.example/rss?a=1&amp;b=2" language="de-AT"/>
<outline text="x" xmlUrl="javascript:alert(1)"/><outline text="known" xmlUrl="http://wire.example/rss.xml/"/>
<outline text="&#23567;&#25253;"><outline text="&#23567;&#25253;" XMLURL="https://c.example/1"/></outline>
<outline text="&#23567;&#25253;" xmlUrl="https://c.example/2" language="xx"/></outline></body></opml>"""


@pytest.fixture
def site():
    """A site on loopback: answers by path, and the paths that were asked."""
    answers, asked = {}, []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            body = answers.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "text/html" if self.path == "/" else "application/xml")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    items = ITEM.format(1, "Thu, 28 Mar 2024 10:00:00 GMT") + ITEM.format(2, "Thu, 28 Mar 2024 12:30:00 GMT")
    answers |= {
        "/": FRONT,
        "/rss.xml": RSS.format(items).encode(),
        "/empty.xml": RSS.format("").encode(),
        "/robots.txt": f"Sitemap: {url}/sitemap.xml\n".encode(),
    }
    yield url, answers, asked
    server.shutdown()
    server.server_close()


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("NEWSWATCH_ALLOW_NETWORKS", "127.0.0.0/8")
    monkeypatch.setenv("NEWSWATCH_HOST_SPACING", "0")
    (tmp_path / "watch.toml").write_text(WATCH, encoding="utf-8")
    (tmp_path / "list.opml").write_text(OPML, encoding="utf-8")
    return tmp_path


def sources(home, *words):
    return CliRunner().invoke(main, ["--home", str(home), "sources", *words])


def test_what_a_site_offers_stands_ready_for_the_watch_file(site, home):
    url, _, asked = site
    told = sources(home, "find", url)
    (home / "watch.toml").write_text(WATCH + told.stdout, encoding="utf-8")
    _, _, feed, page = read_watch(home / "watch.toml").sources

    assert told.exit_code == 0
    assert (feed.kind, feed.url, feed.language) == ("feed", f"{url}/rss.xml", "de")
    assert (page.kind, page.url) == ("page", url)
    assert "# 2 items, newest 2024-03-28 12:30 UTC" in told.stdout
    assert f"# feed {url}/empty.xml: lists nothing now" in told.stdout
    assert f"# sitemap {url}/sitemap.xml: {url}/sitemap.xml: http-404" in told.stdout
    assert sorted(asked) == ["/", "/empty.xml", "/robots.txt", "/rss.xml", "/sitemap.xml"]


def test_a_feed_is_its_own_answer_and_is_asked_once(site, home):
    url, _, asked = site
    (found,) = json.loads(sources(home, "find", f"{url}/rss.xml", "--json").stdout)

    assert (found["kind"], found["items"], found["newest_at"]) == ("feed", 2, "2024-03-28T12:30:00Z")
    assert asked == ["/rss.xml"]


def test_a_sitemap_index_is_found_with_what_it_points_to(site, home):
    url, answers, _ = site
    answers["/index"] = f"<sitemapindex><sitemap><loc>{url}/news</loc></sitemap></sitemapindex>".encode()
    answers["/news"] = b"<urlset><url><loc>/1</loc></url></urlset>"
    (found,) = json.loads(sources(home, "find", f"{url}/index", "--json").stdout)

    assert (found["kind"], found["items"]) == ("sitemap", 1)


def test_where_nothing_is_to_be_had_the_command_fails(site, home):
    url, answers, _ = site
    answers["/bare"] = b"<html><body>Nothing here</body></html>"
    bare = sources(home, "find", f"{url}/bare")

    assert bare.exit_code == 1
    assert "no-links" in bare.stdout
    missing = sources(home, "find", f"{url}/missing")
    assert (missing.exit_code, "http-404" in missing.stderr) == (1, True)
    assert "Look up the present address" in missing.stderr
    assert sources(home, "find", "ftp://a.example/").exit_code == 2


def test_a_list_is_put_into_the_watch_once(home):
    first = sources(home, "import", str(home / "list.opml"), "--write")
    text = (home / "watch.toml").read_text(encoding="utf-8")
    again = sources(home, "import", str(home / "list.opml"), "--write")
    new = read_watch(home / "watch.toml").sources[2:]

    assert "3 sources added (4 in list.opml, 3 of them new)" in first.stdout
    assert [(one.source_id, one.url, one.language) for one in new] == [
        ("bose-zeitung", "https://b.example/rss?a=1&b=2", "de"),
        ("xiaobao", "https://c.example/1", None),
        ("xiaobao-2", "https://c.example/2", None),
    ]
    assert text.startswith(WATCH)
    assert "root:" not in text
    assert "0 sources added" in again.stdout
    assert (home / "watch.toml").read_text(encoding="utf-8") == text


def test_without_write_the_blocks_are_printed_and_nothing_is_changed(home):
    told = sources(home, "import", str(home / "list.opml"))

    assert told.stdout.count("[[sources]]") == 3
    new = json.loads(sources(home, "import", str(home / "list.opml"), "--json").stdout)["new"]
    assert [one["url"] for one in new][1:] == ["https://c.example/1", "https://c.example/2"]
    assert (home / "watch.toml").read_text(encoding="utf-8") == WATCH


def test_a_watch_that_would_break_stays_as_it_is(home):
    inline = "sources = []\n" + WATCH.partition("[[sources]]")[0]
    (home / "watch.toml").write_text(inline, encoding="utf-8")
    told = sources(home, "import", str(home / "list.opml"), "--write")

    assert told.exit_code == 2
    assert "nothing was changed" in told.stderr
    assert (home / "watch.toml").read_text(encoding="utf-8") == inline
    assert sorted(path.name for path in home.iterdir()) == ["list.opml", "watch.toml"]


def test_line_ends_and_rights_of_the_watch_file_stay(home):
    path = home / "watch.toml"
    path.write_bytes(WATCH.replace("\n", "\r\n").encode())
    path.chmod(0o640)
    sources(home, "import", str(home / "list.opml"), "--write")

    assert b"\n" not in path.read_bytes().replace(b"\r\n", b"")
    assert path.stat().st_mode & 0o777 == 0o640
    assert len(read_watch(path).sources) == 5


@pytest.mark.parametrize("text", ["", "no list", "<rss/>"])
def test_what_is_no_list_is_told(home, text):
    (home / "list.opml").write_text(text, encoding="utf-8")
    told = sources(home, "import", str(home / "list.opml"))

    assert told.exit_code == 1
    assert "broken-opml" in told.stderr


def test_what_is_exported_can_be_imported(home, tmp_path):
    told = sources(home, "export", str(tmp_path / "out.opml"))
    outlines = etree.parse(tmp_path / "out.opml").findall(".//outline")
    (home / "watch.toml").write_text(WATCH.partition("[[sources]]")[0], encoding="utf-8")
    sources(home, "import", str(tmp_path / "out.opml"), "--write")
    taken = read_watch(home / "watch.toml").sources

    assert told.exit_code == 0
    assert [outline.get("type") for outline in outlines] == ["rss", "link"]
    assert [(one.source_id, one.kind, one.language) for one in taken] == [
        ("wire", "feed", None),
        ("page", "page", "de"),
    ]
    assert sources(home, "export").stdout.startswith("<?xml")
