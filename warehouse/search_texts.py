"""Searching without an index: every text is read, for words as they are typed. Seconds for a million articles."""

import re
from dataclasses import asdict
from datetime import datetime
from typing import Any

from warehouse.database import Connection, rows
from warehouse.search_query import WEIGHTS, Narrowing, Part, Query, Ranked, Ranking
from warehouse.search_terms import is_paired, runs

#: RE2's own word border knows ASCII only.
_START, _STOP, _BETWEEN = r"(^|[^\p{L}\p{N}])", r"($|[^\p{L}\p{N}])", r"[^\p{L}\p{N}]*"


def from_texts(con: Connection, query: Query, narrowing: Narrowing, most: int) -> Ranking:
    """Return at most `most` articles: those with most parts of the query first, then the best placed, then the newest.

    A part counts 5 in the title, 3 in the lead, 1 in the text, however often it stands there.
    """
    marks: dict[str, list[float]] = {}
    times: dict[str, datetime] = {}
    for part in query.wanted:
        for hit in _hits(con, part, narrowing):
            times[hit["article_id"]] = hit["reported_at"]
            score = sum(weight * hit[f"in_{field}"] for field, weight in WEIGHTS.items())
            marks.setdefault(hit["article_id"], []).append(score)
    for part in query.unwanted:
        for hit in _hits(con, part, narrowing):
            marks.pop(hit["article_id"], None)
    best = sorted(marks, key=lambda key: (len(marks[key]), sum(marks[key]), times[key], key), reverse=True)
    found = (
        Ranked(article_id=key, reported_at=times[key], parts=len(marks[key]), score=sum(marks[key]))
        for key in best[:most]
    )
    return tuple(found), len(best)


def _hits(con: Connection, part: Part, narrowing: Narrowing) -> list[dict[str, Any]]:
    word, pattern = pattern_of(part)
    return rows(con, "read_hits", word=word, pattern=pattern, **asdict(narrowing))


def pattern_of(part: Part) -> tuple[str, str]:
    """Return a word that all texts with `part` hold, and the RE2 expression of the whole, both in small letters."""
    words = [part.typed[start:stop].lower() for _, start, stop in runs(part.typed)]
    last = part.slots[-1]
    start = "" if is_paired(words[0][0]) else _START
    stop = "" if last.grows or is_paired(words[-1][-1]) else _STOP
    if f"{last.spellings[0]}s" in last.spellings:
        stop = f"s?{stop}"
    return max(words, key=len), start + _BETWEEN.join(map(re.escape, words)) + stop
