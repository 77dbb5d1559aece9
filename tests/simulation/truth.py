"""What a reader who polls as politely as he may, and no less often, must have found: from the truth of the web."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.simulation.web import Outlet, Piece, Site, Trouble, Web

#: The longest own interval is the larger of `every` and six hours, or four times `every` where that is less.
_LONGEST_PACE = timedelta(hours=6)
_MOST_PACE = 4
#: Jitter goes up by a tenth of the interval at most.
_JITTER = 1.1
#: After failures the longest wait is a day, and after a day a robots.txt is asked for again.
_DAY = timedelta(days=1)
#: A feed that fails for good is looked after elsewhere in five days at the latest.
_LOOKED_FOR = timedelta(days=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An article that must be there: its address, whose it is, and until when it must have been found."""

    url: str
    outlet: Outlet
    piece: Piece
    until: datetime


def wanted(web: Web, step: timedelta) -> list[Wanted]:
    """Return every article that stood in a listing for longer than the longest allowed wait while all was reachable.

    `step` is the longest time between two cycles.
    """
    return [found for outlet in web.outlets for found in _of_outlet(web, outlet, step)]


def patience(outlet: Outlet, step: timedelta) -> timedelta:
    """Return the longest time between two polls that is allowed while nothing fails."""
    pace = max(outlet.every, min(outlet.every * _MOST_PACE, _LONGEST_PACE))
    asked = timedelta(seconds=max(outlet.asks.header_wait_s, outlet.asks.document_wait_s))
    skipped = timedelta(hours=len(outlet.asks.skip_hours)) + timedelta(days=len(outlet.asks.skip_days))
    lied = _DAY + pace if outlet.lies_from else timedelta()
    return (max(pace, asked)) * _JITTER + skipped + lied + 2 * step


def _of_outlet(web: Web, outlet: Outlet, step: timedelta) -> Iterable[Wanted]:
    site, wait = web.sites[outlet.host], patience(outlet, step)
    if site.quota:
        wait += _DAY
    windows = _windows(web, outlet, site, step)
    for index, piece in enumerate(outlet.pieces):
        late = 2 * wait if piece.late_until else wait
        for begin, end, grace, news in windows:
            out = outlet.pushed_out_at(index, news=news)
            since = max(piece.published, begin) + grace
            until = since + late
            if until < min(out or web.stop, end, web.stop) and _can_be_had(piece, site, until):
                yield Wanted(url=web.url(outlet.host, piece.path), outlet=outlet, piece=piece, until=until)
                break


def _windows(
    web: Web, outlet: Outlet, site: Site, step: timedelta
) -> list[tuple[datetime, datetime, timedelta, bool]]:
    """Return when the listing can be read: from, to, how long a reader may take to notice, whether as a sitemap."""
    troubles: list[Trouble] = [*web.troubles_of(outlet.host), *site.robots_troubles, *site.page_troubles]
    ended = outlet.gone_at or outlet.lost_at
    own_end = min(ended or web.stop, web.stop)
    found: list[tuple[datetime, datetime, timedelta, bool]] = []
    begin, grace = web.start, timedelta()
    for trouble in sorted(troubles, key=lambda trouble: trouble.start):
        found.append((begin, min(trouble.start, own_end), grace, False))
        if trouble.stop > begin:
            begin, grace = trouble.stop, _DAY * _JITTER + step
    found.append((begin, own_end, grace, False))
    if ended is not None and outlet.instead is not None:
        grace = timedelta() if outlet.gone_at else _LOOKED_FOR
        found.append((ended + grace, web.stop, patience(outlet, step), True))
    return [window for window in found if window[0] < window[1]]


def _can_be_had(piece: Piece, site: Site, until: datetime) -> bool:
    """Tell whether the page can still be asked for at `until`; a day more, as a robots.txt may be that old."""
    if piece.gone_at and piece.gone_at <= until:
        return False
    return not any(site.refuses(path, until + _DAY) for path in (piece.path, piece.link))
