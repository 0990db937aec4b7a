"""The code location: assets, checks, jobs, sensors and schedules of the lakehouse.

The replication worker does the everyday work within seconds and reports it here; the jobs run the same
functions, by hand, by schedule, or when the worker is silent.
"""

from collections.abc import Iterator

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES

from imisofts.settings import Settings
from orchestration import assets, control, maintenance, reporting, reports, verification
from warehouse import build, changes, lake, pipeline, replication


def create(settings: Settings) -> dg.Definitions:
    """The definitions for one installation; reads the dbt project, touches no database."""
    project = assets.Project(build.manifest_json(settings))
    replicate_job = dg.define_asset_job(
        "replicate",
        selection=dg.AssetSelection.groups("raw"),
        description="Carry every committed change into the lake, once.",
    )
    pipeline_job = dg.define_asset_job(
        "pipeline",
        selection=dg.AssetSelection.all() - dg.AssetSelection.groups(reports.GROUP, maintenance.GROUP),
        description="Replicate, build what changed, audit it, publish it.",
    )
    maintain_job = dg.define_asset_job(
        maintenance.JOB,
        selection=dg.AssetSelection.groups(maintenance.GROUP),
        description="Keep the lake small and quick; nobody who reads notices.",
    )
    return dg.Definitions(
        assets=[
            _replication(settings, project),
            _models(settings, project),
            reports.asset(settings),
            maintenance.asset(settings),
        ],
        jobs=[replicate_job, pipeline_job, maintain_job, reports.job(settings), verification.job(settings, project)],
        sensors=[_committed_rows(settings, pipeline_job), _keep_replicating(settings, replicate_job)],
        schedules=[reports.schedule(settings), verification.schedule(), maintenance.schedule(settings)],
    )


def _replication(settings: Settings, project: assets.Project) -> dg.AssetsDefinition:
    specs = assets.raw_specs(project, project.raw_tables(), settings.freshness_limit)

    @dg.multi_asset(
        name="replication",
        specs=specs,
        check_specs=assets.raw_check_specs(project),
        can_subset=True,  # the checks are made when models are built; replication brings no verdict
    )
    def replication_assets(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        batch = replication.catch_up(settings)
        context.log.info(pipeline.describe(batch))
        for spec in specs:
            rows = batch.tables.get(spec.key.path[-1], 0)
            yield dg.MaterializeResult(asset_key=spec.key, metadata={"rows": rows, "lsn": batch.lsn})

    return replication_assets


def _models(settings: Settings, project: assets.Project) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="build_audit_publish",
        specs=assets.model_specs(project),
        check_specs=assets.check_specs(project),
        can_subset=True,  # what did not change is not built, and has no new verdict
    )
    def model_assets(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        result = pipeline.refresh(settings)
        for step in result.steps:
            context.log.info("%s %.2f s: %s", step.name, step.seconds, step.detail)
        for event in reporting.result_events(project, result):
            if (own := _of_this_step(context, event)) is not None:
                yield own
            else:
                context.instance.report_runless_asset_event(event)
        if not result.ok:
            failed = [check.name for check in result.checks if not check.passed]
            raise dg.Failure(
                description=f"The last publication stays: {len(failed)} checks failed.",
                metadata={"failed": "\n".join(failed)},
                allow_retries=False,
            )

    return model_assets


def _of_this_step(
    context: dg.AssetExecutionContext, event: reporting.Event
) -> dg.MaterializeResult[None] | dg.AssetCheckResult | None:
    """The event as this step may yield it; None for what is not among its assets and checks.

    A run of some models publishes, and judges, whatever changed all the same.
    """
    if isinstance(event, dg.AssetMaterialization):
        if event.asset_key not in context.selected_asset_keys:
            return None
        return dg.MaterializeResult(asset_key=event.asset_key, metadata=event.metadata)
    if event.asset_check_key not in context.selected_asset_check_keys:
        return None
    return dg.AssetCheckResult(
        asset_key=event.asset_key, check_name=event.check_name, passed=event.passed, metadata=event.metadata
    )


def _committed_rows(settings: Settings, job: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    @dg.sensor(
        name="committed_rows",
        job=job,
        minimum_interval_seconds=5,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Wakes when rows of replicated tables were committed to the lake and are not published yet.",
    )
    def committed_rows(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        version = lake.version(settings)
        if str(version) == context.cursor:
            yield dg.SkipReason("nothing was committed to the lake")
            return
        if control.alive(settings):
            yield dg.SkipReason("the replication worker sees to it")
            return
        waiting = changes.pending(settings) if version is not None else None
        context.update_cursor(str(version))
        if waiting is None or waiting.nothing or waiting.already_failed:
            yield dg.SkipReason("no committed row waits to be published")
        else:
            yield dg.RunRequest(run_key=f"lake-{waiting.snapshot}")

    return committed_rows


def _keep_replicating(settings: Settings, job: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    @dg.sensor(
        name=assets.KEEP_REPLICATING,
        job=job,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Runs `replicate` while the replication worker is silent. Stop it to pause replication.",
    )
    def keep_replicating(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        going = dg.RunsFilter(job_name="replicate", statuses=NOT_FINISHED_STATUSES)
        if control.alive(settings):
            yield dg.SkipReason("the replication worker is alive")
        elif context.instance.get_runs_count(going):
            yield dg.SkipReason("a run is under way")
        else:
            yield dg.RunRequest()

    return keep_replicating
