"""`imisofts pipeline run`."""

from typing import TYPE_CHECKING, Annotated

import typer

from imisofts.cli import output
from imisofts.cli.house import open_house
from imisofts.errors import OperatorError
from imisofts.settings import Settings

if TYPE_CHECKING:
    from warehouse.pipeline import PipelineResult, Step

app = typer.Typer(no_args_is_help=True, help="From a committed change to audited figures.")


@app.callback()
def _pipeline() -> None:
    """From a committed change to audited figures."""


@app.command("run")
def run(
    full_refresh: Annotated[bool, typer.Option("--full-refresh", help="Build every mart anew.")] = False,
) -> None:
    """Replicate, build, audit and publish, once; print what each step did.

    While `imisofts up` runs, its replication worker is asked to catch up to the present and waited for. A failed audit
    leaves the last publication in place and ends with exit code 1.
    """
    with open_house() as settings:
        result = once(settings, full_refresh=full_refresh)
    output.table(
        ("step", "seconds", "what it did"),
        [(step.name, f"{step.seconds:.2f}", step.detail) for step in result.steps],
        numbers=("seconds",),
    )
    failed = [check for check in result.checks if not check.passed]
    output.result(
        f"publication {result.publication_id or 'none'}, {result.rows_replicated} rows replicated,"
        f" {len(result.checks) - len(failed)} checks passed, {len(failed)} failed"
    )
    for check in failed:
        output.note(f"failed: {check.name} ({check.table}): {check.detail}")
    if not result.ok:
        raise typer.Exit(1)


def once(settings: Settings, *, full_refresh: bool = False) -> "PipelineResult":
    """One run: by the worker that runs, else here."""
    from orchestration import control
    from warehouse import lake, pipeline, replication

    try:
        return control.run(settings, full_refresh=full_refresh)
    except control.WorkerAway:
        return pipeline.run(settings, full_refresh=full_refresh, on_step=_say)
    except (replication.ReplicationError, lake.LakeError) as error:
        raise OperatorError(str(error)) from error
    except control.WorkerFailed as error:
        raise OperatorError(f"The replication worker could not: {error}") from error


def _say(step: "Step") -> None:
    output.note(f"{step.name} {step.seconds:.2f} s: {step.detail}")
