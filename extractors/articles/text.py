"""The text of the article on a page: trafilatura's, on the page without what is beside the article."""

import re
from typing import TYPE_CHECKING

from cssselect import SelectorError
from lxml import etree
from trafilatura import bare_extraction

from extractors.articles.pruning import prune
from extractors.articles.walls import is_text
from extractors.decoding import visible
from extractors.errors import ExtractionError
from extractors.plain import plain_text

if TYPE_CHECKING:
    from lxml import html

#: With less text than this the slower, more careful mode is tried too: without pruning F1 .942 to .945 on 258
#: pages; from 1500 on it costs a third of the time and gains nothing.
_SHORT = 800
#: Elements beyond which the careful mode takes many seconds: its justext needs the square of the number of blocks
#: (4,000 list entries 5 s, 28,000 more than 60 s). Real pages have 900 on average, and short ones less.
_MOST_FOR_CARE = 2500
#: Characters: more than any article has, and what all later steps can take in good time and memory: a Chinese page of
#: 2.7 MB takes 1.0 s and 334 MB so, and took 9.3 s and 661 MB with a million.
_LONGEST = 200_000
#: Characters of all that a page shows: the largest of 209 real ones shows 56,088 (pages_aeb, pages_fundus). A page of
#: 4 MB took 40 MB as words.
_MOST_SHOWN = 2 * _LONGEST
#: So small a share of the unpruned text is no article without its surroundings, but a mistake.
_LEAST_SHARE = 0.3
#: So many times longer must the text in the page's JSON-LD be to be taken for the whole.
_FULLER = 2
#: Paragraphs that say what stands beside or below them, and nothing of the article.
_LABELS = re.compile(
    r"(?:advertisement|anzeige|werbung|recommended videos?|read (?:more|next)|also read|article content"
    r"|related(?: (?:articles|stories|topics))?|more from .{2,30}|you (?:may|might) also like|comments?|kommentare?"
    r"|auch interessant|lesen sie auch|mehr zum thema|weitere artikel|das könnte sie auch interessieren|share this"
    r"|teilen|newsletter|相关阅读|延伸阅读|相关新闻|相关文章|推荐阅读|广告|评论|责任编辑.{0,12}"
    r"|(?:copyright|©|版权所有).{0,120}|(?:all rights reserved|alle rechte vorbehalten).{0,20})[\s:.…!|-]*",
    re.IGNORECASE,
)


def article_text(root: "html.HtmlElement", url: str, told: str | None) -> str:
    """Return the article's paragraphs, a blank line between them; empty where there is none.

    `root` has no scripts any more; `told` is what the page tells machines as the text, None where it tells none: it
    is taken where it is far more than was found on the page.
    """
    text = _read(root, url)
    return _bounded(told if told and is_text(told) and len(told) > len(text) * _FULLER else text)


def selected_text(root: "html.HtmlElement", selector: str, url: str) -> str:
    """Return the text of the elements that the CSS `selector` selects, in the order of the page.

    Raises:
        ExtractionError: `no-text`, where it selects none, or no text, or is no selector.
    """
    try:
        chosen = root.cssselect(selector)
    except SelectorError as error:
        raise ExtractionError(url, "no-text", f"{selector!r}: {error}") from error
    outer = [one for one in chosen if not any(above in chosen for above in one.iterancestors())]
    parts = (plain_text(etree.tostring(one, encoding="unicode", with_tail=False)) for one in outer)
    text = "\n\n".join(part for part in parts if part)
    if not text:
        raise ExtractionError(url, "no-text", f"{selector!r} selects nothing on the page")
    return _bounded(text)


def shown_text(root: "html.HtmlElement") -> str:
    """Return all text of the page's body in one line; of an endless one, the beginning."""
    body = root.find("body")
    return " ".join(visible((root if body is None else body).text_content()[:_MOST_SHOWN]).split())


def _bounded(text: str) -> str:
    """Return `text`, or where it is no article's any more by its length, its first paragraphs."""
    if len(text) <= _LONGEST:
        return text
    return text[:_LONGEST].rpartition("\n\n")[0] or text[:_LONGEST]


def _read(root: "html.HtmlElement", url: str) -> str:
    """Read the page without what is beside the article; where that leaves little, also with it."""
    pruned = prune(root, url)
    quick = _extracted(pruned, url, fast=True)
    if len(quick) >= _SHORT:
        return quick
    whole = _extracted(root, url, fast=True)
    if len(quick) < len(whole) * _LEAST_SHARE:
        pruned, quick = root, whole
    if sum(1 for _ in pruned.iter()) > _MOST_FOR_CARE:
        return quick
    careful = _extracted(pruned, url, fast=False)
    return careful if len(careful) > len(quick) else quick


def _extracted(root: "html.HtmlElement", url: str, *, fast: bool) -> str:
    found = bare_extraction(root, url=url, fast=fast, include_comments=False, with_metadata=False)
    text = visible(getattr(found, "text", None) or "")
    lines = (" ".join(part.split()) for part in text.split("\n"))
    return "\n\n".join(line for line in lines if line and not _LABELS.fullmatch(line.lstrip("- ")))
