"""What this machine, or the container on it, gives to us: processors and memory."""

import contextlib
import os
import sys
from pathlib import Path

_CONTAINERS_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_MOST_WEB, _OF_ONE_WEB = 4, 2 * 2**30


def memory() -> int:
    """Bytes that this machine has, or that its container may use."""
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in _CONTAINERS_LIMITS:
        with contextlib.suppress(OSError, ValueError):  # another kind of container, or one without a limit ("max")
            there = min(there, int(limit.read_text(encoding="ascii")))
    return there


def of_lake(processes: int) -> str:
    """What the lake's engine may hold in memory, in each of so many processes that share it: left to itself it takes
    four fifths of the machine, and the next process as much again."""
    return f"{memory() // 4 // processes // 2**20}MiB"


def processors() -> int:
    """Processors that this process may use; where a system binds processes to none, those of the machine."""
    own = getattr(os, "sched_getaffinity", None)
    return len(own(0)) if own else os.cpu_count() or 1


def web_processes(processors: int, memory: int, system: str = sys.platform) -> int:
    """How many processes serve pages where nobody says: one a processor, and no more than memory has room for beside
    the rest of the installation. One where the system does not deal connections out to all that share a port."""
    return max(1, min(_MOST_WEB, processors, memory // _OF_ONE_WEB)) if system == "linux" else 1


def is_running(process: int) -> bool:
    """Whether there is a process of this number, whosever it is."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
