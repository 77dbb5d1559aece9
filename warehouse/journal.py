"""The journal of sending: which alerts were about to go out, and which did, in a file of its own.

The warehouse says so too; but where it has to be made anew, it knows only what was published before the damage, and an
alert that was sent since would be sent again. Whoever sends looks here first.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, cast, get_args

from warehouse.landing import replace_file

#: `waiting`: a copy that the warehouse was made anew from knew of it, and that it was to be sent.
Event = Literal["trying", "sent", "failed", "waiting"]

#: An archived batch brings its alerts back when a warehouse is made anew, so what was sent is known for longer than
#: batches are kept: `KEPT_BEYOND` them, and `KEPT_FOR` in any case.
KEPT_FOR, KEPT_BEYOND = timedelta(days=400), timedelta(days=30)
#: Events that are about no alert: the journal had been lost; the warehouse was made anew; all that it lacked came back,
#: which ends both; a backup was restored (its moment stands for the id).
_LOST, _REBUILT, _COMPLETE, _RESTORED = "lost", "rebuilt", "complete", "restored"
_MARKS = frozenset({_LOST, _REBUILT, _COMPLETE, _RESTORED})
_FIELDS = 3
#: The first line. A file without it is not ours any more, whatever stands in it.
_HEADER = "# newswatch: journal of sending, 1"

Line = tuple[datetime, str, str]


class Journal:
    """An append-only text file, a line an event: moment, event, id. A line that was cut short counts for nothing."""

    def __init__(self, path: Path) -> None:
        """Use the file at `path`, which need not be there yet."""
        self._path = path

    @property
    def known(self) -> bool:
        """Whether there is a journal that can be believed; False where it is gone, empty or overwritten too."""
        try:
            with self._path.open("rb") as file:
                return file.readline(len(_HEADER) + 2) == f"{_HEADER}\n".encode()
        except FileNotFoundError:
            return False

    def note(self, event: Event, ids: Iterable[str], now: datetime) -> None:
        """Write down what happens to these alerts, flushed to the disk.

        Raises:
            OSError: it cannot be written; then nothing should be sent.
        """
        self._append((now, event, one) for one in ids)

    def note_rebuilt(self, waiting: Iterable[str], now: datetime) -> None:
        """Write down that news of long ago may come back into the warehouse, and which alerts are `waiting` in it."""
        events = self.last_events()
        self._append([*((now, "waiting", key) for key in waiting if key not in events), (now, _REBUILT, "-")])

    def note_complete(self, now: datetime) -> None:
        """Write down that all has come back that a new warehouse lacked, where it is not written down yet."""
        text = self._text()
        if any(f" {mark} -\n" in text for mark in (_LOST, _REBUILT)) and self._in_force():
            self._append([(now, _COMPLETE, "-")])

    def begin(
        self,
        sent: Mapping[str, datetime],
        due: Mapping[str, Event],
        now: datetime,
    ) -> None:
        """Begin the journal anew with what a copy of the warehouse knows, and with the mark that it is not all."""
        lines: list[Line] = [(at, "sent", key) for key, at in sent.items()]
        lines += [(now, event, key) for key, event in due.items()]
        self._replace([*lines, (now, _LOST, "-"), (now, _REBUILT, "-")])

    def restore(self, other: "Journal", made_at: datetime, now: datetime) -> None:
        """Take in the journal `other` of a backup made at `made_at`.

        Where this one does not go on from it, it is not known what was sent since, which is written down.
        """
        theirs, ours = other.last_events(), self.last_events()
        marks = dict.fromkeys((*other._marks(), *self._marks()))  # noqa: SLF001 - of the same kind
        if not _goes_on(theirs, ours):
            marks[(now, _RESTORED, made_at.isoformat())] = None
        both = dict(theirs)
        for key, (event, at) in ours.items():
            if key not in both or event == "sent" or (both[key][0] != "sent" and at >= both[key][1]):
                both[key] = (event, at)
        self._replace([*((at, event, key) for key, (event, at) in both.items()), *marks])

    def last_events(self) -> Mapping[str, tuple[Event, datetime]]:
        """Return for each alert the last thing that happened to it, and when."""
        return {key: (cast("Event", event), at) for at, event, key in self._lines() if event not in _MARKS}

    def lost_at(self) -> datetime | None:
        """Return the moment before which nothing is known of what was sent, None where all is known."""
        return self._last(_LOST)

    def rebuilt_at(self) -> datetime | None:
        """Return when the warehouse was made anew, None once all has come back that it lacked."""
        return self._last(_REBUILT)

    def restored(self) -> tuple[datetime, datetime] | None:
        """Return from when to when nothing is known of what was sent, None where no backup was restored."""
        found = [(datetime.fromisoformat(key), at) for at, event, key in self._lines() if event == _RESTORED]
        return found[-1] if found else None

    def rewrite(self, sent: Mapping[str, datetime], keep_from: datetime | None) -> None:
        """Begin the file anew with what the warehouse knows to be `sent` (and when), and with what it knows less of.

        Events before `keep_from` are left out; None keeps all.
        """
        events = {key: ("sent", at) for key, at in sent.items()}
        events = dict(self.last_events()) | events
        lines = [(at, event, key) for key, (event, at) in events.items()]
        lines += self._marks()
        self._replace([line for line in lines if keep_from is None or line[0] >= keep_from])

    def _marks(self) -> list[Line]:
        """Return the marks that are in force."""
        found = [line for line in self._lines() if line[1] == _RESTORED]
        return found + self._in_force()

    def _in_force(self) -> list[Line]:
        """Return when each mark was written last, but for those since which all has come back."""
        found: dict[str, datetime] = {}
        for at, event, _ in self._lines():
            if event == _COMPLETE:
                found.clear()
            elif event in (_LOST, _REBUILT):
                found[event] = at
        return [(found[mark], mark, "-") for mark in (_LOST, _REBUILT) if mark in found]

    def _last(self, mark: str) -> datetime | None:
        """Return when `mark` was written last, None where it never was or all has come back since."""
        return next((at for at, event, _ in self._in_force() if event == mark), None)

    def _append(self, lines: Iterable[Line]) -> None:
        if not self.known:  # nothing of what is there can be believed
            self._replace(list(lines))
            return
        with self._path.open("ab") as file:
            if not _ends_whole(self._path):
                file.write(b"\n")
            file.write("".join(map(_line, lines)).encode())
            file.flush()
            os.fsync(file.fileno())

    def _replace(self, lines: Iterable[Line]) -> None:
        """Put a file with these `lines` in the place of the old one; those of one moment keep their order."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_name(f".{self._path.name}.writing")
        ordered = sorted(lines, key=lambda line: line[0])
        try:
            temporary.write_text("".join((f"{_HEADER}\n", *map(_line, ordered))), encoding="utf-8")
            replace_file(temporary, self._path)
        finally:
            temporary.unlink(missing_ok=True)

    def _text(self) -> str:
        return self._path.read_text(encoding="utf-8", errors="replace") if self.known else ""

    def _lines(self) -> Iterator[Line]:
        for line in self._text().split("\n")[:-1]:
            parts = line.split(" ")
            if len(parts) == _FIELDS and (parts[1] in _MARKS or parts[1] in get_args(Event)):
                with suppress(ValueError, OverflowError):
                    yield datetime.fromisoformat(parts[0]).astimezone(UTC), parts[1], parts[2]


def _goes_on(
    theirs: Mapping[str, tuple[Event, datetime]], ours: Mapping[str, tuple[Event, datetime]]
) -> bool:
    """Whether `ours` holds the last events of `theirs`, or what came after them; nothing goes on from nothing."""
    last = max((at for _, at in theirs.values()), default=None)
    found = {key: event for key, event in theirs.items() if event[1] == last}
    return bool(found) and all(
        key in ours and (ours[key] == told or (told[0] != "sent" and ours[key][1] >= told[1]))
        for key, told in found.items()
    )


def _line(line: Line) -> str:
    at, event, key = line
    return f"{at.isoformat()} {event} {key}\n"


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
