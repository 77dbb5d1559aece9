"""Hostile strings go all the way, from feed, page, address and watch to every output, and stay text in all of them."""

import csv
import html
import json
import os
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hostile_home import HostileHome
from lxml import etree
from playwright.sync_api import sync_playwright

from tests.hostile.strings import RAN, hostile_strings
from warehouse.database import open_snapshot

CHROMIUM = shutil.which("chromium")
#: What the scripts of all pages may be: those of the report itself stand on its first page.
LOOK = f"""() => ({{
    ran: window.{RAN} !== undefined,
    scripts: [...document.scripts].map(one => one.text),
    handlers: [...document.querySelectorAll('*')].filter(
        one => [...one.attributes].some(at => at.name.startsWith("on") || at.name === "style")
    ).map(one => one.outerHTML),
    elements: [...new Set([...document.querySelectorAll('*')].map(one => one.localName))],
    links: [...document.querySelectorAll('[href], [src], [action]')].map(
        one => one.getAttribute('href') ?? one.getAttribute('src') ?? one.getAttribute('action')),
    text: document.documentElement.textContent,
}})"""
NEVER = {
    "iframe",
    "object",
    "embed",
    "base",
    "form",
    "img",
    "video",
    "audio",
    "math",
    "plaintext",
    "xmp",
    "marquee",
}


def test_there_are_enough_of_them():
    strings = list(hostile_strings())
    assert len({one.text for one in strings}) >= 500
    assert len({one.key for one in strings}) == len(strings)


@pytest.fixture(scope="module", params=[16, pytest.param(1, marks=pytest.mark.soak)])
def home(request, tmp_path_factory):
    """A home that has read them all; the site is closed."""
    made = HostileHome(tmp_path_factory.mktemp("hostile") / "home", every=request.param)
    try:
        made.cycle(1)
        made.publish()
        made.cycle(10)
        for hours in range(11, 40):
            with open_snapshot(made.settings.snapshot) as con:
                if con.execute("SELECT count(*) FROM alerts WHERE state <> 'sent'").fetchone() == (0,):
                    break
            made.cycle(hours)
    finally:
        made.close()
    return made


def told(home, *arguments):
    """Return what the program prints."""
    environment = {**os.environ, "NEWSWATCH_HOME": str(home.settings.home), "COLUMNS": "200"}
    command = [sys.executable, "-m", "flows.cli", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, check=True, cwd=Path.cwd())
    return done.stdout.decode()


def harmful(text):
    """Return the characters that a terminal or a reader would obey."""
    return {
        c
        for c in text
        if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"} and c not in "\n\u00ad\u200c\u200d"
    }


def test_all_news_is_stored_as_it_was_said(home):
    with open_snapshot(home.settings.snapshot) as con:
        titles = " ".join(title for (title,) in con.execute("SELECT title FROM articles").fetchall())
    missing = [one for one in home.strings if one.key not in titles]
    assert len(missing) <= len(home.strings) // 20, missing  # those that a parser takes for an empty page


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_in_a_browser_they_are_text(home):
    known = set()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        asked, dialogs = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        pages = sorted((home.settings.home / "report").rglob("*.html"))
        for path in pages:
            page.goto(path.as_uri())
            page.mouse.move(400, 300)
            seen = page.evaluate(LOOK)
            assert not seen["ran"], path
            assert seen["handlers"] == [], path
            assert not NEVER & set(seen["elements"]), path
            assert all(
                link.startswith(("http://", "https://", "#", "../"))
                or "/" not in link.partition(".html")[0]
                or not link.partition("/")[0].endswith(":")
                for link in seen["links"]
            ), path
            assert not any("javascript:" in link.lower() for link in seen["links"]), path
            assert len(seen["scripts"]) <= 1, path
            known |= {one.key for one in home.strings if one.key in seen["text"]}
        browser.close()
    assert dialogs == []
    assert asked == [path.as_uri() for path in pages]
    assert len(known) >= len(home.strings) * 9 // 10


def test_in_a_terminal_they_are_text(home):
    for command in (
        ["stories"],
        ["developments"],
        ["search", "recall"],
        ["status"],
        ["alerts", "list"],
    ):
        assert harmful(told(home, *command)) == set(), command


def test_in_a_table_for_a_spreadsheet_no_cell_is_a_formula(home):
    text = told(home, "query", "--format", "csv", "SELECT title, text FROM articles")
    cells = [cell for row in csv.reader(text.splitlines(keepends=True)) for cell in row]
    assert len(cells) > len(home.strings)
    assert [cell for cell in cells if cell[:1] in set("=+-@\t\r")] == []


def test_in_feeds_they_are_text(home):
    report = home.settings.home / "report"
    feed = etree.parse(report / "developments.atom")
    for element in feed.iter("{*}title", "{*}name", "{*}summary", "{*}content"):
        assert len(element) == 0  # no element inside
        assert element.get("type", "text") in {"text", "html"}
    entries = json.loads((report / "developments.json").read_text(encoding="utf-8"))["items"]
    assert entries
    for one in entries:
        assert harmful(one.get("title", "")) == set()


def test_in_messages_they_are_text_and_all_were_sent(home):
    assert home.received
    for message in home.received:
        assert harmful(message["title"]) == set()
        assert harmful(message["message"]) == set()
        assert "\n" not in message["title"]
        assert html.unescape(message["title"]).strip()
