"""The fingerprint of a text: hashes of its word runs, a fixed sample of them, to find copies by.

Sampling by the hash itself keeps the same runs in every text, so that shared hashes estimate shared runs.
"""

import re

import xxhash

from extractors.signals.scripts import HAN, fold, script_language

#: Words per run; Chinese is written without spaces, there a run counts characters.
_WORD_RUN = 3
_HAN_RUN = 5
#: One hash in four is kept, unless fewer than twelve would remain.
_SAMPLE = 4
_LEAST_KEPT = 12
_MASK = (1 << 63) - 1
_TOKEN = re.compile(f"[{HAN}]|[^\\W_{HAN}]+")


def shingles(text: str, language: str | None) -> tuple[int, ...]:
    """Return the fingerprint of `text`: sampled 63-bit hashes, sorted and unique; empty for a text without words.

    `language` tells how long a run is; None lets the script tell.
    """
    tokens = _TOKEN.findall(fold(text).casefold())
    run = _HAN_RUN if (language or script_language(text)) in {"zh", "ja"} else _WORD_RUN
    if not tokens:
        return ()
    starts = range(max(1, len(tokens) - run + 1))
    hashes = {_hash("\x1f".join(tokens[start : start + run])) for start in starts}
    kept = {value for value in hashes if value % _SAMPLE == 0}
    return tuple(sorted(kept if len(kept) >= _LEAST_KEPT else hashes))


def count_words(text: str) -> int:
    """Count the words of `text`; every Chinese character counts as one."""
    return len(_TOKEN.findall(text))


def _hash(run: str) -> int:
    return xxhash.xxh3_64_intdigest(run.encode("utf-8", "surrogatepass")) & _MASK
