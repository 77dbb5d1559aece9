"""What changed between two versions of one article: pure decisions on texts and signals."""

import difflib
import re
from typing import Literal

from extractors.records import Article, Signals

Change = Literal["first", "wording", "fact", "retraction"]

#: Longest diff kept, in characters: the whole versions are in the table `revisions` anyway.
MAX_DIFF = 20_000
#: Where a sentence ends, roughly: enough to show which ones changed.
_BORDER = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")


def change_of(before: Signals | None, after: Signals) -> Change:
    """Return what the version `after` is to `before`, the one it follows.

    `first` without an earlier version; `retraction` if it takes the article back, or is a correction in the place of
    all that it claimed; `fact` if a figure, name or status changed; else `wording`.
    """
    if before is None:
        return "first"
    if _takes_back(before, after):
        return "retraction"
    return "wording" if _facts(before) == _facts(after) else "fact"


def diff_of(before: Article, after: Article) -> str:
    """Return the sentences that went (`- …`) and came (`+ …`), a line each, in the order of the text."""
    old, new = _sentences(before), _sentences(after)
    lines: list[str] = []
    for what, old_start, old_stop, new_start, new_stop in difflib.SequenceMatcher(
        a=old, b=new, autojunk=False
    ).get_opcodes():
        if what != "equal":
            lines += [f"- {line}" for line in old[old_start:old_stop]]
            lines += [f"+ {line}" for line in new[new_start:new_stop]]
    return "\n".join(lines)[:MAX_DIFF]


def _takes_back(before: Signals, after: Signals) -> bool:
    said, was = after.correction, before.correction
    if said is None or (was is not None and (was.kind, was.sentence) == (said.kind, said.sentence)):
        return False
    return said.kind == "retraction" or _is_replaced(before, after)


def _is_replaced(before: Signals, after: Signals) -> bool:
    """Tell whether a correction heads the article and nothing is left of what it claimed: no sentence, no figure.

    Judged by what is stored of signals, which the shingles are not: it must not matter when the versions came.
    """
    heads = after.correction is not None and after.correction.part != "body"
    left = _said(before) & _said(after)
    return heads and bool(before.claims) and not left


def _said(signals: Signals) -> set[str]:
    figures = {f"{one.value} {one.unit}" for one in signals.figures if one.kind != "date"}
    return figures | {claim.sentence for claim in signals.claims}


def _sentences(article: Article) -> list[str]:
    parts = (part.strip() for part in _BORDER.split(f"{article.title}\n{article.text}"))
    return [part for part in parts if part]


def _facts(signals: Signals) -> tuple[object, ...]:
    return (
        {(figure.kind, figure.value, figure.unit) for figure in signals.figures},
        {mention.entity_id for mention in signals.mentions},
        {(claim.event_type, claim.status, claim.basis) for claim in signals.claims if claim.is_news},
    )
