"""The words of walls, compiled: see `walls.toml`."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("walls.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class WallWords:
    """What walls say: groups whose phrases are counted, patterns of which one is enough, whole titles by cause.

    `bot_marks` are plain pieces of markup in small letters.
    """

    bot: tuple[re.Pattern[str], ...]
    bot_marks: tuple[str, ...]
    consent: tuple[re.Pattern[str], ...]
    consent_buttons: tuple[re.Pattern[str], ...]
    consent_topic: re.Pattern[str]
    missing: tuple[re.Pattern[str], ...]
    paywall: tuple[re.Pattern[str], ...]
    script: re.Pattern[str]
    script_root: re.Pattern[str]
    loading: re.Pattern[str]
    titles: dict[str, re.Pattern[str]]


@cache
def wall_words() -> WallWords:
    """Return the words of walls, read once a process."""
    told = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return WallWords(
        bot=_each(told["bot"]),
        bot_marks=tuple(told["bot_marks"]),
        consent=_each(told["consent"]),
        consent_buttons=_each(told["consent_buttons"]),
        consent_topic=_any(told["consent_topic"]),
        missing=_each(told["missing"]),
        paywall=_each(told["paywall"]),
        script=_any(told["script"]),
        script_root=_any(told["script_root"]),
        loading=_any(told["loading"]),
        titles={cause: _any(patterns) for cause, patterns in told["titles"].items()},
    )


def _each(patterns: list[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
