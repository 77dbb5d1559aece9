"""What is on a page beside its article, and named as such: taken out before extraction."""

import re
from copy import deepcopy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import html

_TAGS = frozenset(
    ("nav", "aside", "footer", "form", "script", "style", "noscript", "template", "dialog", "iframe")
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


def without_scripts(root: "html.HtmlElement") -> "html.HtmlElement":
    """Return a copy of the page without scripts and styles, whose data would else be taken for text."""
    copy = deepcopy(root)
    for element in list(copy.iter("script", "style")):
        if element.getparent() is not None:
            element.drop_tree()
    return copy


def prune(root: "html.HtmlElement") -> "html.HtmlElement":
    """Return a copy of the page without parts that by tag, role or name are no part of the article."""
    copy = without_scripts(root)
    whole, paragraphs = max(_letters(copy), 1), max(_letters_of_paragraphs(copy), 1)
    for element in [one for one in copy.iter() if _is_beside(one)]:
        if element.getparent() is None or _letters(element) >= whole * _SHARE:
            continue
        if element.tag in _TAGS or _letters_of_paragraphs(element) < paragraphs * _SHARE:
            element.drop_tree()
    return copy


def _letters(element: "html.HtmlElement") -> int:
    return len(element.text_content())


def _letters_of_paragraphs(element: "html.HtmlElement") -> int:
    return sum(_letters(paragraph) for paragraph in element.iter("p"))


def _is_beside(element: "html.HtmlElement") -> bool:
    if not isinstance(element.tag, str) or element.tag in _KEPT:
        return False
    if element.tag in _TAGS or (element.get("role") or "").lower() in _ROLES:
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return bool(_NAMED.search(names))
