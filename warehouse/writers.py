"""Who writes from a shared place: one home, and of it one run at a time.

`writer/home.N.json` is created by the run that writes for the N-th time, which works for one only, renewed as a lease
while the run lasts (`warehouse.leases`), and at rest after it. A run follows the one before where its home has made
that mark: the home notes the key of each mark before it makes it. So a home that was moved, with its notes, goes on
writing by itself, and the one that it was moved from, or a copy of it, is refused from then on: its notes are older. A
home without these notes takes the place over when somebody says so, and no run of another one is under way.
"""

import json
import re
import shlex
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import structlog

from extractors.errors import ConfigurationError, WarehouseError
from warehouse import leases
from warehouse.landing import replace_file
from warehouse.leases import Lease, kept
from warehouse.zone import Listing, Zone

log = structlog.get_logger()

_STEM = "writer/home"
_NAME = re.compile(r"home\.([0-9]{1,18})\.json")
#: Tells one run of the operating system from another: two machines may have one name.
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """The home that writes from a place: on which `host` and where, and `since` when (None where that is not told).

    `is_writing` tells whether its last run, of `number`, is under way as far as can be told; it was heard of last at
    `heard_at`. Both times are the place's own. `is_ours` tells whether the home that asks is the one that goes on.
    """

    number: int
    host: str
    home: str
    since: datetime | None
    heard_at: datetime
    is_writing: bool
    is_ours: bool

    def __str__(self) -> str:
        """Name the home, and when it wrote."""
        since = f" since {_shown(self.since)}" if self.since else ""
        last = "is writing now" if self.is_writing else f"did so last at {_shown(self.heard_at)}"
        return f"{self.home} on {self.host}, which writes from there{since} and {last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A home, as far as writing from a place is concerned: the folder, and the file of its notes."""

    home: Path
    notes: Path

    def noted(self) -> list[str]:
        """Return the keys of the marks that this home has made last, or was about to make."""
        with suppress(FileNotFoundError):
            return self.notes.read_text(encoding="ascii", errors="replace").split()
        return []

    def note(self, *keys: str) -> None:
        """Keep these keys and no others."""
        self.notes.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.notes.with_name(f"{self.notes.name}.writing")
        temporary.write_text("\n".join(keys), encoding="ascii")
        replace_file(temporary, self.notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """What a mark says: its key, who made it, and whether the run is over."""

    key: str
    host: str
    boot: str
    home: str
    since: str
    resting: bool = False

    def data(self, *, resting: bool) -> bytes:
        told = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps(told | {"resting": resting}).encode()


@contextmanager
def writing(zone: Zone, desk: Desk) -> Iterator[Listing]:
    """Give what the place holds, and write from it during the block; only one run anywhere is in such a block.

    Raises:
        ConfigurationError: another home writes from it.
        WarehouseError: a run of this home on another machine is under way, or may be.
        LeaseLostError: the place could not be held to the end of the block; what was begun is done by the next run.
        ZoneError: the place cannot be used.
    """
    listing = zone.look()
    before = _last(zone, listing)
    if before is not None:
        _require_ours(zone, desk, listing, *before)
    number, mark = _next(before), _mark(desk, listing.now, before)
    lease = _taken(zone, desk, number, mark, before, resting=False)
    try:
        with kept(lease):
            _forget(zone, listing)
            yield listing
    finally:
        lease.data = mark.data(resting=True)
        if not lease.outlived:
            with suppress(OSError):  # then it ends as a lease does
                zone.write(f"{_STEM}.{number}.json", lease.data)


def writer_of(zone: Zone, desk: Desk) -> Writer | None:
    """Return who writes from the place, None for nobody so far.

    Raises:
        ZoneError: the place cannot be used.
    """
    listing = zone.look()
    last = _last(zone, listing)
    return None if last is None else _writer(desk, listing, *last)


def take_over(zone: Zone, desk: Desk) -> Writer | None:
    """Let this home write from the place from now on, and return who did until now; None where nobody else did.

    Whoever wrote is refused from then on, until somebody says the same of it.

    Raises:
        WarehouseError: a run of the other home is under way, or was quicker.
        ZoneError: the place cannot be used.
    """
    listing = zone.look()
    before = _last(zone, listing)
    if before is None:
        return None
    writer = _writer(desk, listing, *before)
    if writer.is_ours:
        return None
    if writer.is_writing:
        raise WarehouseError(
            f"{zone.shown}: cannot be taken over from {writer}; stop it there and try again: a run that was ended is "
            f"over {leases.LEASE.total_seconds():g} s after it was heard of last"
        )
    _taken(zone, desk, _next(before), _mark(desk, listing.now), before, resting=True)
    _forget(zone, listing)
    log.warning("place_taken_over", place=zone.shown, before=str(writer))
    return writer


def _require_ours(zone: Zone, desk: Desk, listing: Listing, number: int, mark: _Mark) -> None:
    """Return where this home goes on writing after the run of `number`, which is over."""
    writer = _writer(desk, listing, number, mark)
    if not writer.is_ours:
        raise ConfigurationError(
            f"{zone.shown}: another home writes from this place: {writer}; this one is {desk.home} on "
            f"{socket.gethostname()}. Give each home a place of its own; or, if this one is to go on in its stead, "
            f"stop the other one for good and say `newswatch --home {shlex.quote(str(desk.home))} writer --take-over`"
        )
    # A run that was killed here is over: whoever calls holds the lock of this home.
    if writer.is_writing and (mark.host, mark.boot, mark.home) != _whereabouts(desk):
        raise WarehouseError(
            f"{zone.shown}: not free: {writer}; stop it there, a run that was ended is over "
            f"{leases.LEASE.total_seconds():g} s after it was heard of last"
        )


def _taken(
    zone: Zone, desk: Desk, number: int, mark: _Mark, before: tuple[int, _Mark] | None, *, resting: bool
) -> Lease:
    """Make the mark `number`, noted beforehand."""
    known = [before[1].key] if before is not None and before[1].key in desk.noted() else []
    desk.note(*known, mark.key)
    name, data, since = f"{_STEM}.{number}.json", mark.data(resting=resting), time.monotonic()
    if not zone.create(name, data):
        raise WarehouseError(f"{zone.shown}: another run has begun to write at this moment; try again")
    lost = f"{zone.shown}: writing was broken off: the place did not answer, or another run has taken it over"
    return Lease(zone, _STEM, number, data, since, lost)


def _forget(zone: Zone, listing: Listing) -> None:
    """Remove the marks that were there before the last one was made."""
    for name in listing.names("writer"):
        zone.remove(f"writer/{name}")


def _next(before: tuple[int, _Mark] | None) -> int:
    return 1 if before is None else before[0] + 1


def _mark(desk: Desk, now: datetime, before: tuple[int, _Mark] | None = None) -> _Mark:
    """Return a new mark; `before` is the one that it goes on from, None for none."""
    host, boot, home = _whereabouts(desk)
    goes_on = before is not None and (before[1].host, before[1].home) == (host, home)
    since = before[1].since if before is not None and goes_on else now.isoformat()
    return _Mark(key=uuid4().hex, host=host, boot=boot, home=home, since=since)


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _whereabouts(desk: Desk) -> tuple[str, str, str]:
    try:
        boot = _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        boot = ""
    return socket.gethostname(), boot, str(desk.home)


def _last(zone: Zone, listing: Listing) -> tuple[int, _Mark] | None:
    """Return the last mark and its number, None where there is none."""
    numbers = [int(found[1]) for name in listing.names("writer") if (found := _NAME.fullmatch(name))]
    if not numbers:
        return None
    number = max(numbers)
    try:
        told = json.loads(zone.read(f"{_STEM}.{number}.json"))
        mark = _Mark(**{name: told[name] for name in _Mark.__slots__})
    except FileNotFoundError:
        raise WarehouseError(
            f"{zone.shown}: another run has begun to write at this moment; try again"
        ) from None
    except (ValueError, TypeError, KeyError):  # whoever made it, it was not this home
        mark = _Mark(key="", host="an unknown host", boot="", home="an unknown home", since="")
    return number, mark


def _writer(desk: Desk, listing: Listing, number: int, mark: _Mark) -> Writer:
    heard_at = listing.written[f"{_STEM}.{number}.json"]
    since = None
    with suppress(ValueError):
        since = datetime.fromisoformat(mark.since)
    return Writer(
        number=number,
        host=mark.host,
        home=mark.home,
        since=since,
        heard_at=heard_at,
        is_writing=not mark.resting and listing.now < heard_at + leases.LEASE,
        is_ours=mark.key in desk.noted(),
    )
