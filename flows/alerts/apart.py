"""Messages sent by another process (`flows.alerts.sending`), so that no channel can keep this one for long."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from threading import Timer

from flows.alerts.channel import DeliveryError
from flows.alerts.sending import BROKEN_OFF, DEADLINE_S

#: Seconds after which the process is ended that does not answer: it takes 0.4 s to start, and has a deadline itself.
SILENT_S = DEADLINE_S + 10.0


class BrokenOffError(DeliveryError):
    """A message whose sending was ended: it may have arrived all the same."""


class Apart:
    """Sends messages one by one by a process that is started with the first one and kept until `close`."""

    def __init__(self) -> None:
        """Make ready; nothing is started."""
        self._sender: subprocess.Popen[str] | None = None

    def send(self, url: str, title: str, body: str) -> None:
        """Send one message; come back within `SILENT_S`.

        Raises:
            DeliveryError: with the reason, without secrets. BrokenOffError: it may have arrived.
        """
        try:
            if self._sender is None:
                self._sender = start_sender()
        except OSError as error:
            raise DeliveryError(f"no process could be started: {error.strerror}") from None
        answer = _asked(self._sender, {"id": "", "url": url, "title": title, "body": body})
        try:
            failure = json.loads(answer)[""]
        except (ValueError, KeyError):
            self.close()
            raise BrokenOffError(BROKEN_OFF) from None
        if failure is not None:
            raise (BrokenOffError if failure == BROKEN_OFF else DeliveryError)(failure)

    def close(self) -> None:
        """End the process."""
        if self._sender is not None:
            end_sender(self._sender)
            self._sender = None


def start_sender() -> subprocess.Popen[str]:
    """Start the process, with pipes to it.

    Raises:
        OSError: there can be none.
    """
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "flows.alerts.sending", str(os.getpid()), str(DEADLINE_S)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def hand_over(sender: subprocess.Popen[str], messages: Sequence[dict[str, str]]) -> None:
    """Give `sender` the messages; where it has ended, nothing happens."""
    assert sender.stdin is not None  # noqa: S101 - a pipe
    with suppress(BrokenPipeError):
        sender.stdin.write(json.dumps(messages) + "\n")
        sender.stdin.flush()


def end_sender(sender: subprocess.Popen[str]) -> None:
    """End the process and what it has begun, at once, and close the pipes."""
    _kill(sender)
    sender.wait()
    for pipe in (sender.stdin, sender.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


def _asked(sender: subprocess.Popen[str], message: dict[str, str]) -> str:
    """Return the answer of `sender`, empty where it had to be ended."""
    silent = Timer(SILENT_S, _kill, (sender,))
    silent.daemon = True
    silent.start()
    try:
        hand_over(sender, [message])
        assert sender.stdout is not None  # noqa: S101 - a pipe
        return sender.stdout.readline()
    finally:
        silent.cancel()


def _kill(sender: subprocess.Popen[str]) -> None:
    if sender.returncode is None:  # else its number may be another's by now
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(sender.pid, signal.SIGKILL)
