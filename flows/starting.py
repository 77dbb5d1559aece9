"""The first start of `serve` on a machine that lacks something: what may come again is waited for."""

import errno
import time
from collections.abc import Callable, Collection
from typing import TypeVar

import structlog

from extractors.errors import ConfigurationError
from flows.children import pause_s

log = structlog.get_logger()

#: What a machine may lack now and have again by itself, or once somebody has made room: a full disk or quota, no
#: memory or number for a process, no handle, lock or port, a disk or a network file system that does not answer now.
#: Everything else stays until somebody acts: no right to write (EACCES, EPERM), a file system that is read-only
#: (EROFS: after an error of the disk, say), a file where a folder should be (EEXIST, ENOTDIR), a path that is none.
#: Then it is better to end, with what is wrong, than to wait without a sign; whoever supervises this process may start
#: it again.
MAY_PASS = frozenset(
    {
        errno.ENOSPC,
        errno.EDQUOT,
        errno.ENOMEM,
        errno.EAGAIN,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOBUFS,
        errno.EADDRINUSE,
        errno.EADDRNOTAVAIL,
        errno.EBUSY,
        errno.EIO,
        errno.ENOLCK,
        errno.ESTALE,
        errno.ETIMEDOUT,
    }
)
#: Seconds between two looks whether somebody wants the end.
_LOOK_S = 0.2

T = TypeVar("T")


def begun(
    begin: Callable[[], T], asked: Collection[int], meanwhile: Callable[[], None] = lambda: None
) -> T | None:
    """Return what `begin` returns, None where the end is `asked` for before it succeeds.

    Where the machine lacks what may come again it is tried anew after 1, 2, 4 … 60 s, as with children that end, and
    told in the log; `meanwhile` is called several times a second until then.

    Raises:
        ConfigurationError: it lacks what does not come by itself.
    """
    tries = 0
    while not asked:
        try:
            return begin()
        except OSError as error:
            if error.errno not in MAY_PASS:
                raise ConfigurationError(
                    f"{error.filename or 'the system'}: {error.strerror or error}; `newswatch serve` must be able to "
                    "write into the folder `state` of its home, as the user that runs it"
                ) from error
            tries += 1
            wait_s = pause_s(tries)
            log.error("serve_put_off", error=f"{type(error).__name__}: {error}", again_in_s=wait_s)
        until = time.monotonic() + wait_s
        while not asked and time.monotonic() < until:
            meanwhile()
            time.sleep(_LOOK_S)
    return None
