"""The process that sends messages for others: `python -m flows.alerts.sending PARENT SECONDS`.

A process of its own, ended with its parent, so that a channel that hangs or breaks something takes nobody with it.
Each line of standard input is a list of messages in JSON, `{"id", "url", "title", "body"}` each and the other forms of
the body (`flows.alerts.envelope`), so that no secret stands on a command line. Each is answered with a line on standard
output, `{"id": null}` for what was sent, else why not. Each is sent by a fork that is ended after so many seconds:
Apprise bounds the time between two bytes, not that of an answer. Messages to different channels are sent side by side,
those to one channel one after the other, in order.
"""

import json
import os
import select
import signal
import sys
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flows.alerts.channel import DeliveryError, make_ready, send_here
from flows.leash import leash

#: Seconds that sending one message may take: several times what Apprise grants a channel that is silent (4 s).
DEADLINE_S = 20
#: Said of a message that may have arrived all the same.
BROKEN_OFF = f"it took longer than {DEADLINE_S} s, or broke off"
#: Channels that are sent to side by side. A fork shares the memory of this process, and mostly waits.
MOST = 16

_CHUNK = 1 << 16


@dataclass(slots=True, kw_only=True)
class _Fork:
    """A fork that sends a message; `told` is what it has answered so far."""

    pid: int
    message: Mapping[str, Any]
    told: bytes = b""


class Sending:
    """Sends what standard input says, and prints what became of each message, until there is no more."""

    def __init__(self, deadline_s: int) -> None:
        """Grant each message `deadline_s` seconds."""
        self._deadline_s = deadline_s
        self._open, self._line = True, b""
        self._waiting: dict[str, deque[Mapping[str, Any]]] = {}
        self._forks: dict[int, _Fork] = {}

    def go_on(self) -> None:
        """Return once standard input has ended and nothing is left to send."""
        while self._open or self._forks or self._waiting:
            self._begin()
            files = [*([sys.stdin.fileno()] if self._open else []), *self._forks]
            if not files:
                continue
            for file in select.select(files, [], [])[0]:
                if file in self._forks:
                    self._hear(file)
                else:
                    self._take()

    def _take(self) -> None:
        """Take in what standard input says now."""
        told = os.read(sys.stdin.fileno(), _CHUNK)
        self._open = bool(told)
        *lines, self._line = (self._line + told).split(b"\n")
        for line in lines:
            for message in json.loads(line):
                self._waiting.setdefault(message["url"], deque()).append(message)

    def _begin(self) -> None:
        """Begin the next message of each channel that has none under way, as far as there may be more."""
        busy = {fork.message["url"] for fork in self._forks.values()}
        for url in [url for url in self._waiting if url not in busy]:
            if len(self._forks) >= MOST:
                return
            message = self._waiting[url].popleft()
            if not self._waiting[url]:
                del self._waiting[url]
            try:
                if not url:
                    _answer(message, "the environment variable is not set")
                else:
                    file, fork = _forked(message, self._deadline_s)
                    self._forks[file] = fork
            except OSError as error:
                _answer(message, f"no process could be started: {error.strerror}")

    def _hear(self, file: int) -> None:
        """Take in what a fork answers; where that is all, tell what became of its message."""
        fork = self._forks[file]
        told = os.read(file, _CHUNK)
        fork.told += told
        if told:
            return
        os.close(file)
        os.waitpid(fork.pid, 0)
        del self._forks[file]
        failure: str | None = BROKEN_OFF
        with suppress(ValueError):
            failure = json.loads(fork.told)
        _answer(fork.message, failure)


def main() -> None:
    """Send what standard input says until it ends, each message for itself, and print what became of each."""
    parent, deadline_s = int(sys.argv[1]), int(sys.argv[2])
    leash(parent)
    signal.alarm(DEADLINE_S)
    make_ready()
    signal.alarm(0)
    Sending(deadline_s).go_on()


def _answer(message: Mapping[str, Any], failure: str | None) -> None:
    os.write(sys.stdout.fileno(), f"{json.dumps({message['id']: failure})}\n".encode())


def _forked(message: Mapping[str, Any], deadline_s: int) -> tuple[int, _Fork]:
    """Begin to send one message in a fork; return where it will tell why that failed, null where it was sent.

    Raises:
        OSError: there can be no fork.
    """
    reading, writing = os.pipe()
    parent = os.getpid()
    try:
        fork = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        raise
    if not fork:
        signal.alarm(deadline_s)  # which ends it whatever it does
        leash(parent)
        os.write(writing, json.dumps(_sent(message)).encode())
        os._exit(0)
    os.close(writing)
    return reading, _Fork(pid=fork, message=message)


def _sent(message: Mapping[str, Any]) -> str | None:
    try:
        send_here(message)
    except DeliveryError as error:
        return str(error)
    except BaseException as error:  # noqa: BLE001 - a fork must never go on as its parent; the text may hold the URL
        return f"sending it broke off: {type(error).__name__}"
    return None


if __name__ == "__main__":
    main()
