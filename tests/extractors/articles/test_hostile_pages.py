"""Pages made to hang, crash or fool the reader end quickly: as plain text, or with a named cause."""

import json
import re
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.articles.extract import Page, read_article
from extractors.articles.parsing import parse_page
from extractors.articles.structured import article_node, names_in, text_of
from extractors.articles.text import shown_text
from extractors.errors import ExtractionError
from extractors.plain import plain_line, plain_text

NOW = datetime(2026, 4, 1, tzinfo=UTC)
URL = "https://news.example/business/1234-story"
SENTENCE = (
    "Both companies said on Thursday that they will build the car together in Beijing from next year on. "
)
ARTICLE = f"<article><h1>The deal</h1><p>{SENTENCE * 4}</p></article>"
#: Seconds of the processor that one page may take here; a worker may take ten of the clock.
QUICK_S = 6.0


def script(node):
    written = json.dumps(node).replace("</", "<\\/")
    return f'<script type="application/ld+json">{written}</script>'


def told(**node):
    return script({"@type": "NewsArticle", **node}) + ARTICLE


def nested(levels, tag="div"):
    return f"{f'<{tag}>' * levels}<p>{SENTENCE * 4}</p>{f'</{tag}>' * levels}<p>The end. {SENTENCE}</p>"


PAGES = {
    "attributes": f"<div {' '.join(f'a{n}=1' for n in range(100_000))}>{ARTICLE}",
    "links": "".join(f"<a href=/{n}>Link {n}</a>" for n in range(100_000)),
    "fewer links": "".join(f"<a href=/{n}>Link number {n}</a> " for n in range(14_000)) + ARTICLE,
    "entries": f"<ul>{''.join(f'<li>Entry number {n} of a list</li>' for n in range(10_000))}</ul>{ARTICLE}",
    "rows": f"<table>{''.join(f'<tr><td>Row {n}</td></tr>' for n in range(10_000))}</table>{ARTICLE}",
    "long class": f"<div class='{'share ' * 500_000}'>{ARTICLE}</div>",
    "one text node": "x " * 7_500_000,
    "author": told(headline="The deal", author="A" * 4_500_000),
    "many authors": told(headline="The deal", author=["Ada Muster"] * 30_000),
    "deep data": f'<script type="application/ld+json">{"[" * 100_000}</script>{ARTICLE}',
    "NULs": ARTICLE.replace("car", "c\0ar"),
    "nothing": "\0" * 1000,
    "30,000 levels": nested(29_000),
}


def read(body, an_item, a_source):
    html = f"<html><head><title>The deal</title></head><body>{body}"
    return read_article(
        Page(url=URL, body=html.encode(), content_type="text/html"), an_item(url=URL), a_source(), NOW
    )


@pytest.mark.parametrize("name", PAGES)
def test_it_ends_quickly_as_text_or_with_a_cause(an_item, a_source, name):
    started = time.process_time()
    try:
        found = read(PAGES[name], an_item, a_source)
    except ExtractionError as error:
        cause = error.cause
    else:
        cause = None
        assert "build the car together" in found.text
        assert max(map(len, (found.title, *found.authors))) <= 1000
        assert "\0" not in found.text

    assert time.process_time() - started < QUICK_S
    refused = {
        "attributes": "too-large",
        "links": "too-large",
        "one text node": "too-large",
        "30,000 levels": "too-deep",
    }
    assert cause == refused.get(name, "no-article" if name == "nothing" else None)


@pytest.mark.parametrize("tag", ["div", "b", "span class=share"])
def test_what_is_nested_deeper_than_the_parser_follows_is_not_lost(an_item, a_source, tag):
    found = read(nested(300, tag), an_item, a_source)

    assert SENTENCE.strip() in found.text
    assert "The end." in found.text


@pytest.mark.parametrize("sign", ["\x0b", "\x01", "\uffff", "&#1;", "&#xFFFE;", "&#xd800;", "&#55296"])
def test_a_sign_that_no_document_may_hold_costs_no_article(an_item, a_source, sign):
    found = read(
        f"{sign}<div class=share>x{sign}</div>{sign}{ARTICLE.replace('Both', f'{sign}Both')}",
        an_item,
        a_source,
    )

    assert "Both companies said on Thursday" in found.text


def test_a_pdf_that_is_called_html_is_none(an_item, a_source):
    with pytest.raises(ExtractionError, match="not-html"):
        read_article(
            Page(url=URL, body=b"%PDF-1.7 <html>", content_type="text/html"),
            an_item(url=URL),
            a_source(),
            NOW,
        )


@pytest.mark.parametrize(
    "written",
    [
        "<b>The</b> deal",
        "&lt;b&gt;The&lt;/b&gt; deal",
        "&amp;lt;b&amp;gt;The&amp;lt;/b&amp;gt; deal",
        "The <script>alert(1)</script>deal",
        "The deal<img src=x onerror=alert(1)>",
        "T\u00adhe d\0eal",
    ],
)
def test_markup_in_what_is_told_to_machines_ends_as_plain_text(an_item, a_source, written):
    named = written.replace("The", "Ada").replace("T\u00adhe", "A\u00adda")
    node = {
        "headline": written,
        "author": {"name": named},
        "articleBody": f"<p>So: {written}.</p><p>{SENTENCE}</p>",
    }
    found = read(script({"@type": "NewsArticle", **node}), an_item, a_source)

    assert found.title == "The deal"
    assert found.authors == ("Ada deal",)
    assert found.text.startswith("So: The deal.\n\nBoth companies")


@given(st.text(st.sampled_from("<>&;/abAB \"'=#xlgtquo-!\n\u00ad"), max_size=80))
@settings(max_examples=150, deadline=None)
def test_no_writing_makes_markup_of_plain_text(written):
    line, text = plain_line(written, 1000), plain_text(written)

    assert not re.search(r"<[a-zA-Z/!][^<>]*>", text)
    assert line is None or (line == " ".join(line.split()) and len(line) <= 1000)
    assert all(name and len(name) <= 200 for name in names_in(written))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text("abc <&é", max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["@type", "@graph", "@id", "author", "name", "headline", "hasPart", "isAccessibleForFree"]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)
@settings(max_examples=100, deadline=None)
def test_no_structured_data_is_an_error(node):
    from lxml import html  # noqa: PLC0415 - the other tests read whole pages

    told_twice = script([{"@type": "Article", "author": node}, node])
    root = html.fromstring(f"<html><head>{told_twice}</head><body></body></html>")
    found = article_node(root)

    assert found["@type"] == "Article"
    assert text_of(found["author"]) != ""


def test_a_tag_that_shows_all_markup_as_letters_is_passed_over(an_item, a_source):
    page = (
        "<html lang='en'><head><title>The deal of the year</title></head><body><article><h1>The deal of the year</h1>"
        f"<p>{'Both will build the car together in Beijing, they said. ' * 4}<plaintext>And more of it.</p></article>"
        "<footer>Imprint</footer></body></html>"
    )
    read = read_article(
        Page(url=URL, body=page.encode(), content_type="text/html"), an_item(), a_source(), NOW
    )

    assert "And more of it." in read.text
    assert "<" not in read.text


def test_an_endless_line_is_cut_and_what_follows_it_stays(an_item, a_source):
    line, after = "word " * 200_000, "After the line of a million letters."
    root, _ = parse_page(URL, f"<p>{line}<b>of</b>{line}</p>{ARTICLE}<p>{after}</p>".encode(), "text/html")
    texts = [part for element in root.iter() for part in (element.text, element.tail) if part]

    assert max(map(len, texts)) == 512_000
    assert after in texts
    assert len(shown_text(root)) <= 400_000
