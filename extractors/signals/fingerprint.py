"""The fingerprint of a text: hashes of its word runs, a fixed sample of them, to find copies by.

Sampling by the hash itself keeps the same runs in every text, so that shared hashes estimate shared runs.
"""

import re
from collections.abc import Iterable

import xxhash

from extractors.signals.scripts import HAN, fold, script_language

#: Words per run; Chinese is written without spaces, there a run counts characters.
_WORD_RUN = 3
_HAN_RUN = 5
#: One hash in four is kept, unless fewer than twelve would remain.
SAMPLE = 4
_LEAST_KEPT = 12
#: A shingle has 31 bits of the hash of its run, and one more that says whether there is a digit in the run.
_HASH_BITS = 31
_MASK = (1 << _HASH_BITS) - 1
_TOKEN = re.compile(f"[{HAN}]|[^\\W_{HAN}]+")
_DIGIT = re.compile(r"\d")


def shingles(text: str, language: str | None) -> tuple[int, ...]:
    """Return the fingerprint of `text`: sampled 32-bit shingles, sorted and unique; empty for a text without words.

    `language` tells how long a run is; None lets the script tell.
    """
    tokens = _TOKEN.findall(fold(text).casefold())
    run = _HAN_RUN if (language or script_language(text)) in {"zh", "ja"} else _WORD_RUN
    if not tokens:
        return ()
    starts = range(max(1, len(tokens) - run + 1))
    found = {_shingle("\x1f".join(tokens[start : start + run])) for start in starts}
    kept = sampled(found)
    return tuple(sorted(kept if len(kept) >= _LEAST_KEPT else found))


def sampled(found: Iterable[int]) -> frozenset[int]:
    """Return those of the shingles that the fingerprint of a long text keeps.

    A short text keeps all of its own; with a long one it can only be compared by these.
    """
    return frozenset(shingle for shingle in found if shingle % SAMPLE == 0)


def is_sampled(fingerprint: Iterable[int]) -> bool:
    """Tell whether `fingerprint` is of a long text, of whose shingles a sample was kept."""
    return all(shingle % SAMPLE == 0 for shingle in fingerprint)


def has_digit(shingle: int) -> bool:
    """Tell whether there is a digit in the run of words that `shingle` stands for."""
    return shingle >> _HASH_BITS == 1


def count_words(text: str) -> int:
    """Count the words of `text`; every Chinese character counts as one."""
    return len(_TOKEN.findall(text))


def _shingle(run: str) -> int:
    part = xxhash.xxh3_64_intdigest(run.encode("utf-8", "surrogatepass")) & _MASK
    return part | (1 << _HASH_BITS if _DIGIT.search(run) else 0)
