"""Quantities as people write them into settings: days, and bytes with their unit."""

import re
from collections.abc import Callable
from datetime import timedelta

_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_SIZE = re.compile(r"(?P<number>[0-9]{1,15}(?:\.[0-9]{1,3})?)\s*(?P<unit>[KMGT]?B|)", re.IGNORECASE)
#: A hundred years: longer is a typing error.
_MOST_DAYS = 36_500


def days(least: int) -> Callable[[str], timedelta]:
    """Return what reads a whole number of days, `least` at the least; it raises ValueError saying what was expected."""

    def read(text: str) -> timedelta:
        if not text.isascii() or not text.isdigit() or not least <= int(text[:6]) <= _MOST_DAYS:
            raise ValueError(f"whole days from {least} to {_MOST_DAYS}")
        return timedelta(days=int(text))

    return read


def size(text: str) -> int:
    """Return the bytes that `text` says: `10GB`, `500 MB`, `1.5TB`, or a plain number; units of thousands.

    Raises:
        ValueError: it says nothing of the kind; with what was expected.
    """
    found = _SIZE.fullmatch(text)
    if found is None:
        raise ValueError("bytes, such as 10GB or 500MB")
    return int(float(found["number"]) * _UNITS[found["unit"].upper()])
