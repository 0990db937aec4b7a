"""One of the installation's programs, started the way the supervisor does it, while a block runs."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from imisofts import programs
from imisofts.services import process
from imisofts.settings import Settings

START_SECONDS = 60.0


@contextmanager
def running(settings: Settings, name: str, ready: str) -> Iterator[int]:
    """The program called ``name``, once its address ``ready`` answers; yields its process id. It ends with the block.

    Its log goes to the data folder.
    """
    program = next(one for one in programs.of(settings) if one.name == name)
    folder = settings.home / "logs"
    folder.mkdir(exist_ok=True)
    with (folder / f"{name}.log").open("ab") as log:
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
        except httpx2.TransportError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"nothing answered at {ready} within {START_SECONDS:.0f} s")


def cpu_seconds(pid: int) -> float:
    """What a running process has used of the processors, without its children."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:  # noqa: PTH123 - no path of ours
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
