"""One line of a table of measurements."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured, in which unit, and what it must not exceed (None: no limit)."""

    name: str
    value: float
    limit: float | None = None
    unit: str = "ms"
    beside: str = ""

    @property
    def kept(self) -> bool:
        """Whether it keeps its limit."""
        return self.limit is None or self.value <= self.limit
