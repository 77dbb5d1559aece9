"""What sites were asked for in the last 24 hours, and what room is left for."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from extractors.budget import POLLS, Spending, added
from extractors.hosts import host_of, site_of
from extractors.orders import Purpose, SiteUse
from warehouse.database import Connection, rows

#: The time that a budget is for.
DAY = timedelta(hours=24)


def used_sites(con: Connection, now: datetime) -> tuple[SiteUse, ...]:
    """Return what the ledger says was asked of each site in the 24 hours before `now`."""
    found: dict[str, SiteUse] = {}
    for row in rows(con, "used_sites", since=now - DAY, polls=sorted(POLLS)):
        one = SiteUse(**row)
        one = replace(one, site=site_of(one.site))  # rows of older programs know the host alone
        before = found.get(one.site)
        found[one.site] = one if before is None else added(before, one)
    return tuple(found[site] for site in sorted(found))


def spent_sites(con: Connection, now: datetime, budget: int) -> tuple[SiteUse, ...]:
    """Return the sites that have got as much of `budget` in 24 hours as is for pages or for polls: these wait."""
    used = used_sites(con, now)
    spending = Spending(budget, used)
    return tuple(
        one
        for one in used
        if not (spending.has_room(one.site, "page") and spending.has_room(one.site, "poll"))
    )


class Room:
    """The room that is left at each site, as requests are planned."""

    def __init__(self, used: Iterable[SiteUse], budget: int | None) -> None:
        """Start with what was asked; `budget` None sets no bound."""
        self._spending = Spending(budget, used)

    def takes(self, url: str, purpose: Purpose) -> bool:
        """Return whether there is room for one more request to the site of `url`, and count it if so."""
        site = site_of(host_of(url)) if self._spending.most is not None else ""
        if not self._spending.has_room(site, purpose):
            return False
        self._spending.count(site, purpose)
        return True
