"""Messages sent by another process (`flows.alerts.sending`), so that no channel can keep this one for long."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from threading import Timer
from typing import Any, Protocol

from flows.alerts.channel import CUT, DeliveryError
from flows.alerts.sending import BROKEN_OFF, DEADLINE_S, MOST

#: Seconds after which the process is ended that does not answer: it takes 0.4 s to start, and has a deadline itself.
SILENT_S = DEADLINE_S + 10.0

_CHUNK = 1 << 16


class BrokenOffError(DeliveryError):
    """A message whose sending was ended: it may have arrived all the same."""


class Outlet(Protocol):
    """Sends messages, `most` of them at a time."""

    most: int

    def begin(self, message: Mapping[str, Any]) -> None:
        """Begin to send a message (`Envelope.to`), which is its `id` until it has ended; one to a URL at a time."""
        ...

    def ended(self) -> tuple[str, DeliveryError | None]:
        """Wait until one of those that were begun has ended; return which, and why it failed (None: it was sent)."""
        ...

    def close(self) -> None:
        """End what is under way."""
        ...


class OneByOne:
    """An outlet that sends by a function, which comes back when the message has been sent or raises DeliveryError."""

    most = 1

    def __init__(self, send: Callable[[str, str, str], None]) -> None:
        """Send by `send`, called with URL, title and body."""
        self._send = send
        self._ended: deque[tuple[str, DeliveryError | None]] = deque()

    def begin(self, message: Mapping[str, Any]) -> None:
        """Send a message."""
        key = str(message["id"])
        try:
            self._send(message["url"], message["title"], message["body"])
        except DeliveryError as error:
            self._ended.append((key, error))
        else:
            self._ended.append((key, None))

    def ended(self) -> tuple[str, DeliveryError | None]:
        """Return what became of it."""
        return self._ended.popleft()

    def close(self) -> None:
        """Do nothing: nothing is under way."""


class Apart:
    """An outlet that sends by a process, which is started with the first message and kept until `close`.

    As a function it sends one message and waits for its end.
    """

    most = MOST

    def __init__(self) -> None:
        """Make ready; nothing is started."""
        self._sender: subprocess.Popen[bytes] | None = None
        self._until: dict[str, float] = {}
        self._ended: deque[tuple[str, DeliveryError | None]] = deque()
        self._line = b""

    def __call__(self, url: str, title: str, body: str) -> None:
        """Send one message; come back within `SILENT_S`. Nothing else may be under way.

        Raises:
            DeliveryError: with the reason, without secrets. BrokenOffError: it may have arrived.
        """
        self.begin({"id": "", "url": url, "title": title, "body": body})
        _, error = self.ended()
        if error is not None:
            raise error

    def begin(self, message: Mapping[str, Any]) -> None:
        """Begin to send a message; what goes wrong is told when it has ended."""
        key = str(message["id"])
        try:
            if self._sender is None:
                self._sender = start_sender()
        except OSError as error:
            self._ended.append((key, DeliveryError(f"no process could be started: {error.strerror}")))
            return
        self._until[key] = time.monotonic() + SILENT_S
        silent = Timer(SILENT_S, _kill, (self._sender,))  # who does not read keeps us from writing
        silent.daemon = True
        silent.start()
        try:
            hand_over(self._sender, [message])
        finally:
            silent.cancel()

    def ended(self) -> tuple[str, DeliveryError | None]:
        """Wait until a message has ended; within `SILENT_S` of its beginning one has.

        Where the process ends, or is ended because it does not answer in time, all that was under way may have arrived.
        """
        while not self._ended:
            self._listen()
        return self._ended.popleft()

    def close(self) -> None:
        """End the process and forget what is under way."""
        if self._sender is not None:
            end_sender(self._sender)
            self._sender = None
        self._until, self._line = {}, b""
        self._ended.clear()

    def _listen(self) -> None:
        assert self._sender is not None  # noqa: S101 - something is under way
        assert self._sender.stdout is not None  # noqa: S101 - a pipe
        answers = self._sender.stdout.fileno()
        wait_s = min(self._until.values()) - time.monotonic()
        told = os.read(answers, _CHUNK) if select.select([answers], [], [], max(wait_s, 0.0))[0] else b""
        if not told:
            broken_off = list(self._until)
            self.close()
            self._ended.extend((key, BrokenOffError(BROKEN_OFF)) for key in broken_off)
            return
        *lines, self._line = (self._line + told).split(b"\n")
        for line in lines:
            with suppress(ValueError):  # whatever a library of a channel prints
                self._take(json.loads(line))

    def _take(self, answer: object) -> None:
        for key, failure in answer.items() if isinstance(answer, dict) else ():
            if self._until.pop(key, None) is not None:
                broken_off = BrokenOffError if failure in (BROKEN_OFF, CUT) else DeliveryError
                self._ended.append((key, None if failure is None else broken_off(failure)))


def start_sender() -> subprocess.Popen[bytes]:
    """Start the process, with pipes to it.

    Raises:
        OSError: there can be none.
    """
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "flows.alerts.sending", str(os.getpid()), str(DEADLINE_S)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


def hand_over(sender: subprocess.Popen[bytes], messages: Sequence[Mapping[str, Any]]) -> None:
    """Give `sender` the messages; where it has ended, nothing happens."""
    assert sender.stdin is not None  # noqa: S101 - a pipe
    with suppress(BrokenPipeError):
        sender.stdin.write(f"{json.dumps(messages)}\n".encode())
        sender.stdin.flush()


def end_sender(sender: subprocess.Popen[bytes]) -> None:
    """End the process and what it has begun, at once, and close the pipes."""
    _kill(sender)
    sender.wait()
    for pipe in (sender.stdin, sender.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


def _kill(sender: subprocess.Popen[bytes]) -> None:
    if sender.returncode is None:  # else its number may be another's by now
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(sender.pid, signal.SIGKILL)
