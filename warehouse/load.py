"""Load a batch: the only place where the warehouse learns anything. One batch is one transaction.

poll outcomes → sources · items → known or pending · articles → revisions → copies → relevance → stories →
developments → alerts (an outbox: sending is a step of its own) · the record that the batch has been loaded.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from extractors.records import (
    Article,
    Batch,
    CollectedArticle,
    ItemOutcome,
    Poll,
    Signals,
    article_id,
    item_keys,
    stable_id,
)
from extractors.signals.likeness import Likeness, is_relevant
from extractors.watch import Watch
from warehouse.copies import Fingerprint, ShingleIndex
from warehouse.database import Connection, insert, rows, run, transaction
from warehouse.judged import Alert, AlertDecider, Development, DevelopmentArticle, Report, Story
from warehouse.outbox import save_alerts
from warehouse.plan import SourceState, after_poll, note_sources, save_sources
from warehouse.remember import Remembered, remember
from warehouse.revisions import change_of, diff_of
from warehouse.stored import StoredArticle, read_articles, read_signals, save_articles


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """What a batch brought. All counts are of this batch; `already` True where it had been loaded before."""

    batch_id: str
    already: bool = False
    polls: int = 0
    failed_polls: int = 0
    new_items: int = 0
    failed_items: int = 0
    articles: int = 0
    revisions: int = 0
    copies: int = 0
    relevant: int = 0
    developments: int = 0
    alerts: int = 0

    @property
    def outcome(self) -> str:
        """`ok`, `partly` (some sources failed), or `failed` (all did)."""
        if not self.failed_polls:
            return "ok"
        return "partly" if self.failed_polls < self.polls else "failed"


def load(
    con: Connection, batch: Batch, watch: Watch, now: datetime, decide_alerts: AlertDecider | None = None
) -> LoadResult:
    """Load `batch` unless it has been loaded; `decide_alerts` None keeps silent about all of it.

    News of a source that had never been polled with success before is stored without an alert: a first import
    is not news. `now` is the time of loading; developments are detected at the time their article was seen.
    """
    if run(con, "batch_is_loaded", batch_id=batch.batch_id):
        return LoadResult(batch_id=batch.batch_id, already=True)
    states = note_sources(con, watch, now)
    with transaction(con):
        _save_entities(con, watch)
        silent = {
            key for key, state in states.items() if state.last_ok_at is None and state.state != "removed"
        }
        loading = _Loading(
            con, batch.articles, watch, decide_alerts, silent & {poll.source_id for poll in batch.polls}
        )
        for collected in sorted(batch.articles, key=_order_of_arrival):
            loading.take(collected)
        loading.save()
        _save_polls(con, batch.polls, states)
        _save_items(con, batch, now)
        result = _result(batch, loading)
        run_row = {name: getattr(result, name) for name in _COUNTS} | {"outcome": result.outcome}
        insert(
            con,
            "runs",
            [
                {
                    "run_id": stable_id("r", batch.batch_id),
                    "started_at": batch.collected_at,
                    "finished_at": now,
                }
                | run_row
            ],
        )
        insert(
            con, "state.batches", [{"batch_id": batch.batch_id, "order_id": batch.order_id, "loaded_at": now}]
        )
    return result


class _Loading:
    """The articles of one batch on their way in: takes them one after the other, then saves all."""

    def __init__(
        self,
        con: Connection,
        articles: Sequence[CollectedArticle],
        watch: Watch,
        decide_alerts: AlertDecider | None,
        silent: Iterable[str],
    ) -> None:
        self._con = con
        self._watch = watch
        self._likeness = Likeness(watch) if articles else None
        self._decide_alerts = decide_alerts
        self._silent = frozenset(silent)
        self._stored = read_articles(
            con, sorted({article_id(collected.article.url) for collected in articles})
        )
        self._index = _shingle_index(con, articles)
        self._remembered: Remembered | None = None
        self._earliest = min((collected.article.reported_at for collected in articles), default=None)
        self.new: list[StoredArticle] = []
        self.stories: dict[str, Story] = {}
        self.developments: dict[str, Development] = {}
        self.found: set[str] = set()
        self.links: dict[tuple[str, str], DevelopmentArticle] = {}
        self.alerts: dict[str, Alert] = {}
        self.alerts_decided = 0

    def take(self, collected: CollectedArticle) -> None:
        """Take in one article: nothing where it is known as it is, else a new one or a revision."""
        key = article_id(collected.article.url)
        before = self._stored.get(key)
        if before is not None and not _differs(before.article, collected.article):
            return
        stored = self._weighed(collected, before)
        if stored.relevant:
            stored = self._judged(stored)
        self._stored[key] = stored
        self.new.append(stored)

    def save(self) -> None:
        """Write all that was taken in."""
        con = self._con
        (position,) = run(con, "last_position")[0]
        save_articles(con, self.new, position)
        self._save_stories()
        run(con, "delete_developments", ids=list(self.developments))
        insert(con, "developments", [_development_row(found) for found in self.developments.values()])
        run(con, "delete_links", keys=[list(key) for key in self.links])
        names = DevelopmentArticle.__slots__
        insert(
            con,
            "development_articles",
            [{n: getattr(link, n) for n in names} for link in self.links.values()],
        )
        self.alerts_decided = save_alerts(con, tuple(self.alerts.values()))

    def _weighed(self, collected: CollectedArticle, before: StoredArticle | None) -> StoredArticle:
        """Return the version with all that can be said of it without looking at other reports but copies."""
        article, signals = collected.article, collected.signals
        reported_at = article.reported_at
        stored = StoredArticle(
            article=article,
            revision=1,
            first_seen_at=article.seen_at,
            reported_at=reported_at,
            words=signals.words,
            relevant=is_relevant(self._watch, article, signals),
            likeness=self._likeness.score(article, signals) if self._likeness else 0.0,
            copy_of=None,
            story_id=None,
            detected_at=article.seen_at,
            signals=signals,
        )
        if before is not None:
            stored = self._revised(stored, before)
        fingerprint = Fingerprint(
            article_id=stored.article_id,
            publisher=article.publisher,
            reported_at=stored.reported_at,
            shingles=signals.shingles,
            copy_of=stored.copy_of,
        )
        if before is None:
            stored = replace(stored, copy_of=self._index.original_of(fingerprint))
            fingerprint = replace(fingerprint, copy_of=stored.copy_of)
        self._index.add(fingerprint)
        return stored

    def _revised(self, stored: StoredArticle, before: StoredArticle) -> StoredArticle:
        """Return the version as the revision that follows `before`: identity and first sight stay."""
        old = before.signals or read_signals(self._con, {before.article_id: before.words})[before.article_id]
        article = stored.article
        return replace(
            stored,
            article=replace(
                article,
                source_id=before.article.source_id,
                published_at=before.article.published_at or article.published_at,
                published_from=before.article.published_from or article.published_from,
            ),
            revision=before.revision + 1,
            first_seen_at=before.first_seen_at,
            reported_at=before.reported_at,
            copy_of=before.copy_of,
            story_id=before.story_id,
            changed=change_of(old, stored.signals or old),
            diff=diff_of(before.article, article),
        )

    def _judged(self, stored: StoredArticle) -> StoredArticle:
        """Return the version with its story, having noted what it changes among developments and alerts."""
        remembered = self._memory()
        article = stored.article
        report = Report(
            article_id=stored.article_id,
            revision=stored.revision,
            publisher=article.publisher,
            language=article.language,
            title=article.title,
            lead=article.lead,
            reported_at=stored.judged_at,
            detected_at=article.seen_at,
            signals=replace(stored.signals or Signals(words=stored.words), shingles=()),
            copy_of=stored.copy_of,
            story_id=stored.story_id,
        )
        judgement = remembered.memory.judge(report)
        remembered.note(stored, judgement)
        self.stories[judgement.story.story_id] = judgement.story
        self.found |= {development.development_id for development in judgement.new}
        self.developments |= {found.development_id: found for found in (*judgement.new, *judgement.changed)}
        self.links |= {(link.development_id, link.article_id): link for link in judgement.links}
        if self._decide_alerts is not None and article.source_id not in self._silent:
            alerts = self._decide_alerts(
                judgement,
                reports=remembered.reports,
                developments=remembered.developments,
                now=report.detected_at,
            )
            self.alerts |= {alert.alert_id: alert for alert in alerts}
        return replace(stored, story_id=judgement.story.story_id)

    def _memory(self) -> Remembered:
        if self._remembered is None:
            if self._earliest is None:
                raise ValueError("no article to remember for")
            self._remembered = remember(self._con, self._watch, self._earliest)
        return self._remembered

    def _save_stories(self) -> None:
        ids = list(self.stories)
        counts = {row["story_id"]: row for row in rows(self._con, "story_counts", ids=ids)}
        run(self._con, "delete_stories", ids=ids)
        names = Story.__slots__
        insert(
            self._con,
            "stories",
            [
                {name: getattr(story, name) for name in names} | counts[key]
                for key, story in self.stories.items()
            ],
        )


_COUNTS = (
    "polls",
    "failed_polls",
    "new_items",
    "failed_items",
    "articles",
    "revisions",
    "copies",
    "relevant",
    "developments",
    "alerts",
)


def _result(batch: Batch, loading: _Loading) -> LoadResult:
    first = [stored for stored in loading.new if stored.revision == 1]
    return LoadResult(
        batch_id=batch.batch_id,
        polls=len(batch.polls),
        failed_polls=sum(poll.outcome == "failed" for poll in batch.polls),
        new_items=sum(poll.new_items for poll in batch.polls),
        failed_items=sum(outcome.state == "failed" for outcome in batch.outcomes),
        articles=len(first),
        revisions=len(loading.new) - len(first),
        copies=sum(stored.copy_of is not None for stored in first),
        relevant=sum(stored.relevant for stored in first),
        developments=len(loading.found),
        alerts=loading.alerts_decided,
    )


def _order_of_arrival(collected: CollectedArticle) -> tuple[datetime, str]:
    return collected.article.reported_at, collected.article.url


def _differs(before: Article, after: Article) -> bool:
    """Whether `after` is another version: never where only the feed's shorter text is at hand this time."""
    if before.text_from == "page" and after.text_from == "feed":
        return False
    return (before.title, before.text) != (after.title, after.text)


def _shingle_index(con: Connection, articles: Sequence[CollectedArticle]) -> ShingleIndex:
    shingles = sorted({shingle for collected in articles for shingle in collected.signals.shingles})
    found = rows(con, "fingerprints_sharing", shingles=shingles)
    return ShingleIndex(Fingerprint(**row | {"shingles": tuple(row["shingles"])}) for row in found)


def _save_entities(con: Connection, watch: Watch) -> None:
    wanted = [
        {"entity_id": entity.entity_id, "kind": entity.kind, "name": entity.name, "wikidata": entity.wikidata}
        for entity in watch.entities
    ]
    wanted += [
        {
            "entity_id": topic.topic_id,
            "kind": "topic",
            "name": topic.topic_id.partition(":")[2],
            "wikidata": None,
        }
        for topic in watch.topics
    ]
    wanted.sort(key=lambda row: str(row["entity_id"]))
    if rows(con, "all_entities") != wanted:
        run(con, "delete_entities")
        insert(con, "entities", wanted)


def _save_polls(con: Connection, polls: Sequence[Poll], states: dict[str, SourceState]) -> None:
    names = ("source_id", "started_at", "outcome", "http_status", "items", "new_items", "bytes", "seconds")
    insert(con, "polls", [{n: getattr(poll, n) for n in (*names, "cause", "error")} for poll in polls])
    known = [poll for poll in polls if poll.source_id in states]
    save_sources(con, [after_poll(states[poll.source_id], poll) for poll in known])
    used = [poll for poll in known if poll.outcome != "failed"]
    run(con, "delete_validators", ids=[poll.source_id for poll in used])
    kept = ("source_id", "etag", "last_modified", "body_hash")
    insert(
        con,
        "state.validators",
        [{n: getattr(poll, n) for n in kept} | {"url": states[poll.source_id].url} for poll in used],
    )


def _save_items(con: Connection, batch: Batch, now: datetime) -> None:
    run(con, "touch_items", keys=sorted({key for poll in batch.polls for key in poll.keys}), now=now)
    done = [outcome for outcome in batch.outcomes if outcome.state != "failed"]
    run(
        con,
        "remember_items",
        keys=sorted({key for outcome in done for key in item_keys(outcome.item)}),
        now=now,
    )
    run(con, "forget_pending", keys=[[out.item.source_id, out.item.url] for out in batch.outcomes])
    insert(con, "state.pending_items", [_pending_row(out) for out in batch.outcomes if out.state == "failed"])


def _pending_row(outcome: ItemOutcome) -> dict[str, object]:
    item = outcome.item
    row = {name: getattr(item, name) for name in type(item).__slots__}
    changed = {
        "authors": list(item.authors),
        "attempts": item.attempts + 1,
        "error": outcome.error or "unknown",
    }
    return row | changed


def _development_row(found: Development) -> dict[str, object]:
    row = {name: getattr(found, name) for name in Development.__slots__}
    return row | {"participants": list(found.participants)}
