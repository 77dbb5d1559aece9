"""Whether an article belongs to a watch, and why: which ids of which list of its rule stand where."""

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, replace

from extractors.records import Article, Mention, Part, Signals
from extractors.signals.sentences import sentences
from extractors.watch import Watch

#: An article names an id in passing where it is neither in title nor lead and in fewer sentences of the body.
_LEAST_SENTENCES = 2


def is_relevant(watch: Watch, article: Article, signals: Signals) -> bool:
    """Tell whether the article belongs to the watch: out of each list of `all_of` an id is mentioned, not in passing.

    In passing means: neither in title nor lead, and only in one sentence of the body. A list with a topic in it is
    content with one word of the body: a subject is in the whole text, a passing name in one sentence. Without `all_of`,
    any entity of the watch will do.
    """
    lists = [frozenset(ids) for ids in watch.all_of or (tuple(watch.by_id),)]
    topics = frozenset(topic.topic_id for topic in watch.topics)
    starts = [start for start, _ in sentences(article.text)]
    return all(
        _is_prominent(ids, signals.mentions, starts, 1 if ids & topics else _LEAST_SENTENCES) for ids in lists
    )


def _is_prominent(ids: frozenset[str], mentions: tuple[Mention, ...], starts: list[int], least: int) -> bool:
    """Tell whether one of `ids` stands in title or lead, or any of them in `least` sentences that begin at `starts`."""
    found = [mention for mention in mentions if mention.entity_id in ids]
    if any(mention.part != "body" for mention in found):
        return True
    return len({bisect_right(starts, mention.start) for mention in found}) >= least


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundId:
    """An id of a list with the places it is named in: `parts` counts title, lead and body."""

    entity_id: str
    parts: tuple[tuple[Part, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReason:
    """One list of `all_of`: whether the article satisfies it, and the ids of it that were found.

    `number` counts from 1; 0 stands for the watch's entities where it has no `all_of`. `why` is for a reader.
    """

    number: int
    ids: tuple[str, ...]
    satisfied: bool
    found: tuple[FoundId, ...]
    why: str


def relevance_reasons(watch: Watch, article: Article, signals: Signals) -> tuple[ListReason, ...]:
    """Return a row for each list of `watch.all_of`; the article is relevant where all are satisfied."""
    if not watch.all_of:
        return (_of_list(watch, 0, tuple(watch.by_id), article, signals),)
    return tuple(
        _of_list(watch, number, ids, article, signals) for number, ids in enumerate(watch.all_of, start=1)
    )


def _of_list(
    watch: Watch, number: int, ids: tuple[str, ...], article: Article, signals: Signals
) -> ListReason:
    satisfied = is_relevant(replace(watch, all_of=(ids,)), article, signals)
    counts: dict[str, Counter[Part]] = {}
    for mention in signals.mentions:
        if mention.entity_id in ids:
            counts.setdefault(mention.entity_id, Counter())[mention.part] += 1
    found = tuple(FoundId(entity_id=key, parts=tuple(parts.items())) for key, parts in counts.items())
    return ListReason(
        number=number, ids=ids, satisfied=satisfied, found=found, why=_why(found, satisfied=satisfied)
    )


def _why(found: tuple[FoundId, ...], *, satisfied: bool) -> str:
    if not found:
        return "none of its ids is named"
    places = "; ".join(
        f"{one.entity_id} in {', '.join(f'{part} {count}×' for part, count in one.parts)}" for one in found
    )
    return places if satisfied else f"only in passing: {places}"
