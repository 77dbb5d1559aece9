"""What of the stored fingerprints is needed to tell the copies in a batch, however its articles come in pieces."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain

from extractors.records import CollectedArticle, article_id
from warehouse.copies import (
    BOILERPLATE_TEXTS,
    FOOTER_TEXTS,
    LEAST_ANCHORS,
    LEAST_SHARED,
    REACH,
    WINDOW,
    Fingerprint,
    ShingleIndex,
    anchors,
)
from warehouse.database import Connection, rows, run

#: Nothing more is read of a shingle that so many texts hold: two more than make it boilerplate, so that it stays
#: boilerplate where articles of the batch are revised or turn out to be copies.
_TEXTS_READ = BOILERPLATE_TEXTS + 2


def shingle_index(con: Connection, articles: Sequence[CollectedArticle]) -> ShingleIndex:
    """Return an index that knows all that is stored and can decide whether `articles` are copies.

    What it reads is bounded by `WINDOW`, `REACH` and the number of `articles`, however many are stored.
    """
    if not articles:
        return ShingleIndex()
    asked = [collected.signals.shingles for collected in articles]
    coming = Counter(chain.from_iterable(asked))
    ids = sorted({article_id(collected.article.url) for collected in articles})
    ((last, known),) = run(con, "fingerprint_numbers", ids=ids)
    window = _Window(con, last, len(articles))
    window.look_up(coming.keys())
    telling = [anchors(shingles) - window.common for shingles in asked]
    numbers = _before_window(con, telling, last).union(known, *map(window.sharing, asked))
    found = rows(con, "fingerprints_of", numbers=list(numbers)) if numbers else []
    whole = [Fingerprint(**row | {"shingles": tuple(row["shingles"])}) for row in found]
    window.look_up(set(chain.from_iterable(entry.shingles for entry in whole)))
    parts = window.parts(coming, numbers)
    return ShingleIndex(whole, parts=parts, common=window.common, last=last)


class _Window:
    """Which articles hold a shingle, of those that are or may still be in the window when one of the batch arrives."""

    def __init__(self, con: Connection, last: int, coming: int) -> None:
        self._con = con
        self._first = last - WINDOW
        self._first_after = last + coming - WINDOW
        self._looked_up: set[int] = set()
        self.holders: defaultdict[int, list[int]] = defaultdict(list)
        self.common: set[int] = set()
        run(con, "gather_window", after=self._first)

    def look_up(self, shingles: AbstractSet[int]) -> None:
        """Learn who holds the shingles, or that they are common; asks for those alone that are not known yet."""
        new = shingles - self._looked_up
        if not new:
            return
        self._looked_up |= new
        held = run(
            self._con,
            "shingles_held",
            shingles=list(new),
            after=self._first,
            boilerplate_after=self._first_after,
            texts=_TEXTS_READ,
        )
        for shingle, number in held:
            if number is None:
                self.common.add(shingle)
            else:
                self.holders[shingle].append(number)

    def sharing(self, shingles: Iterable[int]) -> list[int]:
        """Return the numbers of the articles that share enough of the shingles to be looked at."""
        found = (self.holders[shingle] for shingle in self.holders.keys() & shingles)
        counts = Counter(chain.from_iterable(found))
        return [number for number, count in counts.items() if count >= LEAST_SHARED]

    def parts(self, coming: Mapping[int, int], known: AbstractSet[int]) -> list[Fingerprint]:
        """Return what was learnt of the fingerprints of the articles in the window, but for those that are `known`.

        They share too little with any article of the batch to be alike, but count for boilerplate. `coming` says how
        many articles of the batch hold a shingle.
        """
        held: defaultdict[int, list[int]] = defaultdict(list)
        for shingle, numbers in self.holders.items():
            if len(numbers) + coming.get(shingle, 0) < FOOTER_TEXTS:
                continue  # too few to make it anyone's footer, even with all of the batch
            for number in numbers:
                held[number].append(shingle)
        wanted = [number for number in held if number not in known]
        found = rows(self._con, "texts_in_window", numbers=wanted)
        return [Fingerprint(**row, shingles=tuple(held[row["number"]])) for row in found]


def _before_window(con: Connection, asked: Sequence[AbstractSet[int]], last: int) -> set[int]:
    """Return the numbers of articles that share anchors with one asked for and are or will be before the window."""
    found = run(
        con,
        "fingerprints_with_anchors",
        asked=[{"text": text, "anchors": list(few)} for text, few in enumerate(asked)],
        least=LEAST_ANCHORS,
        after=last - REACH,
        until=last + len(asked) - WINDOW,
    )
    return {number for (number,) in found}
