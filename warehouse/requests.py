"""The ledger: every request on the wire, and what it says of our manners."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from extractors.hosts import site_of
from extractors.marked import marked
from extractors.orders import Batch, Request
from extractors.records import stable_id
from warehouse.database import Connection, insert, rows, run

#: Breaches shown of each kind.
EXAMPLES = 20
#: One request without conditions in this time may check a server that answers 304 (the budget of the Feed Reader
#: Behavior project).
AUDIT = timedelta(hours=24)
#: Retry-After counts whole seconds (RFC 9110, section 10.2.3), from an answer whose arrival we know no better.
SLACK = timedelta(seconds=1)
#: The time between the starts of two requests to one site that is kept where no setting says otherwise.
SPACING = timedelta(seconds=5)
#: What a gap may measure less than the spacing that was waited for: clocks and timers of the system.
_TIMER = timedelta(milliseconds=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One request that should not have been made then.

    `source_id` is None where it was for no source alone. `since` is what it breaks: the moment before which the poll
    was not to be made or the host not to be asked, or when the address had been answered with validators.
    """

    url: str
    started_at: datetime
    since: datetime
    source_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaches:
    """How many there were, and the newest of them."""

    count: int = 0
    examples: tuple[Breach, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Politeness:
    """What the ledger says since `since` (None: from the beginning).

    `early_polls` began before the poll before allowed them; `unconditional_repeats` asked without validators for what
    had been answered with some (audits within a day of another one too); `inside_retry_after` went to a host that had
    asked to be left alone. `most_connections` to one site were open at once, 0 where nothing was asked;
    `shortest_gap_s` lay between the starts of two requests to one site, None where no site was asked twice;
    `under_spacing` counts the gaps below `spacing_s`. `most_in_a_day` is how many requests one site (`busiest_site`,
    None where nothing was asked) got in 24 hours, `budget` how many it should get at most, None for no bound.
    `listings_*` count answered requests for feeds and other listings, `pages_*` those for known pages, `bytes` what
    was received.
    """

    since: datetime | None
    requests: int = 0
    polls: int = 0
    early_polls: Breaches = Breaches()
    unconditional_repeats: Breaches = Breaches()
    inside_retry_after: Breaches = Breaches()
    most_connections: int = 0
    shortest_gap_s: float | None = None
    spacing_s: float = SPACING.total_seconds()
    under_spacing: int = 0
    most_in_a_day: int = 0
    busiest_site: str | None = None
    budget: int | None = None
    listings_answered: int = 0
    listings_unchanged: int = 0
    pages_answered: int = 0
    pages_unchanged: int = 0
    bytes: int = 0

    @property
    def unchanged_share(self) -> float | None:
        """The share of 304 among the answers to requests for listings, 0 to 1; None where there were none."""
        return self.listings_unchanged / self.listings_answered if self.listings_answered else None

    @property
    def kept(self) -> bool:
        """Nothing was asked early, again without validators, inside a Retry-After, or side by side at one site.

        Spacing and budget are settings, which may have been others at the time: they do not count here.
        """
        breaches = (self.early_polls, self.unconditional_repeats, self.inside_retry_after)
        return not any(one.count for one in breaches) and self.most_connections <= 1

    @property
    def over_budget(self) -> bool:
        """One site got more requests in 24 hours than it should."""
        return self.budget is not None and self.most_in_a_day > self.budget


def save_requests(con: Connection, batch: Batch) -> None:
    """Write the requests of `batch` into the ledger, in the order in which they were made, and what pages gave."""
    _save(con, batch.order_id, batch.requests, _read_from(batch))


def save_by_hand(con: Connection, requests: Sequence[Request], now: datetime) -> None:
    """Write requests that somebody made by hand into the ledger.

    They count for spacing, budget, connections and rests. When and with what conditions they ask is up to whoever made
    them: they bear the purpose `check`, and of these two things the ledger says nothing.
    """
    marked = [one if one.purpose == "robots" else replace(one, purpose="check") for one in requests]
    _save(con, stable_id("h", now.isoformat(), *(one.url for one in requests)), marked)


def _save(
    con: Connection, order_id: str, requests: Sequence[Request], read: Collection[str] = frozenset()
) -> None:
    insert(
        con,
        "requests",
        [
            {"order_id": order_id, "position": position, "site": site_of(request.host)}
            | {name: getattr(request, name) for name in Request.__slots__}
            | {"text_read": _text_read(request, read)}
            for position, request in enumerate(requests)
        ],
    )


def _read_from(batch: Batch) -> frozenset[str]:
    """Return the addresses, as the ledger tells them, of the pages of `batch` that gave the text of an article."""
    articles = {one.article.url for one in batch.articles if one.article.text_from == "page"}
    urls = {visit.validator.url for visit in batch.pages if visit.article_url in articles}
    return frozenset(urls | {marked(url) for url in urls})


def _text_read(request: Request, read: Collection[str]) -> bool | None:
    """Tell whether a page gave its text; None for what is no page, or leads on to one (3xx)."""
    leads_on = (
        request.http_status is not None
        and HTTPStatus.MULTIPLE_CHOICES <= request.http_status < HTTPStatus.BAD_REQUEST
    )
    return None if request.purpose != "page" or leads_on else request.url in read


def read_politeness(
    con: Connection,
    *,
    since: datetime | None = None,
    spacing: timedelta = SPACING,
    budget: int | None = None,
) -> Politeness:
    """Return what the ledger says of the requests that began at `since` or later (None: all that are kept).

    Where older ones have been dropped, `since` in what is returned is not before the moment from which all are kept.
    What came before is looked at too, to tell what those requests should have known. A poll that came early because
    the watch names a shorter interval since counts as early once.
    """
    ((kept_from,),) = run(con, "kept_from")
    since = max((one for one in (since, kept_from) if one is not None), default=None)
    (counts,) = rows(con, "polite_counts", since=since, spacing_s=(spacing - _TIMER).total_seconds())
    (busiest,) = rows(con, "polite_busiest", since=since)
    audit_s, slack_s = AUDIT.total_seconds(), SLACK.total_seconds()
    return Politeness(
        since=since,
        spacing_s=spacing.total_seconds(),
        early_polls=_breaches(rows(con, "polite_early", since=since, most=EXAMPLES), "allowed_at"),
        unconditional_repeats=_breaches(
            rows(con, "polite_unconditional", since=since, audit_s=audit_s, most=EXAMPLES), "given_at"
        ),
        inside_retry_after=_breaches(
            rows(con, "polite_resting", since=since, slack_s=slack_s, most=EXAMPLES), "rests_until"
        ),
        budget=budget,
        **counts,
        **busiest,
    )


def _breaches(found: list[dict[str, object]], since: str) -> Breaches:
    examples = [
        Breach(url=row["url"], started_at=row["started_at"], since=row[since], source_id=row["source_id"])  # type: ignore[arg-type]
        for row in found
    ]
    return Breaches(count=found[0]["found"] if found else 0, examples=tuple(examples))  # type: ignore[arg-type]
