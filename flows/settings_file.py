"""The home's own file of settings: `NAME=VALUE` lines, as a shell or systemd would read them."""

import re
from pathlib import Path

FILE_NAME = "newswatch.env"
#: A line of it.
LINE = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<value>.*)")
_QUOTED = re.compile(r"""(?P<quote>["'])(?P<inside>.*)(?P=quote)""")


def file_values(home: Path) -> tuple[dict[str, str], list[str]]:
    """Return the values that stand in the file of `home`, and its faults; nothing where there is no file."""
    path = home / FILE_NAME
    faults: list[str] = []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}, faults
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{path}: cannot be read as UTF-8 text ({type(error).__name__})")
        return {}, faults
    values: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        match = LINE.fullmatch(stripped)
        if match is None:
            faults.append(f"{path}:{number}: expected NAME=VALUE, or a comment that starts with #")
        elif match["name"] == "NEWSWATCH_HOME":
            faults.append(f"{path}:{number}: NEWSWATCH_HOME cannot stand in the home's own file; use --home")
        elif value := unquoted(match["value"]):
            values[match["name"]] = value
    return values, faults


def unquoted(text: str) -> str:
    """Return the bare value of what stands behind `NAME=`: without its quotes, or without a comment after it."""
    quoted = _QUOTED.fullmatch(text)
    if quoted:
        return quoted["inside"]
    return re.split(r"\s#", text, maxsplit=1)[0].strip()
