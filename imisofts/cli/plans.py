"""`imisofts plan`."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from imisofts.cli import output
from imisofts.cli.house import open_house
from imisofts.operator import refusals

app = typer.Typer(no_args_is_help=True, help="Which plan an agency has.")


class PlanName(StrEnum):
    """The plans there are."""

    starter = "starter"
    professional = "professional"
    enterprise = "enterprise"


@app.callback()
def _plans() -> None:
    """Which plan an agency has."""


@app.command("set")
def set_plan(
    workspace: Annotated[str, typer.Argument(help="The agency's slug.")],
    plan: Annotated[PlanName, typer.Argument(help="The plan it has from then on.")],
    start: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Its first day; today if not told.")
    ] = None,
    extra_seats: Annotated[int, typer.Option("--extra-seats", min=0, help="Seats beyond those of the plan.")] = 0,
) -> None:
    """Give an agency a plan. Prints the day it begins; what is beyond its limits stays, and nothing is added to it."""
    from api.identity import operator

    with open_house() as settings, refusals():
        day = operator.set_plan(settings, workspace, plan.value, start.date() if start else None, extra_seats)
    output.result(day.isoformat())
