"""When an article was published: the feed's date, then the page's own, then what htmldate finds on the page."""

from datetime import datetime
from typing import TYPE_CHECKING

from htmldate import find_date

from extractors.moments import EARLIEST, FURTHEST_AHEAD, parse_moment
from extractors.records import PublishedFrom

if TYPE_CHECKING:
    from lxml import html


def published(
    listed: datetime | None,
    written: str | None,
    root: "html.HtmlElement | None",
    language: str | None,
    now: datetime,
) -> tuple[datetime | None, PublishedFrom | None]:
    """Return the moment of publication and where it is from; (None, None) where there is none.

    `listed` is the feed's, `written` the page's as it stands there; `root` is searched only without both.
    """
    if listed is not None:
        return listed, "feed"
    moment = parse_moment(written, language, now)
    if moment is not None:
        return moment, "structured"
    moment = _found(root, language, now) if root is not None else None
    return (moment, "page") if moment is not None else (None, None)


def _found(root: "html.HtmlElement", language: str | None, now: datetime) -> datetime | None:
    """Search the page; a date without a time is midnight where the source is."""
    try:
        written = find_date(
            root,
            original_date=True,
            extensive_search=True,
            min_date=EARLIEST.replace(tzinfo=None),
            max_date=(now + FURTHEST_AHEAD).replace(tzinfo=None),
        )
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None
    return parse_moment(written, language, now)
