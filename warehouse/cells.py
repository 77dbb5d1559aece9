"""Values of the warehouse as the cells of JSON and CSV."""

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

#: What programs of tables take for a formula at the start of a cell (OWASP, "CSV Injection"), behind any apostrophes:
#: the rule can be turned round (`unguarded`).
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
#: What could steer a terminal and JSON leaves as it is: control characters, marks that turn the direction of text,
#: separators of lines, halves of surrogate pairs.
_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")

Rows = Sequence[Sequence[Any]]


def plain(value: Any) -> Any:
    """Return `value` in terms of JSON: moments as ISO 8601 in UTC, durations in seconds, bytes in hex."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return in_utc(value).isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    return str(value)


def in_utc(moment: datetime) -> datetime:
    """Return an aware moment in UTC, one without a zone as it is."""
    return moment.astimezone(UTC) if moment.tzinfo else moment


def guarded(text: str) -> str:
    """Return `text` with an apostrophe before it where a program of tables would take it for a formula.

    What begins with apostrophes and goes on like a formula gets one more, so that `unguarded` gives back what was.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Return what `guarded` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def csv_cell(value: Any, *, exact: bool = False) -> str:
    """Return the text of a cell: empty for None, `true` and `false`, `nan` and `inf`, lists and records as JSON.

    Text is `guarded`; not with `exact` True.
    """
    if isinstance(value, str):
        return value if exact else guarded(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no word for it; an empty cell would say that nothing is known
    simple = plain(value)
    if simple is None:
        return ""
    return json.dumps(simple, ensure_ascii=False) if isinstance(simple, list | dict) else str(simple)


def csv_text(columns: Sequence[str], chunks: Iterable[Rows], *, exact: bool = False) -> Iterator[str]:
    """Yield CSV (RFC 4180: a head, lines that end with CR LF, quotes doubled), a piece a chunk; `exact` as above."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(csv_cell(name, exact=exact) for name in columns)
    yield text.getvalue()
    for rows in chunks:
        text.seek(0)
        text.truncate()
        writer.writerows([csv_cell(value, exact=exact) for value in row] for row in rows)
        yield text.getvalue()


def json_text(columns: Sequence[str], chunks: Iterable[Rows]) -> Iterator[str]:
    """Yield a JSON array with an object a row, a piece a chunk; columns of one name are numbered."""
    names = different(columns)
    before = "[\n"
    for rows in chunks:
        objects = [_object(names, row) for row in rows]
        if objects:
            yield before + ",\n".join(objects)
            before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def json_lines(columns: Sequence[str], chunks: Iterable[Rows]) -> Iterator[str]:
    """Yield JSON Lines, an object a row, a piece a chunk."""
    names = different(columns)
    for rows in chunks:
        told = [
            json.dumps(
                {name: plain(value) for name, value in zip(names, row, strict=True)}, ensure_ascii=False
            )
            for row in rows
        ]
        yield "".join(f"{line}\n" for line in told)


def harmless_json(text: str) -> str:
    r"""Return JSON that says the same, with every character that could steer a terminal written as `\u009b`."""
    return _STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def different(columns: Sequence[str]) -> list[str]:
    """Number names that come again, so that no column is lost in a JSON object."""
    names: list[str] = []
    for name in columns:
        number, unique = 2, name
        while unique in names:
            unique, number = f"{name}_{number}", number + 1
        names.append(unique)
    return names


def _object(names: Sequence[str], row: Sequence[Any]) -> str:
    """Return a row as an object, set in by two spaces as an element of an array."""
    fields = {name: plain(value) for name, value in zip(names, row, strict=True)}
    text = json.dumps(fields, ensure_ascii=False, indent=2, allow_nan=False)
    return "  " + harmless_json(text).replace("\n", "\n  ")
