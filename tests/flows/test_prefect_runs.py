"""What is asked of a Prefect server that is busy for a moment."""

from types import SimpleNamespace
from uuid import UUID

import httpx
import pytest
from prefect.exceptions import PrefectHTTPStatusError

from flows import prefect_runs
from flows.prefect_runs import SERVER_ERRORS, Runs
from flows.turns import CYCLE

DEPLOYMENT, RUN = UUID(int=1), UUID(int=2)


class BusyServer:
    """A client of a server that answers these statuses to whoever wants a run, and then makes it."""

    def __init__(self, *statuses):
        """Answer `statuses` first."""
        self.statuses = list(statuses)

    def create_flow_run_from_deployment(self, deployment_id):
        """Make a run, or refuse it."""
        assert deployment_id == DEPLOYMENT
        if self.statuses:
            request = httpx.Request("POST", "http://127.0.0.1/api")
            response = httpx.Response(self.statuses.pop(0), request=request)
            raise PrefectHTTPStatusError("no", request=request, response=response)
        return SimpleNamespace(id=RUN, expected_start_time=None)


@pytest.fixture
def runs(monkeypatch):
    """A maker of the runs of a home whose cycle is known to the server."""
    monkeypatch.setattr(prefect_runs, "_NOTED_S", 0.0)

    def make(*statuses):
        found = Runs(BusyServer(*statuses), "home")
        found._flows = {DEPLOYMENT: CYCLE}
        return found

    return make


def test_a_cycle_is_asked_for_again_where_the_database_of_the_server_is_busy(runs):
    assert runs(503, 503).ask_for_cycle().run_id == RUN


@pytest.mark.parametrize("statuses", [(503, 503, 503), (500,), (404,)])
def test_a_server_that_stays_busy_or_refuses_is_not_asked_for_ever(runs, statuses):
    with pytest.raises(SERVER_ERRORS):
        runs(*statuses).ask_for_cycle()
