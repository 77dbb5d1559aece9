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
#: A part with more of the page's text than this share is not beside the article, whatever its name.
_SHARE = 0.5


def prune(root: "html.HtmlElement") -> "html.HtmlElement":
    """Return a copy of the page without parts that by tag, role or name are no part of the article."""
    copy = deepcopy(root)
    whole = max(len(copy.text_content()), 1)
    for element in [one for one in copy.iter() if _is_beside(one)]:
        if element.getparent() is None:
            continue
        if element.tag in ("script", "style") or len(element.text_content()) < whole * _SHARE:
            element.drop_tree()
    return copy


def _is_beside(element: "html.HtmlElement") -> bool:
    if not isinstance(element.tag, str) or element.tag in _KEPT:
        return False
    if element.tag in _TAGS or (element.get("role") or "").lower() in _ROLES:
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return bool(_NAMED.search(names))
