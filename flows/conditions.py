"""What can be wrong with the pipeline itself: pure decisions on facts, each with its evidence and what to do.

Where something wavers, it begins at one bound and ends at another (`last` tells what lasts already), so that nobody is
told of it every few minutes. Sources that fail are in `flows.source_conditions`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.alerts.message import counted, shown_time
from warehouse.habits import Habit, habit_of, is_silent
from warehouse.overdue import Overdue
from warehouse.vitals import TRIES, Checked, PagesRead, Rebuilt, Silence, Undelivered

#: What lasts already: name and subject of each trouble.
Lasting = Collection[tuple[str, str | None]]
#: Since when it does.
Since = Mapping[tuple[str, str | None], datetime]

#: Of at least so many pages, this share without a text is told, and it is over when so many have one again.
LEAST_PAGES, UNREAD_SHARE, READ_AGAIN = 10, 0.8, 0.5
#: A backlog grows where it was higher in each third of so many runs, over so long a time, at least so many items, and
#: twice what it was; it is over when half of the highest is left, or little.
LEAST_RUNS, LEAST_TIME, LEAST_BACKLOG, GROWN = 6, timedelta(hours=6), 50, 2.0
#: A batch that waits for so long could not be loaded: every cycle tries.
BATCH_WAITS = timedelta(hours=1)
#: What a batch may take while it is collected, written and loaded. Reckoned, not measured: 2,000 pages of 50 kB packed,
#: in the spool and in the batch, and what the load writes of them.
BATCH_BYTES = 256 << 20
#: Free room is low at less than so many times what one cycle needs, and no longer from so many times on.
LOW, ROOMY = 2.0, 3.0
#: So few files can be made: a file system may run out of them before it is full. It is over when three times as many
#: can; where none could, when so many can.
LEAST_FILES, FILES_AGAIN = 1_000, 100
#: Cycles that may be missed before it is told, and the shortest time for that: one that has much to read takes long.
MISSED_CYCLES, SHORTEST_WAIT = 4, timedelta(minutes=20)
#: A rebuild is shown for so long.
REBUILT_SHOWN = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Something that somebody should know of, as long as it lasts.

    `since` is when it began, None where nobody can tell: then it counts from when it was seen first, and lasts until it
    is over; with another `since` it is another episode. `says` are the lines of evidence, `grave` whether no news can
    be found or told while it lasts. `not_by` are rules that cannot tell of it.
    """

    name: str
    title: str
    says: tuple[str, ...]
    advice: str
    subject: str | None = None
    since: datetime | None = None
    grave: bool = False
    not_by: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[str, str | None]:
        """What tells it from others that last at the same time."""
        return self.name, self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What is free where the program writes: `folder` as people know it, `files` None where it has no such bound."""

    folder: str
    free_bytes: int
    files: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycles:
    """How cycles went: all None where none has ended yet.

    `waited` is how long the supervisor has waited for one to come to its end, time that the machine slept not counted.
    `last_error` is what the last one ended with, None where it did well; `working` whether one is at work that is not
    overdue.
    """

    interval: timedelta
    waited: timedelta
    serving_since: datetime
    last_ok_at: datetime | None = None
    last_ended_at: datetime | None = None
    last_error: str | None = None
    working: bool = False


def silent(silences: Sequence[Silence], since: Since | None = None) -> Iterator[Condition]:
    """Yield the sources that have been silent for longer than their habit, where that is known.

    `since` says when what lasts already began: a silence lasts until there is news, also when the habit is forgotten.
    """
    for one in silences:
        habit = habit_of(one.news)
        lasts = since is not None and since.get(("silent", one.source_id)) == one.last_new_at
        if not lasts and (habit is None or not is_silent(habit, one.last_new_at, one.last_ok_at)):
            continue
        yield Condition(
            name="silent",
            subject=one.source_id,
            since=one.last_new_at,
            title=f"source {one.source_id} has been silent for {span(one.last_ok_at - one.last_new_at)}",
            says=(
                f"It answers, but has listed nothing new since {shown_time(one.last_new_at)}.",
                *((_habit(habit),) if habit is not None else ()),
            ),
            advice="Look in a browser whether the site has gone quiet, or keeps its news in another feed now.",
        )


def unread(pages: Sequence[PagesRead], last: Lasting) -> Iterator[Condition]:
    """Yield the sources of which nearly no page gives a text."""
    for one in pages:
        missing = one.asked - one.read
        lasts = ("pages-unread", one.source_id) in last
        least, share = (1, READ_AGAIN) if lasts else (LEAST_PAGES, UNREAD_SHARE)
        if one.asked < least or missing < share * one.asked:
            continue
        why = f"mostly {one.cause}" if one.cause else "though they were answered"
        yield Condition(
            name="pages-unread",
            subject=one.source_id,
            title=f"the pages of source {one.source_id} cannot be read",
            says=(
                (
                    f"Since {shown_time(one.since)}: of the last {counted(one.asked, 'page')}, most at {one.host}, "
                    f"{missing} gave no text, {why}."
                ),
                "What the source itself says of its articles is kept, where it says anything.",
            ),
            advice=(
                "Open one in a browser: a login, consent or paywall may stand before it, or the site is built anew. "
                "Use a feed with whole texts, or another source."
            ),
        )


def undelivered(
    waiting: Sequence[Undelivered],
    same_channel: Sequence[frozenset[str]],
    now: datetime,
    last: Lasting = (),
) -> Iterator[Condition]:
    """Yield the rules whose alerts do not go out; `same_channel` are the rules of the watch by channel, a set each.

    Rules of the same channel cannot tell of it. Rules that have left the watch are no trouble. It begins when an alert
    was tried `TRIES` times, and lasts as long as any waits: a retry by hand, which counts anew, is no end.
    """
    for one in waiting:
        channel = next((rules for rules in same_channel if one.rule in rules), None)
        lasts = ("alerts-undelivered", one.rule) in last
        if channel is None or not (lasts or one.attempts >= TRIES):
            continue
        yield Condition(
            name="alerts-undelivered",
            subject=one.rule,
            title=f"the alerts of rule {one.rule} do not go out",
            says=(
                f"{counted(one.alerts, 'alert')} should have gone out, the oldest {span(now - one.oldest_at)} ago.",
                f"The last try: {one.error or 'it was broken off'}",
            ),
            advice=(
                f"Try `newswatch alerts test {one.rule}`, mend the channel or its address; what waits goes out by "
                "itself within a week, later with `newswatch alerts retry`."
            ),
            grave=True,
            not_by=channel,
        )


def backlog_growing(backlogs: Sequence[tuple[datetime, int]], last: Lasting) -> Iterator[Condition]:
    """Yield the condition that ever more listed items wait for their pages, if it is so."""
    if not backlogs:
        return
    counts = [count for _, count in backlogs]
    now = counts[-1]
    known = ("backlog-growing", None) in last
    if now > max(LEAST_BACKLOG / 2, max(counts) / 2) if known else _grows(backlogs):
        yield Condition(
            name="backlog-growing",
            title=f"the backlog grows: {now} listed items wait for their page",
            says=(
                (
                    f"After the run of {shown_time(backlogs[0][0])} it was {counts[0]}, "
                    f"{counted(len(counts) - 1, 'run')} later {now}, at most {max(counts)}."
                ),
            ),
            advice=(
                "Look with `newswatch status` which sites do not answer. If all do, they list more than may be asked "
                "for in that time: raise `every`, drop sources, or add collectors."
            ),
        )


def polls_overdue(overdue: Overdue | None) -> Iterator[Condition]:
    """Yield the condition that sources were due and not polled, though cycles came to their end."""
    if overdue is not None:
        yield Condition(
            name="polls-overdue",
            title=f"{counted(overdue.sources, 'source')} of {overdue.polled} are due and not polled",
            says=(
                f"The first since {shown_time(overdue.oldest_at)}: {', '.join(overdue.ids[:5])}",
                "Cycles came to their end meanwhile.",
            ),
            advice=(
                "With collectors on other machines: look whether any runs. Else there may be more sources, or slower "
                "ones, than one machine can poll: look at `newswatch status`, and at the log for `postponed`."
            ),
            grave=overdue.sources == overdue.polled,
        )


def batches_waiting(batches: int, oldest_at: datetime | None, now: datetime) -> Iterator[Condition]:
    """Yield the condition that collected batches are not loaded, if the oldest (None: there is none) waits too long."""
    if oldest_at is not None and now - oldest_at > BATCH_WAITS:
        yield Condition(
            name="batches-waiting",
            title=f"{counted(batches, 'batch', 'batches')} cannot be loaded",
            says=(f"In the landing zone, the oldest for {span(now - oldest_at)}. Nothing in them is lost.",),
            advice="The log says why (`batch_not_loaded`); each is tried again in every cycle.",
            grave=True,
        )


def disk_low(rooms: Sequence[Room], cycle_bytes: int, last: Lasting) -> Iterator[Condition]:
    """Yield the folders that soon have no room for a cycle, which needs `cycle_bytes` for a while."""
    for room in rooms:
        lasts = ("disk-low", room.folder) in last
        bound = (ROOMY if lasts else LOW) * cycle_bytes
        if room.free_bytes < bound or _few_files(room, 3 * LEAST_FILES if lasts else LEAST_FILES):
            yield Condition(
                name="disk-low",
                subject=room.folder,
                title=f"little room is left in {room.folder}",
                says=(_room(room, cycle_bytes),),
                advice="Free some; the archive takes most (NEWSWATCH_ARCHIVE_DAYS, NEWSWATCH_ARCHIVE_BYTES).",
            )


def disk_full(rooms: Sequence[Room], cycle_bytes: int, last: Lasting) -> Iterator[Condition]:
    """Yield the folders in which a cycle has no room any more."""
    for room in rooms:
        lasts = ("disk-full", room.folder) in last
        bound = LOW * cycle_bytes if lasts else cycle_bytes
        if room.free_bytes < bound or _few_files(room, FILES_AGAIN if lasts else 1):
            yield Condition(
                name="disk-full",
                subject=room.folder,
                title=f"too little room is left in {room.folder}",
                says=(
                    _room(room, cycle_bytes),
                    "Cycles may not come to their end while this lasts. Nothing that was fetched is lost.",
                ),
                advice="Free some; newswatch goes on by itself then.",
                grave=True,
            )


def no_cycle(cycles: Cycles, lasting_since: datetime | None, now: datetime) -> Iterator[Condition]:
    """Yield the condition that no cycle has come to its end for too long, unless one is at work that may yet.

    `lasting_since` is when what lasts already began, None where nothing does: only a cycle that ends well ends it, be
    its time earlier: the clock may have been ahead.
    """
    since = lasting_since or cycles.last_ok_at or cycles.serving_since
    if lasting_since is not None:
        over = cycles.last_ok_at not in {None, lasting_since}
    else:
        over = cycles.working or cycles.waited <= max(MISSED_CYCLES * cycles.interval, SHORTEST_WAIT)
    if over:
        return
    told = f"One should begin every {span(cycles.interval)}. "
    if cycles.last_ok_at is None:
        told += "None has come to its end so far."
    else:
        told += f"The last that came to its end well did so on {shown_time(cycles.last_ok_at)}."
    says = [told]
    if cycles.last_error and cycles.last_ended_at:
        says.append(f"On {shown_time(cycles.last_ended_at)} one ended with: {cycles.last_error}")
    yield Condition(
        name="no-cycle",
        title=f"no cycle has come to its end for {span(now - since)}",
        since=since,
        says=(*says, "No news can be found or told while this lasts."),
        advice="Look at the log of `newswatch serve`; `newswatch run` by hand says what is wrong.",
        grave=True,
    )


def not_serving(last_ok_at: datetime | None, now: datetime) -> Iterator[Condition]:
    """Yield the condition that `serve`, which ran here before, runs no more, unless cycles end well all the same.

    No alert can tell of it, only whoever asks (`newswatch status --check`).
    """
    if last_ok_at is None or now - last_ok_at > SHORTEST_WAIT:
        told = (
            f"The last cycle came to its end on {shown_time(last_ok_at)}."
            if last_ok_at
            else "No cycle ever ran."
        )
        yield Condition(
            name="not-serving",
            title="newswatch serve does not run",
            since=last_ok_at,
            says=(told,),
            advice="Start it. If cycles are run in another way now, remove state/serve.lock from the home.",
            grave=True,
        )


def damaged(checked: Checked | None, rebuilt: Rebuilt | None, now: datetime) -> Iterator[Condition]:
    """Yield what the daily check found, unless it was made anew since, and that it was made anew, if either is so."""
    since = rebuilt.rebuilt_at if rebuilt is not None else None
    if checked is not None and checked.state != "whole" and (since is None or since < checked.started_at):
        yield Condition(
            name="integrity",
            title=f"the daily check found the warehouse {checked.state}",
            says=(f"On {shown_time(checked.started_at)}:", *checked.findings[:5]),
            advice=(
                "Keep the last backup. What cannot be read is rebuilt by itself at the next cycle; rows that do not "
                "fit together are worth a report."
            ),
            grave=checked.state == "unreadable",
        )
    if rebuilt is not None and now - rebuilt.rebuilt_at < REBUILT_SHOWN:
        yield _rebuilt(rebuilt)


def span(time: timedelta) -> str:
    """Return a length of time in the largest unit of which there are two: `3 days`, `47 hours`, `90 seconds`."""
    seconds = max(0, round(time.total_seconds()))
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}s"
    return counted(seconds, "second") if seconds < 60 else f"{seconds} seconds"  # noqa: PLR2004 - a minute


def hours(number: float) -> str:
    """Return a number of hours as `span` does, rounded."""
    return span(timedelta(hours=round(number) if number > 1 else number))


def _habit(habit: Habit) -> str:
    return (
        f"From {shown_time(habit.since)} on it had something new {counted(habit.gaps + 1, 'time')}: every "
        f"{hours(habit.middle_h)} in the middle, 49 times of 50 within {hours(habit.ordinary_h)}."
    )


def _grows(backlogs: Sequence[tuple[datetime, int]]) -> bool:
    if len(backlogs) < LEAST_RUNS or backlogs[-1][0] - backlogs[0][0] < LEAST_TIME:
        return False
    counts = [count for _, count in backlogs]
    third = len(counts) // 3
    first, middle, latest = (
        sorted(part)[len(part) // 2] for part in (counts[:third], counts[third:-third], counts[-third:])
    )
    enough = counts[-1] >= max(LEAST_BACKLOG, GROWN * first)
    return enough and first < middle < latest


def _few_files(room: Room, least: int = LEAST_FILES) -> bool:
    return room.files is not None and room.files < least


def _room(room: Room, cycle_bytes: int) -> str:
    told = f"{megabytes(room.free_bytes)} are free"
    if _few_files(room):
        told += f", and {room.files} files can be made"
    return (
        f"{told}; a cycle needs {megabytes(cycle_bytes)} for a while (a copy of the snapshot, and a batch)."
    )


def megabytes(size: int) -> str:
    """Return a number of bytes as `12 MB`, `3.4 GB`."""
    return f"{size / (1 << 30):.1f} GB" if size >= 1 << 30 else f"{size >> 20} MB"


def _rebuilt(rebuilt: Rebuilt) -> Condition:
    as_of = f", as of {shown_time(rebuilt.as_of)}" if rebuilt.as_of else ""
    kept = f" The damaged file is kept as {rebuilt.set_aside}." if rebuilt.set_aside else ""
    return Condition(
        name="rebuilt",
        title="the warehouse was damaged and has been made anew",
        since=rebuilt.rebuilt_at,
        says=(
            f"On {shown_time(rebuilt.rebuilt_at)}: {rebuilt.cause}",
            f"It was made from {rebuilt.made_from}{as_of}; archived batches loaded again: {rebuilt.returned}.{kept}",
        ),
        advice="Look at the disk of the machine: files do not break by themselves.",
    )
