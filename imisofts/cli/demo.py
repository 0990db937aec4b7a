"""`imisofts demo`: the main job once, unattended."""

import os
import random
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imisofts import sample
from imisofts.cli import output
from imisofts.cli.house import open_house
from imisofts.cli.reports import request
from imisofts.errors import OperatorError
from imisofts.operator import Api
from imisofts.services.mail import box
from imisofts.settings import PREFIX, Settings

if TYPE_CHECKING:
    from warehouse.pipeline import PipelineResult, Step

_PORTS = 10


class _Clock:
    """Seconds per step, in order."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        output.note(f"{name} …")
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = round(time.perf_counter() - started, 2)


def demo(
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Run the main job once: sample agency, pipeline, a report delivered as PDF to the local mail catcher.

    It takes a fresh home (IMISOFTS_HOME when that is set and empty, else a temporary folder, which is kept) and exits
    with 0 only if rows were replicated, every check passed and the mail with the PDF arrived.
    """
    home = _fresh_home()
    summary = _run(home)
    good = bool(
        summary["rows_replicated"]
        and summary["checks_passed"]
        and not summary["checks_failed"]
        and summary["pdf"]
        and summary["message_id"]
    )
    if as_json:
        output.as_json(summary)
    else:
        for name, value in summary.items():
            text = ", ".join(f"{step} {took}" for step, took in value.items()) if isinstance(value, dict) else value
            output.result(f"{name}: {text}")
    if not good:
        raise typer.Exit(1)


def _fresh_home() -> Path:
    """An empty folder for this run; other ports than a running installation's, unless they were chosen."""
    given = os.environ.get(f"{PREFIX}HOME")
    home = Path(given).expanduser().resolve() if given else None
    if home is None or (home.exists() and any(home.iterdir())):
        home = Path(tempfile.mkdtemp(prefix="imisofts-demo-"))
        home.chmod(0o755)
        output.note(f"home: {home}")
    home.mkdir(parents=True, exist_ok=True)
    os.environ[f"{PREFIX}HOME"] = str(home)
    if f"{PREFIX}PORT_BASE" not in os.environ:
        os.environ[f"{PREFIX}PORT_BASE"] = str(_free_base())
    return home


def _free_base() -> int:
    for base in random.sample(range(32000, 60000, _PORTS), 100):
        try:
            for offset in range(_PORTS):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", base + offset))
        except OSError:
            continue
        return base
    raise OperatorError("Ten free ports in a row were not found; set IMISOFTS_PORT_BASE.")


def _run(home: Path) -> dict[str, Any]:
    from warehouse import pipeline

    clock, today = _Clock(), datetime.now(UTC).date()
    with ExitStack() as stack:
        with clock.step("services"):
            settings = stack.enter_context(open_house(mail=True, jobs=True))
        with clock.step("sample"):
            sample.create(settings, today, output.note)
        with clock.step("pipeline"):
            result = pipeline.run(settings, on_step=_say)
        with clock.step("report"), Api(settings, sample.SLUG) as api:
            report = request(api, sample.REPORT_CLIENT, last_month(today), deliver=True)
            if report.get("held_reason"):
                output.note(f"held: {report['held_reason']}")
            pdf = _delivered(settings, str(report.get("message_id") or ""))
            if pdf is not None and pdf.read_bytes() != api.content(f"/v1/reports/{report['id']}/pdf"):
                output.note("the delivered PDF differs from the portal's")
                pdf = None
    return _summary(home, clock, result, pdf, report)


def _summary(
    home: Path, clock: _Clock, result: "PipelineResult", pdf: Path | None, report: dict[str, Any]
) -> dict[str, Any]:
    passed = sum(check.passed for check in result.checks)
    return {
        "home": str(home),
        "rows_replicated": result.rows_replicated,
        "seconds": clock.seconds,
        "checks_passed": passed,
        "checks_failed": len(result.checks) - passed,
        "pdf": None if pdf is None else str(pdf),
        "message_id": report.get("message_id") if pdf is not None else None,
    }


def _say(step: "Step") -> None:
    output.note(f"  {step.name} {step.seconds:.1f} s: {step.detail}")


def _delivered(settings: Settings, message_id: str) -> Path | None:
    """The PDF as it lies in the mail catcher, saved beside it."""
    for caught in box.messages(settings.home / "mail"):
        if not message_id or caught.message_id.strip("<>") != message_id.strip("<>"):
            continue
        for attached, part in zip(caught.attachments, box.parse(Path(caught.path)).iter_attachments(), strict=True):
            if attached.type == "application/pdf":
                path = settings.home / "mail" / f"{caught.id}.pdf"
                path.write_bytes(box.content_of(part))
                return path
    return None


def last_month(today: date) -> str:
    """The last whole month, like 2026-10."""
    return f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"
