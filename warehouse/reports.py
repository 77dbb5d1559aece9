"""Reports as judgement remembers them: rows → `Report`, and the index of tokens that finds the nearest ones."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace

import xxhash

from extractors.records import Signals
from warehouse.database import Connection, adapter, insert, rows, run
from warehouse.judged import Report
from warehouse.stored import StoredArticle, read_articles, read_signals
from warehouse.stories import tokens_of, traits_of

#: After so many reports the frequencies are put together, to one row a token; where many are stored, after a sixteenth
#: to an eighth of them, for at 1,000,000 it takes 5 s (measured).
GATHERED = 20_000

#: So many reports are put into the index at once where it has to be filled.
FILLED = 500

_MASK = (1 << 63) - 1


def kept_of(report: Report) -> Report:
    """Return `report` with as much of its signals as judgement asks for: it decides as with all of them.

    Kept are the claims that are news (with what stands before them, for figures point to places), the figures of
    title and lead and those of claims, each name in each spelling once (up front, if there), and the citations.
    """
    signals = report.signals
    count = max((number for number, claim in enumerate(signals.claims, start=1) if claim.is_news), default=0)
    in_front_last = sorted(signals.mentions, key=lambda one: one.part != "body")
    mentions = {(one.entity_id, one.surface): one for one in in_front_last}
    figures = tuple(
        one if one.claim is None or one.claim < count else replace(one, claim=None)
        for one in signals.figures
        if one.part != "body" or (one.claim is not None and one.claim < count)
    )
    return replace(
        report,
        signals=Signals(
            words=signals.words,
            mentions=tuple(mentions[key] for key in sorted(mentions)),
            claims=signals.claims[:count],
            figures=figures,
            citations=signals.citations,
            correction=signals.correction,
            background=signals.background,
        ),
    )


def hash_of(token: str) -> int:
    """Return the number by which the index knows `token`."""
    return xxhash.xxh3_64_intdigest(token.encode("utf-8", "surrogatepass")) & _MASK


def read_reports(con: Connection, ids: Collection[str]) -> list[Report]:
    """Return those of the articles that have been judged and are relevant still, in the order of judgement."""
    if not ids:
        return []
    signals = adapter(Signals)
    return [
        Report(**row | {"signals": signals.validate_json(row["signals"])})
        for row in rows(con, "reports_by_id", ids=sorted(ids))
    ]


def read_last_articles(con: Connection, ids: Sequence[str]) -> dict[str, StoredArticle]:
    """Return those of the articles that are stored, by id, with the signals of their newest version as far as kept.

    All in one go: each of the tables that it reads is read whole, whether one article is asked for or many.
    """
    found = read_articles(con, ids)
    if not found:
        return {}
    signals = read_signals(con, {key: one.words for key, one in found.items()})
    for report in read_reports(con, found.keys()):
        last = report.signals
        signals[report.article_id] = replace(
            signals[report.article_id], correction=last.correction, background=last.background
        )
    return {key: replace(one, signals=signals[key]) for key, one in found.items()}


def save_reports(con: Connection, reports: Sequence[Report], replaced: Collection[str]) -> None:
    """Write `reports`, in the order in which they were judged, in the place of earlier revisions.

    `replaced` are the ids of all articles of which something may be stored already.
    """
    if replaced:
        for query in ("uncount_tokens", "delete_tokens", "delete_reports"):
            run(con, query, ids=sorted(replaced))
    (last,) = run(con, "last_position")[0]
    placed = [(last + number, report) for number, report in enumerate(reports, start=1)]
    _save(con, placed)
    step = max(GATHERED, 1 << max(0, last.bit_length() - 4))
    if (last + len(placed)) // step != last // step:
        run(con, "gather_frequencies")


def fill_index(con: Connection) -> None:
    """Put into the index what has been judged and is not in it: a migration that changes its form empties it."""
    while found := rows(con, "reports_unfilled", most=FILLED):
        signals = read_signals(con, {row["article_id"]: row.pop("words") for row in found})
        positions = {row["article_id"]: row.pop("position") for row in found}
        reports = [Report(**row, signals=signals[row["article_id"]]) for row in found]
        run(con, "delete_reports", ids=sorted(positions))
        _save(con, [(positions[one.article_id], one) for one in reports])


def _save(con: Connection, placed: Sequence[tuple[int, Report]]) -> None:
    if not placed:
        return
    insert(con, "state.reports", [_row(kept_of(report), position) for position, report in placed])
    indexed = [
        {
            "position": position,
            "day": report.reported_at.date(),
            "tokens": [hash_of(token) for token in sorted(tokens_of(traits_of(report)))],
        }
        for position, report in placed
    ]
    run(con, "insert_tokens", reports=indexed)
    run(con, "count_tokens", first=placed[0][0], last=placed[-1][0])


def _row(report: Report, position: int) -> dict[str, object]:
    names = ("article_id", "reported_at", "detected_at", "revision", "publisher", "language", "title", "lead")
    signals = asdict(report.signals)
    del signals["shingles"]
    return {name: getattr(report, name) for name in names} | {"position": position, "signals": signals}
