"""The watch file: what an analyst follows, as data. This module turns it into frozen records, all faults at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from extractors.records import Basis, EventType, Source, Status

Digest = Literal["off", "hourly", "daily"]

#: Names or words per language: ISO 639-1 code → spellings. Never empty spellings.
Names = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A company, person, place, product, authority, medium or plant that is looked for.

    `entity_id` is `kind:name`; `name` the first English spelling (else the first of any language); `wikidata` the Q
    number, None where not sure.
    """

    entity_id: str
    kind: str
    name: str
    names: Names
    wikidata: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Words that stand for a subject, for example `topic:electric-car`."""

    topic_id: str
    words: Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An article like those that are wanted. `language` is None where the text must tell."""

    title: str
    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """Who is told of which developments. Empty filters let everything pass.

    `to` is an Apprise URL or `env:NAME` (the URL is in that environment variable). `quiet` is `HH:MM-HH:MM Area/City`,
    None for no quiet hours.
    """

    name: str
    to: str
    event_types: tuple[EventType, ...] = ()
    statuses: tuple[Status, ...] = ()
    basis: tuple[Basis, ...] = ()
    min_origins: int = 1
    digest: Digest = "off"
    quiet: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A whole watch file. `all_of`: an article is relevant when at least one id out of each list is mentioned."""

    name: str
    title: str
    languages: tuple[str, ...]
    entities: tuple[Entity, ...]
    topics: tuple[Topic, ...] = ()
    examples: tuple[Example, ...] = ()
    all_of: tuple[tuple[str, ...], ...] = ()
    sources: tuple[Source, ...] = ()
    alerts: tuple[AlertRule, ...] = ()
    by_id: Mapping[str, Entity] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the entities by id."""
        object.__setattr__(self, "by_id", {entity.entity_id: entity for entity in self.entities})


def read_watch(path: Path) -> Watch:
    """Read the watch file at `path`, with its example files (relative to it).

    Raises:
        WatchError: with every fault of the file: line where it can be known, key, and what was expected.
    """
    raise NotImplementedError(path)
