"""How a source is: one row of the table `sources`; and which sources turn out to be one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How a source is; fields as the columns of the table `sources`, where each is explained."""

    source_id: str
    kind: str
    url: str
    publisher: str | None
    language: str | None
    state: str
    interval_s: float
    polled_url: str
    polled_kind: str
    pace_s: float
    next_poll_at: datetime | None
    failures: int = 0
    last_ok_at: datetime | None = None
    error: str | None = None
    advice: str | None = None
    polled_at: datetime | None = None
    asked_s: float = 0.0
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    failure_weight: float = 0.0
    failing_since: datetime | None = None
    cause: str | None = None
    cause_polls: int = 0
    evidence: str | None = None
    tried: str | None = None
    moved_to: str | None = None
    moved_since: datetime | None = None
    moved_polls: int = 0
    gone_at: datetime | None = None
    replaced_since: datetime | None = None
    replaced_for: str | None = None
    looked_at: datetime | None = None
    robots: str | None = None
    last_new_at: datetime | None = None
    quiet_polls: int = 0
    full_at: datetime | None = None
    unmodified_polls: int = 0
    audited_at: datetime | None = None
    trusted: bool = True
    untrusted_since: datetime | None = None
    loss_at: datetime | None = None
    losses: int = 0
    loss_gap_s: float | None = None
    loss_items: int | None = None
    selector: str | None = None


#: States that stay, whatever other sources do.
_OVER = frozenset({"gone", "closed", "removed"})


def settled(states: Mapping[str, SourceState], now: datetime) -> dict[str, SourceState]:
    """Return the states with each address polled for one source only.

    A source that is polled elsewhere than its own address (it moved, or another listing is read for it), where another
    source is polled already, becomes a `duplicate`; one whose double is not polled any more is due at `now`. One that
    was polled by a clock that ran ahead does not wait until that moment.
    """
    owners = _owners(states.values())
    return {key: _by_clock(_settled(state, owners, now), now) for key, state in states.items()}


def _by_clock(state: SourceState, now: datetime) -> SourceState:
    """Return a state that was noted by a clock ahead of `now` as if it were of `now`: due after an interval at most."""
    if state.polled_at is None or state.polled_at <= now:
        return state
    latest = now + timedelta(seconds=state.interval_s)
    return replace(
        state,
        polled_at=now,
        next_poll_at=None if state.next_poll_at is None else min(state.next_poll_at, latest),
    )


def _owners(states: Iterable[SourceState]) -> dict[str, str]:
    """Return which source each address is polled for: the one that the watch file gives it, else the first by id."""
    owners: dict[str, str] = {}
    watched = [state for state in states if state.state != "removed"]
    for state in sorted(watched, key=lambda one: (one.polled_url != one.url, one.source_id)):
        owners.setdefault(state.polled_url, state.source_id)
    return owners


def _settled(state: SourceState, owners: Mapping[str, str], now: datetime) -> SourceState:
    if state.state in _OVER or (state.polled_url == state.url and state.state != "duplicate"):
        return state
    owner = owners[state.polled_url]
    if owner == state.source_id:
        if state.state != "duplicate":
            return state
        well = "replaced" if state.replaced_since else "ok" if state.last_ok_at else "new"
        return replace(state, state=well, next_poll_at=now, advice=None)
    if state.state == "duplicate":
        return state
    advice = f"It leads to the address of the source {owner}, which is polled: remove it from the watch file."
    return replace(state, state="duplicate", next_poll_at=None, advice=advice)
