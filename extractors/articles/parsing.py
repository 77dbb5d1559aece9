"""Bytes to a tree, once, for all that is read from a page; markup that would hang the parser is refused before."""

import re

from lxml import etree, html

from extractors.decoding import decode, without_declaration
from extractors.errors import ExtractionError
from extractors.markup import LONG_TAG, has_endless_tag, has_long_tag

#: Bounds on what is parsed: beyond them parsing and reading take quadratic time inside C code. Of 209 real pages the
#: largest has 2.3 million characters, 6,100 tags and 34 levels (pages_aeb, pages_fundus).
_LONGEST_PAGE = 5_000_000
_MOST_TAGS = 60_000
#: A script of more characters is no description of an article (required limit: 512 kB), and a text no paragraph; a
#: shorter page holds neither.
_LONGEST_DATA = 512_000
#: Characters that XML 1.0 forbids (2.2, Char), and with it lxml: as bytes, as a pattern, and as numbers. U+FFFE and
#: U+FFFF begin with these two bytes in UTF-8.
_CONTROLS = bytes((*range(9), 11, 12, *range(14, 32)))
_NONCHARACTERS = b"\xef\xbf"
_UNSTORABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]+")
_FORBIDDEN = frozenset((*_CONTROLS, *range(0xD800, 0xE000), 0xFFFE, 0xFFFF))
_REFERENCE = re.compile(r"&#([xX][0-9a-fA-F]{1,6}|[0-9]{1,7});?")
#: What an article may be sent as; anything else must at least begin as HTML does.
_MAYBE_HTML = ("text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain")
_HTML_START = re.compile(rb"\s*(?:\xef\xbb\xbf\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
#: One character in so many that stands for no letter makes a text noise: random bytes have one in eight, whatever
#: character set they are told to be in, and no real page more than one in 10,000 (209 of pages_aeb and pages_fundus).
_LEAST_SENSE = 50
_PLAINTEXT = re.compile(r"<plaintext\b[^<>]{0,200}>", re.IGNORECASE)
_OTHER_START = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"\x1f\x8b", b"{\\rtf")
_DEEPEST = 250
#: Frames that say nothing: where one holds only another, it may go.
_FRAMES = ("div", "span", "section", "font", "b", "i", "em", "strong", "center", "blockquote", "a")
#: Marks within a line, which pages forget to close; without them the text is the same.
_MARKS = (
    "span",
    "font",
    "b",
    "i",
    "u",
    "s",
    "em",
    "strong",
    "small",
    "big",
    "sub",
    "sup",
    "a",
    "time",
    "mark",
    "cite",
)


def parse_page(url: str, body: bytes, content_type: str | None) -> tuple["html.HtmlElement", str]:
    """Return the tree of a page had from `url`, and its markup as text.

    Raises:
        ExtractionError: `not-html`, `too-large`, `too-deep`, or `no-article` where it is empty.
    """
    kind = (content_type or "").lower().strip()
    begins = body[:1024].lstrip()
    odd = kind and not kind.startswith(_MAYBE_HTML) and not _HTML_START.match(begins)
    if odd or begins.startswith(_OTHER_START):
        raise ExtractionError(url, "not-html", kind.partition(";")[0] or "no HTML")
    text = without_declaration(decode(body, content_type))
    # From this tag on a browser of old showed all markup as letters; nothing ends it (HTML standard, 16.2).
    text = _PLAINTEXT.sub("", text)
    if _is_noise(text, body):
        raise ExtractionError(url, "not-html", "it is noise, and no text")
    long_tags = has_long_tag(text)
    if len(text) > _LONGEST_PAGE or text.count("<") > _MOST_TAGS or (long_tags and has_endless_tag(text)):
        raise ExtractionError(url, "too-large", "more markup than a page of news has")
    text = _storable(text, body)
    try:
        root = _tree(url, text)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise ExtractionError(url, "no-article", "the page is empty") from error
    if long_tags or (len(text) > _LONGEST_DATA and max(map(len, text.split("<"))) > _LONGEST_DATA):
        _drop_data(root)
    return root, text


def _is_noise(text: str, body: bytes) -> bool:
    """Tell whether `text`, decoded from `body`, is none: so many of its characters say that its bytes were not text."""
    odd = text.count("\ufffd")
    if len(body.translate(None, _CONTROLS)) < len(body):
        odd += sum(map(len, _UNSTORABLE.findall(text)))
    return odd * _LEAST_SENSE > len(text)


def _storable(text: str, body: bytes) -> str:
    """Return markup without characters that no tree may hold: with one of them in it, lxml refuses any later change.

    `body` is what `text` was decoded from: looking for single bytes takes a tenth of the time.
    """
    if len(body.translate(None, _CONTROLS)) < len(body) or _NONCHARACTERS in body:
        text = _UNSTORABLE.sub(" ", text)
    return _REFERENCE.sub(_allowed, text) if "&#" in text else text


def _allowed(reference: re.Match[str]) -> str:
    digits = reference[1]
    code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    return " " if code in _FORBIDDEN else reference[0]


def _tree(url: str, text: str) -> "html.HtmlElement":
    """Parse; what is nested deeper than the parser follows would be lost without a word, so frames are taken out."""
    parser = _parser(huge=False)
    root = html.document_fromstring(text, parser=parser)
    if not _is_cut(parser):
        return root
    parser = _parser(huge=True)
    root = html.document_fromstring(text, parser=parser)
    _flatten(root)
    if _is_cut(parser) or _is_deep(root):
        raise ExtractionError(url, "too-deep", "more levels of markup than a page of news has")
    return root


def _parser(*, huge: bool) -> etree.HTMLParser:
    """Return a parser whose elements are all of one class: looking up one by tag takes a tenth of the time."""
    parser = etree.HTMLParser(no_network=True, huge_tree=huge, remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=html.HtmlElement))
    return parser


def _is_cut(parser: etree.HTMLParser) -> bool:
    return any("Excessive depth" in entry.message for entry in parser.error_log)


def _flatten(root: "html.HtmlElement") -> None:
    """Take out frames that hold nothing but one other element; where that is not enough, all marks within lines."""
    for element in list(root.iter(*_FRAMES)):
        if len(element) == 1 and not (element.text or "").strip() and not (element[0].tail or "").strip():
            element.drop_tag()
    if _is_deep(root):
        etree.strip_tags(root, *_MARKS)


def _is_deep(root: "html.HtmlElement") -> bool:
    level = [root]
    for _ in range(_DEEPEST):
        level = [child for element in level for child in element]
        if not level:
            return False
    return True


def _drop_data(root: "html.HtmlElement") -> None:
    """Take out what is no word of a page but data: patterns run over each `class` and script many times.

    A text between two tags that is as long is no paragraph: its beginning stays, later steps keep no more of it.
    """
    for element in list(root.iter()):
        for name, value in element.attrib.items():
            if len(value) > LONG_TAG:
                del element.attrib[name]
        if element.tag == "script" and len(element.text or "") > _LONGEST_DATA:
            element.drop_tree()
            continue
        for place in ("text", "tail"):
            if len(getattr(element, place) or "") > _LONGEST_DATA:
                setattr(element, place, getattr(element, place)[:_LONGEST_DATA])
