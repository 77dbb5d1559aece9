"""Articles by words: what `newswatch search` finds in the snapshot, with the index beside it or without."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from extractors.errors import ConfigurationError
from warehouse.database import Connection, rows
from warehouse.search_query import Narrowing, Part, Ranked, Slot, parse_query
from warehouse.search_ranked import ranked
from warehouse.search_terms import IN_WORD, composed, folded, is_paired

#: Characters of a passage before and behind the word that it is shown for.
_BEFORE, _BEHIND = 80, 160
#: Places of words that are looked at for a passage: the first ones of a text tell what it says.
_MOST_PLACES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article that a search found. `passage` is the piece of text with most of its words, cut at both ends.

    `words_found` counts the different words and phrases of the search that it holds. `score` tells how well, higher is
    better, for comparison within one search only.
    """

    article_id: str
    url: str
    title: str
    publisher: str
    language: str | None
    reported_at: datetime
    story_id: str | None
    copy_of: str | None
    words_found: int
    score: float
    passage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found: the best `hits`, how many `articles` there are in all, and what to tell whoever searched.

    `note` is None where there is nothing to tell.
    """

    hits: tuple[Hit, ...]
    articles: int
    note: str | None = None


def search(
    con: Connection,
    text: str,
    *,
    index: Path | None = None,
    narrowing: Narrowing | None = None,
    most: int = 20,
) -> Found:
    """Return at most `most` articles of the open snapshot for `text`: words, "phrases", and -what is not to be found.

    Those that hold most of the words and phrases come first; of these, those that fit best by BM25, where a word in the
    title counts 5, in the lead 3, in the rest of the text 1; of equal ones the newest. A word is found where one begins
    so (`car` finds `cars`, which counts less, and not `scar`), Chinese anywhere. Capital letters, accents, and whether
    characters are traditional do not matter; a phrase is found word for word. Of more than two words, those that very
    many articles hold, three tenths of all at least, only have to be there, but for the rarest.

    `index` is the file that `catch_up` keeps. What it lacks, where it is missing, behind or cannot be read, is read
    from the texts, which takes longer.
    """
    query = parse_query(text)
    if not query.wanted:
        return Found(hits=(), articles=0)
    best, articles, note = ranked(con, query, index, narrowing or Narrowing(), most)
    told = [note] if note else []
    if query.cut:
        told.append("the search is too long: only its first words and phrases were looked for")
    stored = {row["article_id"]: row for row in _read(con, "read_found", best)}
    without_text = [one for one in best if one.text is None]
    read = {row["article_id"]: row for row in _read(con, "read_found_texts", without_text)}
    hits: list[Hit] = []
    for one in best:
        if one.article_id not in stored:
            continue
        texts = read.get(one.article_id, {"title": one.title, "text": one.text})
        hits.append(
            Hit(
                **stored[one.article_id],
                title=texts["title"],
                words_found=one.parts,
                score=round(one.score, 4),
                passage=passage_of(texts["text"], query.wanted),
            )
        )
    return Found(hits=tuple(hits), articles=articles, note="; ".join(told) or None)


def require_publisher(con: Connection, name: str) -> None:
    """Make sure that `name` is a publisher of the snapshot, but for capital letters.

    Raises:
        ConfigurationError: it is none; names one that looks like it.
    """
    known = [str(row["publisher"]) for row in rows(con, "search_publishers")]
    if name.casefold() not in map(str.casefold, known):
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else "`newswatch query 'FROM first_reports'` lists some"
        raise ConfigurationError(f"there is no publisher {name!r}; {hint}")


def _read(con: Connection, query: str, wanted: Sequence[Ranked]) -> list[dict[str, Any]]:
    """Return what a query reads of these articles; none are no reason to ask."""
    if not wanted:
        return []
    return rows(con, query, ids=[one.article_id for one in wanted], times=[one.reported_at for one in wanted])


def passage_of(text: str, wanted: Sequence[Part]) -> str:
    """Return the piece of `text` that holds most of the parts, the first of such; empty where it holds none."""
    places = list(islice(_places(folded(text), wanted), _MOST_PLACES))
    if not places:
        return ""
    reach = _BEHIND - _BEFORE // 2
    held = [
        len({part for other, part in places[number:] if other < start + reach})
        for number, (start, _) in enumerate(places)
    ]
    start = places[held.index(max(held))][0]
    return composed(text)[max(0, start - _BEFORE) : start + _BEHIND]


def _places(plain: str, wanted: Sequence[Part]) -> Iterator[tuple[int, int]]:
    """Yield where in a folded text words begin that fill the first slot of a part, and which part that is."""
    words: list[str] = []
    paired: list[str] = []
    for number, part in enumerate(wanted):
        slot = part.slots[0]
        kind = paired if is_paired(slot.spellings[0][0]) else words
        kind.append(f"(?P<p{number}>{'|'.join(_pattern(slot))})")
    begun = [rf"(?<!{IN_WORD})(?:{'|'.join(words)})"] if words else []
    for found in re.finditer("|".join((*begun, *paired)), plain):
        yield found.start(), int((found.lastgroup or "p0")[1:])


def _pattern(slot: Slot) -> Iterator[str]:
    """Yield what finds a term: its beginning, where longer words are found too, and Chinese anywhere."""
    ends = "" if slot.grows or is_paired(slot.spellings[0][0]) else f"(?!{IN_WORD})"
    for spelling in slot.spellings:
        yield re.escape(spelling).replace("ss", "(?:ss|ß)") + ends
