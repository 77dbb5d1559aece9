"""Ladders of status: how far a matter has come, and which status says more than another one."""

from collections.abc import Mapping
from types import MappingProxyType

from extractors.records import EventType, Status

#: What says that something is not, or no longer, so. From any rung one may fall there.
FALLEN: frozenset[Status] = frozenset({"denied", "ended"})

#: Rungs of most matters: who weighs a thing talks of it, agrees on it, has it approved, begins and ends it.
_RUNGS: Mapping[Status, int] = MappingProxyType(
    {
        "considered": 0,
        "talks": 1,
        "planned": 2,
        "applied": 2,
        "agreed": 3,
        "approved": 4,
        "started": 5,
        "completed": 6,
    }
)

#: Where the words mean something else: a permit is applied for and granted, a car is shown and then sold.
_OWN: Mapping[EventType, Mapping[Status, int]] = MappingProxyType(
    {
        "licence": {
            "considered": 0,
            "planned": 0,
            "talks": 1,
            "applied": 2,
            "agreed": 3,
            "approved": 4,
            "started": 5,
            "completed": 5,
        },
        "product": {"considered": 0, "planned": 1, "applied": 1, "started": 2, "completed": 2},
        "orders": {"considered": 0, "planned": 0, "talks": 0, "agreed": 1, "started": 2, "completed": 3},
        "safety": {"considered": 0, "planned": 0, "started": 1, "completed": 1},
    }
)


def rung(event_type: EventType, status: Status) -> int | None:
    """Return how far a matter of this type has come, counted from 0; None for a delay and for what has fallen."""
    return _OWN.get(event_type, _RUNGS).get(status)


def goes_further(event_type: EventType, known: Status, said: Status) -> bool:
    """Tell whether `said` is a step on from `known`: a higher rung, a delay of what was under way, or a fall."""
    if said == known:
        return False
    if said in FALLEN:
        return known not in FALLEN
    if said == "delayed":
        return known not in FALLEN
    if known in FALLEN or known == "delayed":
        return True
    ours, theirs = rung(event_type, said), rung(event_type, known)
    return ours is not None and theirs is not None and ours > theirs


def entails(event_type: EventType, known: Status, said: Status) -> bool:
    """Tell whether who knows `known` knows `said` too: the same rung or a lower one of the same ladder."""
    if said == known:
        return True
    ours, theirs = rung(event_type, said), rung(event_type, known)
    return ours is not None and theirs is not None and ours <= theirs
