"""What judgement remembers, read from the warehouse: rows → `Memory`, and where its reports can be read."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from extractors.records import Signals
from extractors.watch import Watch
from warehouse.database import Connection, rows, run
from warehouse.judged import Development, DevelopmentArticle, Judgement, Report, Reporting, Story
from warehouse.known import LEDGER, Counted, Rarities
from warehouse.memory import Memory
from warehouse.nearest import FADING, HISTORY, NEAREST, RECENT, reach, telling
from warehouse.reports import hash_of, read_reports
from warehouse.stored import StoredArticle, signals_of
from warehouse.stories import tokens_of, traits_of


class Remembered:
    """Memory with what messages need beside it; kept current by `note`.

    `reports` holds by article id where a report can be read; `developments` all remembered ones by id.
    """

    def __init__(
        self, memory: Memory, reports: dict[str, Reporting], developments: dict[str, Development]
    ) -> None:
        """Take over what was read from the warehouse."""
        self.memory = memory
        self.reports = reports
        self.developments = developments

    def note(self, stored: StoredArticle, judgement: Judgement) -> None:
        """Remember an article that was judged just now."""
        self.reports[stored.article_id] = Reporting(
            article_id=stored.article_id,
            url=stored.article.url,
            title=stored.article.title,
            publisher=stored.article.publisher,
            language=stored.article.language,
            reported_at=stored.reported_at,
            **_shown_in(signals_of(stored)),
        )
        self.developments |= {found.development_id: found for found in (*judgement.new, *judgement.changed)}


def remember(con: Connection, watch: Watch, asked: Sequence[Report], known: Iterable[str] = ()) -> Remembered:
    """Return what judgement must know to judge the reports `asked`, in whatever order and company they come.

    `known` are ids of articles that must be among it: earlier revisions, originals and copies.
    """
    ids = {*known, *(one.article_id for one in asked), *_nearest(con, asked)}
    ids |= {key for (key,) in run(con, "copies_among", ids=sorted(ids))}
    developments = _developments(con, asked, ids)
    told = [found.development_id for found in developments]
    links = [DevelopmentArticle(**row) for row in rows(con, "links_of_developments", ids=told)]
    reports = read_reports(con, ids | {link.article_id for link in links})
    stories = {one.story_id for one in reports if one.story_id} | {one.story_id for one in developments}
    memory = Memory(
        reports=reports,
        stories=[Story(**row) for row in rows(con, "stories_by_id", ids=sorted(stories))],
        developments=developments,
        links=links,
        names={entity.entity_id: entity.name for entity in watch.entities},
        languages=watch.languages,
        counted=_counted(con, (*asked, *reports)),
    )
    shown = {one.article_id for one in reports} | {found.first_article_id for found in developments}
    signals = {one.article_id: _shown_in(one.signals) for one in reports}
    places = {
        row["article_id"]: Reporting(**row, **signals.get(row["article_id"], {}))
        for row in rows(con, "reported_articles", ids=sorted(shown))
    }
    return Remembered(memory, places, {found.development_id: found for found in developments})


def _shown_in(signals: Signals) -> dict[str, Any]:
    """Return what a message about an article can be held against: as much as is kept of it (`reports.kept_of`)."""
    return {
        "claims": tuple(one for one in signals.claims if one.is_news),
        "figures": tuple(one for one in signals.figures if one.part != "body" or one.claim is not None),
        "mentioned": frozenset(one.entity_id for one in signals.mentions),
    }


def _nearest(con: Connection, asked: Sequence[Report]) -> Collection[str]:
    """Return the ids of the reports that those `asked` will be held against, as `TokenIndex.nearest` finds them."""
    counted = _counted(con, asked)
    weights = Rarities(counted.holders, counted.reports)
    wanted = []
    for number, report in enumerate(asked):
        tokens = telling(tokens_of(traits_of(report)), weights)
        wanted.append(
            {
                "number": number,
                "day": report.reported_at.date(),
                "tokens": [hash_of(token) for token in tokens],
                "weights": [weights[token] for token in tokens],
                "reaches": [reach(counted.holders.get(token, 0)).days for token in tokens],
            }
        )
    if not wanted:
        return set()
    days = [report.reported_at.date() for report in asked]
    bounds = {
        "since": min(days) - HISTORY,
        "until": max(days) + HISTORY,
        "recent_since": min(days) - RECENT,
        "recent_until": max(days) + RECENT,
    }
    limits = {"days": HISTORY.days, "fading": FADING.days, "most": NEAREST}
    return {key for (key,) in run(con, "nearest_reports", asked=wanted, **bounds, **limits)}


def _developments(con: Connection, asked: Sequence[Report], near: Collection[str]) -> list[Development]:
    """Return the developments that the articles `near` report, and what is known of their stories."""
    since = min((one.reported_at for one in asked), default=None)
    if since is None:
        return []
    found = rows(con, "developments_near", articles=sorted(near), since=since - LEDGER)
    return [Development(**row | {"participants": tuple(row["participants"])}) for row in found]


def _counted(con: Connection, reports: Iterable[Report]) -> Counted:
    """Return how often the tokens of `reports` occur among all reports that have been judged."""
    tokens = {token for report in reports for token in tokens_of(traits_of(report))}
    hashes = {hash_of(token): token for token in sorted(tokens)}
    held = run(con, "token_frequencies", tokens=sorted(hashes))
    (count,) = run(con, "count_reports")[0]
    return Counted(reports=count, holders={hashes[number]: reports for number, reports in held})
