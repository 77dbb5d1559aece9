"""Copies: articles that are (nearly) the text of an earlier one, found by containment of their shingles."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from extractors.signals.fingerprint import has_digit, is_sampled, sampled

#: Share of the shorter text that must stand in the other one. Containment finds cut copies, which Jaccard and
#: SimHash do not. On edited real texts (tests/bench/near_copies.py, the half to choose on) F1 is .985 from .3 to .4,
#: .983 at .5 and .976 at .6.
CONTAINMENT = 0.4

#: The same within one publisher, whose pages share a template: tomorrow's weather is no copy of today's. At .4, F1 is
#: .981 there.
OWN_CONTAINMENT = 0.8

#: Share of the runs with digits that must agree, where both texts have `_LEAST_DIGITS` of them: the same words around
#: other numbers are the next issue of a report, not a copy.
_DIGITS = 0.25
_LEAST_DIGITS = 5

#: Shared shingles below which nothing is said: short texts share a phrase by chance. F1 is .986 at 4, .974 at 10.
LEAST_SHARED = 6

#: A shingle in so many different texts is boilerplate, whoever prints it.
BOILERPLATE_TEXTS = 8

#: A shingle in so many different texts of one publisher is that publisher's footer.
FOOTER_TEXTS = 3

#: What is boilerplate is told by so many articles that came last: what a footer said a year ago tells nothing, and
#: the time to load a batch stays the same however many are stored.
WINDOW = 20_000

#: Originals are looked for among so many that came last: four months at 2,500 articles a day. Those from before the
#: window must share so many anchors, a sample of the sample, which alone are searched that far back.
REACH = 300_000
LEAST_ANCHORS = 2
ANCHOR = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What an article's text looks like: the sampled hashes of its word runs.

    `url` is the canonical URL, None where the id says enough; `copy_of` the id of the original that it is
    known to be a copy of, None for an original or where that is to be found out; `number` its place in the
    order of arrival, None for one that arrives now.
    """

    article_id: str
    publisher: str
    reported_at: datetime
    shingles: tuple[int, ...]
    url: str | None = None
    copy_of: str | None = None
    number: int | None = None


class ShingleIndex:
    """Known fingerprints by shingle; what it needs of history, `warehouse.shingles` reads."""

    def __init__(
        self,
        entries: Iterable[Fingerprint] = (),
        common: Collection[int] = (),
        parts: Iterable[Fingerprint] = (),
        last: int = 0,
    ) -> None:
        """Index `entries`, in any order.

        Of history too: `parts` are articles that share too little with any that is asked for to be alike, with
        what they share; they count for boilerplate. `common` are shingles known to be boilerplate without them,
        `last` the number of the article that arrived last.
        """
        self._common = frozenset(common)
        self._last = last
        self._entries: dict[str, Fingerprint] = {}
        self._numbers: dict[str, int] = {}
        self._holders: defaultdict[int, dict[str, None]] = defaultdict(dict)
        for entry in parts:
            self.add(entry)
        self._parts = frozenset(self._entries)
        for entry in entries:
            self.add(entry)

    @property
    def articles(self) -> tuple[str, ...]:
        """The ids of the articles whose fingerprints are known, which may be an original or a copy."""
        return tuple(key for key in self._entries if key not in self._parts)

    def add(self, entry: Fingerprint) -> None:
        """Remember `entry`; another revision of a known article takes the place of the earlier one."""
        known = self._entries.get(entry.article_id)
        for shingle in known.shingles if known else ():
            self._holders[shingle].pop(entry.article_id, None)
        number = self._last + 1 if entry.number is None else entry.number
        self._last = max(self._last, number)
        self._entries[entry.article_id] = entry
        self._numbers[entry.article_id] = number
        for shingle in entry.shingles:
            self._holders[shingle][entry.article_id] = None

    def original_of(self, entry: Fingerprint) -> str | None:
        """Return the id of the original that `entry` is a copy of, None where it is none.

        Only an article reported no later can be the original; a copy of a copy leads to the first one.
        """
        found = [known for known in self._alike(entry) if _comes_first(known, entry)]
        if not found:
            return None
        original = self._root(found[0])
        return None if original == entry.article_id else original

    def copies_of(self, entry: Fingerprint) -> tuple[str, ...]:
        """Return the ids of known articles reported after `entry` whose text is its text.

        For an original that is found after its copies.
        """
        return tuple(known.article_id for known in self._alike(entry) if not _comes_first(known, entry))

    def adopt(self, entry: Fingerprint) -> tuple[str, ...]:
        """Make the known originals that are copies of `entry`, and their copies, copies of it.

        Returns the ids of those originals. For an original that is found after its copies.
        """
        found = tuple(key for key in self.copies_of(entry) if self._entries[key].copy_of is None)
        if not found:
            return ()
        for key, known in self._entries.items():
            if key in found or known.copy_of in found:
                self._entries[key] = replace(known, copy_of=entry.article_id)
        return found

    def _alike(self, entry: Fingerprint) -> list[Fingerprint]:
        """Return the known texts that hold `entry` or are held by it, the most alike first."""
        telling = self._telling(entry.shingles, entry)
        shared: defaultdict[str, list[int]] = defaultdict(list)
        for shingle in telling:
            for holder in self._holders.get(shingle, ()):
                shared[holder].append(shingle)
        found: list[tuple[float, datetime, str]] = []
        for article_id, both in shared.items():
            known = self._entries[article_id]
            if len(both) < LEAST_SHARED or _is_same_article(known, entry):
                continue
            if not (self._came_within(WINDOW, article_id) or self._has_anchors(article_id, both)):
                continue
            if share := self._share(both, telling, known, entry):
                found.append((-share, known.reported_at, article_id))
        return [self._entries[article_id] for _, _, article_id in sorted(found)]

    def _share(
        self, both: Collection[int], telling: Collection[int], known: Fingerprint, entry: Fingerprint
    ) -> float:
        """Return the share of the shorter text that stands in the other one; 0.0 where that makes no copy."""
        theirs: Collection[int] = known.shingles
        if is_sampled(theirs) != is_sampled(entry.shingles):
            both, telling, theirs = sampled(both), sampled(telling), sampled(theirs)
        if len(both) < LEAST_SHARED or _tells_other_numbers(both, telling, theirs):
            return 0.0
        least = OWN_CONTAINMENT if known.publisher == entry.publisher else CONTAINMENT
        share = len(both) / min(len(telling), len(theirs))
        if share < least and len(theirs) < len(telling):
            rest = self._telling(theirs, known)
            share = len(both) / max(len(both), min(len(telling), len(rest)))
        return share if share >= least else 0.0

    def _telling(self, shingles: Collection[int], entry: Fingerprint) -> list[int]:
        """Return those of the shingles that are no boilerplate where `entry` is printed."""
        return [shingle for shingle in shingles if not self._is_boilerplate(shingle, entry)]

    def _is_boilerplate(self, shingle: int, entry: Fingerprint) -> bool:
        """Tell whether the holders of `shingle` are too many different texts, copies counted once."""
        if shingle in self._common:
            return True
        texts: set[str] = set()
        own: set[str] = set()
        for holder in self._holders.get(shingle, ()):
            known = self._entries[holder]
            text = self._root(known)
            if text == entry.article_id or not self._came_within(WINDOW, holder):
                continue
            texts.add(text)
            if known.publisher == entry.publisher:
                own.add(text)
            if len(texts) >= BOILERPLATE_TEXTS or len(own) >= FOOTER_TEXTS:
                return True
        return False

    def _came_within(self, articles: int, article_id: str) -> bool:
        """Tell whether the article is one of so many that came last."""
        return self._numbers[article_id] > self._last - articles

    def _has_anchors(self, article_id: str, both: Collection[int]) -> bool:
        return self._came_within(REACH, article_id) and len(anchors(both)) >= LEAST_ANCHORS

    def _root(self, entry: Fingerprint) -> str:
        """Return the id of the original behind `entry`, through copies of copies."""
        seen = {entry.article_id}
        while entry.copy_of is not None and entry.copy_of not in seen:
            seen.add(entry.copy_of)
            if entry.copy_of not in self._entries:
                return entry.copy_of
            entry = self._entries[entry.copy_of]
        return entry.article_id


def anchors(shingles: Iterable[int]) -> frozenset[int]:
    """Return the sample of the shingles by which articles from before the window are found."""
    return frozenset(shingle for shingle in shingles if shingle % ANCHOR == 0)


def _tells_other_numbers(both: Collection[int], one: Collection[int], other: Collection[int]) -> bool:
    fewer = min(sum(map(has_digit, one)), sum(map(has_digit, other)))
    return fewer >= _LEAST_DIGITS and sum(map(has_digit, both)) < _DIGITS * fewer


def _comes_first(known: Fingerprint, entry: Fingerprint) -> bool:
    return known.reported_at <= entry.reported_at


def _is_same_article(known: Fingerprint, entry: Fingerprint) -> bool:
    return known.article_id == entry.article_id or (known.url is not None and known.url == entry.url)
