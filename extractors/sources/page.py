"""Pages that list articles, by the CSS selector of the watch or by rule; and pages watched for their own change."""

import re
from itertools import islice
from urllib.parse import urlsplit

from cssselect import SelectorError
from lxml import etree, html

from extractors.addresses import same_site
from extractors.decoding import decode, without_declaration
from extractors.errors import ParseError
from extractors.markup import is_endless
from extractors.records import Item, Source, content_hash
from extractors.sources.listing import MOST_ITEMS, Listing, absolute, bounded, short_title

#: Letters in the text of a link that looks like a headline; Chinese needs fewer.
_HEADLINE, _HEADLINE_HAN = 20, 8
_HAN = re.compile(r"[\u3400-\u9fff]")
_DATED = re.compile(r"/(?:19|20)\d{2}[/-]?(?:0?[1-9]|1[0-2])(?:[/-]?\d{1,2})?(?:/|-|_|\b)")
_NUMBERED = re.compile(r"\d{4,}[^/]*(?:\.s?html?|/)?$|\.s?html?$")
_CODED = re.compile(r"/(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{10,}/?$")
_SLUG = re.compile(r"/[^/]*(?:[^/-]+-){3,}[^/-]+/?[^/]*$")
#: Links of a page that are looked at by rule; the front pages of large papers have up to 1,000.
_MOST_LOOKED_AT = 20_000
_FRAME = frozenset(("nav", "footer"))
_LIST_PATHS = re.compile(
    r"/(?:tag|tags|category|author|autor|thema|topic|search|login|page)/|/(?:index|default)\.\w+$",
    re.IGNORECASE,
)


def parse_page(body: bytes, content_type: str | None, source: Source, url: str) -> Listing:
    """Return the articles that the page `body`, had from `url`, links to, or the page itself.

    With `source.links`, the links in what that CSS selector selects; without it, those to the same site that
    look like articles and like headlines. With `source.text`, one item: the page, whose guid is another one whenever
    the selected text is another one (blanks aside).

    Raises:
        ParseError: `empty-body`, `too-large`, `broken-page`, `bad-selector`; `no-links` where nothing on it is a link
            to an article, `no-text` where the selected text is not there.
    """
    root = _root(without_declaration(decode(body, content_type)), url)
    # They are no words of a title, and change with every answer.
    etree.strip_elements(root, "script", "style", "template", with_tail=False)
    if source.text:
        return Listing(items=(_itself(root, source.text, source, url),))
    base = absolute(url, _base_href(root)) or url
    links = _links(_chosen(root, source.links, url)) if source.links else _ruled(root, base)
    found = [_item(link, base, source) for link in links]
    items = bounded([item for item in found if item and item.url != url])
    if not items:
        raise ParseError(url, "no-links", "no link to an article was found on it")
    return Listing(items=items)


def _root(text: str, url: str) -> "html.HtmlElement":
    if not text.strip():
        raise ParseError(url, "empty-body", "the answer was empty")
    if is_endless(text):
        raise ParseError(url, "too-large", "more markup than a page has")
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise ParseError(url, "broken-page", str(error)) from error


def _itself(root: "html.HtmlElement", selector: str, source: Source, url: str) -> Item:
    chosen = _chosen(root, selector, url)
    text = " ".join(" ".join(" ".join(element.itertext()) for element in chosen).split())
    if not text:
        raise ParseError(url, "no-text", f"{selector!r} selects no text on it")
    title = short_title(root.findtext(".//title")) or short_title(root.findtext(".//h1"))
    return Item(source_id=source.source_id, url=url, guid=content_hash(text), title=title)


def _base_href(root: "html.HtmlElement") -> str | None:
    base = root.find(".//base[@href]")
    return base.get("href") if base is not None else None


def _chosen(root: "html.HtmlElement", selector: str, url: str) -> list["html.HtmlElement"]:
    try:
        return list(root.cssselect(selector))
    except (SelectorError, etree.XPathError) as error:
        raise ParseError(url, "bad-selector", f"{selector!r}: {error}") from error


def _links(chosen: list["html.HtmlElement"]) -> list["html.HtmlElement"]:
    links: list[html.HtmlElement] = []
    for element in chosen:
        links.extend([element] if element.tag == "a" else element.iter("a"))
    return links


def _ruled(root: "html.HtmlElement", base: str) -> list["html.HtmlElement"]:
    """Return the links to articles; those at the side only where there are no others."""
    found = (link for link in islice(root.iter("a"), _MOST_LOOKED_AT) if _is_article(link, base))
    links = list(islice(found, MOST_ITEMS))
    return [link for link in links if next(link.iterancestors("aside"), None) is None] or links


def _is_article(link: "html.HtmlElement", base: str) -> bool:
    at = absolute(base, link.get("href"))
    if at is None or not same_site(at, base) or _LIST_PATHS.search(urlsplit(at).path):
        return False
    words = link.text_content().strip()
    if len(words) < (_HEADLINE_HAN if _HAN.search(words) else _HEADLINE):
        return False
    path = urlsplit(at).path
    looks = any(pattern.search(path) for pattern in (_DATED, _NUMBERED, _SLUG, _CODED))
    return looks and not any(parent.tag in _FRAME for parent in link.iterancestors())


def _item(link: "html.HtmlElement", base: str, source: Source) -> Item | None:
    at = absolute(base, link.get("href"))
    if at is None:
        return None
    title = short_title(link.text_content()) or short_title(link.get("title"))
    return Item(source_id=source.source_id, url=at, title=title)
