"""Source = lake, compared every day: what was found is told to Dagster, and a difference is a failed run."""

import dagster as dg

from imisofts.settings import Settings
from orchestration import assets, reporting
from warehouse import replication


def job(settings: Settings, project: assets.Project) -> dg.JobDefinition:
    """Compare every replicated table row by row, at one point of the source's log."""

    @dg.op(name="compare_source_and_lake", description="Every replicated table by key and row hash, history too.")
    def compare_source_and_lake(context: dg.OpExecutionContext) -> None:
        found = replication.verify(settings, history=True)
        for event in reporting.verified_events(project, found):
            context.instance.report_runless_asset_event(event)
        apart = [f"{table.name}: {table.told}" for table in found.tables if not table.equal]
        context.log.info("%d tables compared at %s, %d differ", len(found.tables), found.lsn, len(apart))
        if apart:
            raise dg.Failure(
                description=f"{len(apart)} tables differ from the source: `imisofts lake repair`.",
                metadata={"apart": "\n".join(apart)},
                allow_retries=False,
            )

    @dg.job(name="verify", description="Compare the lake with the source row by row; a difference holds reports.")
    def verify() -> None:
        compare_source_and_lake()

    return verify


def schedule() -> dg.ScheduleDefinition:
    """Every night, when few are at work: writers to the lake wait while rows are compared."""
    return dg.ScheduleDefinition(
        name="daily_verification",
        job_name="verify",
        cron_schedule="40 2 * * *",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="The lake equals the source row by row, seen once a day.",
    )
