"""What a page says about its article outside the text: title, authors, date, language, site, address."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from courlan import clean_url
from lxml import etree

from extractors.addresses import is_version_of, same_site
from extractors.articles.rights import notices_of_metas
from extractors.articles.structured import article_node, is_locked, names_in, names_of, text_of, version_of
from extractors.decoding import visible
from extractors.plain import plain_line, plain_text
from extractors.records import RightsNotice

if TYPE_CHECKING:
    from lxml import html

#: Where pages without JSON-LD put the moment of publication, surest first.
_DATE_METAS = (
    *(
        "article:published_time",
        "article:published:time",
        "og:article:published_time",
        "og:published_time",
        "datepublished",
    ),
    *("parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "publish-date", "pubdate"),
    *("publishdate", "publication_date", "dc.date.issued", "dcterms.created", "dc.date", "date"),
)
#: Where pages without JSON-LD name their authors, surest first.
_AUTHOR_METAS = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "byl",
    "dcsext.author",
)
#: Classes of the places where pages name their authors for readers.
_BYLINES = frozenset(("author", "author-name", "byline", "autor"))
#: A line that is longer names no author, but tells of one.
_LONGEST_BYLINE = 80
_MOST_BYLINES = 20
_SITE_AT_END = re.compile(r"\s+[|–—·»-]\s+[^|–—·»]{2,40}$|_[^_]{2,20}$")
_LONGEST_TITLE = 1000
_FRONT = re.compile(r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|home|default)\.\w{2,5})?", re.IGNORECASE)
#: The name of an article in its address: a number of four digits that is no year, or three words and more.
_OWN_NAME = re.compile(r"\d{5}|(?<!\d)(?!(?:19|20)\d\d)\d{4}|(?:[^-_]+[-_]){2,}[^-_]+")
_SPOKEN: Any = etree.XPath("descendant::text()[not(parent::script or parent::style)]", smart_strings=False)
_MARKUP = re.compile(r"<[a-zA-Z/!]|&[a-zA-Z#]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a page says about its article. Everything is None or empty where the page does not say it.

    `title` is the one written for machines, `shown_title` the heading on the page; `published` are the dates as
    written, surest first; `language` an ISO 639-1 code; `canonical` an absolute URL as written; `body` the whole text
    as told to machines; `version` what it says of this version, as `releases.release_of` takes it. `is_article` says
    that the page calls itself an article, `locked` that it is not free to read; None where it does not say; `rights`
    are what it says of text and data mining and of use by AI.
    """

    title: str | None
    shown_title: str | None
    description: str | None
    authors: tuple[str, ...]
    published: tuple[str, ...]
    section: str | None
    language: str | None
    site: str | None
    canonical: str | None
    body: str | None
    version: Mapping[str, object]
    is_article: bool
    locked: bool | None
    rights: tuple[RightsNotice, ...]


def read_metadata(root: "html.HtmlElement", url: str) -> Metadata:
    """Return what the page `root`, had from `url`, says about its article."""
    metas, node = _metas(root), article_node(root)
    site = metas.get("og:site_name") or text_of(node.get("publisher"))
    shown = _heading(root)
    return Metadata(
        title=_title(metas, text_of(node.get("headline")), shown, site),
        shown_title=shown or _without_site(_text(root.find(".//title")), site),
        description=metas.get("og:description")
        or metas.get("description")
        or text_of(node.get("description")),
        authors=names_of(node.get("author")) or _meta_authors(metas) or _shown_authors(root),
        published=_published(root, metas, text_of(node.get("datePublished"))),
        section=text_of(node.get("articleSection")) or metas.get("article:section"),
        language=_language(root, metas, text_of(node.get("inLanguage"))),
        site=site,
        canonical=_canonical(root, url),
        body=_body(node.get("articleBody")),
        version={"dateModified": metas.get("article:modified_time")} | version_of(node),
        is_article=bool(node) or metas.get("og:type") == "article",
        locked=is_locked(node),
        rights=notices_of_metas(metas),
    )


def canonical_url(url: str, declared: str | None) -> str:
    """Return the address that is the identity of the article at `url`: without trackers and fragment.

    `declared` (rel=canonical) is taken where it is an article's address on the same registrable site.
    """
    own = (clean_url(url) or url).partition("#")[0]
    if not declared:
        return own
    other = clean_url(declared)
    if other is None or not same_site(other, own):
        return own
    if not is_front_page(other) and is_version_of(own, other):
        return other.partition("#")[0]
    return own if _is_above(other, own) else other.partition("#")[0]


def is_front_page(url: str) -> bool:
    """Tell whether `url` is the front page of a site, or of one of its languages (`/`, `/index.html`, `/de/`)."""
    parts = urlsplit(url)
    return bool(_FRONT.fullmatch(parts.path)) and not parts.query


def _is_above(other: str, own: str) -> bool:
    """Tell whether `other` is a page of which `own` is one of many: the front page, or the section it lies in.

    Sites whose every page declares one of those as canonical would else become a single article. An article that
    `own` is a view of (`/the-deal-of-the-year/amp`) has a name or number of its own.
    """
    if is_front_page(other):
        return not is_front_page(own)
    folder = urlsplit(other).path.rstrip("/")
    inside = urlsplit(own).path.rstrip("/").startswith(folder + "/")
    return inside and not _OWN_NAME.search(folder.rpartition("/")[2])


def _metas(root: "html.HtmlElement") -> dict[str, str]:
    """Return the first content of each meta name, in lower case."""
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = (
            meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv") or ""
        )
        key = name.strip().lower()
        content = plain_line(meta.get("content"), _LONGEST_TITLE) if key and key not in found else None
        if content:
            found[key] = content
    return found


def _title(metas: dict[str, str], headline: str | None, shown: str | None, site: str | None) -> str | None:
    """Return the title written for machines; but the one shown to readers, where that is written for sharing too.

    The headline in the structured data is often one for search engines, the one for sharing often has the site in it.
    """
    shared = [_without_site(metas.get(name), site) for name in ("og:title", "twitter:title")]
    if shown and (shown == shared[0] or (not headline and shown in shared)):
        return shown
    return _without_site(headline, site) or shared[0] or shared[1]


def _published(root: "html.HtmlElement", metas: dict[str, str], structured: str | None) -> tuple[str, ...]:
    """Return the dates of publication as written, surest first."""
    written = [structured, *(metas.get(name) for name in _DATE_METAS)]
    for path in (".//time[@itemprop='datePublished']", ".//time[@pubdate]", ".//article//time[@datetime]"):
        shown = root.find(path)
        written.append(shown.get("datetime") if shown is not None else None)
    return tuple(dict.fromkeys(one for one in written if one))


def _language(root: "html.HtmlElement", metas: dict[str, str], structured: str | None) -> str | None:
    written = root.get("lang") or root.get("xml:lang") or structured or metas.get("og:locale")
    written = written or metas.get("content-language") or metas.get("dc.language")
    found = re.match(r"[a-zA-Z]{2}(?![a-zA-Z])", written or "")
    return found[0].lower() if found else None


def _canonical(root: "html.HtmlElement", url: str) -> str | None:
    for link in root.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href"):
            try:
                return str(urljoin(url, str(link.get("href")).strip()))
            except ValueError:
                return None
    return None


def _body(written: object) -> str | None:
    """Return the paragraphs of an `articleBody`, which may be marked up, escaped, or have a paragraph a line."""
    if not isinstance(written, str):
        return None
    whole = plain_text(written) if _MARKUP.search(written) else visible(written).replace("\n", "\n\n")
    paragraphs = (" ".join(line.split()) for line in whole.split("\n\n"))
    return "\n\n".join(line for line in paragraphs if line) or None


def _meta_authors(metas: dict[str, str]) -> tuple[str, ...]:
    """Return the names of the first meta that holds any: many hold an address or a number instead."""
    return next((names for name in _AUTHOR_METAS if (names := names_in(metas.get(name, "")))), ())


def _shown_authors(root: "html.HtmlElement") -> tuple[str, ...]:
    """Return the names in the first place where the page shows its authors, those marked as such first."""
    marked, named = [], []
    for element in root.iter():
        if "author" in (element.get("rel"), element.get("itemprop")):
            marked.append(element)
        elif not _BYLINES.isdisjoint((element.get("class") or "").lower().split()):
            named.append(element)
    for place in (*marked[:_MOST_BYLINES], *named[:_MOST_BYLINES]):
        line = _text(place) or ""
        names = names_in(line) if len(line) <= _LONGEST_BYLINE else ()
        if names:
            return names
    return ()


def _heading(root: "html.HtmlElement") -> str | None:
    """Return the text of the page's one heading of the first order; None where there are several."""
    inside = root.findall(".//article//h1") or root.findall(".//h1")
    return _text(inside[0]) if len(inside) == 1 else None


def _text(element: "html.HtmlElement | None") -> str | None:
    """Return the text of `element` on one line, without that of scripts in it."""
    return None if element is None else plain_line(_spoken(element), _LONGEST_TITLE)


def _spoken(element: "html.HtmlElement") -> str:
    """Return all text in `element` but that of scripts."""
    parts: list[str] = _SPOKEN(element)
    return "".join(parts)


def _without_site(title: str | None, site: str | None) -> str | None:
    """Return `title` without the name of the site at its end."""
    if not title:
        return None
    short = title[:_LONGEST_TITLE]
    if site and short.lower().endswith(site.lower()) and len(short) > len(site):
        return short[: -len(site)].rstrip(" |–—·»-_:") or short
    return _SITE_AT_END.sub("", short) or short if site is None else short
