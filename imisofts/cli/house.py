"""What commands share: the settings, the services they need, and dates and pairs from the command line."""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from imisofts import services
from imisofts.errors import OperatorError
from imisofts.services import process
from imisofts.settings import PREFIX, PROJECT_ROOT, Settings, load

_START_SECONDS = 30.0


@contextlib.contextmanager
def open_house(*, mail: bool = False, jobs: bool = False) -> Iterator[Settings]:
    """The settings, with the databases up; on request with mail catcher and job worker too, unless `up` runs them."""
    settings = load()
    with services.embedded(settings), contextlib.ExitStack() as stack:
        up = supervisor_pid(settings.home) is not None
        if mail and settings.embedded_mail and not answers(settings.port_base + 4):
            stack.enter_context(_helper(settings, "imisofts.services.mail"))
            _wait_for(settings.port_base + 4)
        if jobs and not up:
            stack.enter_context(_helper(settings, "api.jobs.worker"))
        yield settings


@contextlib.contextmanager
def _helper(settings: Settings, module: str) -> Iterator[None]:
    """One of our own programs while the block runs; its log goes to a file in the data folder."""
    folder = settings.home / "logs"
    folder.mkdir(exist_ok=True)
    environment = {f"{PREFIX}HOME": str(settings.home), f"{PREFIX}PORT_BASE": str(settings.port_base)}
    with (folder / f"{module}.log").open("ab") as log:
        child = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", module],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=PROJECT_ROOT,
            env={**os.environ, **environment},
            start_new_session=True,
            preexec_fn=process.own_child(signal.SIGTERM, None, keep_reach=False),
        )
    try:
        yield
    finally:
        child.terminate()
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def answers(port: int) -> bool:
    """Whether somebody listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not answers(port):
        if time.monotonic() > deadline:
            raise OperatorError(f"Nothing came up on port {port}; see {load().home / 'logs'}.")
        time.sleep(0.1)


def supervisor_pid(home: Path) -> int | None:
    """The process that runs `imisofts up` on this data folder, if any: it holds the lock on the file."""
    try:
        with (home / "up.lock").open("r") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(file.read().strip() or 0) or None
    except FileNotFoundError:
        pass
    return None


def day(text: str | None, option: str) -> date | None:
    """An ISO date from an option."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise OperatorError(f"{option}: {text!r} is not a date like 2026-10-31.") from error


def pairs(given: Sequence[str], option: str) -> dict[str, str]:
    """``name=value`` options as a mapping."""
    found: dict[str, str] = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise OperatorError(f"{option}: {text!r} should look like name=value.")
        found[name.strip()] = value
    return found
