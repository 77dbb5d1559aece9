"""What hosts and their robots.txt files have said: until when they rest, and what they allow."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from extractors.orders import Batch, HostRest, RobotsFile
from warehouse.database import Connection, insert, rows, run

#: The last text of a robots.txt file serves while its site fails, which may be for 30 days (RFC 9309, 2.3.1.4).
ROBOTS_KEPT = timedelta(days=31)


def known_rests(con: Connection, now: datetime) -> tuple[HostRest, ...]:
    """Return the hosts that asked to be left alone beyond `now`."""
    return tuple(HostRest(**row) for row in rows(con, "resting_hosts", now=now))


def known_robots(con: Connection, now: datetime) -> tuple[RobotsFile, ...]:
    """Return what is known of robots.txt files; old ones too, whose text serves where the site does not answer."""
    return tuple(RobotsFile(**row) for row in rows(con, "known_robots", since=now - ROBOTS_KEPT))


def save_hosts(con: Connection, batch: Batch) -> None:
    """Write down what `batch` learned of hosts; to be called after its polls were saved."""
    save_rests(con, batch.rests, batch.collected_at)
    save_robots(con, batch.robots, batch.collected_at)


def save_rests(con: Connection, rests: Sequence[HostRest], now: datetime) -> None:
    """Write down which hosts rest; none of their sources is polled before. An earlier, longer rest stays."""
    if not rests:
        return
    longest = {rest.host: rest for rest in sorted(rests, key=lambda one: one.until)}
    longest |= {
        rest.host: rest
        for rest in known_rests(con, now)
        if rest.host in longest and rest.until > longest[rest.host].until
    }
    run(con, "delete_hosts", hosts=sorted(longest), now=now)
    insert(con, "state.hosts", [{n: getattr(r, n) for n in HostRest.__slots__} for r in longest.values()])
    run(con, "rest_sources", now=now)


def save_robots(con: Connection, files: Sequence[RobotsFile], now: datetime) -> None:
    """Write down what is known of robots.txt files, the newest of each origin."""
    if not files:
        return
    newest = {file.origin: file for file in sorted(files, key=lambda one: one.checked_at)}
    run(con, "delete_robots", origins=sorted(newest), old=now - ROBOTS_KEPT)
    insert(con, "state.robots", [{n: getattr(f, n) for n in RobotsFile.__slots__} for f in newest.values()])
