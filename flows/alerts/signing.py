"""What web hooks of a rule are signed with: keys from a variable of the environment, or what is wrong with them."""

from base64 import b64decode
from collections.abc import Mapping, Sequence

from extractors.watch import AlertRule
from flows.alerts.channel import DeliveryError

#: Said of a secret that holds something else than keys.
NO_SECRET = "the secret is none: expected `whsec_` and base64"  # noqa: S105 - what is said of one

_PREFIX = "whsec_"


def secret_of(rule: AlertRule, environment: Mapping[str, str]) -> str | None:
    """Return what web hooks of `rule` are signed with, None for unsigned ones.

    Raises:
        DeliveryError: the variable that should hold it is missing, empty or holds no keys: nothing goes out unsigned
            then. The text holds no secret.
    """
    if rule.secret is None:
        return None
    name = rule.secret.removeprefix("env:")
    found = environment.get(name, "").strip()
    if not found:
        raise DeliveryError(f"the environment variable {name} of the secret is not set")
    try:
        keys_of(found)
    except ValueError as error:
        raise DeliveryError(f"{name}: {NO_SECRET}") from error
    return found


def secret_fault(rule: AlertRule, environment: Mapping[str, str]) -> str | None:
    """Return why nothing of `rule` can be signed that should be, None where it can or need not."""
    try:
        secret_of(rule, environment)
    except DeliveryError as error:
        return str(error)
    return None


def keys_of(secret: str) -> Sequence[str]:
    """Return the keys of a secret, one or several with blanks between.

    Raises:
        ValueError: there is none, or one is not `whsec_` and base64.
    """
    keys = secret.split()
    if not keys or not all(key.startswith(_PREFIX) for key in keys):
        raise ValueError("expected `whsec_` and base64")
    for key in keys:
        text = key.removeprefix(_PREFIX).rstrip("=")
        if not b64decode(f"{text}==", validate=True):  # the library lets anything pass
            raise ValueError("expected `whsec_` and base64")
    return keys
