"""Settings and watch as their files have them now, for what runs for weeks; and how often cycles run by that."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Generic, TypeVar

import structlog

from extractors.errors import NewswatchError
from extractors.watch import Watch, read_watch
from flows.log import configure_logging
from flows.settings import Settings, process_environment, read_settings, secret_values
from flows.settings_file import FILE_NAME

log = structlog.get_logger()

#: Cycles per interval of the most frequent source: it is polled at the first cycle after it is due, never before, so
#: it waits a fifth of its interval longer at most. An idle cycle takes 0.6 s of processor time in all processes
#: (measured over 370).
CYCLES_PER_INTERVAL = 5
#: Shortest and longest time between two cycles.
SHORTEST, LONGEST = timedelta(seconds=30), timedelta(minutes=5)

T = TypeVar("T")


def interval_of(watch: Watch) -> timedelta:
    """Return the time between two cycles: a part of the shortest interval of a source, within bounds."""
    every = min((source.every for source in watch.sources), default=LONGEST * CYCLES_PER_INTERVAL)
    return min(max(every / CYCLES_PER_INTERVAL, SHORTEST), LONGEST)


def stamp_of(path: Path) -> str:
    """Return what is another text once the file has changed: told by the system, without reading it."""
    try:
        told = path.stat()
    except OSError:
        return "none"
    return f"{told.st_ino}-{told.st_mtime_ns}-{told.st_size}"


class Followed(Generic[T]):
    """What a file says, read anew once it has changed; while it cannot be read, what it said before."""

    def __init__(self, path: Path, said: T, read: Callable[[], T], stamp: str | None = None) -> None:
        """Begin with what the file at `path` `said` when it had `stamp` (None: as it is now); `read` reads it anew."""
        self._path = path
        self._read = read
        self._fault = ""
        self.said = said
        self.stamp = stamp_of(path) if stamp is None else stamp

    def renew(self) -> bool:
        """Read the file if it is another one; return whether it says something else now.

        One that cannot be read is told in the log, once for each fault, and read again at the next call.
        """
        stamp = stamp_of(self._path)
        if stamp == self.stamp:
            return False
        try:
            said = self._read()
        except (NewswatchError, OSError) as error:
            fault = f"{stamp} {error}"
            if fault != self._fault:
                self._fault = fault
                log.error(
                    "file_not_read", path=str(self._path), error=str(error), hint="what it said before holds"
                )
            return False
        self._fault, self.stamp = "", stamp
        changed, self.said = said != self.said, said
        return changed


def followed_interval(watch_file: Path, interval: timedelta, stamp: str) -> Followed[timedelta]:
    """Return the time between two cycles, `interval` as long as the watch file is the one with that `stamp`."""
    return Followed(watch_file, interval, lambda: interval_of(read_watch(watch_file)), stamp)


class Configuration:
    """Settings, watch and interval of a home, as the home's own file and the watch file have them at `renew`.

    Home and watch file stay where they are; the environment of the process is as it was at its start.
    """

    def __init__(self, settings: Settings, watch: Watch, interval: timedelta | None = None) -> None:
        """Begin with what was read just now; `interval` None is the one of `watch`."""
        self._settings = Followed(settings.home / FILE_NAME, settings, self._read_settings)
        self._watch = Followed(settings.watch_file, watch, lambda: read_watch(settings.watch_file))
        self.interval = interval_of(watch) if interval is None else interval

    @property
    def settings(self) -> Settings:
        """The settings."""
        return self._settings.said

    @property
    def watch(self) -> Watch:
        """The watch."""
        return self._watch.said

    @property
    def watch_stamp(self) -> str:
        """The stamp of the watch file that `watch` and `interval` were read from."""
        return self._watch.stamp

    def renew(self) -> None:
        """Take up what has changed; a file that cannot be read now leaves what it said before."""
        if self._settings.renew():
            configure_logging(self.settings.log_level, secret_values(self.settings))
            log.info("settings_changed")
        if self._watch.renew():
            self.interval = interval_of(self.watch)
            log.info("watch_changed", interval_s=self.interval.total_seconds())

    def _read_settings(self) -> Settings:
        told = self.settings
        return read_settings(process_environment(), home=told.home, watch=told.watch_file)
