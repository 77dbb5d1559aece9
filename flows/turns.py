"""Whose turn it is: of the runs that wait at the Prefect server, the one to start now and those to drop. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

#: The deployment that runs by schedule; of its missed runs one is enough.
CYCLE = "cycle"
#: A cycle is asked for where none began for so many intervals: the schedule of the server has stopped (its clock was
#: set back, its scheduler fails, somebody emptied its database), or a server that came back has lost what it had
#: scheduled and takes up to half a minute to do so anew. A healthy schedule is never late by that much.
PATIENCE = 1.05
#: Seconds a server that is just being started is waited for where a cycle is due already: with a database to be made it
#: takes 10 to 20 on a machine that does little else.
SERVER_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A run that waits: of the flow `flow`, to begin at `due`."""

    run_id: UUID
    flow: str
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What is to be done: start `start` (None: nothing), drop what was missed, `ask` for a cycle of our own.

    `pause_s` is how long nothing else needs to be done.
    """

    start: Waiting | None
    drop: tuple[UUID, ...]
    ask: bool
    pause_s: float


def take_turn(
    waiting: Sequence[Waiting], now: datetime, *, idle_s: float, interval_s: float, longest_s: float
) -> Turn:
    """Return what is to be done at `now`, when no cycle has begun for `idle_s` seconds.

    Of several cycles that are due only the last is run: each would find what the first one left, that is nothing.
    Other flows, which somebody asked for, all have their turn, in the order in which they are due. Without anything to
    do the pause ends when the next run is due, or a cycle is overdue, and after `longest_s` seconds at the latest.
    """
    due = sorted((one for one in waiting if one.due <= now), key=lambda one: (one.due, str(one.run_id)))
    missed = [one for one in due if one.flow == CYCLE][:-1]
    left = [one for one in due if one not in missed]
    overdue_s = PATIENCE * interval_s
    ask = idle_s >= overdue_s and not any(one.flow == CYCLE for one in left)
    soon = [longest_s, *((one.due - now).total_seconds() for one in waiting if one.due > now)]
    return Turn(
        start=left[0] if left else None,
        drop=tuple(one.run_id for one in missed),
        ask=ask,
        pause_s=0.0 if left or ask else max(0.0, min(*soon, overdue_s - idle_s)),
    )


def is_overdue(idle_s: float, interval_s: float, waited_s: float) -> bool:
    """Tell whether a cycle is to begin without the server, which has been waited for for `waited_s` seconds.

    The last cycle may have begun under another runner, `idle_s` seconds ago; that it is due does not wait for a server
    that does not come, but one that is just being started has its time.
    """
    return idle_s >= interval_s and waited_s >= min(SERVER_S, interval_s / 2)
