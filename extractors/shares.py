"""Which records of a joined batch came with which of its parts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many records of each kind one part of a joined batch brought (the fields of `Batch`)."""

    polls: int = 0
    outcomes: int = 0
    articles: int = 0
    requests: int = 0
    pages: int = 0
    rests: int = 0
    robots: int = 0
    kills: int = 0
    rights: int = 0
    archives: int = 0
