"""The article a page describes for machines in JSON-LD (schema.org), wherever in the graph it stands."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from extractors.plain import plain_line

if TYPE_CHECKING:
    from lxml import html

#: A script of more characters than this is data of a shop or an app, and slow to read.
_LONGEST = 512_000
_MOST_NODES = 2000
#: What some templates put around the JSON: comments and CDATA of other languages.
_WRAPPED = re.compile(
    r"^\s*(?://\s*)?(?:<!--|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?://\s*|/\*\s*)?(?:-->|\]\]>)(?:\s*\*/)?\s*$"
)
_LONGEST_LINE = 1000
_LONGEST_NAME = 200
_MOST_NAMES = 20
#: Levels of lists and nodes between a property and its text.
_DEEPEST = 4
_BETWEEN = re.compile(r"\s*[;|、，]\s*|,?\s+(?:and|und|&)\s+")
#: `Von` is also the start of a name: before a name it has two capital words behind it.
_BY = re.compile(
    r"^\s*(?:(?i:by|text)[\s:]\s*|[Vv]on\s+(?=[A-ZÄÖÜ]\S+\s+[A-ZÄÖÜ])|(?:文|作者|记者)\s*[:：/／]\s*)"
)
#: A name of a person: two to four words that begin with a capital, particles between them.
_PERSON = re.compile(
    r"[^\W\d_a-zß-ÿ][\w.'’-]*(?:\s+(?:van|von|der|den|de|del|di|da|du|la|le|bin|al|el|zu|zur))*(?:\s+[^\W\d_a-zß-ÿ][\w.'’-]*){1,3}"
)
_LETTER = re.compile(r"[^\W\d_]")
_ADDRESS = re.compile(r"@|://|\bwww\.|^[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}$", re.IGNORECASE)
_OF_VERSION = ("creativeWorkStatus", "version", "dateModified", "correction")
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
    """Return the text of a JSON-LD value in one line: a string, the `name` of a node, or the first of a list."""
    for _ in range(_DEEPEST):
        if isinstance(value, list):
            value = next((one for one in value if one), None)
        elif isinstance(value, dict):
            value = value.get("name") or value.get("@value")
        else:
            break
    return plain_line(value, _LONGEST_LINE) if isinstance(value, str) else None


def names_of(value: object) -> tuple[str, ...]:
    """Return the names in a JSON-LD value, each once, as `names_in`."""
    many = value[:_MOST_NAMES] if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(name for one in many for name in names_in(text_of(one) or "")))[:_MOST_NAMES]


def names_in(written: str) -> tuple[str, ...]:
    """Return the names that a line of authors lists, as plain text; none for an address, a number or a host.

    A comma parts two names only where the first has two words at least: it also stands within one (`Weber, Anna`).
    What follows the name of a person and is none itself is an office or a paper (`Ada Muster, Reuters`).
    """
    line_of_authors = _BY.sub("", plain_line(written, _LONGEST_LINE) or "")
    names: list[str] = []
    for line in (part for part in _BETWEEN.split(line_of_authors) if part):
        parts = [part.strip() for part in line.split(",") if part.strip()]
        if len(parts) > 1 and _PERSON.fullmatch(parts[0]):
            names.extend(part for part in parts if _PERSON.fullmatch(part))
        else:
            names.extend(parts if all(" " in part for part in parts) else [line])
    bare = (_BY.sub("", name).strip(" ,")[:_LONGEST_NAME] for name in names)
    real = (name for name in bare if _LETTER.search(name) and not _ADDRESS.search(name))
    return tuple(dict.fromkeys(real))[:_MOST_NAMES]


def is_locked(node: Mapping[str, Any]) -> bool | None:
    """Tell whether the article says that it, or a part of it, is not free to read; None where it says nothing."""
    parts = node.get("hasPart")
    many = [node, *(parts if isinstance(parts, list) else [parts])]
    said = [
        one["isAccessibleForFree"] for one in many if isinstance(one, dict) and "isAccessibleForFree" in one
    ]
    return any(str(one).lower().rpartition("/")[2] in ("false", "no", "0") for one in said) if said else None


def version_of(node: Mapping[str, Any]) -> dict[str, object]:
    """Return what the article says of this version of it, under the names of schema.org; only what it says."""
    return {name: node[name] for name in _OF_VERSION if node.get(name)}


def _nodes(script: str) -> Iterator[dict[str, Any]]:
    if len(script) > _LONGEST:
        return
    try:
        stack: list[Any] = [json.loads(_WRAPPED.sub("", script).strip().rstrip(";"), strict=False)]
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
        return [one if isinstance(one, list) else _resolved(one, named) for one in value]
    if isinstance(value, dict) and set(value) == {"@id"}:
        return named.get(str(value["@id"]), value)
    return value
