"""How much of what a site gets in a day each kind of request may use."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from extractors.orders import Purpose, SiteUse

#: What tells that there is news. All else, pages above all, is the other kind.
POLLS: frozenset[Purpose] = frozenset({"poll", "audit", "listing", "robots", "check"})


class Spending:
    """What sites have got of their budgets: each of the two kinds two thirds at the most, both together all of it.

    So pages cannot keep the news away, and feeds that are asked all day long cannot keep the pages away.
    """

    def __init__(self, most: int | None, used: Iterable[SiteUse] = ()) -> None:
        """Start with what was `used`; `most` is the number of requests that a site gets, None for no bound."""
        self.most = most
        self._requests: Counter[str] = Counter()
        self._pages: Counter[str] = Counter()
        for one in used:
            self._requests[one.site] += one.requests
            self._pages[one.site] += one.pages

    def requests(self, site: str) -> int:
        """Return how many requests `site` has got."""
        return self._requests[site]

    def has_room(self, site: str, purpose: Purpose) -> bool:
        """Tell whether `site` may be asked once more for `purpose`."""
        if self.most is None:
            return True
        requests, pages = self._requests[site], self._pages[site]
        of_kind = requests - pages if purpose in POLLS else pages
        # Without robots.txt neither kind can go on.
        return requests < self.most and (purpose == "robots" or of_kind < max(1, self.most * 2 // 3))

    def count(self, site: str, purpose: Purpose) -> None:
        """Count one request more to `site`."""
        self._requests[site] += 1
        self._pages[site] += purpose not in POLLS


def added(one: SiteUse, other: SiteUse) -> SiteUse:
    """Return both uses of one site together; the later one tells how it ended, `one` where they began together."""
    last = max(one, other, key=lambda use: use.asked_at)
    return replace(last, requests=one.requests + other.requests, pages=one.pages + other.pages)
