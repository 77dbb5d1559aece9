"""Work that takes longer than any worker may, however fast or slow the machine is."""

import time


def never_done(job):
    """Read nothing of `job`, until the worker is killed."""
    time.sleep(600)
