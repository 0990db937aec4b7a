"""Runs the programs of one installation: prefixed logs, restart of what crashes, and a stop that stops everything.

All children are started from the main thread and in sessions of their own: a child's death signal is tied to the
thread that made it, and Ctrl-C should reach the supervisor only, which then stops them in order.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import TextIO

from imisofts.errors import OperatorError
from imisofts.programs import Program
from imisofts.services import process

FIRST_PAUSE, LONGEST_PAUSE, SETTLED = 0.5, 30.0, 60.0
GRACE_SECONDS = 10.0
LONGEST_WAIT = 60.0
_COLOURS = (36, 32, 33, 35, 34, 96, 92, 93, 95)


@dataclass(slots=True)
class _Child:
    """One program's present life."""

    program: Program
    colour: int
    process: "subprocess.Popen[str] | None" = None
    started: float = 0.0
    pause: float = FIRST_PAUSE
    again_at: float = 0.0
    waits_until: float = 0.0


class Supervisor:
    """Keeps ``programs`` running until :meth:`stop` or a signal."""

    def __init__(
        self, programs: Sequence[Program], *, out: TextIO | None = None, each_round: Callable[[], None] | None = None
    ) -> None:
        self._children = [_Child(program, _COLOURS[i % len(_COLOURS)]) for i, program in enumerate(programs)]
        self._width = max((len(program.name) for program in programs), default=0)
        self._out = out or sys.stderr
        self._each_round = each_round or (lambda: None)
        self._stopping = threading.Event()
        self._writing = threading.Lock()

    def stop(self) -> None:
        """Ask the loop to end; safe from another thread or a signal handler."""
        self._stopping.set()

    def run(self, *, ready: Callable[[], None] | None = None) -> None:
        """Start everything, call ``ready`` once, and watch until told to stop; always stops what it started."""
        with self._signals():
            try:
                for child in self._children:
                    child.waits_until = time.monotonic() + LONGEST_WAIT
                    if child.program.after is None:
                        self._start(child)
                if ready is not None:
                    ready()
                while not self._stopping.wait(0.2):
                    self._round()
            finally:
                self._stop_all()

    def say(self, name: str, text: str, colour: int = 37) -> None:
        """One prefixed line of log."""
        prefix = f"{name:<{self._width}} │ "
        if self._out.isatty():
            prefix = f"\x1b[{colour}m{prefix}\x1b[0m"
        with self._writing, contextlib.suppress(ValueError, OSError):
            self._out.write(f"{prefix}{text}\n")
            self._out.flush()

    def _round(self) -> None:
        self._each_round()
        now = time.monotonic()
        for child in self._children:
            if child.process is None:
                if now >= child.again_at and (now >= child.waits_until or _answers(child.program.after)):
                    self._start(child)
            elif (code := child.process.poll()) is not None:
                self._schedule(child, code)

    def _start(self, child: _Child) -> None:
        program = child.program
        child.started = time.monotonic()
        child.process = subprocess.Popen(  # noqa: S603 - our own programs
            program.arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, **program.environment},
            cwd=program.folder,
            start_new_session=True,
            preexec_fn=process.own_child(
                signal.SIGKILL if program.stubborn else signal.SIGTERM, None, keep_reach=False
            ),
        )
        threading.Thread(target=self._forward, args=(child, child.process), daemon=True).start()

    def _forward(self, child: _Child, running: "subprocess.Popen[str]") -> None:
        if running.stdout is not None:
            with running.stdout as lines:
                for line in lines:
                    self.say(child.program.name, line.rstrip(), child.colour)

    def _schedule(self, child: _Child, code: int) -> None:
        """Start a crashed child again, later each time, until it has lived long enough to be trusted."""
        running, child.process = child.process, None
        if running is not None:
            _kill_group(running, signal.SIGKILL)
        lived = time.monotonic() - child.started
        child.pause = FIRST_PAUSE if lived >= SETTLED else child.pause
        child.again_at = time.monotonic() + child.pause
        self.say(child.program.name, f"ended with {_ending(code)}; starts again in {child.pause:.1f} s", 31)
        child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def _stop_all(self) -> None:
        running = [child for child in self._children if child.process is not None]
        for child in running:
            assert child.process is not None
            _kill_group(child.process, signal.SIGKILL if child.program.stubborn else signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        for child in running:
            assert child.process is not None
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.1, deadline - time.monotonic()))
            _kill_group(child.process, signal.SIGKILL)
            child.process.wait()

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Ctrl-C, SIGTERM and a closed terminal end the loop; only the main thread may ask for that."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def asked(_number: int, _frame: FrameType | None) -> None:
            self._stopping.set()

        before = {name: signal.signal(name, asked) for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            yield
        finally:
            for name, handler in before.items():
                signal.signal(name, handler)


def require_ports(programs: Sequence[Program]) -> None:
    """One clear line for the first port that somebody else holds."""
    for program in programs:
        for port in program.ports:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError as error:
                    raise OperatorError(
                        f"Port {port} ({program.name}) is in use: free it, or choose another IMISOFTS_PORT_BASE."
                    ) from error


def _answers(port: int | None) -> bool:
    """Whether the program that has to be there first is there."""
    if port is None:
        return True
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _kill_group(running: "subprocess.Popen[str]", number: signal.Signals) -> None:
    """The child leads a session: its own children go with it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(running.pid, number)


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
