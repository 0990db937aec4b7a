"""What a user would install instead, from a lock and in an environment of its own: the product never imports it.

Each rival is a program of `bench/rivals` that does one thing and prints what it took as JSON; installing and starting
are not counted.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bench import child

HERE = Path(__file__).parent
LOCK = HERE / "peers.txt"
INSTALL_SECONDS, RUN_SECONDS = 180, 120
_QUIET = {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "CRITICAL", "TZ": "UTC"}


class NotMeasured(Exception):
    """A peer is not to be had here; the sentence says why."""


def run(rival: str, given: Mapping[str, str], *, seconds: float = RUN_SECONDS) -> dict[str, Any]:
    """Run one rival with ``given`` in its environment, in a folder that goes with it, and read what it printed.

    Raises :class:`NotMeasured` where it cannot be installed, does not start, fails, or takes longer than ``seconds``.
    """
    python = _python()
    if isinstance(python, str):
        raise NotMeasured(python)
    with tempfile.TemporaryDirectory(prefix="imisofts-rival-") as folder:
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": folder, "DLT_DATA_DIR": folder, **_QUIET, **given}
        program = [str(python), str(HERE / "rivals" / f"{rival}.py")]
        try:
            return child.run(program, environment, Path(folder), seconds)
        except child.ChildFailed as reason:
            raise NotMeasured(str(reason)) from reason


@cache
def _python() -> Path | str:
    """The peers' own Python, installed once for each version of the lock into the cache; else why there is none."""
    kept = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:16]
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "imisofts"
    folder = root / f"peers-{kept}"
    if not folder.exists():
        fresh = root / f"peers-{kept}.{os.getpid()}"
        try:
            if failed := _install(fresh):
                return f"the peers could not be installed: {failed}"
            fresh.rename(folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return folder / "bin" / "python"


def _install(folder: Path) -> str:
    """From the lock, by the registry that this machine is set up for; what went wrong, if anything."""
    uv = str(Path(sys.executable).with_name("uv"))
    steps = [
        [uv, "venv", "--quiet", "--relocatable", "--python", sys.executable, str(folder)],
        [uv, "pip", "install", "--quiet", "--require-hashes", "-r", str(LOCK)],
    ]
    environment = {**os.environ, "VIRTUAL_ENV": str(folder)}
    for step in steps:
        try:
            done = subprocess.run(
                step, env=environment, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return type(error).__name__
        if done.returncode != 0:
            return "the registry does not answer, or lacks a package"
    return ""
