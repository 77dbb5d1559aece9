"""Episodes of trouble: what was wrong with the pipeline itself, from when to when (table `troubles`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from extractors.clock import to_utc
from extractors.records import stable_id
from warehouse.database import Connection, adapter, insert, rows, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One trouble from its start to its end; fields as the columns of the table `troubles`.

    `ended_at` is None while it lasts; `subject` where it is about no single source, rule or folder.
    """

    name: str
    subject: str | None
    since: datetime
    seen_at: datetime
    grave: bool
    title: str
    says: str
    advice: str
    ended_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str | None]:
        """What tells it from other troubles that last at the same time."""
        return self.name, self.subject

    @property
    def trouble_id(self) -> str:
        """The id, the same whoever saw it."""
        return stable_id("t", self.name, self.subject, to_utc(self.since).isoformat())


#: Columns of the table `troubles` that are fields of an episode.
_COLUMNS = Episode.__slots__


def open_episodes(con: Connection) -> tuple[Episode, ...]:
    """Return the troubles that last, the oldest first."""
    return tuple(adapter(Episode).validate_python(row) for row in rows(con, "open_troubles"))


def save_episodes(con: Connection, episodes: Sequence[Episode]) -> None:
    """Write down episodes as they are now, begun or ended; the caller frames the transaction."""
    if not episodes:
        return
    latest = {one.trouble_id: one for one in episodes}
    run(con, "delete_troubles", ids=list(latest))
    insert(
        con,
        "troubles",
        [
            {"trouble_id": key} | {name: getattr(one, name) for name in _COLUMNS}
            for key, one in latest.items()
        ],
    )
