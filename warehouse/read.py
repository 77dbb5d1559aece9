"""Reading the snapshot: what people ask of it, as frozen records. Every function takes an open snapshot.

Stories and developments are read in `read_stories`.
"""

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar, cast

import duckdb

from extractors.errors import ConfigurationError
from warehouse.database import Connection, adapter, rows
from warehouse.judged import Alert

#: Rows at the most where a caller names no limit.
ALL = 1_000_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """How often an entity is mentioned in a week; `week` is the Monday. `copies` are not in `articles`."""

    week: date
    entity_id: str
    name: str
    articles: int
    copies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article that a search found. `passage` is the text around one of the words, cut at both ends.

    `words_found` counts the different words of the search that it holds; `score` weighs where they stand.
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
    score: int
    passage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """How a source is; fields as the columns of `sources`, where each is explained.

    `cause`, `evidence` and `tried` tell what it failed of, and what was done about it at once: all None where it works,
    but for a source that another listing is read for (`replaced_since` is not None). `advice` is there for sources
    that work too: it has moved, has been silent for long, items may have been missed. `next_poll_at` is None where
    it is not polled any more.
    """

    source_id: str
    kind: str
    url: str
    state: str
    failures: int
    last_ok_at: datetime | None
    last_poll_at: datetime | None
    next_poll_at: datetime | None
    polls: int
    new_items: int
    cause: str | None
    error: str | None
    advice: str | None
    polled_url: str | None
    polled_kind: str | None
    interval_s: float
    pace_s: float | None
    failure_weight: float
    failing_since: datetime | None
    evidence: str | None
    tried: str | None
    moved_to: str | None
    gone_at: datetime | None
    replaced_since: datetime | None
    robots: str | None
    last_new_at: datetime | None
    untrusted_since: datetime | None
    losses: int
    loss_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One cycle; fields as the columns of `runs`."""

    run_id: str
    started_at: datetime
    finished_at: datetime
    outcome: str
    polls: int
    failed_polls: int
    new_items: int
    failed_items: int
    articles: int
    revisions: int
    copies: int
    relevant: int
    developments: int
    alerts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What is there and what waits. `newest_at` is None in an empty warehouse."""

    articles: int
    relevant: int
    copies: int
    stories: int
    developments: int
    newest_at: datetime | None
    pending_items: int
    pending_alerts: int
    held_alerts: int
    failed_alerts: int
    sent_alerts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a statement: the columns' names and the rows; both empty where it returns nothing."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def records(record: type[T], found: Sequence[dict[str, Any]]) -> tuple[T, ...]:
    """Return rows as records of the given type, every field checked; columns that it does not name are left out."""
    check: Callable[[object], T] = adapter(cast("type", record)).validate_python
    return tuple(check(row) for row in found)


def read_trends(con: Connection, *, weeks: int, entity_id: str | None = None) -> tuple[Trend, ...]:
    """Return mentions by week and entity over the last `weeks` weeks of the data, oldest first.

    Weeks in which an entity is not mentioned have no row. `entity_id` None takes all.
    """
    return records(Trend, rows(con, "read_trends", weeks=weeks, entity_id=entity_id))


def require_entity(con: Connection, entity_id: str) -> None:
    """Make sure that `entity_id` is an entity or topic of the snapshot.

    Raises:
        ConfigurationError: it is none; names one that looks like it.
    """
    known = [str(row["entity_id"]) for row in rows(con, "all_entities")]
    if entity_id not in known:
        close = difflib.get_close_matches(entity_id, known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else "`newswatch query 'FROM entities'` lists them"
        raise ConfigurationError(f"there is no entity or topic {entity_id!r}; {hint}")


def search(con: Connection, text: str, *, most: int = 20) -> tuple[Hit, ...]:
    """Return the articles that hold words of `text`: most words first, then best placed, then newest.

    A word in the title counts 5, in the lead 3, in the text 1.

    A word of a Latin script is found where a word begins so (`car` finds `cars`, not `scar`), Chinese
    anywhere. Capital letters do not matter.
    """
    words = tuple(dict.fromkeys(word.lower() for word in text.split()))
    marks: dict[str, list[int]] = {}
    times: dict[str, datetime] = {}
    for word in words:
        for hit in rows(con, "read_hits", word=word, pattern=_pattern(word)):
            times[hit["article_id"]] = hit["reported_at"]
            score = 5 * hit["in_title"] + 3 * hit["in_lead"] + hit["in_text"]
            marks.setdefault(hit["article_id"], []).append(score)
    ranked = sorted(marks, key=lambda key: (len(marks[key]), sum(marks[key]), times[key], key), reverse=True)
    details = {row["article_id"]: row for row in rows(con, "read_found", article_ids=ranked[:most])}
    return tuple(_hit(details[key], words, len(marks[key]), sum(marks[key])) for key in ranked[:most])


def _hit(row: dict[str, Any], words: Sequence[str], words_found: int, score: int) -> Hit:
    passage = passage_around(row.pop("text"), words)
    return Hit(**row, words_found=words_found, score=score, passage=passage)


def passage_around(text: str, words: Sequence[str]) -> str:
    """Return the piece of `text` around the first of `words` in it; empty where none stands there."""
    starts = "|".join(re.escape(word) if _is_cjk(word[0]) else rf"(?<!\w){re.escape(word)}" for word in words)
    found = re.search(starts, text, re.IGNORECASE) if starts else None
    return text[max(0, found.start() - 80) : found.start() + 160] if found else ""


def _pattern(word: str) -> str:
    """Return the RE2 expression of a word. RE2's own word border knows ASCII only, hence the long one."""
    border = r"(^|[^\p{L}\p{N}])" if word[0].isalnum() and not _is_cjk(word[0]) else ""
    return border + re.escape(word)


def _is_cjk(character: str) -> bool:
    return "\u2e80" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7af"


def read_alerts(con: Connection, *, state: str | None = None, most: int = ALL) -> tuple[Alert, ...]:
    """Return at most `most` alerts of the ledger in `state` (None: any), the newest first."""
    return records(Alert, rows(con, "read_alerts", state=state, most=most))


def read_sources(con: Connection) -> tuple[SourceRow, ...]:
    """Return the sources of the watch, the failing ones first."""
    return records(SourceRow, rows(con, "read_sources"))


def read_runs(con: Connection, *, most: int = 5) -> tuple[RunRow, ...]:
    """Return the last runs, the newest first."""
    return records(RunRow, rows(con, "read_runs", most=most))


def read_backlog(con: Connection) -> Backlog:
    """Return what is in the snapshot, and what waited when it was published."""
    (backlog,) = records(Backlog, rows(con, "read_backlog"))
    return backlog


def ask(con: Connection, statement: str) -> Answer:
    """Return the answer to the user's own SQL; of several statements, that of the last.

    Raises:
        ConfigurationError: DuckDB refuses the statement; the message is DuckDB's.
    """
    try:
        result = cast("Connection | None", con.execute(statement))
        if result is None:
            raise ConfigurationError("there is no statement to answer")
        columns = tuple(str(column[0]) for column in result.description or ())
        return Answer(columns=columns, rows=tuple(result.fetchall()) if columns else ())
    except duckdb.Error as error:
        raise ConfigurationError(str(error)) from error
