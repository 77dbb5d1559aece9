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
from warehouse.search_query import Narrowing, Part, Query, Ranked, Ranking

_Read = TypeVar("_Read")

#: What a part can count at the most: BM25 is below 2.2 · ln(1 + articles), here of 100 million, in all three fields.
_MOST_OF_A_PART = 400
#: So many more than are wanted are looked at, so that of articles that fit equally well the newest are taken.
_TIES = 1_000
#: In a search of more parts than this, words that so many articles hold, and this share of all, are not weighed.
_ALL_WEIGHED, _FREQUENT, _FREQUENT_SHARE = 2, 100_000, 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An article of the index, and what it is compared by."""

    article_id: str
    reported_at: datetime
    compared: Compared


#: Articles, each with what it weighs.
Weighed = tuple[tuple[float, Held], ...]


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

    def nearest(self, weights: Iterable[tuple[Asked, float]], most: int, without: Sequence[str]) -> Weighed:
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
        asking, parts = Asking(self._searcher), query.wanted
        others = [(Occur.Must, counting(one, 0.0)) for one in narrowed(narrowing, only)]
        others += [(Occur.MustNot, asking.held(part)) for part in query.unwanted]
        if without:
            others.append((Occur.MustNot, any_of(without)))
        with told_apart(), ThreadPoolExecutor(max_workers=1) as beside:
            # the engine works without Python's lock: one processor counts while the other one ranks
            counted = beside.submit(self._searcher.search, _counted(asking, parts, others), 1)
            found, ahead = self._ranked(asking, parts, others, most)
            order = self._newest_first(found)[:most]
            texts = self._stored([place for _, _, place in order], "texts", unpacked_texts)
            ranked = tuple(
                Ranked(
                    article_id=article_id,
                    reported_at=reported_at,
                    parts=int(score // ahead) if ahead else len(parts),
                    score=score % ahead if ahead else score,
                    title=title,
                    text=text,
                )
                for (score, _, _), (article_id, reported_at, (title, text)) in zip(order, texts, strict=True)
            )
            return ranked, _count(counted.result())

    def _ranked(
        self, asking: Asking, parts: Sequence[Part], others: Sequence[tuple[Occur, Asked]], most: int
    ) -> tuple[tantivy.SearchResult, int]:
        """Return the best with their scores, and what each part that is there adds to these, 0 where all hold all."""
        held = [asking.held(part) for part in parts]
        weighed = self._weighed(parts)
        scored = [
            asking.scored(part) if heavy else counting(there, 0.0)
            for part, there, heavy in zip(parts, held, weighed, strict=True)
        ]
        all_parts = Asked.boolean_query([*((Occur.Must, one) for one in scored), *others])
        found = self._searcher.search(all_parts, most + _TIES, count=False)
        if len(parts) == 1 or len(found.hits) >= most:
            return found, 0
        ahead = _ahead(len(parts))  # so that those with some of them follow
        some = [(Occur.Should, one) for one, heavy in zip(scored, weighed, strict=True) if heavy]
        some += [(Occur.Should, counting(there, float(ahead))) for there in held]
        asked = Asked.boolean_query([(Occur.Must, Asked.boolean_query(some)), *others])
        return self._searcher.search(asked, most + _TIES, count=False), ahead

    def _weighed(self, parts: Sequence[Part]) -> list[bool]:
        """Tell of each part whether it counts by how well it fits; the others only have to be there.

        These are the most frequent words of a search of several in a large index, all but the rarest part: to weigh one
        takes five times as long as to look for it (measured), and BM25 gives it less than a third of what it gives a
        rare word.
        """
        holders = [
            0 if len(part.slots) > 1 else max(self.holders("text", one) for one in part.slots[0].spellings)
            for part in parts
        ]
        most = max(_FREQUENT, _FREQUENT_SHARE * self.size(), min(holders))
        return [len(parts) <= _ALL_WEIGHED or one <= most for one in holders]

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


def _counted(asking: Asking, parts: Sequence[Part], others: Sequence[tuple[Occur, Asked]]) -> Asked:
    """Ask for what holds any of the parts, all their forms side by side and without weights: the quickest to count."""
    any_form = [(Occur.Should, one) for part in parts for one in asking.forms(part)]
    return counting(Asked.boolean_query([(Occur.Must, Asked.boolean_query(any_form)), *others]), 0.0)


def _count(found: tantivy.SearchResult) -> int:
    return int(found.count)  # type: ignore[attr-defined]  # its stubs do not know it


def _ahead(parts: int) -> int:
    """Return what holding one more part counts: more than all parts together by how well they fit.

    A power of two, so that what is added to it keeps as many digits as single precision has left.
    """
    return 1 << (_MOST_OF_A_PART * parts).bit_length()
