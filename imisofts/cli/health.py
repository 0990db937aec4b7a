"""`imisofts health-backtest`."""

from decimal import Decimal
from typing import Annotated

import typer

from imisofts.cli import output
from imisofts.cli.house import open_house
from imisofts.errors import OperatorError


def backtest(
    workspace: Annotated[str, typer.Option("--workspace", help="The agency's slug.")],
    days: Annotated[int, typer.Option("--days", min=1, help="How long before a departure to look.")] = 60,
    as_json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
) -> None:
    """Compare the health of clients before they left with that of clients who stayed.

    Left is who lost its last recurring revenue. The separation is the share of pairs in which the one who left scored
    lower on the same day: 0.5 is chance. Below 0.7, or with fewer than 20 departures, the score describes and does not
    predict.
    """
    from dataclasses import asdict

    from imisofts import operator
    from warehouse.gateway import Gateway, GatewayError

    with open_house() as settings:
        actor = operator.actor(settings, workspace)
        gateway = Gateway(settings)
        try:
            found = gateway.health_backtest(actor, days=days)
        except GatewayError as error:
            raise OperatorError(str(error)) from error
        finally:
            gateway.close()
    if as_json:
        output.as_json(asdict(found))
        return
    rows = [(one.left_on, one.client_id, _shown(one.score)) for one in found.departures]
    output.table(("left on", "client", f"score {days} days before"), rows)
    output.result(f"departures: {len(found.departures)}, of them with a score: {found.compared}")
    output.result(f"mean score: {_shown(found.mean_left)} of who left, {_shown(found.mean_stayed)} of who stayed")
    output.result(f"separation: {_shown(found.separation)}")
    told = "tells who leaves from who stays" if found.is_told_apart else "does not tell who leaves; it is no prediction"
    output.result(f"the score {told}")


def _shown(value: Decimal | None) -> str:
    return "none" if value is None else f"{value:.2f}"
