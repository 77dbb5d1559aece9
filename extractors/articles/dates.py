"""When an article was published: the feed's date, then the page's own, then what htmldate finds on the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from dateparser.data.languages_info import language_order
from htmldate import find_date

from extractors.moments import EARLIEST, FURTHEST_AHEAD, parse_moment, zone_of
from extractors.records import PublishedFrom

if TYPE_CHECKING:
    from lxml import html

#: A date so far ahead is none of a clock that is wrong, but of an announcement or of a wrong zone (field rule 29).
_AHEAD = timedelta(minutes=15)
#: Languages in which htmldate has dateparser read what it cannot read itself (it knows months in English, French,
#: German, Indonesian and Turkish): those of the watches. All 205 take 1.6 s of processor time and 38 MB in each
#: worker, these 0.2 s and 6 MB; of 209 real pages none asks for another (pages_aeb, pages_fundus).
_SPOKEN = ("en", "de", "zh", "zh-Hant")
# dateparser goes through this list where it is told no language, and htmldate tells it none.
language_order[:] = [language for language in language_order if language in _SPOKEN]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The moment of publication and where it is from, both None where there is none.

    `clamped` says that the date lay ahead of `now`, which stands in its place.
    """

    at: datetime | None = None
    told_by: PublishedFrom | None = None
    clamped: bool = False


def published(
    listed: datetime | None,
    written: Sequence[str],
    root: "html.HtmlElement | None",
    language: str | None,
    now: datetime,
    zone: str | None = None,
) -> Published:
    """Return the moment of publication.

    `listed` is the feed's, `written` the page's as they stand there, surest first; `root` is searched only without
    any. The page's goes before the feed's where both are of one day and the feed tells no more than the day, and where
    the feed's lies ahead and the page's does not. `language` and `zone` as in `parse_moment`.
    """
    moments = [moment for one in written if (moment := parse_moment(one, language, now, zone))]
    precise = _more_precise(moments[0], moments, language, zone) if moments else None
    if listed is not None:
        own = _more_precise(listed, moments, language, zone)
        if own is listed and listed > now + _AHEAD and precise is not None:
            own = precise
        return _clamped(own, "feed" if own is listed else "structured", now)
    if precise is not None:
        return _clamped(precise, "structured", now)
    found = _found(root, language, now, zone) if root is not None else None
    return _clamped(found, "page", now) if found is not None else Published()


def _clamped(moment: datetime, told_by: PublishedFrom, now: datetime) -> Published:
    ahead = moment > now + _AHEAD
    return Published(at=now if ahead else moment, told_by=told_by, clamped=ahead)


def _more_precise(
    moment: datetime, others: Sequence[datetime], language: str | None, zone: str | None
) -> datetime:
    """Return `moment`, or where it tells no time the first of `others` that does, on the same day."""
    for place in (UTC, zone_of(language, zone)):
        day = moment.astimezone(place)
        if day.time() == time(0):
            return next(
                (
                    one
                    for one in others
                    if one.astimezone(place).date() == day.date() and one.astimezone(place).time() != time(0)
                ),
                moment,
            )
    return moment


def _found(
    root: "html.HtmlElement", language: str | None, now: datetime, zone: str | None
) -> datetime | None:
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
    return parse_moment(written, language, now, zone)
