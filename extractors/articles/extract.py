"""A page to an article: its bytes, what the source listed, and nothing else."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from extractors.articles.dates import published
from extractors.articles.lead import lead_and_text
from extractors.articles.metadata import Metadata, canonical_url, is_front_page, read_metadata
from extractors.articles.parsing import parse_page
from extractors.articles.pruning import drop_scripts
from extractors.articles.text import article_text, selected_text, shown_text
from extractors.articles.walls import Sight, is_text, wall_of
from extractors.errors import ExtractionError
from extractors.records import Article, Item, Source, merged_release
from extractors.releases import release_of

if TYPE_CHECKING:
    from lxml import html

#: What cannot be said of a text that the watch itself selects, however short it is.
_NONE_OF_SELECTED = ("no-article", "paywall", "js-only")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a link answered: decoded bytes, header as sent (None where not sent), address after redirects."""

    url: str
    body: bytes
    content_type: str | None


def read_article(page: Page, item: Item, source: Source, now: datetime) -> Article:
    """Return the article on `page`; `item` is what the source listed, `now` the moment it was fetched.

    `language` of the result is what the source or the page says, None where neither does; it also tells the zone of
    dates that are written without one, unless the source has a zone. With `source.text`, what that CSS selector selects
    is the text.

    Raises:
        ExtractionError: `not-html`, `too-large`, `too-deep`, `no-text` where the selector selects nothing, or what
            stands in the place of an article, as in `wall_of`.
    """
    if is_front_page(page.url) and not is_front_page(item.url):
        raise ExtractionError(page.url, "soft-404", "the address leads to the front page")
    root, markup = parse_page(page.url, page.body, page.content_type)
    said = read_metadata(root, page.url)
    language = source.language or said.language
    # A date that is only named in the text of a page that is watched for its changes is not when it was published.
    searched = None if source.text else root
    when = published(item.published_at, said.published, searched, language, now, source.zone)
    drop_scripts(root)
    selected = selected_text(root, source.text, page.url) if source.text else None
    text = selected or article_text(root, page.url, said.body)
    shown = shown_text(root)
    titles = (
        (said.title, said.shown_title, item.title) if selected else (said.title, item.title, said.shown_title)
    )
    title = next((one for one in titles if one), None)
    wall = wall_of(_sight(root, said, text, shown, markup))
    if wall and not (selected and wall in _NONE_OF_SELECTED):
        raise ExtractionError(page.url, wall, "there is no article on the page that can be read")
    if not title:
        raise ExtractionError(page.url, "no-article", "the page has no title")
    lead, whole = (None, selected) if selected else lead_and_text(text, title, said.description, shown)
    return Article(
        url=canonical_url(page.url, said.canonical),
        source_id=source.source_id,
        publisher=_publisher(source, item, said, page.url),
        title=title,
        text=whole,
        lead=lead,
        seen_at=now,
        language=language,
        authors=said.authors or item.authors,
        published_at=when.at,
        published_from=when.told_by,
        date_clamped=when.clamped,
        section=said.section,
        release=merged_release(release_of(said.version, language, now, source.zone), item.release),
        rights=said.rights,
    )


def article_from_feed(item: Item, source: Source, now: datetime) -> Article | None:
    """Return the article as far as the feed itself tells it; None where that is not a sentence."""
    if not item.summary or not item.title or not is_text(item.summary):
        return None
    lead, whole = lead_and_text(item.summary, item.title, None, "")
    when = published(item.published_at, (), None, source.language, now, source.zone)
    return Article(
        url=canonical_url(item.url, None),
        source_id=source.source_id,
        publisher=_publisher(source, item, None, item.url),
        title=item.title,
        text=whole,
        lead=lead,
        seen_at=now,
        language=source.language,
        authors=item.authors,
        published_at=when.at,
        published_from=when.told_by,
        date_clamped=when.clamped,
        text_from="feed",
        release=item.release,
    )


def _sight(root: "html.HtmlElement", said: Metadata, text: str, shown: str, markup: str) -> Sight:
    title = root.find(".//title")
    own = " ".join(title.text_content().split()) if title is not None else None
    linked = 0 if said.is_article else sum(len(link.text_content()) for link in root.iter("a"))
    return Sight(
        titles=tuple(one for one in (own, said.shown_title) if one),
        text=text,
        shown=shown,
        markup=markup,
        is_article=said.is_article,
        locked=said.locked,
        linked=linked / max(len(shown), 1),
    )


def _publisher(source: Source, item: Item, said: Metadata | None, url: str) -> str:
    """Return who published it: the watch's word (not of a search engine), the page's, the feed's, else the host."""
    own = source.publisher if source.kind != "search" else None
    host = (urlsplit(url).hostname or url).removeprefix("www.")
    return own or (said.site if said else None) or item.publisher or host
