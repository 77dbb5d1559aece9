"""Memory that was freed goes back to the system."""

import subprocess
import sys

import pytest

# In a process of its own: the setting lasts as long as the process.
SCRIPT = """
import sys
from extractors.allocator import give_back, let_large_blocks_go

def held():
    return int(open("/proc/self/statm").read().split()[1]) * 4096

if sys.argv[1] == "set":
    let_large_blocks_go()
before, fences = held(), []
for _ in range(30):
    large = bytearray(4_000_000)
    large[::4096] = b"x" * len(large[::4096])
    del large
    block = b"y" * 3_000_000
    fences.append(block[:200_000])
    del block
freed = held() - before
give_back()
print(freed, held() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the C library of Linux")
def test_large_blocks_leave_no_holes():
    def told(way):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, way], capture_output=True, text=True, check=True, timeout=60
        )
        return [int(number) for number in done.stdout.split()]

    (left, _), (given, _) = told("as it is"), told("set")
    assert given < left
    assert given < 30 * 200_000 + 3_000_000
