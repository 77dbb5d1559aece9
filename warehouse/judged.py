"""The records of judgement: what an arriving article looks like to it, and what it decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from extractors.records import Basis, EventType, Signals, Status

Role = Literal["first", "confirms", "repeats"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A relevant article as judgement sees it.

    `reported_at` is `Article.reported_at`; `detected_at` the moment newswatch loaded it; `copy_of` the id
    of the article it is a copy of, None for an original; `story_id` None until it has joined one.
    `signals.shingles` may be empty.
    """

    article_id: str
    revision: int
    publisher: str
    language: str | None
    title: str
    lead: str | None
    reported_at: datetime
    detected_at: datetime
    signals: Signals
    copy_of: str | None = None
    story_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A running affair. `first_at` and `last_at`: the earliest and latest `reported_at` of its articles."""

    story_id: str
    title: str
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Development:
    """One new fact in a story; fields as the columns of the table `developments`."""

    development_id: str
    story_id: str
    event_type: EventType
    status: Status
    basis: Basis
    participants: tuple[str, ...]
    what: str
    sentence: str
    first_article_id: str
    reported_at: datetime
    detected_at: datetime
    articles: int
    origins: int
    supersedes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DevelopmentArticle:
    """An article that reports a development, and in which role."""

    development_id: str
    article_id: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one report changed: its story (new or with moved bounds) and its developments."""

    story: Story
    new: tuple[Development, ...] = ()
    changed: tuple[Development, ...] = ()
    links: tuple[DevelopmentArticle, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A message and its delivery; fields as the columns of the table `alerts`."""

    alert_id: str
    kind: Literal["development", "health"]
    development_id: str | None
    rule: str
    channel: str
    state: Literal["pending", "held", "sent", "failed"]
    created_at: datetime
    tried_at: datetime | None = None
    sent_at: datetime | None
    attempts: int
    error: str | None
    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """Where a development can be read: the article as a message shows it."""

    article_id: str
    url: str
    title: str
    publisher: str
    language: str | None
    reported_at: datetime


class AlertDecider(Protocol):
    """Decides on the alerts of one judgement; what it returns is saved in the transaction of the load."""

    def __call__(
        self,
        judgement: Judgement,
        *,
        reports: Mapping[str, Reporting],
        developments: Mapping[str, Development],
        now: datetime,
    ) -> Sequence[Alert]:
        """Return new alerts, and known ones whose state changes.

        `reports` holds by article id all articles the developments of the judgement can be read in, as far as
        they are remembered; `developments` by id all that a new one may supersede; `now` is the time of
        detection.
        """
        ...
