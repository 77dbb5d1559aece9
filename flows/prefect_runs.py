"""What is asked of a Prefect server: our deployments, the runs that wait for us, and those that a dead process left.

All through Prefect's client without threads: the process that asks is forked for each run.
"""

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import structlog
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.exceptions import PrefectException, PrefectHTTPStatusError
from prefect.states import Cancelled, Crashed
from prefect.utilities.callables import parameter_schema

from flows.prefect_flows import BY_NAME
from flows.turns import CYCLE, Waiting

log = structlog.get_logger()

#: What goes wrong where the server is not there, not well, of another version, or named wrongly.
SERVER_ERRORS = (httpx.HTTPError, httpx.InvalidURL, PrefectException, ValueError)
#: Intervals are counted from here, in UTC: the same moments whenever the program starts, and no daylight saving.
_ANCHOR = datetime(2024, 1, 1, tzinfo=UTC)
#: States of a run that a process is at work on.
_AT_WORK = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
#: Seconds until the server has noted, in the background, that somebody asked what waits. Its database refuses with 503
#: whoever has read before that and writes after it, as the making of a run does: on an idle machine, where the one
#: request follows right upon the other, each time (measured: Prefect 3.8.8, SQLite 3.40).
_NOTED_S = 0.2
#: How often a run is asked for where the server is busy.
_BUSY_TRIES = 3


class Runs:
    """The runs of one home at a Prefect server. Every method raises one of `SERVER_ERRORS` where it cannot be done."""

    def __init__(self, client: SyncPrefectClient, name: str) -> None:
        """Ask through `client`; the deployments are called `cycle/NAME`, `load/NAME` and so on."""
        self._client = client
        self._name = name
        self._flows: dict[UUID, str] = {}

    def register(self, home: str, watch: str, interval: timedelta, *, resume: bool) -> None:
        """Make the deployments known: the cycle every `interval`, those that can be wanted alone without a schedule.

        Where they are known already, they become as given here; paused ones are set going only with `resume` True.
        """
        schedule = IntervalSchedule(interval=interval, anchor_date=_ANCHOR, timezone="UTC")
        flows = {}
        for name, flow in BY_NAME.items():
            deployment_id = self._client.create_deployment(
                self._client.create_flow(flow),
                self._name,
                schedules=[DeploymentScheduleCreate(schedule=schedule)] if name == CYCLE else [],
                parameters={"home": home, "watch": watch},
                description=flow.description,
                entrypoint=f"flows.prefect_flows:{flow.fn.__name__}",
                parameter_openapi_schema=parameter_schema(flow).model_dump(exclude_unset=True),
                paused=False if resume else None,
            )
            flows[deployment_id] = name
        self._flows = flows

    def close_left(self) -> None:
        """Close the runs that a process left which is gone: nobody is at work on them, whatever the server thinks."""
        close_left(
            self._client,
            list(self._flows),
            "its process is gone: it was killed, or could not tell how it ended as the server was away; "
            "what it left is carried on by the next cycle",
        )

    def waiting(self, until: datetime) -> list[Waiting]:
        """Return the runs that are due by `until`."""
        found = self._client.get_scheduled_flow_runs_for_deployments(
            list(self._flows), scheduled_before=until
        )
        return [
            Waiting(run_id=run.id, flow=self._flows[run.deployment_id], due=run.next_scheduled_start_time)
            for run in found
            if run.deployment_id in self._flows and run.next_scheduled_start_time is not None
        ]

    def is_paused(self) -> bool:
        """Tell whether somebody has paused the cycle."""
        return any(
            self._client.read_deployment(one).paused for one, name in self._flows.items() if name == CYCLE
        )

    def ask_for_cycle(self) -> Waiting:
        """Make a run of the cycle that is due now, and return it."""
        (cycle,) = [one for one, name in self._flows.items() if name == CYCLE]
        left = _BUSY_TRIES
        while True:
            time.sleep(_NOTED_S)
            try:
                run = self._client.create_flow_run_from_deployment(cycle)
            except PrefectHTTPStatusError as error:
                left -= 1
                if not left or error.response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    raise
            else:
                return Waiting(run_id=run.id, flow=CYCLE, due=run.expected_start_time or _ANCHOR)

    def drop(self, run_ids: Iterable[UUID]) -> None:
        """Remove runs that were missed."""
        for run_id in run_ids:
            self._client.delete_flow_run(run_id)

    def read(self, run_id: UUID) -> FlowRun:
        """Return a run as the server has it."""
        return self._client.read_flow_run(run_id)

    def crashed(self, run_id: UUID, why: str) -> None:
        """Note that a run ended without saying so itself."""
        self._set(run_id, Crashed(message=why))

    def cancelled(self, run_id: UUID, why: str) -> None:
        """Note that a run was ended because somebody wanted so."""
        self._set(run_id, Cancelled(message=why))

    def _set(self, run_id: UUID, state: State) -> None:
        self._client.set_flow_run_state(run_id, state, force=True)


def close_left(
    client: SyncPrefectClient, deployments: list[UUID], why: str, *, before: datetime | None = None
) -> None:
    """Note of the runs of these deployments that are at work, as the server thinks, that they have crashed.

    `before` is a moment before which they were to begin, None for all.
    """
    begun = FlowRunFilterExpectedStartTime.model_validate({"before_": before}) if before else None
    left = client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=deployments)),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_AT_WORK)), expected_start_time=begun
        ),
    )
    for run in left:
        client.set_flow_run_state(run.id, Crashed(message=why), force=True)
        log.warning("run_closed", run=run.name, state=run.state_name)
