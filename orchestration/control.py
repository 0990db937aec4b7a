"""The replication worker's local control: ask it to catch up to the present, or whether it lives.

It listens on this machine only and wants a token made from the installation's secret key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from warehouse.pipeline import PipelineResult, Step
from warehouse.publish import CheckResult

if TYPE_CHECKING:
    from imisofts.settings import Settings

_direct = build_opener(ProxyHandler({}))


class WorkerAway(ConnectionError):
    """Nothing answers on the control port: no worker runs in this installation."""


class WorkerFailed(RuntimeError):
    """The worker was asked and could not do it; the sentence says why."""


def port(settings: Settings) -> int:
    return settings.port_base + 7


def token(settings: Settings) -> str:
    """Proves that the caller can read this installation's secrets."""
    return hmac.new(settings.secret_key.encode(), b"replication worker control", hashlib.sha256).hexdigest()


def alive(settings: Settings) -> bool:
    """Whether this installation's worker answers."""
    try:
        return bool(_call(settings, "GET", "/health", timeout=2)["ok"])
    except (WorkerAway, WorkerFailed):
        return False


def run(settings: Settings, *, full_refresh: bool = False, timeout: float = 1800) -> PipelineResult:
    """Have the running worker replicate and publish everything committed until now, and wait for it.

    Raises WorkerAway when none runs, WorkerFailed when it could not.
    """
    answer = _call(settings, "POST", "/run", timeout=timeout, body={"full_refresh": full_refresh})
    steps = [Step(**step) for step in answer.pop("steps")]
    checks = [CheckResult(**check) for check in answer.pop("checks")]
    return PipelineResult(steps=steps, checks=checks, **answer)


def _call(
    settings: Settings, method: str, path: str, *, timeout: float, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    request = Request(
        f"http://127.0.0.1:{port(settings)}{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token(settings)}", "Content-Type": "application/json"},
    )
    try:
        with _direct.open(request, timeout=timeout) as response:
            answer: dict[str, Any] = json.load(response)
            return answer
    except HTTPError as error:
        raise WorkerFailed(error.read().decode(errors="replace")[:2000]) from error
    except (URLError, OSError, ValueError) as error:
        raise WorkerAway(f"no replication worker answers on port {port(settings)}") from error


class Server:
    """Answers on the control port from threads of its own; `on_run` does the work and may take long."""

    def __init__(
        self, settings: Settings, on_run: Callable[[bool], PipelineResult], on_health: Callable[[], dict[str, Any]]
    ) -> None:
        handler = type("Handler", (_Handler,), {"token": token(settings), "on_run": on_run, "on_health": on_health})
        self._server = ThreadingHTTPServer(("127.0.0.1", port(settings)), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="control", daemon=True)

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    token: ClassVar[str]
    on_run: ClassVar[Callable[[bool], PipelineResult]]
    on_health: ClassVar[Callable[[], dict[str, Any]]]

    def do_GET(self) -> None:
        if self._allowed("/health"):
            self._answer(200, type(self).on_health())

    def do_POST(self) -> None:
        if not self._allowed("/run"):
            return
        length = min(int(self.headers.get("Content-Length") or 0), 10_000)
        try:
            asked = json.loads(self.rfile.read(length) or b"{}")
            self._answer(200, asdict(type(self).on_run(bool(asked.get("full_refresh")))))
        except Exception as error:  # noqa: BLE001 - the caller gets the reason, the worker goes on
            self._answer(500, {"error": f"{type(error).__name__}: {error}"})

    def _allowed(self, path: str) -> bool:
        given = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            self._answer(401, {"error": "wrong token"})
            return False
        if self.path != path:
            self._answer(404, {"error": "no such address"})
            return False
        return True

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body, default=str).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class' name
        """Health checks every few seconds are no news."""
