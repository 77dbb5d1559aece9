"""What a page says about its article outside the text: title, authors, date, language, site, address."""

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from courlan import clean_url

from extractors.addresses import is_version_of, same_site
from extractors.articles.structured import article_node, names_in, names_of, text_of
from extractors.decoding import visible

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
_SITE_AT_END = re.compile(r"\s+[|–—·»-]\s+[^|–—·»]{2,40}$|_[^_]{2,20}$")
_LONGEST_TITLE = 1000
_FRONT = re.compile(r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|home|default)\.\w{2,5})?", re.IGNORECASE)
#: The name of an article in its address: a number of four digits that is no year, or three words and more.
_OWN_NAME = re.compile(r"\d{5}|(?<!\d)(?!(?:19|20)\d\d)\d{4}|(?:[^-_]+[-_]){2,}[^-_]+")
_BLOCK = re.compile(r"</?(?:p|br|div|li|ul|ol|h[1-6]|blockquote)\b[^<>]{0,1000}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,1000}>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a page says about its article. Everything is None or empty where the page does not say it.

    `title` is the one written for machines, `shown_title` the heading on the page; `published` the date as
    written; `language` an ISO 639-1 code; `canonical` an absolute URL as written.
    """

    title: str | None
    shown_title: str | None
    description: str | None
    authors: tuple[str, ...]
    published: str | None
    language: str | None
    site: str | None
    canonical: str | None
    body: str | None


def read_metadata(root: "html.HtmlElement", url: str) -> Metadata:
    """Return what the page `root`, had from `url`, says about its article."""
    metas, node = _metas(root), article_node(root)
    site = metas.get("og:site_name") or text_of(node.get("publisher"))
    title = text_of(node.get("headline")) or metas.get("og:title") or metas.get("twitter:title")
    return Metadata(
        title=_without_site(title, site),
        shown_title=_heading(root) or _without_site(_text(root.find(".//title")), site),
        description=metas.get("og:description")
        or metas.get("description")
        or text_of(node.get("description")),
        authors=names_of(node.get("author")) or _meta_authors(metas),
        published=_published(root, metas, text_of(node.get("datePublished"))),
        language=_language(root, metas, text_of(node.get("inLanguage"))),
        site=site,
        canonical=_canonical(root, url),
        body=_body(node.get("articleBody")),
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
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        content = " ".join(visible(meta.get("content") or "").split())
        if name and content:
            found.setdefault(name.strip().lower(), content)
    return found


def _published(root: "html.HtmlElement", metas: dict[str, str], structured: str | None) -> str | None:
    if structured:
        return structured
    written = next((metas[name] for name in _DATE_METAS if name in metas), None)
    if written:
        return written
    for path in (".//time[@itemprop='datePublished']", ".//time[@pubdate]", ".//article//time[@datetime]"):
        shown = root.find(path)
        moment = shown.get("datetime") if shown is not None else None
        if moment:
            return str(moment)
    return None


def _language(root: "html.HtmlElement", metas: dict[str, str], structured: str | None) -> str | None:
    written = root.get("lang") or root.get("xml:lang") or structured or metas.get("og:locale")
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
    """Return the paragraphs of an `articleBody`, which may be marked up or not."""
    if not isinstance(written, str):
        return None
    plain = unescape(_TAG.sub("", _BLOCK.sub("\n", written))) if _TAG.search(written) else written
    paragraphs = (" ".join(line.split()) for line in visible(plain).splitlines())
    return "\n\n".join(line for line in paragraphs if line) or None


def _meta_authors(metas: dict[str, str]) -> tuple[str, ...]:
    """Return the names of the first meta that holds any: many hold an address or a number instead."""
    return next((names for name in _AUTHOR_METAS if (names := names_in(metas.get(name, "")))), ())


def _heading(root: "html.HtmlElement") -> str | None:
    """Return the text of the page's one heading of the first order; None where there are several."""
    inside = root.findall(".//article//h1") or root.findall(".//h1")
    return _text(inside[0]) if len(inside) == 1 else None


def _text(element: "html.HtmlElement | None") -> str | None:
    return (
        None
        if element is None
        else " ".join(visible(element.text_content()).split())[:_LONGEST_TITLE] or None
    )


def _without_site(title: str | None, site: str | None) -> str | None:
    """Return `title` without the name of the site at its end."""
    if not title:
        return None
    short = title[:_LONGEST_TITLE]
    if site and short.lower().endswith(site.lower()) and len(short) > len(site):
        return short[: -len(site)].rstrip(" |–—·»-_:") or short
    return _SITE_AT_END.sub("", short) or short if site is None else short
