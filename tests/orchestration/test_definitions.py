"""What Dagster is told, and that its jobs do what the pipeline does."""

from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest

from api.migrations.publication import lake_tables
from console.views import data
from imisofts.access import Role, actor_of_role
from imisofts.settings import Settings
from orchestration import assets, location, maintenance, reporting, reports
from tests.orchestration.conftest import Agency
from warehouse import build, lake, pipeline, replication, status
from warehouse.gateway import Gateway
from warehouse.publish import AuditRow, CheckResult


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def test_every_table_and_model_is_an_asset_with_description_owner_and_freshness(settings: Settings) -> None:
    defs = location.create(settings)
    specs = {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}
    project = assets.Project(build.manifest_json(settings))
    expected = {f"raw/{table.name}" for table in lake_tables()}
    expected |= {assets.model_key(model).to_user_string() for model in project.models}
    assert set(specs) == expected | {key.to_user_string() for key in (reports.KEY, maintenance.KEY)}
    assert {"raw/invoice", "marts/fct_invoices", "staging/stg_app__invoices"} <= set(specs)
    for key, spec in specs.items():
        assert spec.description, key
        assert spec.owners, key
        assert spec.freshness_policy or key == reports.KEY.to_user_string(), key
    assert {job.name for job in defs.resolve_all_job_defs()} >= {
        "replicate",
        "pipeline",
        "reports",
        "verify",
        "maintain",
    }


def test_every_mart_has_its_three_kinds_of_checks(settings: Settings) -> None:
    project = assets.Project(build.manifest_json(settings))
    kinds: dict[str, set[str]] = {}
    for spec in assets.check_specs(project):
        kinds.setdefault(spec.asset_key.to_user_string(), set()).add(spec.name)
    marts = [key for key in kinds if key.startswith("marts/")]
    assert marts
    assert all(kinds[mart] == {"dbt", "expectation", "reconciliation"} for mart in marts)


def test_the_replicate_job_runs(agency: Agency, instance: dg.DagsterInstance) -> None:
    job = location.create(agency.settings).resolve_job_def("replicate")
    assert job.execute_in_process(instance=instance).success
    assert instance.get_latest_materialization_event(dg.AssetKey(["raw", "client"]))


def test_the_maintain_job_runs(agency: Agency, instance: dg.DagsterInstance) -> None:
    job = location.create(agency.settings).resolve_job_def("maintain")
    assert job.execute_in_process(instance=instance).success
    made = instance.get_latest_materialization_event(maintenance.KEY)
    assert made
    assert made.asset_materialization
    assert "flushed_rows" in made.asset_materialization.metadata


def test_a_row_that_differs_from_the_source_fails_its_check_and_holds_reports(
    agency: Agency, instance: dg.DagsterInstance
) -> None:
    settings, key = agency.settings, dg.AssetCheckKey(assets.raw_key("client"), "source")
    viewer = actor_of_role(agency.workspace, Role.owner)
    gateway = Gateway(settings)
    defs = location.create(settings)

    def verdict() -> str:
        defs.resolve_job_def("verify").execute_in_process(instance=instance, raise_on_error=False)
        return instance.event_log_storage.get_asset_check_execution_history(key, limit=1)[0].status.value

    assert key in {spec.key for spec in assets.raw_check_specs(assets.Project(build.manifest_json(settings)))}
    assert reports.seen_equal(settings) == "every row equal"
    assert reports.seen_equal(settings) == "compared at this point before"
    assert gateway.state(viewer).stale_reason == "Nothing has been published yet."
    with lake.connect(settings, read_only=False) as connection:
        connection.execute("delete from lake.raw.client")
    assert verdict() == "FAILED"
    state = gateway.state(viewer)
    assert not state.fresh
    assert "client: 1 missing" in (state.stale_reason or "")
    shown = data.compared(status.source_side(settings, agency.workspace))
    assert shown[:2] == ("Compared row by row", "1 table differs")
    assert replication.repair(settings, ["client"]).after.equal
    assert gateway.state(viewer).stale_reason == "Nothing has been published yet."
    gateway.close()


def test_reporting_tells_of_failed_checks_without_a_publication(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    project = assets.Project(build.manifest_json(settings))
    bad = CheckResult("broken on purpose", "reconciliation", "fct_invoices", passed=False, detail="off by 1")
    result = pipeline.PipelineResult([], 1, 0, [bad], ok=False, built=["fct_invoices"])
    events = reporting.result_events(project, result)
    for event in events:
        instance.report_runless_asset_event(event)
    key = dg.AssetCheckKey(dg.AssetKey(["marts", "fct_invoices"]), "reconciliation")
    record = instance.event_log_storage.get_asset_check_execution_history(key, limit=1)[0]
    assert record.status.value == "FAILED"


def test_no_asset_looks_behind_after_a_confirmation_or_a_publication(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    """Dagster compares an asset with what it reads: the order in which they are told decides what it shows."""
    project = assets.Project(build.manifest_json(settings))
    graph = location.create(settings).resolve_asset_graph()

    def behind() -> list[str]:
        resolver = CachingStaleStatusResolver(instance, graph, LoadingContextForTest(instance))
        keys = sorted(graph.materializable_asset_keys - {reports.KEY, maintenance.KEY})
        return [key.to_user_string() for key in keys if resolver.get_status(key) != StaleStatus.FRESH]

    def tell(events: list[reporting.Event]) -> None:
        for event in events:
            instance.report_runless_asset_event(event)

    passed = AuditRow(1, datetime.now(UTC), 1, True, ())
    tell(reporting.confirmations(project, "0/1", passed))
    assert not behind()
    marts = build.marts_below(settings, {"client"})
    tell([dg.AssetMaterialization(assets.raw_key("client"))])
    assert behind() == ["staging/stg_app__clients"]
    tell(reporting.result_events(project, pipeline.PipelineResult([], 1, 1, [], True, published=True, built=marts)))
    assert not behind()


def test_dagster_away_neither_blocks_nor_loses(instance: dg.DagsterInstance, caplog: pytest.LogCaptureFixture) -> None:
    tries = []

    def opening() -> dg.DagsterInstance:
        tries.append(1)
        if len(tries) < 2:
            raise ConnectionError("away")
        return instance

    key = dg.AssetKey(["raw", "client"])
    with reporting.Reporter(opening, assets.KEEP_REPLICATING) as reporter:
        reporter.send([dg.AssetMaterialization(key)])
        assert reporter.drained(15)
    assert len(tries) == 2
    assert "dagster is away" in caplog.text
    assert instance.get_latest_materialization_event(key)
