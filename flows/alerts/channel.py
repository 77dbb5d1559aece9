"""A message to a channel, by Apprise, in this very process: it may hang there for as long as the channel likes.

Nothing of the warehouse is imported here, so that the process that sends (`flows.alerts.sending`) starts soon.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from extractors.errors import NewswatchError

_STATUS = re.compile(r"error=(\d{3})\b")


class DeliveryError(NewswatchError):
    """A message could not be sent; the text says why and holds no secret."""


def make_ready() -> None:
    """Load what sending needs, for the forks of this process: each would take 0.2 s of processor time for it."""
    import apprise  # noqa: PLC0415 - takes 0.3 s, and most cycles send nothing

    apprise.Apprise().add("json://127.0.0.1/")  # with the first address it loads all kinds of channel


def send_here(url: str, title: str, body: str) -> None:
    """Send one message by Apprise.

    Raises:
        DeliveryError: with the reason in our own words: Apprise's own log lines may hold the URL.
    """
    import apprise  # noqa: PLC0415 - takes 0.3 s, and most cycles send nothing

    with _log_of_apprise() as lines:
        channel = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False))
        if not channel.add(url):
            raise DeliveryError("the URL is not one that Apprise understands")
        for service in channel:  # a service refuses what is too long for it; several messages it takes
            if service.overflow_mode == apprise.OverflowMode.UPSTREAM:
                service.overflow_mode = apprise.OverflowMode.SPLIT
        sent = channel.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
    if not sent:
        raise DeliveryError(_reason(lines))


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def _log_of_apprise() -> Iterator[list[str]]:
    """Catch what Apprise logs, and keep it from everyone else: it may hold the URL."""
    logger, handler = logging.getLogger("apprise"), _Lines()
    level, propagate = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    try:
        yield handler.lines
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate
        logger.setLevel(level)


def _reason(lines: Sequence[str]) -> str:
    text = "\n".join(lines)
    if status := _STATUS.search(text):
        return f"the channel answered with status {status[1]}"
    if "onnection error" in text:
        return "no connection to the channel"
    return "the channel did not take the message"
