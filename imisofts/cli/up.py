"""`imisofts up` and `imisofts stop`."""

import contextlib
import fcntl
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from imisofts import programs, sample, services
from imisofts.cli import output
from imisofts.cli.house import answers, supervisor_pid
from imisofts.errors import OperatorError
from imisofts.services import postgres, version
from imisofts.settings import Settings, load
from imisofts.supervisor import Supervisor, require_ports

_STOP_SECONDS = 60.0
_LONGEST_START = 180.0


def up(
    no_sample: Annotated[bool, typer.Option("--no-sample", help="Do not make the sample agency.")] = False,
) -> None:
    """Start everything and keep it running until Ctrl-C.

    The first run makes the databases, a small sample agency and its first publication. A crashed program is started
    again; its log is prefixed with its name. The data stays in the data folder.
    """
    started = time.monotonic()
    settings = load()
    version.check(settings.home)
    with _alone(settings.home), _terminable():
        planned = programs.of(settings)
        require_ports(planned)
        with _databases(settings) as server:
            if not no_sample:
                first_data(settings, output.note)
            _supervise(settings, planned, server, started)
    output.note("stopped")


def stop() -> None:
    """Stop what `imisofts up` runs on this data folder, and wait for it."""
    home = load().home
    pid = supervisor_pid(home)
    if pid is None:
        output.note(f"nothing runs on {home}")
        return
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while supervisor_pid(home) == pid:
        if time.monotonic() > deadline:
            raise OperatorError(f"Process {pid} has not stopped within {_STOP_SECONDS:.0f} s.")
        time.sleep(0.1)
    output.note("stopped")


def first_data(settings: Settings, say: Callable[[str], None]) -> None:
    """The sample agency and the first publication, on an installation that has none."""
    from warehouse import pipeline

    if sample.sign_ins(settings):
        return
    sample.create(settings, datetime.now(UTC).date(), say)
    result = pipeline.run(settings, on_step=lambda step: say(f"{step.name} {step.seconds:.1f} s: {step.detail}"))
    if not result.ok:
        failed = ", ".join(check.name for check in result.checks if not check.passed)
        say(f"the first publication was not made; failed checks: {failed or 'none'}; see `imisofts status`")


@contextlib.contextmanager
def _databases(settings: Settings) -> Iterator[postgres.Server | None]:
    """The databases for as long as the supervisor runs; somebody else's are only brought up to date."""
    if settings.embedded_postgres:
        with postgres.running(settings, prepare=services.upgrade, exclusive=True) as server:
            yield server
    else:
        services.migrate(settings)
        yield None


def _supervise(
    settings: Settings, planned: list[programs.Program], server: postgres.Server | None, started: float
) -> None:
    again_at = 0.0

    def watch_postgres() -> None:
        nonlocal again_at
        if server is None or not server.died or time.monotonic() < again_at:
            return
        supervisor.say("postgres", "ended; starts again", 31)
        again_at = time.monotonic() + 5
        try:
            server.restart()
        except OperatorError as error:
            supervisor.say("postgres", str(error), 31)

    supervisor = Supervisor(planned, each_round=_with_table(settings, started, watch_postgres))
    supervisor.run()


def _with_table(settings: Settings, started: float, watch: Callable[[], None]) -> Callable[[], None]:
    """Prints the addresses once, as soon as the pages answer."""
    shown = False

    def each_round() -> None:
        nonlocal shown
        watch()
        seconds = time.monotonic() - started
        pages = (settings.port_base, settings.port_base + 1)
        if not shown and (all(answers(port) for port in pages) or seconds > _LONGEST_START):
            shown = True
            _print_table(settings, seconds)

    return each_round


def _print_table(settings: Settings, seconds: float) -> None:
    """Addresses and sample sign-ins; the result of `up`, so on standard output."""
    addresses = [
        ("portal and API", settings.public_url),
        ("console", settings.console_url),
        ("Dagster", settings.dagster_url),
    ]
    if settings.embedded_mail:
        addresses.append(("mail", settings.mail_url))
    output.result("")
    output.table(("imisofts", f"ready after {seconds:.0f} s"), addresses)
    people = sample.sign_ins(settings)
    if people:
        output.result("")
        output.table(("sample sign-in", "e-mail", "password"), [(one.role, one.email, one.password) for one in people])
    output.result("\nCtrl-C stops everything.\n")
    sys.stdout.flush()


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One supervisor per data folder: it holds a lock on a file with its process id."""
    with (home / "up.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OperatorError(f"imisofts already runs on {home}; `imisofts stop` ends it.") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """A SIGTERM before the supervisor takes over ends the start like Ctrl-C would."""

    def asked(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, asked)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
