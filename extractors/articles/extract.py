"""A page to an article: its bytes, what the source listed, and nothing else."""

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from lxml import etree, html
from trafilatura import bare_extraction

from extractors.articles.dates import published
from extractors.articles.lead import lead_and_text
from extractors.articles.metadata import Metadata, canonical_url, is_front_page, read_metadata
from extractors.articles.pruning import prune, without_scripts
from extractors.articles.walls import is_text, wall_of
from extractors.decoding import decode, visible, without_declaration
from extractors.errors import ExtractionError
from extractors.records import Article, Item, Source

#: Bounds on what is parsed: beyond them parsing takes quadratic time inside C code. Ten times real pages.
_LONGEST_PAGE = 5_000_000
_MOST_TAGS = 150_000
#: What takes quadratic time in one tag is the number of attributes, not their length: pages carry pictures and
#: states of 200,000 characters in a single one.
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{16000,}")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_MOST_ATTRIBUTES = 2000
#: With less text than this the slower, more careful mode is tried too: F1 .942 to .947 on 258 pages.
_SHORT = 1500
#: So small a share of the unpruned text is no article without its surroundings, but a mistake.
_LEAST_SHARE = 0.3
#: So many times longer must the text in the page's JSON-LD be to be taken for the whole.
_FULLER = 2
#: What an article may be sent as; anything else must at least begin as HTML does.
_MAYBE_HTML = ("text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain")
_HTML_START = re.compile(rb"\s*(?:\xef\xbb\xbf\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_OTHER_START = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"PK\x03\x04")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a link answered: decoded bytes, header as sent (None where not sent), address after redirects."""

    url: str
    body: bytes
    content_type: str | None


def read_article(page: Page, item: Item, source: Source, now: datetime) -> Article:
    """Return the article on `page`; `item` is what the source listed, `now` the moment it was fetched.

    `language` of the result is what the source or the page says, None where neither does; it also tells the zone of
    dates that are written without one.

    Raises:
        ExtractionError: `not-html`, `too-large`, `no-article`, `bot-wall`, `consent-wall` or `soft-404`.
    """
    if is_front_page(page.url) and not is_front_page(item.url):
        raise ExtractionError(page.url, "soft-404", "the address leads to the front page")
    root = _tree(page)
    said = read_metadata(root, page.url)
    language = source.language or said.language
    when, where_from = published(item.published_at, said.published, root, language, now)
    text = _fuller(_text(root, page.url), said.body)
    title = said.title or item.title or said.shown_title
    wall = wall_of(_page_title(root), text)
    if wall or not title:
        raise ExtractionError(page.url, wall or "no-article", "the page holds no article that can be read")
    lead, whole = lead_and_text(text, title, said.description, _shown(root))
    return Article(
        url=canonical_url(page.url, said.canonical),
        source_id=source.source_id,
        publisher=_publisher(source, said, page.url),
        title=title,
        text=whole,
        lead=lead,
        seen_at=now,
        language=language,
        authors=said.authors or item.authors,
        published_at=when,
        published_from=where_from,
    )


def article_from_feed(item: Item, source: Source, now: datetime) -> Article | None:
    """Return the article as far as the feed itself tells it; None where that is not a sentence."""
    if not item.summary or not item.title or not is_text(item.summary):
        return None
    lead, whole = lead_and_text(item.summary, item.title, None, "")
    return Article(
        url=canonical_url(item.url, None),
        source_id=source.source_id,
        publisher=_publisher(source, None, item.url),
        title=item.title,
        text=whole,
        lead=lead,
        seen_at=now,
        language=source.language,
        authors=item.authors,
        published_at=item.published_at,
        published_from="feed" if item.published_at else None,
        text_from="feed",
    )


def _tree(page: Page) -> "html.HtmlElement":
    kind = (page.content_type or "").lower().strip()
    begins = page.body[:1024].lstrip()
    odd = kind and not kind.startswith(_MAYBE_HTML) and not _HTML_START.match(begins)
    if odd or begins.startswith(_OTHER_START):
        raise ExtractionError(page.url, "not-html", kind.partition(";")[0] or "no HTML")
    text = without_declaration(decode(page.body, page.content_type))
    if len(text) > _LONGEST_PAGE or text.count("<") > _MOST_TAGS or _has_endless_tag(text):
        raise ExtractionError(page.url, "too-large", "more markup than a page of news has")
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise ExtractionError(page.url, "no-article", "the page is empty") from error


def _has_endless_tag(text: str) -> bool:
    """Tell whether a tag outside scripts has more attributes than the parser takes in good time."""
    return any(
        len(_QUOTED.sub("", found[0]).split()) > _MOST_ATTRIBUTES
        for found in _LONG_TAG.finditer(text)
        if text.rfind("<script", 0, found.start()) <= text.rfind("</script", 0, found.start())
    )


def _text(root: "html.HtmlElement", url: str) -> str:
    """Return the article's paragraphs, a blank line between them; empty where there is none.

    The page is read without what is beside the article; where that leaves little, also with it, which counts if it
    gives much more.
    """
    pruned = prune(root)
    quick = _extracted(pruned, url, fast=True)
    if len(quick) >= _SHORT:
        return quick
    unpruned = without_scripts(root)
    whole = _extracted(unpruned, url, fast=True)
    if len(quick) < len(whole) * _LEAST_SHARE:
        pruned, quick = unpruned, whole
    careful = _extracted(pruned, url, fast=False)
    return careful if len(careful) > len(quick) else quick


def _fuller(text: str, told: str | None) -> str:
    """Return what the page tells machines as the article's text where it is far more than was found on the page."""
    return told if told and is_text(told) and len(told) > len(text) * _FULLER else text


def _extracted(root: "html.HtmlElement", url: str, *, fast: bool) -> str:
    found = bare_extraction(root, url=url, fast=fast, include_comments=False, with_metadata=False)
    text = visible(getattr(found, "text", None) or "")
    return "\n\n".join(line for part in text.split("\n") if (line := " ".join(part.split())))


def _shown(root: "html.HtmlElement") -> str:
    body = root.find("body")
    return " ".join(visible((root if body is None else body).text_content()).split())


def _page_title(root: "html.HtmlElement") -> str | None:
    title = root.find(".//title")
    return " ".join(title.text_content().split()) if title is not None else None


def _publisher(source: Source, said: Metadata | None, url: str) -> str:
    """Return who published it: the watch's word (but a search engine publishes nothing), the page's, the host."""
    own = source.publisher if source.kind != "search" else None
    host = (urlsplit(url).hostname or url).removeprefix("www.")
    return own or (said.site if said else None) or host
