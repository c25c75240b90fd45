"""Takes a turn again if other programs had too much of the processors meanwhile.

On Linux the kernel says how busy all processors were; what a contender did not use itself, others
did. Elsewhere every turn counts.
"""

import os
import time
from pathlib import Path

STATISTICS = Path("/proc/stat")
# The part of all processors that others may have, and how often a turn is taken at most.
TOLERATED, TRIES = 0.03, 3


def undisturbed(turn):
    """The result of the least disturbed turn, with "others", the part that others had, or None.

    `turn` returns a dictionary with "cpu_seconds", the time that it used itself; None ends the tries.
    """
    best = None
    for _ in range(TRIES):
        begin, busy = time.perf_counter(), busy_seconds()
        found = turn()
        if found is None:
            return None
        if busy is None:
            return {**found, "others": None}
        passed = (time.perf_counter() - begin) * os.cpu_count()
        found["others"] = max(0, busy_seconds() - busy - found["cpu_seconds"]) / passed
        if best is None or found["others"] < best["others"]:
            best = found
        if best["others"] <= TOLERATED:
            break
    return best


def busy_seconds():
    """What all processors have done since the start, or what a hypervisor took from them."""
    if not STATISTICS.is_file():
        return None
    user, nice, system, _idle, _wait, irq, soft, steal = map(
        int, STATISTICS.read_text().split()[1:9]
    )
    return (user + nice + system + irq + soft + steal) / os.sysconf("SC_CLK_TCK")
