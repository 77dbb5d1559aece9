"""`[[alerts]]` of a watch, or of a file of rules by itself: who is told of what, when, in which language."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from extractors import watch_checks as checks
from extractors.records import Basis, EventType, Status
from extractors.watch_table import Table, no_twins

Digest = Literal["off", "hourly", "daily", "weekly"]
About = Literal["all", "developments", "health"]
#: Languages that messages can be written in.
MessageLanguage = Literal["de", "en", "zh"]

#: Keys of a rule that choose among developments, or say when and how they are told.
_OF_DEVELOPMENTS = frozenset(
    {
        "event_types",
        "statuses",
        "basis",
        "entities",
        "min_origins",
        "escalate",
        "digest",
        "digest_at",
        "quiet",
        "at_most",
        "language",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """Who is told of which developments, and of the pipeline's own health. Empty filters let everything pass.

    `to` is an Apprise URL or `env:NAME` (the URL is in that environment variable); `secret` is `env:NAME` of what
    web hooks are signed with, None for unsigned ones. `entities` are ids, one of which must take part. `escalate` tells
    the next step of what was told, whatever the filters say. `quiet` is `HH:MM-HH:MM Area/City`, None for no quiet
    hours; `digest_at` is `HH:MM Area/City`, for weekly digests with a day before it (`Mon 08:00 Europe/Berlin`), None
    for midnight; `at_most` bounds the messages of an hour, None does not. `language` is that of messages, None for that
    of the watch. `about` leaves one of the two out; all but `to` and `secret` are for developments only.
    """

    name: str
    to: str
    event_types: tuple[EventType, ...] = ()
    statuses: tuple[Status, ...] = ()
    basis: tuple[Basis, ...] = ()
    entities: tuple[str, ...] = ()
    min_origins: int = 1
    escalate: bool = False
    digest: Digest = "off"
    digest_at: str | None = None
    quiet: str | None = None
    at_most: int | None = None
    language: MessageLanguage | None = None
    secret: str | None = None
    about: About = "all"


def read_alerts(top: Table, entities: Collection[str]) -> tuple[AlertRule, ...]:
    """Read the rules of a file whose watch has these entities; the faults go to those of `top`."""
    tables = top.tables("alerts")
    found = tuple(read_rule(table, entities) for table in tables)
    no_twins("name", "name", [rule.name for rule in found], tables)
    return found


def read_rule(table: Table, entities: Collection[str]) -> AlertRule:
    """Read one rule; the faults go to those of `table`."""
    rule = AlertRule(
        name=table.need("name", checks.slug, ""),
        to=table.need("to", checks.channel, ""),
        event_types=table.take_list("event_types", checks.one_of(EventType)),
        statuses=table.take_list("statuses", checks.one_of(Status)),
        basis=table.take_list("basis", checks.one_of(Basis)),
        entities=table.take_list("entities", checks.known_id(entities)),
        min_origins=table.take("min_origins", checks.whole_number, 1),
        escalate=table.take("escalate", checks.yes_or_no, False),  # noqa: FBT003 - what holds without the key
        digest=table.take("digest", checks.one_of(Digest), "off"),
        digest_at=table.take("digest_at", checks.digest_time, None),
        quiet=table.take("quiet", checks.quiet, None),
        at_most=table.take("at_most", checks.whole_number, None),
        language=table.take("language", checks.one_of(MessageLanguage), None),
        secret=table.take("secret", checks.variable, None),
        about=table.take("about", checks.one_of(About), "all"),
    )
    for key, fault in _faults(rule, table.values):
        table.faults.add(table.key(key), fault)
    table.close()
    return rule


def _faults(rule: AlertRule, given: Collection[Any]) -> list[tuple[str, str]]:
    """Return what two keys of a rule say against one another: the key, and what is wrong with it."""
    found = []
    if rule.about == "health":
        told = 'has no meaning with about = "health": it is for developments'
        found += [(key, told) for key in sorted(_OF_DEVELOPMENTS & set(given))]
    if rule.digest_at is not None:
        has_day = rule.digest_at[0].isalpha()
        if rule.digest not in ("daily", "weekly"):
            found.append(
                ("digest_at", f'has no meaning with digest = "{rule.digest}": it is for daily and weekly')
            )
        elif has_day != (rule.digest == "weekly"):
            wanted = "`Mon 08:00 Europe/Berlin`" if rule.digest == "weekly" else "`08:00 Europe/Berlin`"
            found.append(
                ("digest_at", f'{rule.digest_at!r}: with digest = "{rule.digest}" expected {wanted}')
            )
    if rule.at_most is not None and rule.digest != "off":
        found.append(("at_most", "has no meaning in a digest: it bounds messages of their own"))
    return found
