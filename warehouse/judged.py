"""The records of judgement: what an arriving article looks like to it, and what it decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from extractors.records import Basis, Claim, EventType, Figure, Signals, Status

Role = Literal["first", "confirms", "repeats"]
#: What an alert tells of its development: that it is news, that hearsay became official, that it was withdrawn.
Says = Literal["news", "official", "withdrawn"]


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
    """A running affair. `first_at` and `last_at`: the earliest and latest `reported_at` of its articles.

    `title` is that of the article `title_article_id`, None where an older program gave it.
    """

    story_id: str
    title: str
    first_at: datetime
    last_at: datetime
    title_article_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Development:
    """One new fact in a story; fields as the columns of the table `developments`.

    `confirmed_at` is None while it has one origin, `official_at` while it is hearsay, `withdrawn_at` and
    `withdrawn_by` while it stands. `contradicts` is the id of a development that says otherwise, None for none.
    """

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
    copies: int = 0
    state: Literal["standing", "withdrawn"] = "standing"
    confirmed_at: datetime | None = None
    official_at: datetime | None = None
    contradicts: str | None = None
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DevelopmentArticle:
    """An article that reports a development, in which role, and on whose word (None: a copy, or it cannot be told)."""

    development_id: str
    article_id: str
    role: Role
    basis: Basis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """What became of a story: it was merged into `successor_id`, or a part of it was split off to be that."""

    story_id: str
    successor_id: str
    change: Literal["merged", "split"]
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one report changed: its story (new or with moved bounds) and its developments.

    Those of `changed` whose `withdrawn_by` is the report were taken back by it. `lineage` says which stories were
    merged or split, in that order, and `moved` which articles (id, story id) belong to another one since, as far as
    they are known; `stories` holds all stories that changed, with `story`.
    """

    story: Story
    stories: tuple[Story, ...] = ()
    lineage: tuple[Lineage, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    new: tuple[Development, ...] = ()
    changed: tuple[Development, ...] = ()
    links: tuple[DevelopmentArticle, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A message and its delivery; fields as the columns of the table `alerts`.

    `says` and `told` are None for health and for alerts of older programs, `message` and `first_tried_at` until it
    has been tried.
    """

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
    says: Says | None = None
    told: str | None = None
    message: str | None = None
    first_tried_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """Where a development can be read: the article as a message shows it.

    `claims` are its claims that are news, `figures` those of its title, lead and claims, `mentioned` the ids that it
    mentions: what a message can be held against, all empty where that is not remembered.
    """

    article_id: str
    url: str
    title: str
    publisher: str
    language: str | None
    reported_at: datetime
    claims: tuple[Claim, ...] = ()
    figures: tuple[Figure, ...] = ()
    mentioned: frozenset[str] = frozenset()


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
