"""One of the installation's programs, started the way the supervisor does it, while a block runs."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from imisofts import programs
from imisofts.services import process
from imisofts.settings import Settings

START_SECONDS = 60.0
_LISTENING = "0A"


@contextmanager
def running(settings: Settings, name: str, ready: str) -> Iterator[list[int]]:
    """The program called ``name``, in as many processes as `up` starts (``web``, ``web2``, …), once its address
    ``ready`` answers from each; yields their process ids. They end with the block.

    Their logs go to the data folder.
    """
    with contextlib.ExitStack() as every:
        chosen = [program for program in programs.of(settings) if program.name.rstrip("0123456789") == name]
        yield [every.enter_context(_started(settings, program, ready)) for program in chosen]


@contextmanager
def _started(settings: Settings, program: programs.Program, ready: str) -> Iterator[int]:
    folder = settings.home / "logs"
    folder.mkdir(exist_ok=True)
    with (folder / f"{program.name}.log").open("ab") as log:
        child = subprocess.Popen(
            program.arguments,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=program.folder,
            env={**os.environ, **program.environment},
            start_new_session=True,
            preexec_fn=process.own_child(signal.SIGTERM, None, keep_reach=False),
        )
    try:
        _wait(child, ready)
        yield child.pid
    finally:
        child.terminate()
        try:
            child.wait(30)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait(child: "subprocess.Popen[bytes]", ready: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise RuntimeError(f"the program ended with {child.returncode} before it was ready")
        try:
            httpx2.get(ready, timeout=5)
            if _listens(child.pid):
                return
        except (httpx2.TransportError, FileNotFoundError):
            pass
        time.sleep(0.2)
    raise RuntimeError(f"nothing answered at {ready} within {START_SECONDS:.0f} s")


def _listens(pid: int) -> bool:
    """Whether the process has opened a port itself: at one that several share, another may have answered."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    doors = {f"socket:[{row[9]}]" for row in rows if row[3] == _LISTENING}
    return any(str(each.readlink()) in doors for each in Path(f"/proc/{pid}/fd").iterdir())


def cpu_seconds(*pids: int) -> float:
    """What running processes have used of the processors, without their children."""
    fields = [Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split() for pid in pids]
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")
