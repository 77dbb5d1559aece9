"""Properties over made examples: some in each run, ten times as many in the soak."""

from collections.abc import Callable

import pytest
from hypothesis import settings

LONGER = 10


def lengths(examples: int) -> pytest.MarkDecorator:
    """Give a test the number of its `examples`, and many more in the soak."""
    longer = pytest.param(LONGER * examples, marks=[pytest.mark.soak, pytest.mark.timeout(1800)])
    return pytest.mark.parametrize("examples", [examples, longer])


def check(examples: int, holds: Callable[[], None]) -> None:
    """Run a given property over so many examples."""
    settings(max_examples=examples)(holds)()
