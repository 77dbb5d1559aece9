"""What tests of the warehouse share."""

import pytest

from warehouse import leases


@pytest.fixture
def often(monkeypatch):
    """Leases that are renewed many times a second."""
    monkeypatch.setattr(leases, "RENEW_S", 0.05)
