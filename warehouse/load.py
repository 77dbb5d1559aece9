"""Load a batch: the only place where the warehouse learns anything. One batch is one transaction.

poll outcomes → sources · items → known or pending · articles → revisions → copies → relevance → stories →
developments → alerts (an outbox: sending is a step of its own) · the record that the batch has been loaded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from extractors.orders import Batch
from extractors.records import CollectedArticle, article_id, stable_id
from extractors.signals.relevance import is_relevant
from extractors.watch import Watch
from warehouse.archives import save_archives
from warehouse.copies import Fingerprint
from warehouse.database import Connection, insert, run, transaction
from warehouse.hosts import save_hosts
from warehouse.joining import without
from warehouse.judged import Alert, AlertDecider, Judgement, Report
from warehouse.judgements import Judgements, save_judgements
from warehouse.leads import save_leads
from warehouse.notices import with_notices
from warehouse.outbox import save_alerts
from warehouse.pages import save_kills, save_pages
from warehouse.plan import note_sources
from warehouse.polled import save_items, save_polls, silent_articles
from warehouse.reports import fill_index, read_last_articles, save_reports
from warehouse.requests import save_requests
from warehouse.revisions import taken_back
from warehouse.rights import save_rights
from warehouse.shingles import shingle_index
from warehouse.stored import StoredArticle, save_articles, save_entities, signals_of
from warehouse.summaries import save_coverage, save_summaries
from warehouse.versions import differs, revised, said_in

if TYPE_CHECKING:
    from extractors.signals.likeness import Likeness
    from warehouse.remember import Remembered


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
    con: Connection,
    batch: Batch,
    watch: Watch,
    now: datetime,
    decide_alerts: AlertDecider | None = None,
) -> LoadResult:
    """Load `batch` unless it has been loaded; of a joined one the parts that have not been, and then it is at rest.

    `decide_alerts` None keeps silent about all news in it. News of a source that had never been polled with success
    before is stored without an alert: a first import is not news. `now` is the time of loading; developments are
    detected at the time their article was seen.
    """
    loaded = {found for (found,) in run(con, "batch_is_loaded", ids=[batch.batch_id, *batch.parts])}
    if batch.batch_id in loaded:
        return LoadResult(batch_id=batch.batch_id, already=True)
    if loaded:
        batch = without(batch, loaded)
        if not batch.parts:
            with transaction(con):
                _note_loaded(con, batch, now)
            return LoadResult(batch_id=batch.batch_id, already=True)
    states = note_sources(con, watch, now)
    with transaction(con):
        fill_index(con)
        save_entities(con, watch)
        silent = silent_articles(con, batch, states)
        articles = with_notices(con, batch)
        loading = _Loading(con, articles, watch, decide_alerts, silent)
        for collected in sorted(articles, key=order_of_arrival):
            loading.take(collected)
        loading.save()
        save_polls(con, batch.polls, states)
        save_hosts(con, batch)
        save_rights(con, batch, {stored.article_id for stored in loading.new})
        save_items(con, batch, states, now)
        save_archives(con, batch, states)
        for query in ("forget_left", "forget_archives"):
            run(con, query)
        save_requests(con, batch)
        save_pages(con, batch, watch)
        save_kills(con, batch.kills, now)
        save_leads(con, batch.outcomes, now)
        save_coverage(con, batch.polls, loading.new)
        result = _result(batch, loading)
        _save_run(con, batch, result, now)
    return result


def take_again(con: Connection, articles: Sequence[CollectedArticle], watch: Watch) -> frozenset[str]:
    """Take in versions of articles that were loaded before, in this order; return the ids of articles it wrote.

    Nobody is told of what they bring, and nothing else of their batch is taken in. The caller frames the transaction.
    """
    loading = _Loading(con, articles, watch, None, frozenset())
    for collected in articles:
        loading.take(collected)
    loading.save()
    return frozenset(stored.article_id for stored in loading.new)


def _save_run(con: Connection, batch: Batch, result: LoadResult, now: datetime) -> None:
    """Write down what the batch brought, and that it has been loaded."""
    run_row = {name: getattr(result, name) for name in COUNTS} | {"outcome": result.outcome}
    ((backlog,),) = run(con, "count_pending")
    times = {"started_at": batch.collected_at, "finished_at": now, "backlog": backlog}
    insert(con, "runs", [{"run_id": stable_id("r", batch.batch_id)} | times | run_row])
    _note_loaded(con, batch, now)


def _note_loaded(con: Connection, batch: Batch, now: datetime) -> None:
    told = {"order_id": batch.order_id, "loaded_at": now}
    ids = dict.fromkeys((batch.batch_id, *batch.parts))
    insert(con, "state.batches", [{"batch_id": batch_id} | told for batch_id in ids])


class _Loading:
    """The articles of one batch on their way in: takes them one after the other, then saves all."""

    def __init__(
        self,
        con: Connection,
        articles: Sequence[CollectedArticle],
        watch: Watch,
        decide_alerts: AlertDecider | None,
        silent: frozenset[str],
    ) -> None:
        self._con = con
        self._watch = watch
        self._likeness = _likeness(watch) if articles else None
        self._decide_alerts = decide_alerts
        self._silent = silent
        self._stored = read_last_articles(
            con, sorted({article_id(collected.article.url) for collected in articles})
        )
        self._index = shingle_index(con, articles)
        self._remembered: Remembered | None = None
        self._articles = articles
        self._judged_reports: dict[str, Report] = {}
        self.new: list[StoredArticle] = []
        self.judged = Judgements()
        self.alerts: dict[str, Alert] = {}
        self.alerts_decided = 0
        self._moved: dict[str, str] = {}

    def take(self, collected: CollectedArticle) -> None:
        """Take in one article: nothing where it is known as it is, else a new one or a revision."""
        key = article_id(collected.article.url)
        before = self._stored.get(key)
        if before is not None and not differs(before.article, collected.article):
            return
        self.judged.history.take(key, before, collected.article.seen_at)
        stored = self._weighed(collected, before)
        copies = self._adopted(stored) if before is None else ()
        if stored.relevant:
            stored = self._judged(stored, before, copies)
        elif copies:
            self._memory().memory.known.adopt(key, copies)
        elif before is not None:
            self._memory().memory.forget(key)
            self._judged_reports.pop(key, None)
        self._stored[key] = stored
        self.new.append(stored)

    def save(self) -> None:
        """Write all that was taken in."""
        con = self._con
        self.judged.history.save(con)
        save_articles(con, self.new)
        known = {stored.article_id for stored in self.new if stored.revision > 1}
        save_reports(con, tuple(self._judged_reports.values()), known)
        for copy, original in self._moved.items():
            run(con, "move_copies", ids=[copy], original=original)
        if self.judged.lineage:  # what joined a story after it had come back must not go where it went before
            self.judged.story_of |= {one.article_id: one.story_id for one in self.new if one.story_id}
        save_judgements(con, self.judged)
        self.alerts_decided = save_alerts(con, tuple(self.alerts.values()))
        save_summaries(con, self.new, self.judged, set(self._moved.values()))

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
            stored = revised(stored, before)
        elif article.is_withdrawn:
            stored = replace(stored, signals=taken_back(article, signals))
        fingerprint = _fingerprint(stored)
        if before is None or before.copy_of is not None:
            # the revision of a copy may have become a text of its own
            original = self._index.original_of(replace(fingerprint, copy_of=None))
            stored = replace(stored, copy_of=original and (stored.copy_of or original))
            fingerprint = _fingerprint(stored)
        self._index.add(fingerprint)
        return stored

    def _adopted(self, stored: StoredArticle) -> tuple[str, ...]:
        """Return the ids of originals that turn out to be copies of `stored`, having noted that they are."""
        copies = () if stored.copy_of else self._index.adopt(_fingerprint(stored))
        if not copies:
            return ()
        self._moved |= dict.fromkeys(copies, stored.article_id)
        moved = [one for key, one in self._stored.items() if key in copies or one.copy_of in copies]
        self.judged.history.adopt(copies, moved, stored.article.seen_at)
        for number, other in enumerate(self.new):
            if other.article_id in copies or other.copy_of in copies:
                self.new[number] = replace(other, copy_of=stored.article_id)
        for key, other in self._stored.items():
            if key in copies or other.copy_of in copies:
                self._stored[key] = replace(other, copy_of=stored.article_id)
        return copies

    def _judged(
        self, stored: StoredArticle, before: StoredArticle | None, copies: tuple[str, ...]
    ) -> StoredArticle:
        """Return the version with its story, having noted what it changes among developments and alerts."""
        remembered = self._memory()
        article = stored.article
        report = _report(stored)
        self._judged_reports.pop(stored.article_id, None)
        self._judged_reports[stored.article_id] = report
        earlier = None if before is None else said_in(before)
        judgement = remembered.memory.judge(report, earlier=earlier, copies=copies)
        remembered.note(stored, judgement)
        self._note(judgement, report.detected_at)
        if self._decide_alerts is not None:
            told = replace(judgement, new=(), links=()) if article.url in self._silent else judgement
            alerts = self._decide_alerts(
                told,
                reports=remembered.reports,
                developments=remembered.developments,
                now=report.detected_at,
            )
            for alert in alerts:
                self._note_alert(alert)
        return replace(stored, story_id=judgement.story.story_id)

    def _note(self, judgement: Judgement, at: datetime) -> None:
        """Note what was decided, and where the articles of the batch belong since, those that are still to come too."""
        self.judged.add(judgement, at)
        if not judgement.lineage:
            return
        self.new = [_placed(other, judgement) for other in self.new]
        before, self._stored = self._stored, {k: _placed(one, judgement) for k, one in self._stored.items()}
        self.judged.history.move((one for key, one in before.items() if one is not self._stored[key]), at)

    def _note_alert(self, alert: Alert) -> None:
        """Note a new alert or what a known one says now, as it would be had this batch come in pieces."""
        before = self.alerts.get(alert.alert_id)
        self.alerts[alert.alert_id] = (
            alert if before is None else replace(alert, created_at=before.created_at)
        )

    def _memory(self) -> "Remembered":
        if self._remembered is None:
            from warehouse.remember import remember  # noqa: PLC0415 - judgement; a run with nothing new needs none

            coming = [
                _asked(collected, self._stored.get(article_id(collected.article.url)))
                for collected in self._articles
                if is_relevant(self._watch, collected.article, collected.signals)
            ]
            self._remembered = remember(self._con, self._watch, coming, self._index.articles)
        return self._remembered


#: The counts of a `LoadResult`, which are columns of the table `runs` too.
COUNTS = (
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
        developments=len(loading.judged.found),
        alerts=loading.alerts_decided,
    )


def _likeness(watch: Watch) -> "Likeness":
    from extractors.signals.likeness import Likeness  # noqa: PLC0415 - numpy; a run with nothing due needs none

    return Likeness(watch)


def _report(stored: StoredArticle) -> Report:
    article = stored.article
    return Report(
        article_id=stored.article_id,
        revision=stored.revision,
        publisher=article.publisher,
        language=article.language,
        title=article.title,
        lead=article.lead,
        reported_at=stored.judged_at,
        detected_at=article.seen_at,
        signals=replace(signals_of(stored), shingles=()),
        copy_of=stored.copy_of,
        story_id=stored.story_id,
    )


def _placed(stored: StoredArticle, judgement: Judgement) -> StoredArticle:
    """Return `stored` with the story that it belongs to after `judgement`."""
    merged = {step.story_id: step.successor_id for step in judgement.lineage if step.change == "merged"}
    story_id = dict(judgement.moved).get(
        stored.article_id, merged.get(stored.story_id or "", stored.story_id)
    )
    return stored if story_id == stored.story_id else replace(stored, story_id=story_id)


def _asked(collected: CollectedArticle, before: StoredArticle | None) -> Report:
    """Return the report that an article of the batch will be, as far as it can be told before those that precede it."""
    article, signals = collected.article, collected.signals
    return Report(
        article_id=article_id(article.url),
        revision=1,
        publisher=article.publisher,
        language=article.language,
        title=article.title,
        lead=article.lead,
        reported_at=article.reported_at if before is None else article.seen_at,
        detected_at=article.seen_at,
        signals=replace(signals, shingles=()),
    )


def _fingerprint(stored: StoredArticle) -> Fingerprint:
    return Fingerprint(
        article_id=stored.article_id,
        publisher=stored.article.publisher,
        reported_at=stored.reported_at,
        shingles=signals_of(stored).shingles,
        copy_of=stored.copy_of,
    )


def order_of_arrival(collected: CollectedArticle) -> tuple[datetime, str]:
    """Return by what the articles of one batch are sorted before they are taken in."""
    return collected.article.reported_at, collected.article.url
