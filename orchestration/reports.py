"""Report runs: what is due goes out by schedule, what was held goes out once the data allows it, the past on request.

The work is `api.reports`'; here is only when it happens, and what Dagster is told of it. A report is the partition
client × period of one asset. Clients and periods come from the database, and so does every partition's state: whatever
was made elsewhere is told to Dagster afterwards.
"""

import asyncio
import importlib
import inspect
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import dagster as dg

from imisofts.settings import Settings
from warehouse import replication

if TYPE_CHECKING:
    from api.reports.runs import Overview, Run

KEY: Final = dg.AssetKey(["reports", "client_report"])
GROUP: Final = "reports"
CLIENTS: Final = dg.DynamicPartitionsDefinition(name="report_clients")
PERIODS: Final = dg.DynamicPartitionsDefinition(name="report_periods")
PARTITIONS: Final = dg.MultiPartitionsDefinition({"client": CLIENTS, "period": PERIODS})
DONE: Final = ("sent", "built", "draft", "approved")


class ReportRun(dg.Config):
    """``deliver``: mail it, too. A back-fill makes the reports of the past and writes to nobody unless asked."""

    deliver: bool = False


def release_held(settings: Settings) -> Any:
    """Let go what was held, where data and audit allow it now; the service decides."""
    return _service(settings, "release_held")


def deliver_due(settings: Settings) -> Any:
    """Enqueue every report whose period has ended and that was not delivered yet."""
    return _service(settings, "deliver_due")


def asset(settings: Settings) -> dg.AssetsDefinition:
    """One report per client and period; materialized once it is drawn, red with the reason while it is held."""

    @dg.asset(
        key=KEY,
        partitions_def=PARTITIONS,
        group_name=GROUP,
        owners=["team:platform"],
        description="A client's report of a month or quarter. Back-fills make it without mail unless told to deliver.",
    )
    def client_report(context: dg.AssetExecutionContext, config: ReportRun) -> dg.MaterializeResult[None]:
        partition = context.partition_key
        assert isinstance(partition, dg.MultiPartitionKey)
        slug, _, client_id = partition.keys_by_dimension["client"].rpartition("/")
        period = partition.keys_by_dimension["period"]
        made = _runs().make(settings, slug, UUID(client_id), period, deliver=config.deliver)
        if made.status not in DONE:
            raise dg.Failure(description=f"{made.status}: {made.reason}", allow_retries=False)
        return dg.MaterializeResult(metadata=_metadata(made))

    return client_report


def seen_equal(settings: Settings) -> str:
    """Compare source and lake before anything leaves, unless that was done at this very point; a difference holds the
    reports by itself, and what stops the comparison stops the loader, which holds them, too."""
    try:
        found = replication.verify_if_news(settings)
    except replication.ReplicationError as error:
        return f"not compared: {error}"
    if found is None:
        return "compared at this point before"
    return "every row equal" if found.equal else "they differ: reports are held until `imisofts lake repair`"


def job(settings: Settings) -> dg.JobDefinition:
    @dg.op(name="deliver_due_reports", description="Queue every report that is due, and learn what became of others.")
    def deliver_due_reports(context: dg.OpExecutionContext) -> None:
        context.log.info("source and lake: %s", seen_equal(settings))
        context.log.info("due reports: %s", deliver_due(settings))
        context.log.info("reports told: %s", tell(context.instance, _runs().overview(settings)))

    @dg.job(name="reports", description="Deliver the client reports that are due; stale data holds them.")
    def reports() -> None:
        deliver_due_reports()

    return reports


def schedule(settings: Settings) -> dg.ScheduleDefinition:
    """Hourly, because every workspace's month ends in its own time zone; a run begins only where the database has
    something due or something that Dagster was not told yet."""

    @dg.schedule(
        name="due_reports",
        job_name="reports",
        cron_schedule="15 * * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Client reports of the periods that have ended, as the database says.",
    )
    def due_reports(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        found = _runs().overview(settings)
        if found.due:
            return dg.RunRequest(tags={"reports_due": str(len(found.due))})
        if news(context.instance, found):
            return dg.RunRequest(tags={"reports_due": "0"})
        return dg.SkipReason("no report is due, and nothing became of one")

    return due_reports


def news(instance: dg.DagsterInstance, found: "Overview") -> "list[Run]":
    """The reports that are done and that Dagster does not know of."""
    known = instance.get_materialized_partitions(KEY)
    return [made for made in found.made if made.status in DONE and partition(made) not in known]


def tell(instance: dg.DagsterInstance, found: "Overview") -> int:
    """Give Dagster the clients and periods there are, and a materialization for each report that it does not know."""
    clients = {f"{slug}/{client_id}" for slug, client_id in found.clients}
    clients |= {_client(made) for made in found.made}
    periods = {*found.periods, *(made.period for made in found.made)}
    for name, keys in ((CLIENTS.name, clients), (PERIODS.name, periods)):
        assert name is not None
        if missing := sorted(keys - set(instance.get_dynamic_partitions(name))):
            instance.add_dynamic_partitions(name, missing)
    untold = news(instance, found)
    for made in untold:
        event = dg.AssetMaterialization(KEY, partition=partition(made), metadata=_metadata(made))
        instance.report_runless_asset_event(event)
    return len(untold)


def partition(made: "Run") -> dg.MultiPartitionKey:
    """The partition of a report."""
    return dg.MultiPartitionKey({"client": _client(made), "period": made.period})


def _client(made: "Run") -> str:
    return f"{made.slug}/{made.client_id}"


def _metadata(made: "Run") -> dict[str, Any]:
    return {"status": made.status, "report": str(made.report_id)}


def _runs() -> Any:
    return importlib.import_module("api.reports.runs")


def _service(settings: Settings, verb: str) -> Any:
    service = importlib.import_module("api.reports.service")
    answer = getattr(service, verb)(settings)
    return asyncio.run(answer) if inspect.iscoroutine(answer) else answer
