"""What trying a source by hand found, for people: decisions alone, nothing is asked here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from extractors.doctor import diagnose
from extractors.orders import HostRest, Poll, RobotsFile, Validator
from extractors.records import Source, SourceKind
from extractors.trying import Trial, Tried
from warehouse.scheduling import UNREADABLE

#: A source that works is not asked by hand again before this: point 9 of the project's rules of polite polling.
FORCE = timedelta(minutes=30)
#: A newest date older than this is told.
_QUIET = timedelta(days=30)
#: A date that lies further ahead is wrong, most often by a zone: point 29 there.
_AHEAD = timedelta(minutes=15)
_ZONE = "give the source its `zone` if dates are written without one"
#: What is never asked by hand either: the site said that it is over.
_OVER = frozenset({"gone", "closed", "http-410", "duplicate"})
#: A selector found nothing: it may have been corrected since, and then the same page reads otherwise.
_SELECTED = frozenset({"no-links", "no-text", "bad-selector"})

Found = Literal["ok", "instead", "failed", "resting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found of one source, now or when it was asked last (`asked_now` False).

    `found` is `instead` where it cannot be read itself and another listing of its site can, `resting` where its host
    asked to be left alone (then nothing was asked). `items` and `newest_at` are of the last listing that was read,
    None where none is known; `language` is what its titles seem to be written in, `robots` whether robots.txt allows
    the address, each None where not known. `name`, `says` and `advice` are those of the diagnosis, None where it is
    well; `tried` is what was done about it; `notes` are remarks on a source that works.
    """

    source_id: str
    kind: SourceKind
    url: str
    found: Found
    asked_now: bool
    asked_at: datetime | None = None
    http_status: int | None = None
    items: int | None = None
    newest_at: datetime | None = None
    language: str | None = None
    robots: bool | None = None
    seconds: float | None = None
    cause: str | None = None
    evidence: str | None = None
    error: str | None = None
    name: str | None = None
    says: str | None = None
    tried: str | None = None
    advice: str | None = None
    notes: tuple[str, ...] = ()
    validators: tuple[Validator, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known before anything is asked: by source the last finding, and what hosts said of themselves."""

    findings: tuple[Finding, ...] = ()
    rests: tuple[HostRest, ...] = ()
    robots: tuple[RobotsFile, ...] = ()

    def by_source(self) -> dict[tuple[str, str], Finding]:
        """Return the last findings by id and address of their source."""
        return {(one.source_id, one.url): one for one in self.findings}

    def by_host(self, now: datetime) -> dict[str, HostRest]:
        """Return the rests that are not over at `now`, the longest of each host."""
        lasting = sorted((rest for rest in self.rests if rest.until > now), key=lambda rest: rest.until)
        return {rest.host: rest for rest in lasting}


def standing_finding(
    source: Source, before: Finding | None, rest: HostRest | None, now: datetime
) -> Finding | None:
    """Return what is told of `source` without asking it, None where it is to be asked now.

    `before` is what was found last at its present address, `rest` that of its host.
    """
    if before is not None and before.cause in _OVER:
        return replace(before, asked_now=False)
    if rest is not None:
        return _resting(source, rest, before)
    if before is None or before.asked_at is None or before.found not in {"ok", "instead"}:
        return None
    return replace(before, asked_now=False) if before.asked_at > now - FORCE else None


def conditions(before: Finding | None) -> tuple[Validator, ...]:
    """Return what a source is asked with after it was found as `before`; nothing where all of it is needed."""
    return () if before is None or before.cause in _SELECTED else before.validators


def _resting(source: Source, rest: HostRest, before: Finding | None) -> Finding:
    told = diagnose("resting", kind=source.kind)
    blank = before or Finding(
        source_id=source.source_id, kind=source.kind, url=source.url, found="resting", asked_now=False
    )
    return replace(
        blank,
        found="resting",
        asked_now=False,
        cause="resting",
        evidence=None,
        tried=None,
        error=f"{rest.host} asked to be left alone until {rest.until:%Y-%m-%d %H:%M} UTC ({rest.cause})",
        name=told.name,
        says=told.says,
        advice=told.advice,
    )


def polled_finding(row: Mapping[str, Any], validators: tuple[Validator, ...]) -> Finding:
    """Return what the pipeline found of a source (a row of `last_listings`) when it polled it last."""
    state = row["state"]
    cause = state if state in _OVER else row["cause"]
    told = diagnose(cause, evidence=row["evidence"], kind=row["kind"]) if cause else None
    found: Found = "failed" if state == "failing" or state in _OVER else "ok"
    return Finding(
        source_id=row["source_id"],
        kind=row["kind"],
        url=row["url"],
        found="instead" if state == "replaced" else found,
        asked_now=False,
        asked_at=row["polled_at"],
        http_status=row["http_status"],
        items=row["items"],
        newest_at=row["newest_at"],
        robots=None if row["robots"] is None else row["robots"] == "allowed",
        cause=cause,
        evidence=row["evidence"],
        error=row["error"],
        name=told.name if told else None,
        says=told.says if told else None,
        tried=row["tried"],
        advice=row["advice"] or (told.advice if told else None),
        validators=() if state == "replaced" else validators,
    )


def finding_of(source: Source, tried: Tried, before: Finding | None, now: datetime) -> Finding:
    """Return what was found of `source` just now; where nothing had changed, with what was listed `before`.

    What could not be read before cannot be read now if it has not changed.
    """
    poll = tried.poll
    if poll.outcome == "unchanged" and before is not None and before.cause in UNREADABLE:
        return replace(
            before,
            found="failed",
            asked_now=True,
            asked_at=poll.started_at,
            http_status=poll.http_status,
            robots=poll.robots,
            seconds=round(poll.seconds, 2),
            validators=poll.validators,
        )
    told = Finding(
        source_id=source.source_id,
        kind=source.kind,
        url=source.url,
        found="ok",
        asked_now=True,
        asked_at=poll.started_at,
        http_status=poll.http_status,
        robots=poll.robots,
        seconds=round(poll.seconds, 2),
        tried=poll.tried,
        validators=poll.validators,
    )
    if poll.outcome == "failed":
        return _failed(told, poll)
    if poll.outcome == "new":
        told = replace(told, items=poll.items, newest_at=tried.newest_at, language=tried.language)
    elif before is not None:
        told = replace(told, items=before.items, newest_at=before.newest_at, language=before.language)
    if poll.instead is not None:
        place = f'kind = "{poll.instead.kind}", url = "{poll.instead.url}"'
        advice = f"Write into the source: {place}. Until then runs read it instead, after three days at the latest."
        # The validators are those of the other listing: with them it would answer that it has not changed.
        return replace(told, found="instead", advice=advice, validators=())
    return replace(told, notes=_notes(told, poll, source, now))


def _failed(told: Finding, poll: Poll) -> Finding:
    diagnosis = diagnose(poll.cause, status=poll.http_status, evidence=poll.evidence, kind=told.kind)
    return replace(
        told,
        found="resting" if poll.cause == "resting" else "failed",
        cause=poll.cause,
        evidence=poll.evidence,
        error=poll.error,
        name=diagnosis.name,
        says=diagnosis.says,
        advice=diagnosis.advice,
    )


def _notes(told: Finding, poll: Poll, source: Source, now: datetime) -> tuple[str, ...]:
    """Return what is to be said of a source that works."""
    notes = []
    if poll.outcome == "unchanged":
        notes.append("nothing has changed since it was read last")
    if poll.moved_to:
        notes.append(f'it has moved for good: write url = "{poll.moved_to}" into the source')
    if poll.closed:
        notes.append("the feed says that nothing more will come: remove the source, or find its successor")
    if told.robots is False:
        notes.append("robots.txt asks programs to stay away; it is read because the watch names it as a feed")
    if poll.outcome == "new" and not poll.items:
        notes.append("it lists nothing at present")
    if told.newest_at is not None and told.newest_at > now + _AHEAD:
        notes.append(f"its newest date lies ahead ({told.newest_at:%Y-%m-%d %H:%M} UTC): {_ZONE}")
    if told.newest_at is not None and told.newest_at < now - _QUIET:
        notes.append(f"the newest that it lists is of {told.newest_at:%Y-%m-%d}")
    if told.language and source.language and told.language != source.language:
        notes.append(f"its titles seem to be in `{told.language}`, the watch says `{source.language}`")
    return tuple(notes)


def merged(*known: Known) -> Known:
    """Return all that is known: of each source what was found last, of what hosts say everything."""
    newest: dict[tuple[str, str], Finding] = {}
    for one in sorted((one for part in known for one in part.findings), key=_asked_at):
        key = (one.source_id, one.url)
        newest[key] = _filled(one, newest.get(key))
    return Known(
        findings=tuple(newest.values()),
        rests=tuple(rest for part in known for rest in part.rests),
        robots=tuple(file for part in known for file in part.robots),
    )


def after(known: Known, findings: tuple[Finding, ...], trial: Trial, now: datetime) -> Known:
    """Return what is known after a trial: its findings, and of hosts what it learned and what else still holds."""
    return Known(
        findings=findings,
        rests=tuple(Known(rests=(*known.rests, *trial.learned.rests)).by_host(now).values()),
        robots=tuple({file.origin: file for file in (*known.robots, *trial.learned.robots)}.values()),
    )


def _asked_at(one: Finding) -> datetime:
    return one.asked_at or datetime.min.replace(tzinfo=UTC)


def _filled(one: Finding, before: Finding | None) -> Finding:
    """Return the newer finding with what only the older one knows of the same address."""
    if before is None:
        return one
    return replace(
        one,
        items=before.items if one.items is None else one.items,
        newest_at=one.newest_at or before.newest_at,
        language=one.language or before.language,
        robots=before.robots if one.robots is None else one.robots,
        validators=one.validators or before.validators,
    )
