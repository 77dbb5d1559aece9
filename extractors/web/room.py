"""Room in memory for large bodies: many servers at once cannot fill it."""

import asyncio

#: A body of up to so many bytes needs no room.
SMALL = 1_000_000
#: Bytes that all larger bodies may have together: three listings of the largest kind. With 32 small ones beside them,
#: a copy and two workers that read, a collection stays under 600 MB.
_MOST = 64_000_000


class Room:
    """Bytes set aside for the bodies that the tasks of a run hold, first come, first served.

    A task holds room for one body: what it held goes back before it asks anew, so that none waits for another while
    it holds something itself. It holds it until it says that it is `done`, or ends.
    """

    def __init__(self, most: int = _MOST) -> None:
        """Begin empty, with room for `most` bytes."""
        self._most = most
        self._free = most
        self._held: dict[asyncio.Task[object], int] = {}
        self._queue = asyncio.Lock()
        self._freed = asyncio.Event()

    async def take(self, size: int) -> None:
        """Wait until there is room for `size` bytes (for all there is, where it is more)."""
        task, wanted = _current(), min(size, self._most)
        self.done()
        async with self._queue:
            while self._free < wanted:
                self._freed.clear()
                await self._freed.wait()
            self._hold(task, wanted)

    def shrink(self, size: int) -> None:
        """Give back what this task holds over `size` bytes: so large has its body become."""
        task = _current()
        held = self._held.get(task, 0)
        if size < held:
            self._give_back(task)
            self._hold(task, size)

    def done(self) -> None:
        """Give back all that this task holds: it needs its body no more."""
        self._give_back(_current())

    def _hold(self, task: asyncio.Task[object], size: int) -> None:
        self._free -= size
        self._held[task] = size
        task.add_done_callback(self._give_back)

    def _give_back(self, task: asyncio.Task[object]) -> None:
        self._free += self._held.pop(task, 0)
        task.remove_done_callback(self._give_back)
        self._freed.set()


def _current() -> asyncio.Task[object]:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("room is for tasks")
    return task
