"""The article a page describes for machines in JSON-LD (schema.org), wherever in the graph it stands."""

import json
import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import TYPE_CHECKING, Any

from extractors.decoding import visible

if TYPE_CHECKING:
    from lxml import html

#: A script of more characters than this is data of a shop or an app, and slow to read.
_LONGEST = 512_000
_MOST_NODES = 2000
_LONGEST_BYLINE = 1000
_BETWEEN = re.compile(r"\s*;\s*|,?\s+(?:and|und|&)\s+|、")
_BY = re.compile(r"^\s*by[\s:]\s*", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_ADDRESS = re.compile(r"@|://|\bwww\.|^[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}$", re.IGNORECASE)
_TYPES = frozenset(
    (
        *("Article", "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "OpinionNewsArticle"),
        *("BackgroundNewsArticle", "ReviewNewsArticle", "LiveBlogPosting", "BlogPosting", "Report"),
        *("SocialMediaPosting", "TechArticle", "AdvertiserContentArticle"),
    )
)


def article_node(root: "html.HtmlElement") -> Mapping[str, Any]:
    """Return the JSON-LD node of the article, with `publisher` and `author` looked up by `@id`; empty if none."""
    nodes: list[dict[str, Any]] = []
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            nodes.extend(_nodes(script.text or ""))
    named: dict[str, dict[str, Any]] = {}
    for node in nodes:
        if isinstance(node.get("@id"), str) and len(node) > 1:
            named.setdefault(node["@id"], node)
    found = next((node for node in nodes if _is_article(node)), {})
    return {key: _resolved(value, named) for key, value in found.items()}


def text_of(value: object) -> str | None:
    """Return the text of a JSON-LD value: a string, the `name` of a node, or the first of a list."""
    if isinstance(value, list):
        return next((text for text in map(text_of, value) if text), None)
    if isinstance(value, dict):
        return text_of(value.get("name") or value.get("@value"))
    return (" ".join(visible(unescape(value)).split()) or None) if isinstance(value, str) else None


def names_of(value: object) -> tuple[str, ...]:
    """Return the names in a JSON-LD value, each once, as `names_in`."""
    many = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(name for one in many for name in names_in(text_of(one) or "")))


def names_in(written: str) -> tuple[str, ...]:
    """Return the names that a line of authors lists; none for an address, a number or a host.

    A comma parts two names only where each has two words at least: it also stands within one (`Weber, Anna`).
    """
    line_of_authors = _BY.sub("", written[:_LONGEST_BYLINE])
    lines = [part for part in _BETWEEN.split(line_of_authors) if part]
    names: list[str] = []
    for line in lines:
        parts = [part.strip() for part in line.split(",")]
        names.extend(parts if all(" " in part for part in parts) else [line])
    bare = (name.strip(" ,")[:200] for name in names)
    return tuple(dict.fromkeys(name for name in bare if _LETTER.search(name) and not _ADDRESS.search(name)))


def _nodes(script: str) -> Iterator[dict[str, Any]]:
    if len(script) > _LONGEST:
        return
    try:
        stack: list[Any] = [json.loads(script.strip().rstrip(";"), strict=False)]
    except (ValueError, RecursionError):
        return
    for _ in range(_MOST_NODES):
        if not stack:
            return
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(reversed(value))
        elif isinstance(value, dict):
            yield value
            stack.extend(value[key] for key in ("mainEntity", "mainEntityOfPage", "@graph") if key in value)


def _is_article(node: Mapping[str, Any]) -> bool:
    kinds = node.get("@type")
    many = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and kind.rpartition("/")[2] in _TYPES for kind in many)


def _resolved(value: object, named: Mapping[str, dict[str, Any]]) -> object:
    if isinstance(value, list):
        return [_resolved(one, named) for one in value]
    if isinstance(value, dict) and set(value) == {"@id"}:
        return named.get(str(value["@id"]), value)
    return value
