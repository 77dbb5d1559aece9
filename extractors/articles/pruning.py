"""What is on a page beside its article, and named as such or only links: taken out before extraction."""

import re
from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from extractors.addresses import same_site

if TYPE_CHECKING:
    from lxml import html

_TAGS = frozenset(
    (
        *("nav", "aside", "footer", "form", "noscript", "template", "dialog", "iframe"),
        *("figcaption", "button", "svg", "select"),
    )
)
_ROLES = frozenset(
    ("navigation", "complementary", "contentinfo", "search", "dialog", "alertdialog", "banner")
)
_NAMED = re.compile(
    r"(?:^|[\s_-])(?:cookies?|consent|cmp|gdpr|comments?|kommentare?|pinglun|related|recommend(?:ed|ations?)?|teasers?"
    r"|most-?read|popular|trending|newsletter|subscribe|share|sharing|social|breadcrumbs?|sidebar|ads?|advert(?:isement)?"
    r"|anzeige|werbung|sponsored|promo|outbrain|taboola|tags|pagination|pager|menu|nav|navigation|mehr-zum-thema)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
_KEPT = frozenset(("html", "head", "body", "main", "article", "h1"))
#: A part with more of the page's text, or of its paragraphs, than this share is not beside the article, whatever
#: its name: articles stand in frames of classes like `share`, `with-ads` or `newsletter`.
_SHARE = 0.5
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_BLOCKS = frozenset(("p", "li", "dt", "dd", *_HEADINGS))
#: Letters that may stand beside the link in a paragraph that only sends the reader elsewhere: `Read more:`.
_LABEL = 24
#: Letters of a link that is a headline; a shorter one alone in its paragraph may be a name or a product.
_LEAST_LINK = 10
#: A paragraph that is one link and longer than this is no hint to another article.
_LONGEST_HINT = 250
#: Letters of the longest box that tells of another article: a heading with its picture and a few lines.
_LONGEST_BOX = 1000
_BOX_HEADS = frozenset(("a", "header", "hgroup"))
_END_TAG = re.compile(r"</[a-zA-Z]")


def drop_scripts(root: "html.HtmlElement") -> None:
    """Take scripts and styles out of the page, whose data would else be taken for text.

    So is a title that was never ended: all markup behind it has become its letters (HTML standard, 13.2.5.2).
    """
    for element in list(root.iter("script", "style", "title")):
        if element.tag == "title" and not _END_TAG.search(element.text or ""):
            continue
        if element.getparent() is not None:
            element.drop_tree()


def prune(root: "html.HtmlElement", url: str) -> "html.HtmlElement":
    """Return a copy of the page without parts that by tag, role, name or links are no part of the article.

    `root` was had from `url` and has no scripts any more.
    """
    copy = deepcopy(root)
    whole, paragraphs = max(_letters(copy), 1), max(_letters_of_paragraphs(copy), 1)
    for element in _outermost_beside(copy):
        letters = _letters(element)
        if letters >= whole * _SHARE:
            continue
        least = paragraphs * _SHARE
        if element.tag in _TAGS or letters < least or _letters_of_paragraphs(element) < least:
            element.drop_tree()
    _drop_boxes(copy, url)
    _drop_hints(copy, url)
    return copy


def _outermost_beside(root: "html.HtmlElement") -> "Iterator[html.HtmlElement]":
    """Yield what is beside the article, in the order of the page; not what is inside of one that was taken out."""
    inside = 0
    for element in list(root.iter()):
        if inside:
            inside -= 1
        elif _is_beside(element):
            yield element
            if element.getparent() is None:
                inside = sum(1 for _ in element.iter()) - 1


def _letters(element: "html.HtmlElement") -> int:
    return len(element.text_content())


def _letters_of_paragraphs(element: "html.HtmlElement") -> int:
    return sum(_letters(paragraph) for paragraph in element.iter("p"))


def _is_beside(element: "html.HtmlElement") -> bool:
    style, name = element.get("class"), element.get("id")
    if (style or name) and _is_named_beside(style, name):
        return element.tag not in _KEPT
    if element.tag in _TAGS:
        return True
    role = element.get("role")
    return role is not None and role.lower() in _ROLES and element.tag not in _KEPT


@lru_cache(maxsize=4096)
def _is_named_beside(style: str | None, name: str | None) -> bool:
    return bool(_NAMED.search(f"{style or ''} {name or ''}"))


def _drop_boxes(root: "html.HtmlElement", url: str) -> None:
    """Take out boxes whose heading is a link to a page of the same site: they tell of another article."""
    for heading in list(root.iter(*_HEADINGS)):
        box = heading.getparent()
        if box is None or not _is_link(heading, url):
            continue
        while box.tag in _BOX_HEADS and box.getparent() is not None:
            box = box.getparent()
        if box.tag not in _KEPT and box.getparent() is not None and len(_squeezed(box)) <= _LONGEST_BOX:
            box.drop_tree()


def _is_link(heading: "html.HtmlElement", url: str) -> bool:
    """Tell whether all of `heading` leads to one page of the site of `url`."""
    around = heading.getparent()
    link = around if around is not None and around.tag == "a" else heading.find(".//a[@href]")
    target = link.get("href") if link is not None else None
    if not target or target.startswith(("#", "mailto:", "javascript:")):
        return False
    whole = link is around or len(_squeezed(link)) >= len(_squeezed(heading))
    try:
        return whole and same_site(urljoin(url, target), url)
    except ValueError:
        return False


def _drop_hints(root: "html.HtmlElement", url: str) -> None:
    """Take out paragraphs and list entries that are nothing but a link, unless most of the page is.

    Headings too, but not those that lead to other sites, as a list of products has.
    """
    linked: defaultdict[html.HtmlElement, int] = defaultdict(int)
    for link in root.iter("a"):
        block = _block_of(link) if link.get("href") else None
        if block is not None:
            linked[block] += len(_squeezed(link))
    hints = []
    for block, letters in linked.items():
        whole = len(_squeezed(block))
        if block.tag in _HEADINGS and not _is_link(block, url):
            continue
        if letters >= _LEAST_LINK and whole - letters <= _LABEL and whole <= _LONGEST_HINT:
            hints.append((block, whole))
    left = len(_squeezed(root)) * _SHARE
    if sum(letters for _, letters in hints) < left:
        for block, _ in hints:
            if block.getparent() is not None:
                block.drop_tree()


def _block_of(link: "html.HtmlElement") -> "html.HtmlElement | None":
    block = link.getparent()
    while block is not None and block.tag not in _BLOCKS:
        block = block.getparent()
    return block


def _squeezed(element: "html.HtmlElement") -> str:
    return "".join(element.text_content().split())
