"""How long things are kept, as the settings say; no more, so that reading settings needs no database."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """What is kept of the past.

    `archive` and `archive_bytes` bound the stored batches, by age and by size, whichever is reached first: they are
    what a damaged warehouse is rebuilt from, and what pages are read anew from. `ledger` is the age of polls and
    requests.
    """

    archive: timedelta = timedelta(days=365)
    archive_bytes: int = 10_000_000_000
    ledger: timedelta = timedelta(days=90)
