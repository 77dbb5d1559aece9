"""What judgement remembers, read from the warehouse: rows → `Memory`, and where its reports can be read."""

from datetime import datetime

from extractors.watch import Watch
from warehouse.database import Connection, rows
from warehouse.judged import Development, DevelopmentArticle, Judgement, Report, Reporting, Story
from warehouse.memory import HISTORY, LEDGER, Memory
from warehouse.stored import StoredArticle, read_signals


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
        )
        self.developments |= {found.development_id: found for found in (*judgement.new, *judgement.changed)}


def remember(con: Connection, watch: Watch, earliest: datetime) -> Remembered:
    """Return what judgement must know to judge reports from `earliest` on."""
    reports = _reports(con, earliest - HISTORY)
    since = earliest - LEDGER
    developments = [
        Development(**row | {"participants": tuple(row["participants"])})
        for row in rows(con, "memory_developments", since=since)
    ]
    memory = Memory(
        reports=reports,
        stories=[Story(**row) for row in rows(con, "memory_stories", since=since)],
        developments=developments,
        links=[DevelopmentArticle(**row) for row in rows(con, "memory_links", since=since)],
        names={entity.entity_id: entity.name for entity in watch.entities},
    )
    ids = {report.article_id for report in reports} | {found.first_article_id for found in developments}
    places = {row["article_id"]: Reporting(**row) for row in rows(con, "reported_articles", ids=sorted(ids))}
    return Remembered(memory, places, {found.development_id: found for found in developments})


def _reports(con: Connection, since: datetime) -> list[Report]:
    found = rows(con, "memory_articles", since=since)
    signals = read_signals(con, {row["article_id"]: row.pop("words") for row in found})
    return [Report(**row, signals=signals[row["article_id"]]) for row in found]
