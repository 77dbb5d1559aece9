"""Small notes beside the warehouse: what must be written and read while the warehouse cannot be, and on a full disk.

A note is written over its own bytes, which takes no new room once it is there. One that was cut short by a power cut
reads as none.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

#: Bytes of a note.
LENGTH = 32_768


def write_note(path: Path, told: Mapping[str, Any]) -> None:
    """Write `told`, JSON, in place of what the note said.

    Raises:
        OSError: it could not be written.
        ValueError: it is too long for a note.
    """
    text = json.dumps(told, ensure_ascii=True).encode()
    if len(text) > LENGTH:
        raise ValueError(f"{path}: a note of {len(text)} bytes is too long")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        os.pwrite(handle, text.ljust(LENGTH), 0)
    finally:
        os.close(handle)


def read_note(path: Path) -> dict[str, Any] | None:
    """Return what the note says, None where there is none that can be read."""
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) else None
