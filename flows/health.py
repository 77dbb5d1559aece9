"""How the pipeline is: what `newswatch status` shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from extractors.doctor import ailment_of, diagnose
from extractors.hosts import host_of
from extractors.orders import HostRest, SiteUse
from flows.settings import Settings
from warehouse.budget import spent_sites
from warehouse.database import Connection, rows
from warehouse.episodes import Episode
from warehouse.hosts import known_rests
from warehouse.read import Backlog, RunRow, SourceRow, read_backlog, read_runs, read_sources
from warehouse.source_advice import SILENT_FOR

#: States in which a source is not read at all; and those in which it is not, or not as the watch file says.
_UNREAD = frozenset({"failing", "gone", "closed", "duplicate"})
_NOT_AS_WATCHED = _UNREAD | {"replaced"}
#: Of so many articles that a source brought lately, this share without a page is told: single pages always fail.
_LATELY, _LEAST_ARTICLES, _MOST_OF_THEM = timedelta(days=7), 5, 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Ailing:
    """A source that should be looked at: what ails it, since when, and what to do.

    `name` is the ailment (`extractors.doctor`), `says` what that means, with what was seen of it; `cause` the constant
    of the last failure, `evidence` what was seen of it, `error` its message, `tried` what was done about it by itself,
    each None where there is none. `failures` counts the failed polls in a row, 0 for a source that works but has
    advice; `since` is when they began, None where not known. `next_poll_at` is after its host's rest, None where it is
    not polled any more.
    """

    source_id: str
    state: str
    url: str
    name: str
    says: str
    advice: str
    cause: str | None
    evidence: str | None
    error: str | None
    tried: str | None
    failures: int
    since: datetime | None
    next_poll_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The state as of the last publication: sources, failing first; runs, newest first; what waits.

    `troubles` are what is wrong with the pipeline itself, which alerts tell too. `ailing` are the sources to look at,
    in the order of `sources`: those that fail, and those that work with advice. `spent` are the sites that got as much
    of their daily `budget` (None: no bound) as is for pages, or for polls.
    """

    sources: tuple[SourceRow, ...]
    ailing: tuple[Ailing, ...]
    runs: tuple[RunRow, ...]
    backlog: Backlog
    troubles: tuple[Episode, ...] = ()
    spent: tuple[SiteUse, ...] = ()
    budget: int | None = None

    @property
    def failing(self) -> tuple[Ailing, ...]:
        """The sources that are not read, the longest failing first."""
        return tuple(one for one in self.ailing if one.failures or one.state in _UNREAD)

    @property
    def undelivered(self) -> int:
        """Alerts that should have gone out and have not: pending and failed ones, held ones not counted."""
        return self.backlog.pending_alerts + self.backlog.failed_alerts


def status(con: Connection, settings: Settings, now: datetime, *, runs: int = 5) -> Health:
    """Return the health that the open snapshot tells, with its last `runs` runs, and the files beside the warehouse.

    `now` tells which hosts still rest, and which sites have used up their budget.
    """
    from flows.troubles import told_now  # noqa: PLC0415 - the help of all commands needs none of it

    sources = read_sources(con)
    rests = {rest.host: rest for rest in known_rests(con, now)}
    unread = _unread_pages(con, now)
    found = (
        ailing(source, rests.get(host_of(source.polled_url or source.url)), unread.get(source.source_id))
        for source in sources
    )
    return Health(
        sources=sources,
        ailing=tuple(one for one in found if one is not None),
        runs=read_runs(con, most=runs),
        backlog=read_backlog(con),
        troubles=told_now(con, settings, now),
        spent=spent_sites(con, now, settings.budget),
        budget=settings.budget,
    )


def ailing(source: SourceRow, rest: HostRest | None = None, unread: str | None = None) -> Ailing | None:
    """Return what ails `source`, None where nothing does.

    `rest` is that of its host, None where that does not rest; `unread` tells of how many articles the page could not be
    read, None where most could.
    """
    kind = source.polled_kind or source.kind
    causes = _causes(source) or (["resting"] if rest else [])
    told = [diagnose(cause, evidence=source.evidence, kind=kind) for cause in causes]
    if unread:
        told.append(diagnose("pages-unread", evidence=unread))
    if not told:
        return None
    # What the pipeline itself advises knows more than the cause alone, which the first diagnosis goes by.
    advice = [source.advice or told[0].advice, *(one.advice for one in told[1:])]
    return Ailing(
        source_id=source.source_id,
        state=source.state,
        url=source.url,
        name=told[0].name,
        says=" ".join(one.says for one in told),
        advice=" ".join(advice),
        cause=source.cause,
        evidence=source.evidence,
        error=source.error,
        tried=source.tried,
        failures=source.failures,
        since=source.failing_since,
        next_poll_at=_not_before(source.next_poll_at, rest),
    )


def adds_something(error: str, url: str, cause: str | None, evidence: str | None) -> bool:
    """Tell whether the message of an error says more than its cause and evidence at the address of the source."""
    told = error.removeprefix(f"{url}: ")
    if evidence is None or told == error:
        return True
    return ailment_of(told.partition(" ")[0]) != ailment_of(cause or "")


def _unread_pages(con: Connection, now: datetime) -> dict[str, str]:
    """Return, by source, of how many of its latest articles the page could not be read, where that is most of them."""
    found = rows(con, "read_unread_pages", since=now - _LATELY, least=_LEAST_ARTICLES, share=_MOST_OF_THEM)
    return {
        row["source_id"]: f"{row['from_feed']} of {row['articles']} in {_LATELY.days} days"
        + (f", mostly {row['cause']}" if row["cause"] else "")
        for row in found
    }


def _not_before(moment: datetime | None, rest: HostRest | None) -> datetime | None:
    return moment if moment is None or rest is None else max(moment, rest.until)


def _causes(source: SourceRow) -> list[str]:
    """Return the causes to diagnose, none where all is well; a source that works may have some too."""
    if source.state in {"gone", "closed", "duplicate"}:
        return [source.state]
    if source.cause is not None:
        return [source.cause]
    if source.failures or source.state in _NOT_AS_WATCHED:
        return ["failed"]
    causes = [_noteworthy(source)] if source.advice else []
    if source.robots == "disallowed":
        causes.append("robots")
    if source.untrusted_since is not None:
        causes.append("frozen")
    return causes


def _noteworthy(source: SourceRow) -> str:
    """Return what the advice on a source that works is about (`warehouse.source_advice` tells it in this order)."""
    if source.polled_url not in {None, source.url}:
        return "moved"
    return "possible-loss" if source.losses and not _is_silent(source) else "silent"


def _is_silent(source: SourceRow) -> bool:
    if source.last_new_at is None or source.last_poll_at is None:
        return True
    return source.last_poll_at - source.last_new_at > SILENT_FOR
