"""The word lists beside the code: what a rule knows of a language is data, read once per process."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def word_list(name: str) -> dict[str, Any]:
    """Return the table of `lexicons/NAME.toml`; the same object at every call, not to be changed.

    Raises:
        FileNotFoundError: there is no such list.
    """
    path = resources.files("extractors.signals") / "lexicons" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
