"""How the sites of the newsroom write moments: for readers in three languages, and for machines."""

from datetime import datetime
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from flows.newsroom.sites import Site

#: Where the readers of a language sit: sites write their local time. English ones keep the article's own offset.
_ZONES = {"de": ZoneInfo("Europe/Berlin"), "zh": ZoneInfo("Asia/Shanghai")}
_MONTHS = {
    "de": "Januar, Februar, März, April, Mai, Juni, Juli, August, September, Oktober, November, Dezember",
    "en": "January, February, March, April, May, June, July, August, September, October, November, December",
}


def local(site: Site, moment: datetime) -> datetime:
    """Return `moment` in the zone of the site's readers."""
    zone = _ZONES.get(site.language)
    return moment.astimezone(zone) if zone else moment


def shown_date(site: Site, moment: datetime) -> str:
    """Return `moment` as the page shows it; only the day where the site hides its times."""
    there = local(site, moment)
    if site.language == "zh":
        day, time = f"{there.year}年{there.month}月{there.day}日", f" {there:%H:%M}"
    elif site.language == "de":
        day, time = f"{there.day}. {_month(site, there)} {there.year}", f", {there:%H:%M} Uhr"
    else:
        day, time = f"{there.day} {_month(site, there)} {there.year}", f", {there:%H:%M}"
    return day if site.dates == "hidden" else day + time


def iso_date(site: Site, moment: datetime) -> str | None:
    """Return `moment` in ISO 8601, without a zone where the site gives none, None where it hides its dates."""
    if site.dates == "hidden":
        return None
    there = local(site, moment).replace(microsecond=0)
    return (there.replace(tzinfo=None) if site.dates == "zoneless" else there).isoformat()


def feed_date(site: Site, moment: datetime) -> str | None:
    """Return `moment` as an RSS feed of the site writes it: RFC 822, or bare local time, or None."""
    if site.dates == "hidden":
        return None
    there = local(site, moment)
    return f"{there:%Y-%m-%d %H:%M:%S}" if site.dates == "zoneless" else format_datetime(there)


def _month(site: Site, moment: datetime) -> str:
    return _MONTHS[site.language].split(", ")[moment.month - 1]
