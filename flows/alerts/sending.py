"""The process that sends messages for others: `python -m flows.alerts.sending PARENT SECONDS`.

A process of its own, ended with its parent, so that a channel that hangs or breaks something takes nobody with it.
Each line of standard input is a list of messages in JSON, `{"id", "url", "title", "body"}` each, so that no secret
stands on a command line. Each is answered with a line on standard output, `{"id": null}` for what was sent, else why
not. Each is sent by a fork that is ended after so many seconds: Apprise bounds the time between two bytes, not that of
an answer.
"""

import json
import os
import signal
import sys
from contextlib import suppress

from flows.alerts.channel import DeliveryError, send_here
from flows.leash import leash

#: Seconds that sending one message may take: several times what Apprise grants a channel that is silent (4 s).
DEADLINE_S = 20
#: Said of a message that may have arrived all the same.
BROKEN_OFF = f"it took longer than {DEADLINE_S} s, or broke off"


def main() -> None:
    """Send what standard input says until it ends, each message for itself, and print what became of each."""
    parent, deadline_s = int(sys.argv[1]), int(sys.argv[2])
    leash(parent)
    signal.alarm(DEADLINE_S)
    import apprise  # noqa: F401, PLC0415 - here, once, and not in each fork

    signal.alarm(0)
    for line in sys.stdin:
        for message in json.loads(line):
            answer = {message["id"]: _sent_apart(message, deadline_s)}
            os.write(sys.stdout.fileno(), f"{json.dumps(answer)}\n".encode())


def _sent_apart(message: dict[str, str], deadline_s: int) -> str | None:
    """Send one message in a fork; return why that failed, None where it was sent."""
    if not message["url"]:
        return "the environment variable is not set"
    reading, writing = os.pipe()
    parent = os.getpid()
    fork = os.fork()
    if not fork:
        signal.alarm(deadline_s)  # which ends it whatever it does
        leash(parent)
        os.write(writing, json.dumps(_sent(message)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        told = answer.read()
    os.waitpid(fork, 0)
    with suppress(ValueError):
        failure: str | None = json.loads(told)
        return failure
    return BROKEN_OFF


def _sent(message: dict[str, str]) -> str | None:
    try:
        send_here(message["url"], message["title"], message["body"])
    except DeliveryError as error:
        return str(error)
    except BaseException as error:  # noqa: BLE001 - a fork must never go on as its parent; the text may hold the URL
        return f"sending it broke off: {type(error).__name__}"
    return None


if __name__ == "__main__":
    main()
