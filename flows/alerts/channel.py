"""A message to a channel, by Apprise, in this very process: it may hang there for as long as the channel likes.

Nothing of the warehouse is imported here, so that the process that sends (`flows.alerts.sending`) starts soon.
"""

import html
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from extractors.errors import NewswatchError
from flows.alerts.escaping import escaped_markdown, without_calls

#: Said of a message that may have arrived: the channel broke off before it had answered.
CUT = "the connection broke off before the channel had answered"
#: Said of a channel that asks to be left alone for so long.
ASKS = "it asks to wait SECONDS s"

#: Seconds between two bytes of an answer, where the address asks for no other (`rto=`): Apprise would wait 4 s, and a
#: message that a slow channel has taken would be sent again.
ANSWER_S = 15.0

#: Said of a message that a service did not take, without a word why.
NOT_TAKEN = "the channel did not take the message"

_STATUS = re.compile(r"error=(\d{3})\b")
_ANSWERED = re.compile(r"answered with status (\d{3})\b")
#: Status codes that are about what was sent: of the web, and of mail servers (RFC 5321, 4.2.3).
_REFUSALS = frozenset({"400", "413", "414", "415", "422", "431", "550", "552", "554"})
#: What a mail server answered, in Apprise's log: `(554, b'…')`, also by recipient; or what it does not offer.
_MAIL_STATUS = re.compile(r"Socket Exception: .*?\((\d{3}), b['\"]")
_NOT_OFFERED = re.compile(r"Socket Exception: (?:SMTP )?([A-Z]+) extension not supported")
#: How a connection ends in Apprise's log after the message had been handed over, perhaps.
_CUT_OFF = re.compile(
    r"Connection aborted|RemoteDisconnected|Read timed out|ConnectionReset|unexpectedly closed|timed out\b(?!.*connect)"
)
_WEB = re.compile(r"^http(s?)://", re.IGNORECASE)
_WEB_HOOKS = frozenset({"json", "jsons"})
#: Services that read plain text as Markdown too.
_MARKDOWN = frozenset({"discord", "mmost", "mmosts", "rocket", "rockets", "zulip"})
#: Services whose Markdown is another one, in which nothing can be escaped; plain text they show as it is, but for `<…>`
#: in two of them, which calls people or hides an address even there.
_OWN_MARKUP = frozenset({"slack", "gchat", "whatsapp"})


class DeliveryError(NewswatchError):
    """A message could not be sent; the text says why and holds no secret."""


def is_refusal(error: str) -> bool:
    """Tell whether a channel may have refused the message for what it is, and not any message at this time."""
    match = _ANSWERED.search(error)
    return match[1] in _REFUSALS if match else error.endswith(NOT_TAKEN)


def make_ready() -> None:
    """Load what sending needs, for the forks of this process: each would take 0.2 s of processor time for it."""
    import apprise  # noqa: PLC0415 - takes 0.3 s, and most cycles send nothing

    apprise.Apprise().add("json://127.0.0.1/")  # with the first address it loads all kinds of channel


def send_here(message: Mapping[str, Any]) -> None:
    """Send one message by Apprise: `url`, `title`, `body`, and what there is of `markdown`, `html` and `hook`.

    Each service gets the form that it shows. A web hook gets the JSON of `hook`, under the id `message_id`, signed with
    `secret` where there is one; an address of the web that is no service Apprise knows is a web hook.

    Raises:
        DeliveryError: with the reason in our own words: Apprise's own log lines may hold the URL.
    """
    with _log_of_apprise() as lines:
        channel = _channel(message["url"])
        for service in channel:
            if message.get("hook") and _scheme(service) in _WEB_HOOKS:
                from flows.alerts.webhook import post  # noqa: PLC0415 - only where it is one

                post(service, message["message_id"], message["hook"], message.get("secret"))
            elif not _notify(channel, service, message):
                raise DeliveryError(_reason(lines))


def _channel(url: str) -> Any:
    """Return what Apprise makes of the address.

    Raises:
        DeliveryError: it makes nothing of it.
    """
    import apprise  # noqa: PLC0415 - takes 0.3 s, and most cycles send nothing

    channel = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False))
    if not (channel.add(url) or channel.add(_WEB.sub(_as_web_hook, url, count=1))):
        raise DeliveryError("the URL is not one that Apprise understands")
    for service in channel:  # a service refuses what is too long for it; several messages it takes
        if service.overflow_mode == apprise.OverflowMode.UPSTREAM:
            service.overflow_mode = apprise.OverflowMode.SPLIT
        if service.socket_read_timeout == type(service).socket_read_timeout:  # none was asked for
            service.socket_read_timeout = ANSWER_S
    return channel


def _notify(channel: Any, service: Any, message: Mapping[str, Any]) -> bool:
    """Send the message to one service in the form that it shows; tell whether it took it."""
    import apprise  # noqa: PLC0415 - as above

    form, body = _form(service, message)
    title = message["title"]
    if service.title_maxlen <= 0 and form != "text":  # it becomes a part of the body
        title = html.escape(title) if form == "html" else escaped_markdown(title)
    alone = apprise.Apprise(asset=channel.asset)
    alone.add(service)
    if form == "text":  # else a service would read the marks of its own in it
        service.notify_format = apprise.NotifyFormat.TEXT
    return bool(alone.notify(title=title, body=body, body_format=apprise.NotifyFormat(form)))


def _form(service: Any, message: Mapping[str, Any]) -> tuple[str, str]:
    """Return the form that the service shows, and the message in it; plain text where there is no other."""
    form, scheme = str(service.notify_format.value), _scheme(service)
    if scheme in _MARKDOWN:
        form = "markdown"
    elif scheme in _OWN_MARKUP and form == "markdown":
        form = "text"
    if form == "text" or not message.get(form):
        return "text", without_calls(message["body"], scheme)
    return form, message[form]


def _scheme(service: Any) -> str:
    return str(service.url(privacy=True)).partition(":")[0]


def _as_web_hook(match: re.Match[str]) -> str:
    return "jsons://" if match[1] else "json://"


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
    logger.setLevel(logging.DEBUG)  # only there it says how a connection ended
    try:
        yield handler.lines
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate
        logger.setLevel(level)


def _reason(lines: Sequence[str]) -> str:
    text = "\n".join(lines)
    if _CUT_OFF.search(text):
        return CUT
    if status := _STATUS.search(text):
        return f"the channel answered with status {status[1]}"
    if status := _MAIL_STATUS.search(text):
        return f"the mail server answered with status {status[1]}"
    if lacking := _NOT_OFFERED.search(text):
        return f"the mail server does not offer {lacking[1]}, which the address asks for"
    if "onnection error" in text:
        return "no connection to the channel"
    return NOT_TAKEN
