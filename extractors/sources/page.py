"""Pages that list articles: links by the CSS selector of the watch, or by rule."""

import re
from urllib.parse import urlsplit

from cssselect import SelectorError
from lxml import etree, html

from extractors.addresses import same_site
from extractors.decoding import decode, without_declaration
from extractors.errors import ParseError
from extractors.records import Item, Source
from extractors.sources.listing import Listing, absolute, bounded, short_title

#: Letters in the text of a link that looks like a headline; Chinese needs fewer.
_HEADLINE, _HEADLINE_HAN = 20, 8
_HAN = re.compile(r"[\u3400-\u9fff]")
_DATED = re.compile(r"/(?:19|20)\d{2}[/-]?(?:0?[1-9]|1[0-2])(?:[/-]?\d{1,2})?(?:/|-|_|\b)")
_NUMBERED = re.compile(r"\d{4,}[^/]*(?:\.s?html?|/)?$|\.s?html?$")
_SLUG = re.compile(r"/[^/]*(?:[^/-]+-){3,}[^/-]+/?[^/]*$")
_ASIDE = frozenset(("nav", "footer", "aside"))
_LIST_PATHS = re.compile(r"/(?:tag|tags|category|author|autor|thema|topic|search|login|page)/", re.IGNORECASE)


def parse_page(body: bytes, content_type: str | None, source: Source, url: str) -> Listing:
    """Return the articles that the page `body`, had from `url`, links to.

    With `source.links`, the links in what that CSS selector selects; without it, those to the same site that
    look like articles and like headlines.

    Raises:
        ParseError: `empty-body`, `bad-selector`, or `no-links` where nothing on it is a link to an article.
    """
    text = without_declaration(decode(body, content_type))
    if not text.strip():
        raise ParseError(url, "empty-body", "the answer was empty")
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True)
    try:
        root = html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise ParseError(url, "broken-page", str(error)) from error
    base = absolute(url, _base_href(root)) or url
    links = _selected(root, source.links, url) if source.links else _ruled(root, base)
    found = [_item(link, base, source) for link in links]
    items = bounded([item for item in found if item and item.url != url])
    if not items:
        raise ParseError(url, "no-links", "no link to an article was found on it")
    return Listing(items=items)


def _base_href(root: "html.HtmlElement") -> str | None:
    base = root.find(".//base[@href]")
    return base.get("href") if base is not None else None


def _selected(root: "html.HtmlElement", selector: str, url: str) -> list["html.HtmlElement"]:
    try:
        chosen = root.cssselect(selector)
    except SelectorError as error:
        raise ParseError(url, "bad-selector", f"{selector!r}: {error}") from error
    links: list[html.HtmlElement] = []
    for element in chosen:
        links.extend([element] if element.tag == "a" else element.iter("a"))
    return links


def _ruled(root: "html.HtmlElement", base: str) -> list["html.HtmlElement"]:
    return [link for link in root.iter("a") if _is_article(link, base)]


def _is_article(link: "html.HtmlElement", base: str) -> bool:
    at = absolute(base, link.get("href"))
    if at is None or not same_site(at, base) or _LIST_PATHS.search(urlsplit(at).path):
        return False
    words = link.text_content().strip()
    if len(words) < (_HEADLINE_HAN if _HAN.search(words) else _HEADLINE):
        return False
    path = urlsplit(at).path
    looks = _DATED.search(path) or _NUMBERED.search(path) or _SLUG.search(path)
    return bool(looks) and not any(parent.tag in _ASIDE for parent in link.iterancestors())


def _item(link: "html.HtmlElement", base: str, source: Source) -> Item | None:
    at = absolute(base, link.get("href"))
    if at is None:
        return None
    title = short_title(link.text_content()) or short_title(link.get("title"))
    return Item(source_id=source.source_id, url=at, title=title)
