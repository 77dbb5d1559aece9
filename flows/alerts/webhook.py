"""Web hooks: a message as JSON, signed after Standard Webhooks, to an address that Apprise has read.

Nothing of the warehouse is imported here, for the same reason as in `channel`.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from extractors.clock import system_clock
from flows.alerts.channel import ASKS, CUT, DeliveryError
from flows.alerts.signing import NO_SECRET, keys_of

#: Seconds for the connection, and between two bytes of the answer: less than a message may take in all.
CONNECT_S, ANSWER_S = 5.0, 15.0
#: The longest time that a channel may ask to be left alone.
LONGEST_WAIT = timedelta(days=1)

_ASKING = frozenset({429, 503})
_OK = range(200, 300)


def post(service: Any, message_id: str, payload: Mapping[str, Any], secret: str | None) -> None:
    """Send `payload` to the web hook `service` (Apprise's `json://` and `jsons://`).

    `message_id` is the same at each try, so that the receiver can tell a repeat. `secret` holds one key or several with
    blanks between, each signs; None for no signature. The time that is signed is that of this try. A redirection is
    a failure: what is signed is for one address.

    Raises:
        DeliveryError: with the reason in our own words, which holds no secret.
    """
    import httpx  # noqa: PLC0415 - takes 0.1 s, and most channels are no web hooks

    body = json.dumps(payload, ensure_ascii=False, sort_keys=True)
    headers = {"User-Agent": "newswatch", "Content-Type": "application/json", **service.headers}
    headers |= signed_headers(message_id, system_clock(), body, secret)
    try:
        with httpx.stream(
            service.method or "POST",
            _address(service),
            content=body.encode(),
            params=service.params or None,
            headers=headers,
            auth=(service.user, service.password or "") if service.user else None,
            verify=service.verify_certificate,
            timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S),
        ) as answer:
            if answer.status_code not in _OK:
                raise DeliveryError(_refused(answer.status_code, answer.headers.get("retry-after")))
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
        raise DeliveryError("no connection to the channel") from error
    except httpx.TransportError as error:
        raise DeliveryError(CUT) from error
    except (httpx.InvalidURL, ValueError) as error:
        raise DeliveryError("the address is none that can be asked") from error


def signed_headers(message_id: str, at: datetime, body: str, secret: str | None) -> dict[str, str]:
    """Return the headers that Standard Webhooks asks for, of a message sent at `at`.

    Raises:
        DeliveryError: a key of `secret` cannot be one.
    """
    from standardwebhooks import Webhook  # noqa: PLC0415 - as above

    headers = {"webhook-id": message_id, "webhook-timestamp": str(int(at.timestamp()))}
    if secret is None:
        return headers
    try:
        signatures = [Webhook(key).sign(message_id, at.astimezone(UTC), body) for key in keys_of(secret)]
    except Exception as error:  # the library raises errors of its own and of base64
        raise DeliveryError(NO_SECRET) from error
    return headers | {"webhook-signature": " ".join(signatures)}


def _address(service: Any) -> str:
    host = f"[{service.host}]" if ":" in service.host else service.host
    port = f":{service.port}" if service.port else ""
    return f"{'https' if service.secure else 'http'}://{host}{port}{service.fullpath or '/'}"


def _refused(status: int, retry_after: str | None) -> str:
    told = f"the channel answered with status {status}"
    seconds = _seconds(retry_after) if status in _ASKING else None
    return told if seconds is None else f"{told}; {ASKS.replace('SECONDS', str(seconds))}"


def _seconds(retry_after: str | None) -> int | None:
    """Return how long a channel asks to be left alone, in seconds; None where it does not."""
    if retry_after is None:
        return None
    try:
        wait = float(retry_after)
    except ValueError:
        try:
            wait = (parsedate_to_datetime(retry_after).astimezone(UTC) - system_clock()).total_seconds()
        except (ValueError, OverflowError):  # no date, or one that no clock can show
            return None
    return int(min(max(wait, 0.0), LONGEST_WAIT.total_seconds())) if wait == wait else None  # noqa: PLR0124 - not a number
