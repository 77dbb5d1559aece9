"""One state of the search index as it is read: the best articles for a query, those that share most, what is kept."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import tantivy
from tantivy import Occur
from tantivy import Query as Asked

from warehouse.search_asked import Asking, any_of, between, counting, having, moment, narrowed
from warehouse.search_faults import told_apart
from warehouse.search_kept import COPY, Compared, unpacked, unpacked_texts
from warehouse.search_query import Narrowing, Query, Ranked, Ranking

_Read = TypeVar("_Read")

#: What a part can count at the most: BM25 is below 2.2 · ln(1 + articles), here of 100 million, in all three fields.
_MOST_OF_A_PART = 400
#: So many more than are wanted are looked at, so that of articles that fit equally well the newest are taken.
_TIES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An article of the index, and what it is compared by."""

    article_id: str
    reported_at: datetime
    compared: Compared


class Reader:
    """One state of an index."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        """Read with `searcher`."""
        self._searcher = searcher

    def size(self) -> int:
        """Return how many articles it holds."""
        return int(self._searcher.num_docs)

    def holds(self, ids: Sequence[str], *, after: int) -> int:
        """Return how many of these articles it holds with a number higher than `after`."""
        asked = Asked.boolean_query(
            [(Occur.Must, any_of(ids)), (Occur.Must, between("number", after + 1, None))]
        )
        with told_apart():
            return _count(self._searcher.search(asked, 1))

    def holders(self, field: str, term: str) -> int:
        """Return how many articles hold a term in a field, those among them that have been revised since."""
        with told_apart():
            return int(self._searcher.doc_freq(field, term))

    def find(self, article_id: str) -> tuple[Held, str, str] | None:
        """Return an article by its id with its title and text, None where it is not there."""
        with told_apart():
            found = self._searcher.search(any_of([article_id]), 1, count=False).hits
            if not found:
                return None
            places = [place for _, place in found]
            ((_, _, (title, text)),) = self._stored(places, "texts", unpacked_texts)
            return self._held(places)[0], title, text

    def nearest(self, weights: Iterable[tuple[Asked, float]], most: int, without: Sequence[str]) -> "Weighed":
        """Return at most `most` originals with the highest sum of the weights of what they fit, the newest first.

        Each with its sum. `without` are articles to pass over.
        """
        clauses = [(Occur.Should, counting(asked, weight)) for asked, weight in weights]
        asked = Asked.boolean_query(
            [
                (Occur.Must, Asked.boolean_query(clauses)),
                (Occur.MustNot, having(COPY)),
                (Occur.MustNot, any_of(without)),
            ]
        )
        with told_apart():
            ordered = self._newest_first(self._searcher.search(asked, most + _TIES, count=False))[:most]
            held = self._held([place for _, _, place in ordered])
            return tuple((score, one) for (score, _, _), one in zip(ordered, held, strict=True))

    def best(
        self,
        query: Query,
        narrowing: Narrowing,
        most: int,
        *,
        only: Sequence[str] | None = None,
        without: Sequence[str] = (),
    ) -> Ranking:
        """Return at most `most` articles, the best first, and how many there are in all.

        Those with most parts of the query come first; of these, those with the highest sum of BM25 over the parts; then
        the newest. `only` are the articles to choose from (None: all), `without` are some to pass over.
        """
        asking = Asking(self._searcher)
        others = [(Occur.Must, counting(one, 0.0)) for one in narrowed(narrowing, only)]
        others += [(Occur.MustNot, asking.held(part)) for part in query.unwanted]
        if without:
            others.append((Occur.MustNot, any_of(without)))
        with told_apart(), ThreadPoolExecutor(max_workers=1) as beside:
            scored = [asking.scored(part) for part in query.wanted]
            held = [asking.held(part) for part in query.wanted]
            # the engine works without Python's lock: one processor counts while the other one ranks
            counted = beside.submit(self._searcher.search, _counted(held, others), 1)
            all_parts = Asked.boolean_query([*((Occur.Must, one) for one in scored), *others])
            found = self._searcher.search(all_parts, most + _TIES, count=False)
            ahead = 0
            if len(scored) > 1 and len(found.hits) < most:  # so that those with some of them follow
                ahead = _ahead(len(scored))
                some = [
                    clause
                    for one, there in zip(scored, held, strict=True)
                    for clause in ((Occur.Should, one), (Occur.Should, counting(there, float(ahead))))
                ]
                asked = Asked.boolean_query([(Occur.Must, Asked.boolean_query(some)), *others])
                found = self._searcher.search(asked, most + _TIES, count=False)
            order = self._newest_first(found)[:most]
            texts = self._stored([place for _, _, place in order], "texts", unpacked_texts)
            ranked = tuple(
                Ranked(
                    article_id=article_id,
                    reported_at=reported_at,
                    parts=int(score // ahead) if ahead else len(scored),
                    score=score % ahead if ahead else score,
                    title=title,
                    text=text,
                )
                for (score, _, _), (article_id, reported_at, (title, text)) in zip(order, texts, strict=True)
            )
            return ranked, _count(counted.result())

    def _newest_first(self, found: tantivy.SearchResult) -> list[tuple[float, int, tantivy.DocAddress]]:
        """Return score, number and place of what was found: the best first, of equal ones the newest."""
        places = [place for _, place in found.hits]
        times = self._searcher.fast_field_values("reported_at", places)
        numbers = self._searcher.fast_field_values("number", places)
        order = sorted(
            zip((score for score, _ in found.hits), times, numbers, places, strict=True),
            key=lambda one: one[:3],
            reverse=True,
        )
        return [(score, int(number or 0), place) for score, _, number, place in order]

    def _held(self, places: Sequence[tantivy.DocAddress]) -> list[Held]:
        return [
            Held(article_id=article_id, reported_at=reported_at, compared=found)
            for article_id, reported_at, found in self._stored(places, "compared", unpacked)
        ]

    def _stored(
        self, places: Sequence[tantivy.DocAddress], field: str, read: Callable[[bytes], _Read]
    ) -> list[tuple[str, datetime, _Read]]:
        """Return id and time of the articles at some places, and what `read` makes of a field of theirs."""
        times = self._searcher.fast_field_values("reported_at", list(places))
        found = []
        for place, passed in zip(places, times, strict=True):
            stored = self._searcher.doc(place)
            body = bytes(stored.get_first(field) or b"")
            found.append((str(stored.get_first("article_id")), moment(int(passed or 0)), read(body)))
        return found


#: Articles, each with what it weighs.
Weighed = tuple[tuple[float, Held], ...]


def _counted(held: Sequence[Asked], others: Sequence[tuple[Occur, Asked]]) -> Asked:
    """Ask for what holds any of the parts, without a weight: to count takes half as long then (measured)."""
    any_part = Asked.boolean_query([(Occur.Should, one) for one in held])
    return counting(Asked.boolean_query([(Occur.Must, any_part), *others]), 0.0)


def _count(found: tantivy.SearchResult) -> int:
    return int(found.count)  # type: ignore[attr-defined]  # its stubs do not know it


def _ahead(parts: int) -> int:
    """Return what holding one more part counts: more than all parts together by how well they fit.

    A power of two, so that what is added to it keeps as many digits as single precision has left.
    """
    return 1 << (_MOST_OF_A_PART * parts).bit_length()
