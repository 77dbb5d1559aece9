"""The pulse: when a cycle last came to its end, and how, in a small note that even a dead warehouse leaves readable."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from extractors.clock import Clock
from flows.log import without_secrets
from flows.notes import read_note, write_note

_LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """How the last cycles went: when one ended, and when one ended well (None: none did, as far as is known).

    `error` is what the last one ended with, None where it ended well.
    """

    ended_at: datetime
    ok_at: datetime | None
    error: str | None = None


@contextmanager
def beating(state: Path, clock: Clock) -> Iterator[None]:
    """Write down how the block ended, be it by an error; the note lies in the folder `state`.

    Where it cannot be written, nothing else is disturbed: whoever reads it sees an old pulse.
    """
    with noting_failure(state, clock):
        yield
    now = clock()
    _write(state, Pulse(ended_at=now, ok_at=now))


@contextmanager
def noting_failure(state: Path, clock: Clock) -> Iterator[None]:
    """Write down where the block ended by an error, as `beating` does, and nothing where it ended well."""
    try:
        yield
    except BaseException as error:
        told = without_secrets(f"{type(error).__name__}: {error}").partition("\n")[0][:_LONGEST_ERROR]
        before = read_pulse(state)
        _write(state, Pulse(ended_at=clock(), ok_at=before.ok_at if before else None, error=told))
        raise


def read_pulse(state: Path) -> Pulse | None:
    """Return the pulse in the folder `state`, None where there is none."""
    told = read_note(_path(state))
    try:
        return (
            None
            if told is None
            else Pulse(
                ended_at=datetime.fromisoformat(told["ended_at"]),
                ok_at=datetime.fromisoformat(told["ok_at"]) if told["ok_at"] else None,
                error=told["error"],
            )
        )
    except (KeyError, TypeError, ValueError):
        return None


def _write(state: Path, pulse: Pulse) -> None:
    with suppress(OSError):
        write_note(
            _path(state),
            {
                "ended_at": pulse.ended_at.isoformat(),
                "ok_at": pulse.ok_at.isoformat() if pulse.ok_at else None,
                "error": pulse.error,
            },
        )


def _path(state: Path) -> Path:
    return state / "pulse.json"
