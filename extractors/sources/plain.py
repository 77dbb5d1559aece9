"""Markup to plain text: what a feed calls a title or summary may be HTML, escaped once or twice, or hostile."""

import re
from html import unescape

from lxml import etree, html

from extractors.decoding import visible

_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,2000}>")
_ENTITY = re.compile(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,31}|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_BLOCKS = frozenset(
    (
        *("p", "div", "br", "hr", "pre", "blockquote", "section", "article", "header", "figure"),
        *("ul", "ol", "li", "dl", "dt", "dd", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6"),
    )
)
_SILENT = frozenset(
    ("script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math", "head", "title")
)
#: More markup than this is cut before parsing: no real summary comes near it.
_LONGEST = 1_000_000
_ROUNDS = 2


def plain_text(markup: str | None) -> str:
    """Return `markup` as plain text: paragraphs separated by a blank line, no tags, no scripts.

    Text without markup comes back with its line breaks taken as spaces.
    """
    text = (markup or "")[:_LONGEST].replace("\0", "")
    for _ in range(_ROUNDS):
        if _TAG.search(text):
            text = _from_html(text)
        elif _ENTITY.search(text):
            text = unescape(text)
    paragraphs = (" ".join(visible(part).split()) for part in re.split(r"\n\s*\n", text))
    return "\n\n".join(part for part in paragraphs if part)


def _from_html(markup: str) -> str:
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(f"<div>{markup}</div>", parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return _TAG.sub(" ", markup)
    pieces: list[str] = []
    # The walk keeps its own stack: hostile markup is nested deeper than Python's.
    for event, node in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            silent = node.tag in _SILENT
            if node.tag in _BLOCKS:
                pieces.append("\n\n")
            if node.text and not silent:
                pieces.append(" ".join(re.split(r"\s+", node.text)))
        else:
            if node.tag in _BLOCKS:
                pieces.append("\n\n")
            if node.tail and not _is_inside_silent(node):
                pieces.append(" ".join(re.split(r"\s+", node.tail)))
    return "".join(pieces)


def _is_inside_silent(node: "etree._Element") -> bool:
    parent = node.getparent()
    return parent is not None and parent.tag in _SILENT
