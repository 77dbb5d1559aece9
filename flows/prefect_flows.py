"""The cycle as Prefect flows: decorators around the plain functions of `flows.cycle`, and nothing else.

Flows take the home and the watch file as text and open what they need inside: no connection, client or
secret is ever a parameter, since Prefect keeps parameters in its database. A cycle is one flow run, its steps plain
functions: each flow run more would cost half a second of processor time and rows in Prefect's database. The steps
stand as flows beside it, for whoever wants one alone.
"""

from pathlib import Path
from typing import Any

from prefect import Flow, flow

from extractors.clock import system_clock
from extractors.errors import NewswatchError
from extractors.watch import Watch, read_watch
from flows import cycle as steps
from flows.log import configure_logging
from flows.pulse import noting_failure
from flows.settings import Settings, process_environment, read_settings, secret_values
from warehouse.landing import order_path, read_order

#: What a flow returns of the result of a cycle.
_COUNTS = ("outcome", "polls", "failed_polls", "articles", "developments", "alerts")


class EverySourceFailedError(NewswatchError):
    """A cycle in which no source could be polled: the run is marked as failed, so that somebody looks."""


@flow(name="plan", description="Write the order for all sources that are due into the landing zone.")
def plan(home: str, watch: str) -> str | None:
    """Return the path of the order, None where nothing is due."""
    settings, watched = _read(home, watch)
    order = steps.plan_order(settings, watched, system_clock)
    return None if order is None else str(order_path(settings.landing, order.order_id))


@flow(name="collect", description="Carry out an order; its batch lies in the landing zone at the end.")
def collect(home: str, watch: str, order: str) -> str:
    """Return the id of the batch that the order at path `order` brought."""
    settings, watched = _read(home, watch)
    return steps.collect_order(settings, watched, read_order(Path(order)), system_clock).batch_id


@flow(name="load", description="Load every batch that waits in the landing zone.")
def load(home: str, watch: str) -> dict[str, object]:
    """Return the counts of what was loaded, and `outcome` as in `CycleResult`."""
    settings, watched = _read(home, watch)
    loaded = steps.load_waiting(settings, watched, system_clock)
    result = steps.summed(loaded, 0, 0, 0.0)
    return {name: getattr(result, name) for name in _COUNTS}


@flow(name="publish", description="Replace the snapshot and write the report, where anything has changed.")
def publish(home: str, watch: str) -> bool:
    """Return whether anything had changed."""
    settings, watched = _read(home, watch)
    published = steps.publish(settings)
    if published:
        steps.report(settings, watched, system_clock)
    return published


@flow(name="alert", description="Send what is due in the outbox.")
def alert(home: str, watch: str) -> int:
    """Return how many alerts were tried: sent, or noted as failed."""
    settings, watched = _read(home, watch)
    return sum(steps.send_alerts(settings, watched, system_clock))


@flow(name="cycle", description="Plan, collect, load, publish, alert: one cycle.")
def cycle(home: str, watch: str) -> dict[str, object]:
    """Run one cycle and return what `load` returns: one flow run, however much there is to do.

    Raises:
        EverySourceFailedError: sources were polled, and each of them failed.
    """
    with noting_failure(Path(home) / "state", system_clock):  # beyond this, the cycle does it
        settings, watched = _read(home, watch)
    return finished(steps.run_cycle(settings, watched, system_clock))


def finished(done: steps.CycleResult) -> dict[str, object]:
    """Return what a flow returns of a cycle that is done.

    Raises:
        EverySourceFailedError: sources were polled, and each of them failed.
    """
    if done.outcome == "failed":
        raise EverySourceFailedError("every source failed; `newswatch status` says why")
    return {name: getattr(done, name) for name in _COUNTS}


#: The flows that are run by `newswatch serve`, by name: the cycle, and what can be wanted alone.
BY_NAME: dict[str, Flow[..., Any]] = {one.name: one for one in (cycle, load, publish, alert)}


def _read(home: str, watch: str) -> tuple[Settings, Watch]:
    settings = read_settings(process_environment(), home=Path(home), watch=Path(watch))
    configure_logging(settings.log_level, secret_values(settings))
    return settings, read_watch(settings.watch_file)
