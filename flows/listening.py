"""Where the program may listen: an address of this machine alone, unless it is said in so many words."""

import ipaddress
import re

_ADDRESS = re.compile(
    r"(?P<open>open:)?(?P<host>[0-9.]+|\[[0-9a-fA-F:]+\]|localhost):(?P<port>[0-9]{1,5})", re.IGNORECASE
)
_MAX_PORT = 65_535


def listening_address(text: str) -> tuple[str, int]:
    """Return host and port of `127.0.0.1:9464`, `[::1]:9464`, or, for other machines to read, `open:0.0.0.0:9464`.

    Raises:
        ValueError: it is none, or not of this machine alone and does not say `open:`; with what was expected.
    """
    found = _ADDRESS.fullmatch(text)
    if found is None or not 0 < int(found["port"]) <= _MAX_PORT:
        raise ValueError("an address and a port, such as 127.0.0.1:9464 or [::1]:9464")
    host = "127.0.0.1" if found["host"].lower() == "localhost" else found["host"].strip("[]")
    try:
        own = ipaddress.ip_address(host).is_loopback
    except ValueError:
        raise ValueError("an address and a port, such as 127.0.0.1:9464 or [::1]:9464") from None
    if not own and not found["open"]:
        raise ValueError(
            "an address of this machine alone, such as 127.0.0.1:9464; for others to read it too, write open: before it"
        )
    return host, int(found["port"])
