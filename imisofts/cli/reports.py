"""`imisofts report`."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from imisofts.cli import output
from imisofts.cli.house import open_house
from imisofts.errors import OperatorError
from imisofts.operator import Api

app = typer.Typer(no_args_is_help=True, help="Client reports as PDF, built and delivered.")
_PATIENCE_SECONDS = 120.0
_SHORTEST_PAUSE, _LONGEST_PAUSE, _LONGER = 0.05, 0.4, 1.25
_UNFINISHED = ("queued", "sending")

Workspace = Annotated[str, typer.Option("--workspace", help="The agency's slug.")]
Client = Annotated[str, typer.Option("--client", help="The client's external id or id.")]
Period = Annotated[str, typer.Option("--period", help="A month, like 2026-10, or a quarter, like 2026-Q4.")]


@app.callback()
def _report() -> None:
    """Client reports as PDF, built and delivered."""


@app.command("build")
def build(
    workspace: Workspace,
    client: Client,
    period: Period,
    out: Annotated[Path, typer.Option("--out", help="Where the PDF goes.", dir_okay=False)],
) -> None:
    """Build one client's report and save the PDF; nothing is sent."""
    with open_house(jobs=True) as settings, Api(settings, workspace) as api:
        report = request(api, client, period, deliver=False)
        if report["status"] == "held":
            raise OperatorError(f"The report is held: {report.get('held_reason')}")
        out.write_bytes(api.content(f"/v1/reports/{report['id']}/pdf"))
    output.result(str(out))


@app.command("deliver")
def deliver(workspace: Workspace, client: Client, period: Period) -> None:
    """Build one client's report and mail it; print how it went. A held report leaves by itself once the data allows."""
    with open_house(jobs=True, mail=True) as settings, Api(settings, workspace) as api:
        report = request(api, client, period, deliver=True)
    if report["status"] == "held":
        raise OperatorError(f"The report is held: {report.get('held_reason')}")
    output.result(f"{report['status']} {report.get('message_id')}")


def request(api: Api, client: str, period: str, *, deliver: bool) -> dict[str, Any]:
    """Ask for a report and wait until it is built, sent or held."""
    report: dict[str, Any] = api.call(
        "POST", "/v1/reports", json={"client": client, "period": period, "deliver": deliver}
    )
    deadline, pause = time.monotonic() + _PATIENCE_SECONDS, _SHORTEST_PAUSE
    while report["status"] in _UNFINISHED:
        if time.monotonic() > deadline:
            raise OperatorError(f"The report is still {report['status']} after {_PATIENCE_SECONDS:.0f} s.")
        time.sleep(pause)
        pause = min(_LONGER * pause, _LONGEST_PAUSE)
        report = api.call("GET", f"/v1/reports/{report['id']}")
    if report["status"] in ("failed", "unknown"):
        raise OperatorError(f"The report is {report['status']}: {report.get('failure') or report.get('held_reason')}")
    return report
