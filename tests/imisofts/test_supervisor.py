"""The supervisor over tiny children: a crashed one comes back, a stop leaves nobody, a stubborn one is killed."""

import io
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from imisofts.errors import OperatorError
from imisofts.programs import Program
from imisofts.supervisor import Supervisor, require_ports

LIVES = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); print('hello', flush=True); "
WAITS = LIVES + "time.sleep(600)"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WAITS


def program(name: str, code: str, file: Path, *, stubborn: bool = False) -> Program:
    return Program(name, (sys.executable, "-c", code, str(file)), stubborn=stubborn, folder=file.parent)


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 60 s"
        time.sleep(0.05)


def pids(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_killed_child_is_started_again_and_a_stop_leaves_nobody(tmp_path: Path) -> None:
    steady, deaf, out = tmp_path / "steady", tmp_path / "deaf", io.StringIO()
    supervisor = Supervisor([program("steady", WAITS, steady), program("deaf", DEAF, deaf, stubborn=True)], out=out)

    def harm() -> None:
        try:
            eventually(lambda: len(pids(steady)) == 1 and len(pids(deaf)) == 1)
            os.kill(pids(steady)[0], signal.SIGKILL)
            eventually(lambda: len(pids(steady)) == 2)
        finally:
            supervisor.stop()

    thread = threading.Thread(target=harm)
    thread.start()
    supervisor.run()
    thread.join()
    assert "steady │ hello" in out.getvalue()
    assert "signal SIGKILL; starts again in 0.5 s" in out.getvalue()
    assert len(pids(steady)) == 2
    assert not any(alive(pid) for pid in pids(steady) + pids(deaf))


def test_a_child_that_keeps_crashing_is_started_ever_more_slowly(tmp_path: Path) -> None:
    out = io.StringIO()
    supervisor = Supervisor([program("broken", LIVES + "sys.exit(3)", tmp_path / "broken")], out=out)
    timer = threading.Timer(2.5, supervisor.stop)
    timer.start()
    supervisor.run()
    timer.join()
    assert "exit code 3; starts again in 0.5 s" in out.getvalue()
    assert "exit code 3; starts again in 1.0 s" in out.getvalue()
    assert len(pids(tmp_path / "broken")) <= 4


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(OperatorError, match=rf"Port {port} \(web\) is in use"):
            require_ports([Program("web", ("true",), (port,), folder=tmp_path)])
