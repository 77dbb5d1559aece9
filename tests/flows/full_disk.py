"""A disk without room, for this process alone."""

import resource
from contextlib import contextmanager


@contextmanager
def room_for(size):
    """No file may become larger than `size` bytes during the block, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
