"""A child that does not outlive its parent: `python -m flows.leash PARENT ARGUMENT…` runs Python with the arguments.

Nothing that `serve` starts may go on working after it was killed: it would hold the home against the next `serve`.
"""

import ctypes
import os
import signal
import sys

#: Of prctl(2), Linux alone: the signal that a process gets when its parent dies. It stays through exec.
_PR_SET_PDEATHSIG = 1


def leash(parent: int) -> None:
    """Let this process be killed when its parent, the process `parent`, ends; at once where it has ended already.

    Where the system has no such thing (it is Linux's), nothing happens: then the next `serve` ends what is left.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    leash(int(sys.argv[1]))
    os.execv(sys.executable, [sys.executable, *sys.argv[2:]])  # noqa: S606 - our own interpreter and modules
