"""Beyond one machine, as Prefect flows: `plan` and `load` for the one worker that writes, `collect` for all others.

`deploy/prefect.yaml` has their deployments. None takes a parameter: a worker's own environment says where its home and
the place that all share are (`NEWSWATCH_HOME`, `NEWSWATCH_LANDING`), and the rest comes with the orders. A run of
`collect` is no more than a call: any run takes any order, so a run that got lost loses nothing.
"""

import time
from datetime import timedelta
from uuid import UUID

from prefect import flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound

from extractors.clock import system_clock
from extractors.watch import Watch, read_watch
from flows import cycle as steps
from flows import distribution
from flows.collecting import Collector
from flows.log import configure_logging
from flows.prefect_flows import finished
from flows.prefect_runs import close_left
from flows.settings import Settings, process_environment, read_settings, secret_values
from warehouse.lock import exclusive

#: The name of the deployments: `plan/distributed`, `collect/distributed`, `load/distributed`.
NAME = "distributed"
#: Seconds after which a run of `collect` begins no further order: its worker is asked for another one then.
COLLECT_FOR_S = 1800.0
#: Seconds a flow waits for the other one to let go of the home.
WAIT_S = 120.0
#: A run that was to start so long ago is over: its worker is gone, if it has not said so.
LONGEST_RUN = timedelta(hours=2)


@flow(name="plan", description="Write orders for all that is due, and call for collectors.")
def plan() -> int:
    """Return how many orders were written."""
    settings, watch = _of_the_writer()
    _drop_missed("plan")
    with exclusive(
        settings.cycle_lock,
        wait_s=WAIT_S,
        doing="running a cycle on this home",
        for_s=steps.LEASE.total_seconds(),
    ):
        planned = distribution.plan_round(settings, watch, system_clock)
    _call_collectors(settings)
    return len(planned)


@flow(name="collect", description="Take orders, one after the other, until none is free.")
def collect() -> int:
    """Return how many orders were carried out."""
    settings = _settings()
    done, began = 0, time.monotonic()
    with Collector(settings, system_clock) as collector:
        while time.monotonic() - began < COLLECT_FOR_S and collector.collect_one() is not None:
            done += 1
    if done and not distribution.progress(settings).waiting:
        _call("load", 1)
    return done


@flow(name="load", description="Load what was collected, publish, alert; give out again what got lost.")
def load() -> dict[str, object]:
    """Return the counts of what was loaded, and `outcome` as in `CycleResult`.

    Raises:
        EverySourceFailedError: sources were polled, and each of them failed.
    """
    settings, watch = _of_the_writer()
    _drop_missed("load")
    done = steps.run_cycle(settings, watch, system_clock, bringing=distribution.load_finished)
    _call_collectors(settings)
    _close_lost()
    return finished(done)


def _settings() -> Settings:
    settings = read_settings(process_environment())
    configure_logging(settings.log_level, secret_values(settings))
    return settings


def _of_the_writer() -> tuple[Settings, Watch]:
    settings = _settings()
    return settings, read_watch(settings.watch_file)


def _call_collectors(settings: Settings) -> None:
    """See to it that a run of `collect` waits for each order that is free."""
    _call("collect", distribution.progress(settings).free)


def _call(name: str, wanted: int) -> None:
    """Make runs of a deployment until `wanted` wait to be started."""
    if wanted:
        with get_client(sync_client=True) as client:
            waiting = len(_due(client, name))
        for _ in range(wanted - waiting):
            run_deployment(f"{name}/{NAME}", timeout=0, as_subflow=False)


def _drop_missed(name: str) -> None:
    """Remove the runs of a deployment that are due: the one that is running now does what they were to do."""
    with get_client(sync_client=True) as client:
        for run_id in _due(client, name):
            client.delete_flow_run(run_id)


def _close_lost() -> None:
    """Note of runs whose worker is gone that they have crashed: Prefect would count them as running for ever."""
    why = "its worker is gone; another run goes on from there"
    with get_client(sync_client=True) as client:
        ids = [found for name in ("plan", "collect", "load") if (found := _deployment(client, name))]
        if ids:
            close_left(client, ids, why, before=system_clock() - LONGEST_RUN)


def _due(client: SyncPrefectClient, name: str) -> list[UUID]:
    """Return the runs of a deployment that wait and should have started; none where it is not deployed."""
    deployment_id = _deployment(client, name)
    if deployment_id is None:
        return []
    found = client.get_scheduled_flow_runs_for_deployments([deployment_id], scheduled_before=system_clock())
    return [run.id for run in found]


def _deployment(client: SyncPrefectClient, name: str) -> UUID | None:
    try:
        return client.read_deployment_by_name(f"{name}/{NAME}").id
    except ObjectNotFound:
        return None
