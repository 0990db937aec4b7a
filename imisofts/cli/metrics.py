"""`imisofts metrics`: figures through the gateway, the same as everywhere else."""

import csv
import sys
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imisofts.cli import output
from imisofts.cli.house import day, open_house, pairs
from imisofts.errors import OperatorError
from imisofts.settings import Settings

if TYPE_CHECKING:
    from warehouse.gateway import KnownAt, MetricAnswer, MetricDefinition, MetricQuery, MetricRow


class Format(StrEnum):
    """How the figures are printed."""

    table = "table"
    csv = "csv"
    json = "json"


class Grain(StrEnum):
    """How long a period is."""

    day = "day"
    week = "week"
    month = "month"
    quarter = "quarter"
    year = "year"


def metrics(
    name: Annotated[str | None, typer.Argument(help="The metric; see --list.")] = None,
    workspace: Annotated[str | None, typer.Option("--workspace", help="The agency's slug.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="First day, like 2026-01-01.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day, inclusive.")] = None,
    grain: Annotated[Grain, typer.Option("--grain", help="Length of a period.")] = Grain.month,
    by: Annotated[list[str] | None, typer.Option("--by", help="Split by a dimension, again and again.")] = None,
    where: Annotated[list[str] | None, typer.Option("--where", help="dimension=value, again and again.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="The business as it stood after this day.")] = None,
    known_at: Annotated[
        str | None,
        typer.Option(
            "--known-at",
            help="Only what had been recorded by then: a day like 2026-05-31 (to its end), an instant like"
            " 2026-05-31T17:00:00Z, or a publication's number.",
        ),
    ] = None,
    currency: Annotated[
        str | None, typer.Option("--in", help="Convert money to the agency's own currency, like EUR.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="table, csv or json.")] = Format.table,
    listing: Annotated[bool, typer.Option("--list", help="Name every metric and how it is defined.")] = False,
) -> None:
    """Ask for figures of the last publication.

    Columns: `period` (its first day), the dimensions, `currency`, `value`, `unit`. Without a range: from the first to
    the last period with data.

        imisofts metrics receivables --workspace northlight --by age_bucket --as-of 2026-10-31

    With --known-at, of what had been recorded by then; that is built where it is not there yet, which takes seconds.

        imisofts metrics mrr --workspace northlight --known-at 2026-11-30
    """
    if listing:
        _list(form)
        return
    if name is None or workspace is None:
        raise OperatorError("Say which metric and --workspace; `imisofts metrics --list` names the metrics.")
    from warehouse.gateway import MetricQuery

    query = MetricQuery(
        name=name,
        first=day(first, "--from"),
        last=day(last, "--to"),
        grain=grain.value,
        by=tuple(by or ()),
        where=tuple(pairs(where or (), "--where").items()),
        as_of=day(as_of, "--as-of"),
        currency=currency,
        known_at=_known(known_at),
    )
    with open_house() as settings:
        answer = _ask(settings, workspace, query)
    _print(answer, form)


def _known(text: str | None) -> "KnownAt | None":
    from warehouse.gateway import BadKnownAt, known_at

    try:
        return None if text is None else known_at(text)
    except BadKnownAt as error:
        raise OperatorError(f"--known-at: {error}") from error


def _ask(settings: Settings, workspace: str, query: "MetricQuery") -> "MetricAnswer":
    """The answer; what was known is built here where it is not there."""
    from imisofts import operator
    from warehouse.gateway import BadKnownAt, BeingPrepared, Gateway, GatewayError

    actor = operator.actor(settings, workspace)
    gateway = Gateway(settings)
    try:
        try:
            return gateway.metric(actor, query)
        except BeingPrepared as absent:
            output.note("building what was known then …")
            gateway.prepare(absent.moment, lambda: output.note("another build has to end first …"))
            return gateway.metric(actor, query)
    except GatewayError as error:
        option = "--known-at: " if isinstance(error, BadKnownAt) else ""
        raise OperatorError(f"{option}{error}") from error
    finally:
        gateway.close()


def _print(answer: "MetricAnswer", form: Format) -> None:
    names = list(answer.rows[0].dimensions) if answer.rows else []
    columns = ["period", *names, "currency", "value", "unit"]
    rows = [_row(row, names) for row in answer.rows]
    if form is Format.json:
        told = [
            {**dict(zip(columns, row, strict=True)), "incomplete": source.incomplete}
            for row, source in zip(rows, answer.rows, strict=True)
        ]
        output.as_json({"metric": answer.definition.name, **_stands_in(answer), "rows": told})
        return
    if form is Format.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    else:
        output.table(columns, rows, numbers=("value",))
        publication = answer.publication
        output.note(f"publication {publication.id}, data of {publication.data_on}, rules {publication.metric_version}")
    if known := answer.known:
        output.note(
            f"known at {known.known_at.isoformat()}: recorded up to {known.recorded_at.isoformat()}"
            f" (log position {known.source_lsn}), data of {known.data_on}, rules {known.metric_version}"
        )


def _row(row: "MetricRow", names: Sequence[str]) -> list[Any]:
    return [
        row.period.isoformat(),
        *(row.dimensions.get(name) for name in names),
        row.currency,
        plain(row.value),
        row.unit,
    ]


def plain(value: Decimal | None) -> str | None:
    """A figure without exponent."""
    return None if value is None else format(value, "f")


def _stands_in(answer: "MetricAnswer") -> dict[str, Any]:
    """The publication, and what the figures know where that was asked."""
    publication = answer.publication
    facts = {
        "id": publication.id,
        "published_at": publication.published_at,
        "data_on": publication.data_on,
        "metric_version": publication.metric_version,
    }
    return {"publication": facts, **({"known": asdict(answer.known)} if answer.known else {})}


def _list(form: Format) -> None:
    from warehouse.metrics import metrics as known

    definitions = known()
    if form is Format.json:
        output.as_json([_described(one) for one in definitions])
        return
    for one in definitions:
        output.result(f"{one.name}  ({one.unit}, {one.kind})")
        output.result(f"    {one.definition}")
        for policy in one.policy:
            output.result(f"    policy: {policy}")
        if one.dimensions:
            output.result(f"    by: {', '.join(dimension.name for dimension in one.dimensions)}")


def _described(one: "MetricDefinition") -> dict[str, Any]:
    return {
        "name": one.name,
        "label": one.label,
        "definition": one.definition,
        "policy": one.policy,
        "unit": one.unit,
        "kind": one.kind,
        "dimensions": [dimension.name for dimension in one.dimensions],
    }
