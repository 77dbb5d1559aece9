"""Worker processes that may hang or crash: each has its own pipe, is killed by its id and replaced.

Pages can hang for more than 20 s inside C code, where no signal helps, and crash the process. A process pool
of the standard library then breaks for all its users; here one job is lost. A worker also has limits of its own, of
memory and processor time, so that it ends even where nobody is left who could kill it.
"""

import asyncio
import contextlib
import math
import multiprocessing
import queue
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.forkserver import _forkserver as fork_server  # typeshed knows it as private
from multiprocessing.reduction import ForkingPickler
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, ClassVar, Generic, Self, TypeVar

import structlog

from extractors.allocator import give_back, resident_bytes
from extractors.errors import ExtractionError

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

log = structlog.get_logger()

Job = TypeVar("Job")
Result = TypeVar("Result")

#: A worker is replaced after so many jobs, before leaks of C libraries add up.
_JOBS_PER_WORKER = 1000
#: Or when it holds so many bytes more than after its smallest job, and cannot give them back.
_GROWTH_BYTES = 48 << 20
#: So many bytes more are given back at once: caches and C libraries keep what a large page took.
_SPARE_BYTES = 24 << 20
#: What one job may take with all that the worker holds, as addresses: 209 real pages need 395 MB at most, 346 of them
#: for libraries and models (pages_aeb, pages_fundus).
_MEMORY_BYTES = 512 << 20
#: Jobs after which caches of the libraries are emptied, which grow with what was read (adbar/htmldate#56).
_REFRESH_EVERY = 500
#: Seconds a worker may take to start: importing the libraries takes one or two, on a busy machine more.
_START_S = 60.0
_END_S = 2.0
#: The pools of this process that are not closed; changed, as what all threads see, under the lock.
_USERS: set[int] = set()
_STARTING = threading.Lock()
#: Seconds in which a process that closed its pipe has ended, so that what ended it can be told.
_DYING_S = 1.0


class ExtractionPool(Generic[Job, Result]):
    """Runs jobs in worker processes, which start with the first job. Use it in a `with` block.

    May be used by one event loop after another.
    """

    #: Whether the process that workers are forked from, which holds 150 MB, stays for the next pool of this process: it
    #: takes 3 s of processor time to start. One that has a single pool and much to do after it sets this False.
    fork_server_stays: ClassVar[bool] = True

    def __init__(
        self,
        work: Callable[[Job], Result],
        workers: int,
        wall_s: float = 10.0,
        memory_bytes: int = _MEMORY_BYTES,
        preload: tuple[str, ...] = (),
    ) -> None:
        """Prepare `workers` places for `work`, which must be picklable.

        `wall_s` (of the clock, and about as much of the processor) and `memory_bytes` are what one job may take;
        `preload` names modules that are imported once, for all workers (and never in this process).
        """
        self._preload = list(preload)
        self._threads = ThreadPoolExecutor(max_workers=max(workers, 1), thread_name_prefix="extraction")
        self._places: queue.SimpleQueue[_Worker[Job, Result]] = queue.SimpleQueue()
        self._all = [_Worker(work, wall_s, memory_bytes) for _ in range(max(workers, 1))]
        for worker in self._all:
            self._places.put(worker)
        with _STARTING:
            _USERS.add(id(self))

    def __enter__(self) -> Self:
        """Open the pool; nothing is started yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all workers."""
        self.close()

    async def run(self, job: Job, name: str = "job") -> Result:
        """Return what the work makes of `job`; `name` (a URL) is for the error.

        Raises:
            ExtractionError: `timeout` or `crash` (the worker was replaced), `memory`, or `failed` where the work
                raised.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.run_now, job, name)

    def run_now(self, job: Job, name: str = "job") -> Result:
        """Do as `run`, and block."""
        worker = self._places.get()
        try:
            if self._preload:
                _context().set_forkserver_preload(self._preload)
            return worker.do(job, name)
        finally:
            self._places.put(worker)

    def close(self) -> None:
        """End all workers: those that do not end by themselves are killed."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._all:
            worker.end()
        with _STARTING:
            _USERS.discard(id(self))
            if not _USERS and not self.fork_server_stays:
                _end_fork_server()


class _Worker(Generic[Job, Result]):
    """A place for one worker process at a time."""

    def __init__(self, work: Callable[[Job], Result], wall_s: float, memory_bytes: int) -> None:
        self._work = work
        self._wall_s = wall_s
        self._memory_bytes = memory_bytes
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._done = 0

    def do(self, job: Job, name: str) -> Result:
        pipe = self._sent(job, name)
        try:
            if not pipe.poll(self._wall_s):
                self._kill("timeout", name)
                raise ExtractionError(name, "timeout", f"not done after {self._wall_s:g} s")
            state, value, worn = pipe.recv()
        except (EOFError, OSError) as error:
            cause = self._kill("crash", name)
            raise ExtractionError(name, cause, "the worker process ended") from error
        self._done += 1
        if worn or state == "memory" or self._done >= _JOBS_PER_WORKER:
            self.end()
        if state != "done":
            raise ExtractionError(name, state, value)
        result: Result = value
        return result

    def _sent(self, job: Job, name: str) -> Connection:
        """Give the job to the worker, which says that it has it.

        One that ended before that is replaced: that was no fault of this job, unless the next one ends there too.
        """
        for _ in range(2):
            pipe = self._started(name)
            try:
                pipe.send(job)
                if pipe.poll(_START_S):
                    pipe.recv()
                    return pipe
            except (EOFError, OSError):
                pass
            self._kill("crash", name)
        raise ExtractionError(name, "crash", "the worker process takes no job")

    def end(self) -> None:
        """Close the pipe, which tells the worker to end; kill it if it does not."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.join(_END_S)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()
            self._process.close()
        self._process = self._pipe = None
        self._done = 0

    def _started(self, name: str) -> Connection:
        if self._pipe is not None:
            return self._pipe
        context = _context()
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_serve, args=(theirs, self._work, self._memory_bytes, self._wall_s), daemon=True
        )
        try:
            _start(process)
        except (EOFError, OSError) as error:
            for end in (ours, theirs):
                end.close()
            raise ExtractionError(name, "no-worker", "no worker process can be started") from error
        self._process, self._pipe = process, ours
        theirs.close()
        try:
            if ours.poll(_START_S):
                ours.recv()
                return ours
        except (EOFError, OSError) as error:
            self._kill("no-worker", name)
            raise ExtractionError(name, "no-worker", "the worker process did not start") from error
        self._kill("no-worker", name)
        raise ExtractionError(name, "no-worker", "the worker process did not start in time")

    def _kill(self, cause: str, name: str) -> str:
        """End the worker at once, and return the cause: `timeout` also where its limit of processor time ended it."""
        process = self._process
        if process is not None:
            process.join(0 if cause == "timeout" else _DYING_S)
            if process.is_alive():
                process.kill()
                process.join()
            if process.exitcode == -signal.SIGXCPU:
                cause = "timeout"
        log.warning("extraction_worker_replaced", cause=cause, job=name)
        self.end()
        return cause


def _context() -> "multiprocessing.context.ForkServerContext":
    """Return the way workers start: forked from a server without threads, so that threads here do no harm."""
    return multiprocessing.get_context("forkserver")


def _start(process: "BaseProcess") -> None:
    """Start a worker; where the fork server has ended (on a full disk no model can be unpacked), the next has another.

    It may have closed its socket and yet be there for a moment: the next worker would be asked of it again.
    """
    with _main_left_out():
        try:
            process.start()
        except (EOFError, ConnectionError):
            _end_fork_server()
            raise


@contextlib.contextmanager
def _main_left_out() -> Iterator[None]:
    """Start a process that does not import this program's main module, as a worker would and never needs to.

    The main module of `serve` brings Prefect with it: 55 MB and two seconds for each worker.
    """
    with _STARTING:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


def _end_fork_server() -> None:
    """End the process that workers are forked from, which else stays as long as this one does.

    Python has no public way; the method is the one that its own tests use. The next worker starts another.
    """
    stop = getattr(fork_server, "_stop", None)
    if stop is not None:
        stop()


def _serve(pipe: Connection, work: Callable[[Job], Result], memory_bytes: int, cpu_s: float) -> None:
    """Do the jobs that come through `pipe` until its other end is closed: the body of a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    done, least = 0, sys.maxsize
    with contextlib.suppress(EOFError, OSError):
        pipe.send("ready")
        while True:
            job = pipe.recv()
            _allow(cpu_s)
            pipe.send("taken")
            state, value = _answer(work, job)
            del job
            done += 1
            if done % _REFRESH_EVERY == 0:
                _refresh()
            least = min(least, resident_bytes())
            pipe.send_bytes(_packed(state, value, worn=_is_worn(least)))
            del value


def _allow(cpu_s: float) -> None:
    """Move the limit of processor time along, so that the next job may take `cpu_s` and a bit."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(time.process_time() + cpu_s) + 1
    resource.setrlimit(
        resource.RLIMIT_CPU, (soft if most == resource.RLIM_INFINITY else min(soft, most), most)
    )


def _answer(work: Callable[[Job], Result], job: Job) -> tuple[str, Result | str]:
    try:
        return "done", work(job)
    except MemoryError:
        return "memory", "more memory than one page may take"
    except Exception as error:  # noqa: BLE001 - the edge of a process: whatever it was is told, and one job is lost
        return "failed", f"{type(error).__name__}: {error}"


def _packed(state: str, value: object, *, worn: bool) -> bytes:
    """Return the answer as bytes; a result that cannot be sent is a failure of its job, not of the worker."""
    try:
        return bytes(ForkingPickler.dumps((state, value, worn)))
    except MemoryError:
        return bytes(ForkingPickler.dumps(("memory", "more memory than one page may take", True)))
    except Exception as error:  # noqa: BLE001 - as above
        return bytes(ForkingPickler.dumps(("failed", f"{type(error).__name__}: {error}", worn)))


def _refresh() -> None:
    """Empty the caches of the extraction library, where it is in use."""
    if "trafilatura" in sys.modules:
        from trafilatura.meta import reset_caches  # noqa: PLC0415 - only in workers that read pages

        reset_caches()


def _is_worn(least: int) -> bool:
    """Tell whether far more than `least` bytes are in use; what can be given back to the system is given back."""
    if resident_bytes() - least <= _SPARE_BYTES:
        return False
    _refresh()
    give_back()
    return resident_bytes() - least > _GROWTH_BYTES
