"""Hostile in the article's page: what parsers, extraction and recognition may choke on."""

import json
import os

from tests.hostile.kinds import READ, Kind, kind
from tests.hostile.server import document, raw
from tests.hostile.wire import wire_kinds

SENTENCE = "Xiaomi and BAIC have agreed to build an electric car together in Beijing, both companies said. "
_REFUSED = (
    "no-article",
    "not-html",
    "too-large",
    "timeout",
    "crash",
    "memory",
    "wrong-type",
    "broken-answer",
)
#: Kinds on the wire that are tried behind a link too. None of them takes the whole deadline: pages come after polls.
_ON_THE_WIRE = frozenset(
    (
        *("half-closed", "reset", "endless-body", "too-long-told", "chunk-without-size", "many-headers"),
        *("no-head-at-all", "gzip-bomb", "gzip-in-gzip", "challenged", "noise", "status-of-letters"),
    )
)


def _page(inside: str, head: str = "", title: str = "The deal of the day") -> str:
    text = f"<p>{SENTENCE * 4}</p>"
    return (
        f"<!doctype html><html lang='en'><head><title>{title}</title>{head}</head>"
        f"<body><article><h1>{title}</h1>{text}{inside}</article></body></html>"
    )


def _structured(node: object) -> str:
    return f"<script type='application/ld+json'>{json.dumps(node)}</script>"


def _attributes(count: int) -> str:
    return "".join(f" a{number}='x'" for number in range(count))


def _nested(tag: str, times: int) -> str:
    return f"<{tag}>" * times + SENTENCE + f"</{tag}>" * times


def _article(**told: object) -> str:
    return _structured({"@type": "NewsArticle", **told})


def _structured_pages() -> list[Kind]:
    """Return pages whose data for machines is the weapon; the text is fine, so they may be read all the same."""
    graph: dict[str, object] = {"@type": "NewsArticle"}
    for _ in range(400):
        graph = {"@graph": [graph]}
    return [
        _kind("data-of-5-mb", lambda: _page("", _article(articleBody="<p>" + "word " * 1_000_000))),
        _kind("author-of-5-mb", lambda: _page("", _article(author="A" * 4_900_000))),
        _kind(
            "ten-thousand-authors",
            lambda: _page("", _article(author=[{"name": f"Ada {n}"} for n in range(10_000)])),
        ),
        _kind(
            "data-deep",
            lambda: _page("", "<script type='application/ld+json'>" + "[" * 100_000 + "</script>"),
        ),
        _kind("data-deep-graph", lambda: _page("", _structured(graph))),
        _kind(
            "data-of-numbers",
            lambda: _page("", "<script type='application/ld+json'>[" + "9" * 20_000 + "]</script>"),
        ),
        _kind("data-everywhere", lambda: _page("", _article(headline="x" * 50) * 6_000)),
        _kind("title-of-250-kb", lambda: _page("", title="Deal " * 50_000)),
        _kind("hundred-thousand-metas", lambda: _page("", "<meta name='author' content='Ada'>" * 100_000)),
        _kind("dates-without-end", lambda: _page("", f"<meta name='date' content='{'2024-03-' * 100_000}'>")),
        _kind("dates-in-the-text", lambda: _page("<p>" + "28.03.2024 12/11/10 " * 30_000 + "</p>")),
        _kind("canonical-inside", lambda: _page("", "<link rel=canonical href='http://127.0.0.2/x'>")),
        _kind(
            "refresh-inside", lambda: _page("", "<meta http-equiv=refresh content='0;url=http://127.0.0.2/'>")
        ),
    ]


def _marked_up_pages() -> list[Kind]:
    return [
        _kind("hundred-thousand-attributes", lambda: _page(f"<div{_attributes(100_000)}>{SENTENCE}</div>")),
        _kind("links-without-end", lambda: _page(f"<a href='/x'>{SENTENCE[:20]}</a>" * 100_000)),
        _kind("nested-300", lambda: _page(_nested("div", 300))),
        _kind("nested-100000", lambda: _page(_nested("div", 100_000))),
        _kind("nested-unclosed", lambda: _page("<b><i><font>" * 30_000 + SENTENCE)),
        _kind("nested-tables", lambda: _page("<table><tr><td>" * 20_000 + SENTENCE)),
        _kind("many-rows", lambda: _page("<table>" + "<tr><td>a</td></tr>" * 40_000 + "</table>")),
        _kind("many-paragraphs", lambda: _page("<p>A short one.</p>" * 50_000)),
        _kind("many-comments", lambda: _page("<!-- x -->" * 100_000)),
        _kind("open-comment", lambda: _page("<!--" + SENTENCE * 10_000)),
        _kind("open-script", lambda: _page("<script>" + SENTENCE * 10_000)),
        _kind("open-brackets-page", lambda: _page("<" * 140_000)),
        _kind("entities-without-end", lambda: _page("<p>" + "&amp;lt;&#x3c;" * 40_000 + "</p>")),
        _kind(
            "markup-in-markup",
            lambda: _page("<p>" + "&lt;script&gt;alert(1)&lt;/script&gt;" * 10_000 + "</p>"),
        ),
    ]


def _textual_pages() -> list[Kind]:
    return [
        _kind("nuls", lambda: _page("\0" * 100_000).replace("BAIC", "BA\0IC")),
        _kind("text-of-4-mb", lambda: _page(f"<p>{SENTENCE * 45_000}</p>")),
        _kind("text-of-15-mb", lambda: _page(f"<p>{'word ' * 3_000_000}</p>")),
        _kind("one-long-word", lambda: _page(f"<p>{'a' * 800_000}</p>")),
        _kind("one-name-without-end", lambda: _page(f"<p>{'Xiaomi ' * 60_000}</p>")),
        _kind("figures-without-end", lambda: _page(f"<p>{'10 billion yuan and 5.5 % of ' * 20_000}</p>")),
        _kind("chinese-without-end", lambda: _page(f"<p>{'小米与北汽合作造车' * 20_000}</p>")),
        _kind("brackets-without-end", lambda: _page(f"<p>{'(' * 100_000}</p>")),
        _kind("quotes-without-end", lambda: _page("<p>" + "“said ‘" * 20_000 + "</p>")),
        _kind("marks-without-end", lambda: _page("<p>" + "e" + "\u0301" * 200_000 + "</p>")),
        _kind("turned-round", lambda: _page("<p>" + "\u202eevil\u202c " * 20_000 + "</p>")),
        _kind("white-without-end", lambda: _page("<p>a" + " \n\t" * 300_000 + "b</p>")),
        _kind("dashes-without-end", lambda: _page("", title="a -" + " - a" * 40_000)),
    ]


def _other_pages() -> list[Kind]:
    pdf = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + os.urandom(200_000)
    html = "text/html; charset=utf-8"
    return [
        kind("pdf-called-html", document(pdf, html), *_REFUSED, listing=None),
        kind(
            "picture-called-html",
            document(b"\xff\xd8\xff\xe0" + os.urandom(9000), html),
            *_REFUSED,
            listing=None,
        ),
        kind("film", document(os.urandom(9000), "video/mp4"), *_REFUSED, listing=None),
        kind("page-of-noise", document(os.urandom(300_000), html), *_REFUSED, READ, listing=None),
        kind("page-of-less-noise", document(os.urandom(9000), html), *_REFUSED, READ, listing=None),
        kind("page-of-nothing", document(b"", html), *_REFUSED, "empty-body", listing=None),
        kind("page-without-type", raw(b"HTTP/1.1 200 OK\r\n\r\n" + _page("").encode()), READ, listing=None),
        kind(
            "page-of-wide-letters",
            document(_page("").encode("utf-32"), "text/html"),
            *_REFUSED,
            READ,
            listing=None,
        ),
        kind(
            "page-of-false-letters",
            document(_page("小米").encode("gbk"), "text/html; charset=utf-16"),
            *_REFUSED,
            READ,
            listing=None,
        ),
        kind(
            "frameset",
            document("<html><frameset><frame src='http://127.0.0.2/'></frameset></html>"),
            *_REFUSED,
            "js-only",
            listing=None,
        ),
        kind(
            "only-script",
            document("<html><body><div id=root></div><script>go()</script>"),
            *_REFUSED,
            "js-only",
            listing=None,
        ),
    ]


def _kind(name: str, make: object) -> Kind:
    return kind(name, document(make), *_REFUSED, READ, listing=None)


def page_kinds() -> tuple[Kind, ...]:
    """Return all kinds of this room; their hosts are `NAME-page` where a source is called NAME too."""
    behind = [
        kind(f"{one.name}-page", one.answer, *(one.ends - {READ}), *_REFUSED, listing=None)
        for one in wire_kinds()
        if one.name in _ON_THE_WIRE
    ]
    return (*behind, *_other_pages(), *_textual_pages(), *_marked_up_pages(), *_structured_pages())
