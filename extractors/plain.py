"""Markup to plain text: what feeds and pages call a title or a name may be HTML, escaped many times, or hostile."""

import re
from html import unescape

from lxml import etree, html

from extractors.decoding import visible

_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")
_BLANK = re.compile(r"\n\s*\n")
_ENTITY = re.compile(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,31}|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_BLOCKS = frozenset(
    (
        *("p", "div", "br", "hr", "pre", "blockquote", "section", "article", "header", "figure"),
        *("ul", "ol", "li", "dl", "dt", "dd", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6"),
    )
)
_CELLS = frozenset(("td", "th"))
_SILENT = frozenset(
    ("script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math", "head", "title")
)
#: More markup than this is cut before parsing: no real summary comes near it.
_LONGEST = 1_000_000
#: So many times longer than its text may the markup of a line be, before it is cut.
_SPARE = 10
#: So often real feeds escape what they say (twice), and twice more for hostile ones.
_ROUNDS = 4
#: Paragraphs that are parsed each for itself: thousands are no text of a feed or page, and take seconds.
_MOST_PARTS = 1000


def plain_text(markup: str | None) -> str:
    """Return `markup` as plain text: paragraphs separated by a blank line, no tags, no scripts.

    Text without markup comes back with its line breaks taken as spaces.
    """
    text = visible((markup or "")[:_LONGEST])
    for turn in range(_ROUNDS):
        if _TAG.search(text):
            # From the second turn on, blank lines are those that the markup made before.
            parts = _BLANK.split(text, maxsplit=_MOST_PARTS) if turn else [text]
            text = "\n\n".join(_from_html(part) if _TAG.search(part) else part for part in parts)
        elif _ENTITY.search(text):
            text = unescape(text)
        else:
            break
        # What nobody sees may come out of each round, and hides a tag from the next one: `&lt;&#173;script&gt;`.
        text = visible(text)
    else:
        text = _TAG.sub(" ", text)
        # `<a<b>c>` has become a tag by this.
        text = text.replace("<", " ") if _TAG.search(text) else text
    paragraphs = (" ".join(part.split()) for part in _BLANK.split(text))
    return "\n\n".join(part for part in paragraphs if part)


def plain_line(markup: str | None, longest: int) -> str | None:
    """Return `markup` as one line of plain text of at most `longest` characters; None where nothing is left."""
    return " ".join(plain_text((markup or "")[: longest * _SPARE]).split())[:longest].rstrip() or None


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
            elif node.tag in _CELLS:
                pieces.append(" ")
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
