"""When a source is polled next, and how it is after a poll. Pure: no clock, no database.

Two bounds hold whatever happens: no poll comes earlier than the source's own interval, or than server or feed asked;
and one always comes, but for sources that are gone, closed or duplicates (`STOPPED`).
"""

from dataclasses import replace
from datetime import datetime, timedelta

import xxhash

from extractors.orders import Poll
from warehouse import source_advice
from warehouse.pacing import adapted
from warehouse.source_states import SourceState

#: Longest wait that freshness (max-age, Expires) or the feed (ttl, update period) can ask for: longer ones are mistakes
#: of servers (Miniflux clamps at 24 h too).
MOST_ASKED = timedelta(hours=24)
#: Longest Retry-After: it is not shortened (88 h have been seen), but what would overflow the calendar; who reads the
#: header takes more than a month as a month (`extractors.web.caching`).
MOST_RETRY_AFTER = timedelta(days=366)
#: Longest wait after failures, as Media Cloud: "a surprising number of feeds come back from what looks like death".
MOST_BACKOFF = timedelta(hours=24)
#: From so many failures in a row on, the wait may grow to a month (Media Cloud's "undead" feeds).
UNDEAD_FROM, MOST_UNDEAD = 30, timedelta(days=30)
#: Wait after a refusal (401, 403, 429 without Retry-After) that doubles each time (Unread Cloud: 4 h).
REFUSED_WAIT = timedelta(hours=4)
#: Largest part of the pace that is added, so that sources do not all fall due in the same second; never taken away.
JITTER = 0.1
#: A new address is adopted once permanent redirects led there in so many polls and for so long: a guard against
#: hijacked and mistaken redirects (NewsBlur waits for 10 polls).
MOVED_POLLS, MOVED_FOR = 3, timedelta(days=2)
#: An adopted address, or a listing read instead, that fails so often in a row of what someone must mend, or of anything
#: for as long as makes a source lost, is given up for the watch's own.
GIVEN_UP_AFTER = 3
#: 304s are audited once a day at most (the feed reader behaviour project allows one unconditional request a day), and
#: only after so many in a row: else a source that is polled daily would never be asked conditionally.
AUDIT_AFTER, AUDIT_POLLS = timedelta(hours=24), 3
#: A server whose 304s were found false is trusted again after so long.
UNTRUSTED_FOR = timedelta(days=30)
#: Another listing is looked for after failing so long, or with such a weight of causes that someone must mend; and the
#: look is repeated (and a replaced source's own address asked again) after so long.
LOST_AFTER, LOST_WEIGHT, LOOK_AGAIN = timedelta(days=3), 3.0, timedelta(days=7)

#: States in which a source is not polled any more.
STOPPED = frozenset({"gone", "closed", "duplicate"})
#: Someone must mend these: weight 1. Weights are Media Cloud's: hard 1, soft 1/2, temporary 1/4.
HARD = frozenset(
    {
        "http-410",
        "robots",
        "refused-address",
        "bad-url",
        "bad-port",
        "dns",
        "html-for-xml",
        "broken-feed",
        "broken-sitemap",
        "broken-page",
        "bad-selector",
        "no-links",
        "no-text",
    }
)
#: These pass by themselves: weight 1/4. All others, refusals (404, 403, 429, 5xx …) above all, weigh 1/2.
TEMPORARY = frozenset(
    {"no-worker", "timeout", "unreachable", "resting", "broken-answer", "robots-unavailable"}
)
#: Bytes came and could not be read: a 304 after it says that they are still the same, not that they are good.
UNREADABLE = frozenset(
    {
        "html-for-xml",
        "broken-feed",
        "broken-sitemap",
        "broken-page",
        "bad-encoding",
        "bad-selector",
        "empty-body",
        "no-links",
        "no-text",
        "soft-404",
        "wrong-type",
        "not-html",
        "too-deep",
        "bot-wall",
        "consent-wall",
        "quarantined",
        "failed",
    }
)
#: The site refuses this reader: waits grow faster than with faults.
_REFUSED = frozenset({"http-401", "http-403", "http-429", "login", "bot-challenge"})
_REFUSED_STATUS = frozenset({401, 403, 429})
_GONE = 410
_NOT_MODIFIED = 304


def after_poll(state: SourceState, poll: Poll) -> SourceState:
    """Return the state of a source after `poll`; unchanged where a later poll is known already."""
    if state.polled_at is not None and poll.started_at < state.polled_at:
        return state
    trusted = trusts(state, poll.started_at)
    audited = poll.audited or audit_due(state, poll.started_at)
    seen = replace(
        state,
        polled_at=poll.started_at,
        robots=state.robots if poll.robots is None else "allowed" if poll.robots else "disallowed",
        trusted=trusted and not poll.lied,
        untrusted_since=poll.started_at if poll.lied else None if trusted else state.untrusted_since,
        audited_at=poll.started_at if audited else state.audited_at,
    )
    if poll.outcome != "failed":
        after = _worked(seen, poll)
    elif poll.cause == "budget":  # its site was asked enough for a day, and it is not to blame for that
        after = seen
    elif asks_own(state, poll):
        after = _own_failed(seen, poll)
    else:
        after = _failed(seen, poll)
    return replace(
        after,
        state="removed" if state.state == "removed" else after.state,
        next_poll_at=next_poll_at(after, poll),
        advice=source_advice.advice_on(after, poll),
    )


def next_poll_at(after: SourceState, poll: Poll) -> datetime | None:
    """Return when a source that is `after` this poll may be polled again; None where it is not any more."""
    if after.state in STOPPED:
        return None
    pace = timedelta(seconds=max(after.pace_s, after.interval_s))
    wait = max(
        pace,
        asked(after.asked_s),
        asked(poll.wait_s),
        timedelta(seconds=min(poll.retry_after_s or 0.0, MOST_RETRY_AFTER.total_seconds())),
        _backoff(after, poll) if poll.outcome == "failed" else pace,
    )
    seed = f"{after.source_id}\x1f{poll.started_at.isoformat()}".encode()
    jitter = pace * JITTER * (xxhash.xxh3_64_intdigest(seed) % 1000 / 1000)
    return out_of_skipped(poll.started_at + wait + jitter, after, jitter)


def asked(seconds: float | None) -> timedelta:
    """Return the wait that server or feed asked for, as far as it is heeded."""
    return timedelta(seconds=min(seconds or 0.0, MOST_ASKED.total_seconds()))


def out_of_skipped(moment: datetime, state: SourceState, jitter: timedelta = timedelta(0)) -> datetime:
    """Return the first moment from `moment` on, in UTC, at which the feed does not ask to be left alone.

    `jitter` (half an hour at the most) is added to the hour that it is moved to. A feed that skips all hours or
    all days means something else, and is not heeded.
    """
    hours = frozenset(state.skip_hours) if len(frozenset(state.skip_hours)) < 24 else frozenset()  # noqa: PLR2004
    days = frozenset(state.skip_days) if len(frozenset(state.skip_days)) < 7 else frozenset()  # noqa: PLR2004
    found = moment
    while found.hour in hours or found.weekday() in days:
        found = found.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return found if found == moment else found + min(jitter, timedelta(minutes=30))


def weight_of(cause: str | None) -> float:
    """Return how much a failure counts: 1 where someone must mend it, 1/4 where it passes, else 1/2."""
    return 1.0 if cause in HARD else 0.25 if cause in TEMPORARY else 0.5


def trusts(state: SourceState, now: datetime) -> bool:
    """Whether a 304 of the source is believed: a server that lied is trusted again after `UNTRUSTED_FOR`."""
    return state.trusted or state.untrusted_since is None or now - state.untrusted_since >= UNTRUSTED_FOR


def audit_due(state: SourceState, now: datetime) -> bool:
    """Whether the next poll is to show, by asking without conditions, that the 304s are true."""
    if state.unmodified_polls < AUDIT_POLLS or not trusts(state, now):
        return False
    return all(now - at >= AUDIT_AFTER for at in (state.full_at, state.audited_at) if at is not None)


def is_lost(state: SourceState, now: datetime) -> bool:
    """Whether another listing of its site is to be looked for where it fails again."""
    if state.state != "failing" or state.failing_since is None:
        return False
    heavy = state.failure_weight >= LOST_WEIGHT and state.cause in HARD
    return (heavy or now - state.failing_since >= LOST_AFTER) and _look_due(state, now)


def own_due(state: SourceState, now: datetime) -> bool:
    """Whether a source that another listing is read for is to be asked at its own address again."""
    return state.replaced_since is not None and state.gone_at is None and _look_due(state, now)


def asks_own(state: SourceState, poll: Poll) -> bool:
    """Whether `poll` asked a replaced source at its own address."""
    return state.replaced_since is not None and poll.url == state.url != state.polled_url


def at_own_address(state: SourceState) -> SourceState:
    """Return the state with the watch's own address to be asked, of which nothing is known any more."""
    return replace(
        state,
        polled_url=state.url,
        polled_kind=state.kind,
        moved_to=None,
        moved_since=None,
        moved_polls=0,
        replaced_since=None,
        replaced_for=None,
        full_at=None,
        unmodified_polls=0,
    )


def _look_due(state: SourceState, now: datetime) -> bool:
    return state.looked_at is None or now - state.looked_at >= LOOK_AGAIN


def _backoff(after: SourceState, poll: Poll) -> timedelta:
    every = timedelta(seconds=after.interval_s)
    most = MOST_UNDEAD if after.failures >= UNDEAD_FROM else MOST_BACKOFF
    wait = min(every * (1 + after.failure_weight), most)
    refused = poll.cause in _REFUSED or poll.http_status in _REFUSED_STATUS
    if refused and poll.retry_after_s is None:
        doubled = REFUSED_WAIT * 2 ** min(max(after.cause_polls, 1) - 1, 8)
        wait = max(wait, min(doubled, MOST_BACKOFF))
    return wait


def _gone_at(state: SourceState, poll: Poll) -> datetime | None:
    """Return since when the source's own address answers 410, None where it does not."""
    gone = poll.gone or (poll.outcome == "failed" and _is_gone(poll))
    return state.gone_at or (poll.started_at if gone else None)


def _is_gone(poll: Poll) -> bool:
    return poll.http_status == _GONE or poll.cause == "http-410"


def _own_failed(state: SourceState, poll: Poll) -> SourceState:
    """Return the state of a source that another listing is read for, whose own address has failed once more."""
    if poll.cause == "resting":
        return state
    return replace(
        state,
        looked_at=poll.started_at,
        gone_at=_gone_at(state, poll),
        replaced_for=poll.cause,
        cause=state.cause if state.failures else poll.cause,
        evidence=state.evidence if state.failures else poll.evidence,
    )


def _failed(state: SourceState, poll: Poll) -> SourceState:
    same = state.failures > 0 and state.cause == poll.cause
    elsewhere = state.polled_url != state.url
    looked = poll.tried is not None or (poll.cause != "resting" and is_lost(state, poll.started_at))
    failed = replace(
        state,
        state="failing",
        failures=state.failures + 1,
        failure_weight=state.failure_weight + weight_of(poll.cause),
        failing_since=state.failing_since or poll.started_at,
        error=poll.error,
        cause=poll.cause,
        cause_polls=state.cause_polls + 1 if same else 1,
        evidence=poll.evidence,
        tried=poll.tried,
        quiet_polls=0,
        looked_at=poll.started_at if looked else state.looked_at,
    )
    own_gone = _gone_at(state, poll) is not None
    if own_gone if not elsewhere else _is_gone(poll) and state.gone_at is not None:
        return replace(failed, state="gone", gone_at=state.gone_at or poll.started_at)
    hard = poll.cause in HARD and (failed.failures >= GIVEN_UP_AFTER or _is_gone(poll))
    given_up = hard or (failed.failing_since or poll.started_at) <= poll.started_at - LOST_AFTER
    if elsewhere and state.gone_at is None and given_up:
        return at_own_address(failed)
    return failed


def _worked(state: SourceState, poll: Poll) -> SourceState:
    unmodified = poll.http_status == _NOT_MODIFIED and poll.outcome == "unchanged"
    if asks_own(state, poll) and poll.instead is None:
        state = at_own_address(state)
    paced = adapted(state, poll)
    seen = _moved(paced, poll) if poll.instead is None else _replaced(paced, poll)
    if unmodified and state.failures and state.cause in UNREADABLE:
        return replace(seen, unmodified_polls=seen.unmodified_polls + 1)
    read = poll.outcome == "new" and poll.http_status != _NOT_MODIFIED
    replaced = seen.replaced_since is not None
    kept = replaced and (poll.instead is not None or not state.failures)
    return replace(
        seen,
        state="closed" if poll.closed else "replaced" if replaced else "ok",
        failures=0,
        failure_weight=0.0,
        failing_since=None,
        last_ok_at=poll.started_at,
        error=None,
        cause=seen.replaced_for,
        cause_polls=0,
        evidence=seen.evidence if kept else None,
        tried=seen.tried if kept else None,
        full_at=seen.full_at if unmodified or poll.partial else poll.started_at,
        unmodified_polls=seen.unmodified_polls + 1 if unmodified or poll.partial else 0,
        asked_s=poll.wait_s or 0.0 if read else seen.asked_s,
        skip_hours=poll.skip_hours if read else seen.skip_hours,
        skip_days=poll.skip_days if read else seen.skip_days,
    )


def _replaced(state: SourceState, poll: Poll) -> SourceState:
    """Return the state with the listing that was read instead as what is asked from now on."""
    if poll.instead is None:
        return state
    gone_at = _gone_at(state, poll)
    return replace(
        at_own_address(state),
        polled_url=poll.instead.url,
        polled_kind=poll.instead.kind,
        replaced_since=state.replaced_since or poll.started_at,
        looked_at=poll.started_at,
        gone_at=gone_at,
        replaced_for=state.replaced_for or state.cause or ("http-410" if gone_at else "html-for-xml"),
        tried=poll.tried,
        trusted=True,
        untrusted_since=None,
        asked_s=0.0,
        skip_hours=(),
        skip_days=(),
    )


def _moved(state: SourceState, poll: Poll) -> SourceState:
    """Return the state with what permanent redirects said; their address is adopted once they have held."""
    adopted = state.polled_url if state.polled_url != state.url and state.replaced_since is None else None
    if poll.moved_to is None or poll.moved_to == state.polled_url:
        if state.moved_to == adopted and not state.moved_polls:
            return state
        return replace(state, moved_to=adopted, moved_since=None, moved_polls=0)
    if poll.moved_to != state.moved_to or state.moved_since is None:
        return replace(state, moved_to=poll.moved_to, moved_since=poll.started_at, moved_polls=1)
    counted = replace(state, moved_polls=state.moved_polls + 1)
    if counted.moved_polls < MOVED_POLLS or poll.started_at - state.moved_since < MOVED_FOR:
        return counted
    return replace(counted, polled_url=poll.moved_to)
