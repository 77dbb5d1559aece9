"""One cycle of a home in a process of its own: `python -m tests.hostile.cycle HOME TIME`.

All is as in `newswatch run`, but for the name service (names under `.example` are at 127.0.0.1, which the home allows)
and for the deadline of a request, so that those who drip do not hold up the tests.
Prints the outcome of the cycle, and the most that its own process has held in memory.
"""

import resource
import socket
import sys
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from extractors.clock import standing_clock
from extractors.watch import read_watch
from flows.cycle import run_cycle
from flows.settings import Settings, process_environment, read_settings

#: What one request may take here, instead of half a minute.
DEADLINE = timedelta(seconds=5)
_HERE, _INSIDE, _PUBLIC = "127.0.0.1", "127.0.0.2", "93.184.215.14"
_PLACES = {"inside.example": (_INSIDE,), "half-inside.example": (_PUBLIC, _INSIDE)}


class Names:
    """A name service that plays tricks: one name is public when it is asked for first, and inside from then on."""

    def __init__(self) -> None:
        """Keep the service of this machine for addresses that are written out."""
        self._real = socket.getaddrinfo
        self._asked: Counter[str] = Counter()

    def __call__(self, host: str, port: int, *more: int, **named: int) -> list[tuple]:
        """Answer as `socket.getaddrinfo`."""
        name = host.decode() if isinstance(host, bytes) else host
        if not name.rstrip(".").endswith(".example"):
            return self._real(host, port, *more, **named)
        self._asked[name] += 1
        places = _PLACES.get(name.rstrip("."), (_HERE,))
        if name == "rebinding.example" and self._asked[name] > 1:
            places = (_INSIDE,)
        kind = socket.SOCK_STREAM
        return [(socket.AF_INET, kind, socket.IPPROTO_TCP, "", (place, port)) for place in places]


def main() -> None:
    """Run the cycle."""
    home, now = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
    socket.getaddrinfo = Names()
    manners = Settings.manners
    Settings.manners = lambda self: replace(manners(self), deadline=DEADLINE)
    settings = read_settings(process_environment(), home=home)
    result = run_cycle(settings, read_watch(settings.watch_file), standing_clock(now))
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{result.outcome} {result.polls} polls {result.articles} articles {result.seconds:.1f} s {own} MB")


if __name__ == "__main__":
    main()
