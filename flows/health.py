"""How the pipeline is: what `newswatch status` shows."""

from dataclasses import dataclass

from warehouse.database import Connection
from warehouse.read import Backlog, RunRow, SourceRow, read_backlog, read_runs, read_sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The state as of the last publication: sources, failing first; runs, newest first; what waits."""

    sources: tuple[SourceRow, ...]
    runs: tuple[RunRow, ...]
    backlog: Backlog

    @property
    def failing(self) -> tuple[SourceRow, ...]:
        """The sources whose last poll failed, the longest failing first."""
        return tuple(
            source for source in self.sources if source.failures or source.state in {"failing", "gone"}
        )

    @property
    def undelivered(self) -> int:
        """Alerts that should have gone out and have not: pending and failed ones, held ones not counted."""
        return self.backlog.pending_alerts + self.backlog.failed_alerts


def status(con: Connection, *, runs: int = 5) -> Health:
    """Return the health that the open snapshot tells, with its last `runs` runs."""
    return Health(sources=read_sources(con), runs=read_runs(con, most=runs), backlog=read_backlog(con))
