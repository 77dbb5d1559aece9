"""Sites that an order comes to unforeseen: who is there, told to machines that share only a place for objects.

```
sites/SITE           the order that has claimed a site which is in none; created, which works for one only
past/ORDER.json      the sites that an order was at which is closed: whoever was planned before knows nothing of that
```

A claim holds for as long as its order is open. Who claims looks afterwards which orders there are, and who takes an
order looks which claims there are: so of a claim and an order that is planned in the same moment one sees the other.
"""

import asyncio
import json
from collections.abc import Mapping
from urllib.parse import quote, unquote

import structlog

from extractors.errors import ELSEWHERE, TransientFetchError, WarehouseError
from extractors.hosts import host_of, site_of
from warehouse.rounds import finished, open_orders, order_name, planned, read_commission
from warehouse.splitting import Ground, round_of
from warehouse.zone import Listing, Zone

log = structlog.get_logger()


class Claims:
    """Where the holder of an order may go: to the sites of its order, and to others that it claims when it gets there.

    Made when the order has been taken.
    """

    def __init__(self, zone: Zone, order_id: str, grounds: Mapping[str, Ground]) -> None:
        """Look for claims of others on the sites of the order; `grounds` are those of its round, by order id.

        Raises:
            ZoneError: the place cannot be used.
        """
        self._zone = zone
        self._order_id = order_id
        self._grounds = {round_of(order_id): grounds}
        self._past: dict[str, frozenset[str]] = {}
        self._asked: dict[str, asyncio.Future[bool]] = {}
        own, listing = grounds[order_id].sites, zone.look()
        taken = own & claimed(listing)
        self._own = own - {site for site in taken if _owner(zone, site) not in (None, order_id)}
        self._others = frozenset().union(
            *(ground.sites for other, ground in grounds.items() if other != order_id), own - self._own
        )

    async def admit(self, url: str) -> None:
        """Return if the site of `url` is ours to ask.

        Raises:
            TransientFetchError: another collector is there, or was a moment ago, or nobody can tell (`resting`).
        """
        site = site_of(host_of(url))
        if site in self._own:
            return
        if site not in self._asked:
            self._asked[site] = asyncio.ensure_future(asyncio.to_thread(self.claim, site))
        if not await asyncio.shield(self._asked[site]):
            evidence = f"{ELSEWHERE}; {site} is in another order"
            detail = f"{site} is in the hands of another collector"
            raise TransientFetchError(url, "resting", detail, retry_after_s=0.0, evidence=evidence)

    def claim(self, site: str) -> bool:
        """Take a site for this order until it is closed; False where it is another one's, or where nobody can tell."""
        if site in self._others:
            return False
        try:
            if not self._zone.create(_name(site), self._order_id.encode()):
                return False
            if self._is_free(site):
                return True
            self._zone.remove(_name(site))
        except (OSError, ValueError) as error:  # the place, or what lies in it
            log.warning("site_not_claimed", site=site, error=str(error))
        return False

    def _is_free(self, site: str) -> bool:
        """Whether no other order that is open goes to a site, and none that was closed since ours was planned."""
        listing = self._zone.look()
        ours = listing.written.get(order_name(self._order_id))
        if ours is None:  # it was given up
            return False
        open_now = set(open_orders(listing)) - {self._order_id}
        if any(site in self._ground(order_id).sites for order_id in open_now):
            return False
        past = [name for name in listing.names("past") if listing.written[f"past/{name}"] >= ours]
        return not any(site in self._sites_of(name) for name in past)

    def _ground(self, order_id: str) -> Ground:
        """Return where another order goes; nowhere where its round is gone, or damaged: then it is given up."""
        round_id = round_of(order_id)
        if round_id not in self._grounds:
            try:
                self._grounds[round_id] = read_commission(self._zone, round_id).grounds
            except (FileNotFoundError, WarehouseError):
                self._grounds[round_id] = {}
        return self._grounds[round_id].get(order_id, Ground())

    def _sites_of(self, name: str) -> frozenset[str]:
        if name not in self._past:
            try:
                self._past[name] = frozenset(json.loads(self._zone.read(f"past/{name}")))
            except FileNotFoundError:  # nobody needs it any more: we neither
                self._past[name] = frozenset()
        return self._past[name]


def claimed(listing: Listing) -> frozenset[str]:
    """Return the sites that are claimed."""
    return frozenset(unquote(name) for name in listing.names("sites"))


def note_past(zone: Zone, listing: Listing, order_id: str) -> None:
    """Note where an order was that is about to be closed, if any other one is still out."""
    name = f"past/{order_id}.json"
    if name in listing.written or not _out(listing) - {order_id}:
        return
    sites: frozenset[str] = frozenset()
    if round_of(order_id) in planned(listing):
        try:
            sites = read_commission(zone, round_of(order_id)).grounds[order_id].sites
        except (FileNotFoundError, WarehouseError, KeyError) as error:
            log.warning("sites_of_order_not_known", order_id=order_id, error=str(error))
    sites |= {site for site in claimed(listing) if _owner(zone, site) == order_id}
    zone.write(name, json.dumps(sorted(sites)).encode())


def sweep(zone: Zone, listing: Listing) -> bool:
    """Remove the claims of orders that are closed, and what was noted for orders that are; tell if anything was."""
    alive = set(open_orders(listing))
    over = [_name(site) for site in sorted(claimed(listing)) if _owner(zone, site) not in alive]
    times = [listing.written[order_name(order_id)] for order_id in _out(listing)]
    past = {f"past/{name}" for name in listing.names("past")}
    over += sorted(name for name in past if all(listing.written[name] < planned_at for planned_at in times))
    for name in over:
        zone.remove(name)
    return bool(over)


def _out(listing: Listing) -> set[str]:
    """Return the orders that somebody may be carrying out, or will."""
    return set(open_orders(listing)) - set(finished(listing))


def _owner(zone: Zone, site: str) -> str | None:
    """Return the order that has claimed a site, None where none has any more."""
    try:
        return zone.read(_name(site)).decode("utf-8", "replace")
    except FileNotFoundError:
        return None


def _name(site: str) -> str:
    return f"sites/{quote(site, safe='')}"
