"""What may be wrong with the search index, told apart: the engine raises the same for nearly all of it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from extractors.errors import NewswatchError

_SYSTEM_ERROR = re.compile(r"Os \{ code: (\d+)")


class UnreadableIndexError(NewswatchError):
    """The files of the index are not what was written, or there are none."""


class BusyIndexError(NewswatchError):
    """Somebody else is writing the index."""


@contextmanager
def told_apart() -> Iterator[None]:
    """Tell apart what the engine raises, which is a `ValueError` for nearly all.

    Raises:
        UnreadableIndexError: the files are damaged; so it is where the engine panics.
        BusyIndexError: somebody else is writing.
        OSError: the disk is full, the folder cannot be written.
    """
    try:
        yield
    except ValueError as error:
        told = str(error)
        if "LockBusy" in told:
            raise BusyIndexError("somebody else is writing the search index") from error
        if code := _SYSTEM_ERROR.search(told):
            raise OSError(int(code[1]), told) from error
        raise UnreadableIndexError(told) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableIndexError(str(error)) from error
