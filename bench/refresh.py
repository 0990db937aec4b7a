"""What a small refresh costs when nothing changed, and when there is twice as much to look back on."""

import csv
import io
import statistics
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from psycopg import sql

from bench import superuser
from bench.clock import timed
from bench.page import Page
from imisofts.operator import Api
from imisofts.settings import Settings
from warehouse import maintenance, pipeline, replication
from warehouse.publish import publishing

TIMES = 2
GOAL = 1.1
EARLIER = timedelta(weeks=104)


def measure(settings: Settings, workspace: str, data: Path, page: Page) -> None:
    """Needs a publication, and everything of the refresh loaded."""
    _nothing(settings, page)
    before = _small(settings, workspace)
    _write_every_row_again(settings)
    _compared(page, "the change log doubled", before, _small(settings, workspace))
    _import_earlier(settings, workspace, data)
    _compared(page, "the years of invoices doubled", before, _small(settings, workspace))


def _nothing(settings: Settings, page: Page) -> None:
    """Exact: the marts that a run built where no row had changed, and where only the heartbeat had."""
    pipeline.run(settings)  # what the measurements before this one left to publish
    built = [*pipeline.run(settings).built]
    replication.beat(settings)
    built += pipeline.run(settings).built
    page.add("models run when nothing changed, or only the heartbeat", f"{len(built)}", goal="0", met=not built)


def _small(settings: Settings, workspace: str) -> float:
    """Median seconds of a refresh after one client was renamed; what ran before does not wait to be tidied."""
    pipeline.run(settings)
    maintenance.maintain(settings, grace=timedelta(0))
    _let_go_of_the_log(settings)
    spent = []
    kept = replication.Sessions(settings, kept=True), publishing(settings)  # as the worker has them
    with Api(settings, workspace) as api, closing(kept[0]) as sessions, closing(kept[1]) as connections:
        client = api.call("GET", "/v1/clients", params={"limit": "1"})["items"][0]
        for number in range(TIMES + 1):
            name = f"{client['name'][:50]} {number}"
            api.call("PATCH", f"/v1/clients/{client['id']}", fresh=True, json={"name": name})
            with timed() as one:
                result = pipeline.run(settings, sessions=sessions, connections=connections)
            if not result.published:
                raise RuntimeError("a small change was not published")
            if number:
                spent.append(one.wall)
    return statistics.median(spent)


def _let_go_of_the_log(settings: Settings) -> None:
    """What Postgres does every fifteen seconds: until then each look at the slot decodes once more what came last, and
    a change of every row would be measured, not the history that it leaves."""
    with superuser.connect(settings, autocommit=True) as connection:
        connection.execute("select pg_log_standby_snapshot()")


def _compared(page: Page, what: str, before: float, after: float) -> None:
    ratio = after / before
    page.add(
        f"a small refresh with {what}",
        f"{ratio:.2f} ×",
        f"{before:.2f} s before, {after:.2f} s after",
        goal=f"≤ {GOAL} × as before",
        met=ratio <= GOAL,
    )


def _write_every_row_again(settings: Settings) -> None:
    """Each row of every replicated table as it was: the lake's present stays, its history is twice as long."""
    with superuser.connect(settings) as connection:
        connection.execute("set local session_replication_role = replica")
        for (table,) in connection.execute(
            "select tablename::text from pg_publication_tables where pubname = 'imisofts_lake'"
        ).fetchall():
            row = connection.execute(
                "select attname::text from pg_index join pg_attribute on attrelid = indrelid and attnum = indkey[0]"
                " where indrelid = to_regclass(%s) and indisprimary",
                (table,),
            ).fetchone()
            if row is not None:
                same = sql.SQL("update {} set {key} = {key}").format(sql.Identifier(table), key=sql.Identifier(row[0]))
                connection.execute(same)


def _import_earlier(settings: Settings, workspace: str, data: Path) -> None:
    """The same invoices once more, some years earlier and under other numbers."""
    out = io.StringIO()
    with data.open(encoding="utf-8") as file:
        rows = csv.DictReader(file)
        writer = csv.DictWriter(out, rows.fieldnames or ())
        writer.writeheader()
        for row in rows:
            earlier = date.fromisoformat(row["InvoiceDate"]) - EARLIER
            writer.writerow({**row, "InvoiceNo": f"E{row['InvoiceNo']}", "InvoiceDate": earlier.isoformat()})
    mapping = {"external_id": "InvoiceNo", "issued_on": "InvoiceDate", "client": "CustomerID", "total": "TotalPrice"}
    options = {"map": mapping, "set": {"currency": "GBP"}, "create_missing": True, "skip_bad": False}
    with Api(settings, workspace) as api:
        run = api.upload("invoices", data.name, out.getvalue().encode(), options)
    if run["status"] != "done":
        raise RuntimeError(f"the earlier invoices were refused: {run['result']}"[:200])
