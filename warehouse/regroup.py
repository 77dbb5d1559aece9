"""Regrouping: which active stories are one after all, which fall in two, and which article gives a story its title.

Whoever joins reports one by one starts several stories of one affair when its first reports have little in common,
and cannot see it before more are known. Pure decisions; whoever calls keeps the lineage of the ids.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from warehouse.stories import Join, Traits, View, shipped_join, tokens_of

#: Stories by id, each with its members by article id.
Stories = Mapping[str, Mapping[str, Traits]]

#: So many members speak for a story, those spread evenly over its time.
SPOKESMEN = 8
#: A story is held against so many others: those that share most by weight.
PARTNERS = 5
#: A part must have so many members to become a story of its own: one stray article is no strand.
LEAST_PART = 2
#: A challenger for the title of a story must be so much more central than the article that holds it.
CLEARLY = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The articles `leaving` a story for one of their own; the others keep its id."""

    story_id: str
    leaving: frozenset[str]


def merges(
    stories: Stories,
    weights: Mapping[str, float],
    join: Join | None = None,
    *,
    fresh: frozenset[str] | None = None,
) -> list[tuple[str, str]]:
    """Return pairs (into, from) of stories that are one, in the order in which to merge them: the older id survives.

    `weights` are the rarities of tokens. With `fresh` only pairs with one of these stories are looked at: give
    those that have changed since the last time. A story merged away occurs as `from` once and never again.
    """
    join = join or shipped_join()
    ages = {story_id: _age(story_id, members) for story_id, members in stories.items()}
    alike = _Alike(stories, weights, join)
    groups = {story_id: [story_id] for story_id in stories}
    odds = {
        pair: alike.odds(*pair)
        for pair in _partners(stories, weights)
        if fresh is None or not fresh.isdisjoint(pair)
    }
    made: list[tuple[str, str]] = []
    while odds:
        best = min(odds, key=lambda pair: (-odds[pair], pair))
        if odds[best] < join.merge:
            break
        into, gone = sorted(best, key=lambda story_id: ages[story_id])
        made.append((into, gone))
        groups[into] += groups.pop(gone)
        others = {one for pair in odds if gone in pair or into in pair for one in pair} - {into, gone}
        odds = {pair: value for pair, value in odds.items() if gone not in pair and into not in pair}
        for other in others:
            pair = (into, other) if into < other else (other, into)
            odds[pair] = alike.of_groups(groups[into], groups[other])
    return made


def are_one(
    ours: Mapping[str, Traits], theirs: Mapping[str, Traits], weights: Mapping[str, float], join: Join
) -> bool:
    """Tell whether two stories, each given by its members (at least one), are one: as `merges` would."""
    return _Alike({"ours": ours, "theirs": theirs}, weights, join).odds("ours", "theirs") >= join.merge


def splits(stories: Stories, weights: Mapping[str, float], join: Join | None = None) -> list[Split]:
    """Return the stories that fall in two, in the order of their ids.

    They do where nothing between two parts of at least `LEAST_PART` members reaches `Join.split`. The larger part, of
    equals the older one, keeps the id; smaller pieces stay with it.
    """
    join = join or shipped_join()
    found: list[Split] = []
    for story_id in sorted(stories):
        members = stories[story_id]
        parts = sorted(
            _parts(members, weights, join),
            key=lambda part: (-len(part), min((members[key].at, key) for key in part)),
        )
        found += [
            Split(story_id=story_id, leaving=frozenset(part)) for part in parts[1:] if len(part) >= LEAST_PART
        ]
    return found


def central(
    members: Mapping[str, Traits],
    weights: Mapping[str, float],
    *,
    languages: Sequence[str] = (),
    holder: str | None = None,
) -> str:
    """Return the id of the article after which a story is called: the one most like all the others.

    It is in the first of `languages` that any of `members` (at least one, by article id) is in. `holder` is the
    article that gives the title now; it keeps it unless another one is clearly more central, or in a better language.
    """
    eligible = list(members)
    for language in languages:
        if chosen := [key for key in eligible if members[key].language == language]:
            eligible = chosen
            break
    scores = {key: _centrality(key, members, weights) for key in eligible}
    best = min(scores, key=lambda key: (-scores[key], members[key].at, key))
    if holder in scores and scores[best] < CLEARLY * scores[holder]:
        return holder
    return best


def _centrality(key: str, members: Mapping[str, Traits], weights: Mapping[str, float]) -> float:
    view = View(members[key], weights)
    return math.fsum(view.likeness(other) for one, other in members.items() if one != key)


class _Alike:
    """The log-odds that two stories are one: the mean over the pairs of their members, each pair weighed once."""

    def __init__(self, stories: Stories, weights: Mapping[str, float], join: Join) -> None:
        self._weights = weights
        self._join = join
        self._members = {story_id: _spokesmen(members) for story_id, members in stories.items()}
        self._views: dict[str, list[View]] = {}
        self._known: dict[tuple[str, str], tuple[float, int]] = {}

    def odds(self, one: str, other: str) -> float:
        total, pairs = self._sum(one, other)
        return total / pairs

    def of_groups(self, ones: Sequence[str], others: Sequence[str]) -> float:
        sums = [self._sum(one, other) for one in ones for other in others]
        return math.fsum(total for total, _ in sums) / sum(pairs for _, pairs in sums)

    def _sum(self, one: str, other: str) -> tuple[float, int]:
        key = (one, other) if one < other else (other, one)
        if key not in self._known:
            views, members = self._views_of(key[0]), self._members[key[1]]
            odds = [self._join.log_odds(view.features(member)) for view in views for member in members]
            self._known[key] = math.fsum(odds), len(odds)
        return self._known[key]

    def _views_of(self, story_id: str) -> list[View]:
        if story_id not in self._views:
            self._views[story_id] = [View(one, self._weights) for one in self._members[story_id]]
        return self._views[story_id]


def _partners(stories: Stories, weights: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of stories worth a look, by an index of what is in them: each with those that share most."""
    counts = {story_id: Counter(_tokens(members)) for story_id, members in stories.items()}
    holders: defaultdict[str, list[str]] = defaultdict(list)
    for story_id in sorted(counts):
        for token in counts[story_id]:
            if weights[token] > 0:
                holders[token].append(story_id)
    found: set[tuple[str, str]] = set()
    for story_id in sorted(counts):
        shared: defaultdict[str, list[float]] = defaultdict(list)
        size = len(stories[story_id])
        for token, count in counts[story_id].items():
            value = weights[token] ** 2 * count / size
            for other in holders[token]:
                shared[other].append(value * counts[other][token] / len(stories[other]))
        shared.pop(story_id, None)
        sums = {other: math.fsum(values) for other, values in shared.items()}
        nearest = sorted(sums, key=lambda other: (-sums[other], other))[:PARTNERS]
        found.update((story_id, other) if story_id < other else (other, story_id) for other in nearest)
    yield from sorted(found)


def _tokens(members: Mapping[str, Traits]) -> Iterator[str]:
    for member in members.values():
        yield from tokens_of(member)


def _spokesmen(members: Mapping[str, Traits]) -> list[Traits]:
    """Return at most `SPOKESMEN` members, spread evenly over the order of time."""
    keys = sorted(members, key=lambda key: (members[key].at, key))
    count = min(len(keys), SPOKESMEN)
    return [members[keys[round(number * (len(keys) - 1) / max(1, count - 1))]] for number in range(count)]


def _age(story_id: str, members: Mapping[str, Traits]) -> tuple[datetime, str]:
    return min(member.at for member in members.values()), story_id


def _parts(members: Mapping[str, Traits], weights: Mapping[str, float], join: Join) -> list[list[str]]:
    """Return the members in parts between which nothing reaches `Join.split`."""
    part_of = {key: key for key in members}
    views = {key: View(member, weights) for key, member in members.items()}
    for one, other in combinations(sorted(members), 2):
        if part_of[one] == part_of[other]:
            continue
        if join.log_odds(views[one].features(members[other])) >= join.split:
            old, new = part_of[other], part_of[one]
            part_of = {key: new if part == old else part for key, part in part_of.items()}
    parts: defaultdict[str, list[str]] = defaultdict(list)
    for key in sorted(members):
        parts[part_of[key]].append(key)
    return list(parts.values())
