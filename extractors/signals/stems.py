"""The words of articles as they are compared: each by the number of its stem, so that hundreds are compared at once."""

import struct
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from zlib import crc32

from extractors.signals.portrait import LEAST_LETTERS, Told, rarity
from extractors.signals.scripts import is_han

#: So long is the stem of a word.
_STEM = 8
#: Weights are counted in tenths, which is what those of the parts are made of, and no higher than two bytes hold.
_TENTHS, _MOST = 10, 0xFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The different words of an article.

    `stems` are 4 bytes each, the CRC-32 of the stem, ascending: of ten thousand stems two share one once in 90 times,
    and then these two words count as one. `tenths` are 2 bytes each, in the same order: ten times the sum of the
    weights of the places at which the word stands. Both little-endian.
    """

    stems: bytes = b""
    tenths: bytes = b""

    def __len__(self) -> int:
        """Return how many different words there are."""
        return len(self.stems) // 4


def weighed(words: Told) -> Words:
    """Return the words of an article with weights by place and number; stems, for Chinese pairs of characters.

    They can be compared with those of an article in the same language only.
    """
    counts: defaultdict[int, int] = defaultdict(int)
    for weight, tokens in words:
        tenths = round(weight * _TENTHS)
        for stem, times in Counter(chain.from_iterable(map(_stems, tokens))).items():
            counts[stem] += tenths * times
    stems = sorted(counts)
    return Words(
        stems=struct.pack(f"<{len(stems)}I", *stems),
        tenths=struct.pack(f"<{len(stems)}H", *(min(counts[stem], _MOST) for stem in stems)),
    )


def cosines(mine: Words, others: Sequence[Words]) -> list[float]:
    """Return how much `mine` has in common with each of the others, 0 to 1: the cosine of weights.

    A word weighs 1 + log(1 + the sum of its places), times how rare it is among all of these articles.
    """
    import numpy as np  # noqa: PLC0415 - takes 0.1 s, and only whoever compares needs it

    everyone = (mine, *others)
    stems = np.frombuffer(b"".join(one.stems for one in everyone), dtype="<u4")
    tenths = np.frombuffer(b"".join(one.tenths for one in everyone), dtype="<u2")
    owner = np.repeat(np.arange(len(everyone)), [len(one) for one in everyone])
    _, stem = np.unique(stems, return_inverse=True)
    holders = np.bincount(stem)
    rare = np.array([rarity(count, len(everyone)) for count in range(len(everyone) + 1)])
    weights = (1 + np.log1p(tenths / _TENTHS)) * rare[holders[stem]]
    in_mine = np.zeros(len(holders))
    in_mine[stem[: len(mine)]] = weights[: len(mine)]
    dots = np.bincount(owner, weights=weights * in_mine[stem], minlength=len(everyone))
    squares = np.bincount(owner, weights=weights**2, minlength=len(everyone))
    lengths = np.sqrt(squares * squares[0])
    found = np.divide(dots, lengths, out=np.zeros(len(everyone)), where=lengths > 0)
    return [float(one) for one in np.minimum(found[1:], 1.0)]


@lru_cache(maxsize=1 << 16)
def _stems(token: str) -> tuple[int, ...]:
    """Return what of a word is compared: its stem, for Chinese all pairs of characters. Texts repeat the same words."""
    if is_han(token[0]):
        return tuple(_number(token[start : start + 2]) for start in range(len(token) - 1))
    return (_number(token.casefold()[:_STEM]),) if len(token) >= LEAST_LETTERS else ()


def _number(stem: str) -> int:
    return crc32(stem.encode("utf-8", "replace"))
