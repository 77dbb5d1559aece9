"""What several collectors brought for one plan, as one batch; and what is left of it where parts are loaded already."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields, replace
from itertools import accumulate, compress
from typing import Any

import structlog

from extractors.orders import Batch, batch_id_of
from extractors.records import CollectedArticle, stable_id
from extractors.shares import Share
from warehouse.splitting import pieces_of, round_of

log = structlog.get_logger()

#: The kinds of records in a batch.
_KINDS = tuple(field.name for field in fields(Share))


def joined(batches: Sequence[Batch]) -> Batch:
    """Return the batches of one round as one, as a single collector would have brought it.

    All pieces of a round make the batch of the whole order. An article that two of them have found is told once: as its
    page has it, where one has read that.
    """
    first = batches[0]
    round_id = round_of(first.order_id)
    ids = [batch.batch_id for batch in batches]
    whole = len(ids) == pieces_of(first.order_id)
    own = [
        replace(batch, articles=articles)
        for batch, articles in zip(batches, _each_once(batches), strict=True)
    ]
    return Batch(
        batch_id=batch_id_of(round_id) if whole else stable_id("b", round_id, *sorted(ids)),
        order_id=round_id,
        collected_at=max(batch.collected_at for batch in batches),
        parts=tuple(ids),
        shares=tuple(Share(**{kind: len(getattr(batch, kind)) for kind in _KINDS}) for batch in own),
        **{kind: tuple(one for batch in own for one in getattr(batch, kind)) for kind in _KINDS},
    )


def without(batch: Batch, loaded: Collection[str]) -> Batch:
    """Return what is left of a joined batch without those of its parts that are `loaded` (ids); its id stays.

    Where it is not told which records are of which part, nothing is left: the other parts come by themselves.
    """
    if len(batch.shares) != len(batch.parts):
        log.warning("parts_not_told_apart", batch_id=batch.batch_id, parts=list(batch.parts))
        nothing: dict[str, Any] = dict.fromkeys((*_KINDS, "parts", "shares"), ())
        return replace(batch, **nothing)
    wanted = [part not in loaded for part in batch.parts]
    left: dict[str, Any] = {kind: tuple(_left(batch, kind, wanted)) for kind in _KINDS}
    left |= {name: tuple(compress(getattr(batch, name), wanted)) for name in ("parts", "shares")}
    return replace(batch, **left)


def _left(batch: Batch, kind: str, wanted: Sequence[bool]) -> Iterator[Any]:
    """Yield the records of a kind that are of the `wanted` parts."""
    ends = list(accumulate(getattr(share, kind) for share in batch.shares))
    for start, end in compress(zip([0, *ends], ends, strict=False), wanted):
        yield from getattr(batch, kind)[start:end]


def _each_once(batches: Sequence[Batch]) -> list[tuple[CollectedArticle, ...]]:
    """Return the articles of each batch that are told as this one has them."""
    found: dict[str, tuple[int, CollectedArticle]] = {}
    for number, batch in enumerate(batches):
        for one in batch.articles:
            _, before = found.get(one.article.url, (number, None))
            if before is None or (before.article.text_from == "feed" and one.article.text_from == "page"):
                found[one.article.url] = number, one
    return [tuple(one for at, one in found.values() if at == number) for number in range(len(batches))]
