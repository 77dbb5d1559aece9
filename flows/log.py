"""Logging: one line per unit of work to standard error, JSON unless a person watches, never with a secret."""

import logging
import re
import sys
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

#: Schemes whose URLs are addresses of documents. All others (`slack://`, `mailto://` …) are channels of
#: Apprise, whose URLs hold tokens and passwords in every part.
_OPEN_SCHEMES = ("http", "https", "file")
_URL = re.compile(r"\b(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>[^\s\"'<>]*)")
_USERINFO = re.compile(r"^[^/?#\s]*@")
_SECRET_FIELD = re.compile(
    r"(?P<name>[?&;](?:access_?token|api_?key|auth|key|passw(?:or)?d|pwd|secret|sig|signature|token)=)[^&;#\s]*",
    re.IGNORECASE,
)
_WEBHOOK = re.compile(r"^[^/]*/(?:.*/)?webhooks?(?:b2)?/", re.IGNORECASE)
_HOOK_HOST = re.compile(r"^(?:hooks?|webhooks?)\.[^/]*", re.IGNORECASE)
_MASK = "***"
#: Control characters but for breaks and tabs, and marks that turn the direction of text.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_SHORTEST_SECRET = 6


def without_secrets(text: str, secrets: Collection[str] = ()) -> str:
    """Return `text` with what may be secret replaced by `***`.

    That is: user and password in a URL, everything after the scheme of an Apprise URL, the path of a web
    hook, fields of a URL's query named like a key, and every one of `secrets` as it stands.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, _MASK)
    return _URL.sub(_mask_url, text) if "://" in text else text


def _mask_url(match: re.Match[str]) -> str:
    scheme, rest = match["scheme"], match["rest"]
    if scheme.lower() not in _OPEN_SCHEMES:
        return f"{scheme}://{_MASK}"
    rest = _USERINFO.sub(f"{_MASK}@", rest)
    if _HOOK_HOST.match(rest) or _WEBHOOK.match(rest):
        return f"{scheme}://{rest.partition('/')[0]}/{_MASK}"
    return f"{scheme}://" + _SECRET_FIELD.sub(rf"\g<name>{_MASK}", rest)


def configure_logging(level: str, secrets: Collection[str] = (), *, json_lines: bool | None = None) -> None:
    """Send log lines of `level` (`debug`, `info`, `warning`, `error`) and above to standard error.

    `secrets` are masked wherever they appear. `json_lines` None decides by standard error: JSON when it is no
    terminal. Warnings of other libraries come out in the same form.
    """
    as_json = not sys.stderr.isatty() if json_lines is None else json_lines
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        secret_remover(secrets),
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=True)
    )
    if not as_json:
        shared.append(_steer_nothing)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: _Lines(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _adopt_other_libraries(shared, renderer)


def secret_remover(secrets: Collection[str] = ()) -> Processor:
    """Return a processor that masks secrets in every field of a line, nested ones too."""
    masked = frozenset(secrets)

    def remove(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {name: _clean(value, masked) for name, value in event.items()}

    return remove


def _steer_nothing(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Make visible in every field what could steer the terminal that a line is printed to."""
    return {
        name: _STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", value)
        if isinstance(value, str)
        else value
        for name, value in event.items()
    }


def _clean(value: Any, secrets: Collection[str]) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {name: _clean(inner, secrets) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(inner, secrets) for inner in value]
    return without_secrets(str(value), secrets)


class _Lines(structlog.PrintLogger):
    """Writes lines as far as they are taken: one that a full disk or a closed pipe refuses ends nobody's work."""

    def msg(self, message: str) -> None:
        with suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


class _StandardError(logging.StreamHandler[Any]):
    """Writes to what standard error is at the moment, as the program's own lines do."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def _adopt_other_libraries(shared: list[Processor], renderer: Processor) -> None:
    handler = _StandardError()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    for old in [old for old in root.handlers if isinstance(old, _StandardError)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
