"""The process that runs the flows by schedule: `python -m flows.runner HOME WATCH SECONDS`.

`flows.serve` starts it, with Prefect's settings in its environment.
"""

import asyncio
import signal
import sys
from datetime import timedelta

from prefect.deployments import run_deployment
from prefect.deployments.runner import RunnerDeployment
from prefect.runner import Runner
from prefect.types.entrypoint import EntrypointType

from flows import prefect_flows

#: The name of the deployments: `cycle/newswatch`, `load/newswatch`, …
NAME = "newswatch"


def deployments(home: str, watch: str, interval: timedelta) -> list[RunnerDeployment]:
    """Return the deployments: the cycle by schedule, the steps that can be wanted alone without one.

    The cycle is set going (`paused=False`): a runner that was ended in another way may have left it paused.
    """
    parameters = {"home": home, "watch": watch}
    by_module = EntrypointType.MODULE_PATH
    made = [
        prefect_flows.cycle.to_deployment(
            NAME, interval=interval, parameters=parameters, paused=False, entrypoint_type=by_module
        )
    ]
    made += [
        step.to_deployment(NAME, parameters=parameters, entrypoint_type=by_module)
        for step in (prefect_flows.load, prefect_flows.publish, prefect_flows.alert)
    ]
    return [deployment for deployment in made if isinstance(deployment, RunnerDeployment)]


def main(arguments: list[str]) -> None:
    """Register the deployments, ask for one cycle at once, and run what is due until ended."""
    home, watch, seconds = arguments
    runner = Runner(name=NAME, pause_on_shutdown=False, limit=1, query_seconds=5)
    for deployment in deployments(home, watch, timedelta(seconds=float(seconds))):
        runner.add_deployment(deployment)
    run_deployment(f"cycle/{NAME}", timeout=0, as_subflow=False)
    asyncio.run(run_until_terminated(runner))


async def run_until_terminated(runner: Runner) -> None:
    """Run what is due until SIGTERM; flow runs in hand are cancelled then, and a later cycle goes on from there.

    The handler that Prefect 3.8.8 installs itself never awaits the stop, so that the runner neither ends nor
    lets go of its runs; ours takes its place once the runner has started.
    """
    running = asyncio.create_task(runner.start())
    while not (runner.started or running.done()):  # noqa: ASYNC110 - Prefect offers no event for it
        await asyncio.sleep(0.05)
    stopping: set[asyncio.Task[None]] = set()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, lambda: stopping.add(asyncio.create_task(runner.astop())))
    await running


if __name__ == "__main__":
    main(sys.argv[1:])
