"""`imisofts status`."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import psycopg
import typer
from psycopg.rows import dict_row

from imisofts.cli import output
from imisofts.cli.house import open_house
from imisofts.settings import Settings

if TYPE_CHECKING:
    from warehouse.status import HeldPublication, Status, TableStatus


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Say whether the lake agrees with the source, how old the figures are, and what is held and why.

    Per table: rows in source and lake. Then the undelivered changes in rows and seconds, the last publication with its
    checks and age, the publication that a failed check holds back, and reports that wait, each with its reason.
    """
    from warehouse import status as lake_status

    with open_house() as settings:
        found = lake_status.read(settings)
        waiting = _held(settings)
    if as_json:
        held = [report for report in waiting if report["status"] == "held"]
        output.as_json({**asdict(found), "held": held, "reports_waiting": waiting})
        return
    _print(found, waiting)


def _held(settings: Settings) -> list[dict[str, Any]]:
    """Reports of every workspace that are held, or wait for a person, each read as that workspace: row security binds
    the operator too."""
    from api.identity import operator

    query = (
        "select w.slug as workspace, coalesce(c.external_id, c.id::text) as client, d.period, d.status,"
        " coalesce(d.held_reason, d.failure, 'to be read and approved') as reason"
        " from report_delivery d join client c on c.id = d.client_id join workspace w on w.id = d.workspace_id"
        " where d.status in ('held', 'draft', 'failed', 'unknown') and not exists (select from report_delivery n"
        " where n.client_id = d.client_id and n.period = d.period and n.created_at > d.created_at)"
        " order by d.period, client"
    )
    found: list[dict[str, Any]] = []
    with psycopg.connect(settings.app_database_url, row_factory=dict_row) as connection:
        for workspace in operator.workspace_ids(settings):
            with connection.transaction():
                connection.execute("select set_config('app.workspace_id', %s, true)", (str(workspace),))
                found += connection.execute(query).fetchall()
    return found


def _print(found: "Status", waiting: list[dict[str, Any]]) -> None:
    rows = [(table.name, table.source_rows, table.lake_rows, _verified(table)) for table in found.tables]
    output.table(("table", "source", "lake", "compared row by row"), rows, numbers=("source", "lake"))
    if found.undelivered is None:
        output.result("undelivered: cannot be told")
    else:
        more = "at least " if found.undelivered.at_least else ""
        output.result(f"undelivered: {more}{found.undelivered.rows} rows, {found.undelivered.seconds:.0f} seconds")
    output.result(f"slot: {'ok' if found.slot_ok else 'NOT OK'}")
    if found.publication is None:
        output.result("publication: none yet; run `imisofts pipeline run`")
    else:
        one = found.publication
        age = f"{(found.publication_age_seconds or 0) / 60:.0f} minutes old"
        output.result(f"publication: {one.id}, {age}, {one.checks_passed} checks passed, {one.checks_failed} failed")
    if found.held_publication is not None:
        _print_held(found.held_publication)
    output.result("data: fresh" if found.fresh else f"data: stale: {found.reason}")
    for report in waiting:
        about = f"{report['workspace']} {report['client']} {report['period']}"
        output.result(f"{report['status']}: {about}: {report['reason']}")


def _verified(table: "TableStatus") -> str:
    if table.taken_out:
        return "no longer in the lake: its rows stand still"
    if table.verified is None:
        return "not yet"
    return f"{table.verified.verdict.told}, {table.verified.at:%Y-%m-%d %H:%M} UTC"


def _print_held(held: "HeldPublication") -> None:
    stays = (
        f"publication {held.staying_publication_id} stays" if held.staying_publication_id else "none was made before"
    )
    output.result(f"held: the next publication, by the audit of {held.audited_at:%Y-%m-%d %H:%M} UTC; {stays}")
    for check in held.failed:
        output.result(f"  failed: {check.name} ({check.table}): {check.detail}")
