"""One order for many collectors: what meets at a site stays together, and no two collectors meet at one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from extractors.errors import ELSEWHERE
from extractors.hosts import host_of, site_of
from extractors.orders import HostRest, Order, Recheck, SourceOrder

#: Orders that one plan makes at most: as many collectors can have something to do at a time.
MOST_ORDERS = 8
#: Sources, known pages and waiting items that are worth an order: taking one up costs a collector some seconds.
LEAST_WORKS = 4
#: How long a site that another collector is at is left alone: longer than any order lies about.
ELSEWHERE_FOR = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where a collector goes: sites (registrable domains), and the hosts that are known of them."""

    sites: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()

    def __or__(self, other: "Ground") -> "Ground":
        """Return both together."""
        return Ground(sites=self.sites | other.sites, hosts=self.hosts | other.hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """An order for one collector, and the ground that is its own."""

    order: Order
    ground: Ground


@dataclass(slots=True)
class _Group:
    """What meets at some sites: places in the order's sources and rechecks."""

    sites: set[str]
    sources: list[int] = field(default_factory=list)
    rechecks: list[int] = field(default_factory=list)
    works: int = 0

    def absorb(self, other: "_Group") -> None:
        """Take in all of `other`."""
        self.sites |= other.sites
        self.sources += other.sources
        self.rechecks += other.rechecks
        self.works += other.works


def split(
    order: Order,
    away: Ground = Ground(),
    moved: Mapping[str, str] | None = None,
    *,
    most: int = MOST_ORDERS,
    least: int = LEAST_WORKS,
) -> tuple[Piece, ...]:
    """Return `order` in pieces, `most` at most and of `least` works at least where there are so many.

    `away` is where other collectors are now: what would go there is left out, and is due still. `moved` says where
    sources lead by redirects, by id. Sources, waiting items and known pages that have a site in common are in one
    piece; the hosts of all others rest for it, so that a page that a listing leads to elsewhere waits until it can be
    asked for in its turn. Pieces have `known`, `robots`, `rests`, `rights`, `used` and
    `quarantined` of the whole.
    """
    groups = [group for group in _groups(order, moved or {}) if away.sites.isdisjoint(group.sites)]
    works = sum(group.works for group in groups)
    pieces = _packed(groups, min(most, max(1, works // max(least, 1))))
    made = [_made(order, group, number, len(pieces)) for number, group in enumerate(pieces, start=1)]
    return tuple(
        replace(piece, order=replace(piece.order, rests=(*_elsewhere(piece, (*made, away)), *order.rests)))
        for piece in made
    )


def round_of(order_id: str) -> str:
    """Return the id of the order that a piece was made of."""
    return order_id.partition("-")[0]


def pieces_of(order_id: str) -> int:
    """Return of how many pieces this is one."""
    return int(order_id.rpartition("of")[2])


def _groups(order: Order, moved: Mapping[str, str]) -> list[_Group]:
    """Return the sources and known pages that have no site in common with those of another group."""
    found: dict[str, _Group] = {}

    def joined(urls: Iterable[str]) -> _Group:
        sites = {site_of(host_of(url)) for url in urls}
        groups = {id(group): group for site in sites if (group := found.get(site)) is not None}
        first, *others = groups.values() or (_Group(sites=set()),)
        for other in others:
            first.absorb(other)
        first.sites |= sites
        found.update(dict.fromkeys(first.sites, first))
        return first

    for index, told in enumerate(order.sources):
        source_id = told.source.source_id
        group = joined([*_addresses(told), *([moved[source_id]] if moved.get(source_id) else [])])
        group.sources.append(index)
        group.works += 1 + len(told.pending)
    for index, again in enumerate(order.rechecks):
        group = joined((again.item.url, again.validator.url))
        group.rechecks.append(index)
        group.works += 1
    return list({id(group): group for group in found.values()}.values())


def _addresses(told: SourceOrder) -> Iterator[str]:
    yield told.source.url
    yield from (validator.url for validator in told.validators)
    yield from (item.url for item in (*told.pending, *told.waiting))
    if told.archive is not None:
        yield told.archive.url


def _packed(groups: Sequence[_Group], most: int) -> list[_Group]:
    """Return the groups in `most` larger ones of about as many works, those of the first sources first."""
    packed = [_Group(sites=set()) for _ in range(min(most, len(groups)))]
    for group in sorted(groups, key=lambda one: (-one.works, one.sources[:1] or [0])):
        least = min(packed, key=lambda one: one.works)
        least.absorb(group)
    return packed


def _made(order: Order, group: _Group, number: int, of: int) -> Piece:
    sources = tuple(order.sources[index] for index in sorted(group.sources))
    rechecks: tuple[Recheck, ...] = tuple(order.rechecks[index] for index in sorted(group.rechecks))
    order_id = f"{order.order_id}-{number}of{of}"
    made = replace(order, order_id=order_id, sources=sources, rechecks=rechecks)
    sites = frozenset(group.sites)
    return Piece(order=made, ground=Ground(sites=sites, hosts=_hosts(made, sites)))


def _hosts(order: Order, sites: frozenset[str]) -> frozenset[str]:
    """Return the hosts that an order is about, those of its sites of which a robots.txt is known included."""
    urls = [url for told in order.sources for url in _addresses(told)]
    urls += [url for again in order.rechecks for url in (again.item.url, again.validator.url)]
    urls += [file.origin for file in order.robots if site_of(host_of(file.origin)) in sites]
    return frozenset(host_of(url) for url in urls)


def _elsewhere(piece: Piece, others: Iterable[Piece | Ground]) -> Iterator[HostRest]:
    """Yield a rest for each host where another collector is or will be."""
    grounds = (other.ground if isinstance(other, Piece) else other for other in others if other is not piece)
    hosts: frozenset[str] = frozenset().union(*(ground.hosts for ground in grounds))
    until = piece.order.created_at + ELSEWHERE_FOR
    for host in sorted(hosts - piece.ground.hosts):
        yield HostRest(host=host, until=until, cause=ELSEWHERE)
