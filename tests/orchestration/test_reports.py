"""Report runs: the database says what is due, a partition is one report, and Dagster learns what happened elsewhere."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from api.reports import runs
from api.reports.period import Period
from imisofts.settings import Settings
from orchestration import location, reports
from tests.orchestration.conftest import Agency


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """One on disk: a schedule's context opens it again, as the code server does."""
    with dg.DagsterInstance.local_temp(str(tmp_path)) as local:
        yield local


@pytest.fixture
def agency(fresh_settings: Settings) -> Agency:
    """Its client has an address, and an invoice in the month that ended last. Nothing was ever published."""
    made = Agency(fresh_settings)
    made.invoice(12_000, issued_on=month().first.isoformat())
    made.execute("update client set email = 'accounts@client.example'")
    return made


def month() -> Period:
    """The one that ended last where the workspace is."""
    return Period.before(datetime.now(ZoneInfo("Europe/Berlin")).date())


def evaluated(agency: Agency, instance: dg.DagsterInstance) -> dg.RunRequest | dg.SkipReason:
    context = dg.build_schedule_context(instance, scheduled_execution_time=datetime.now(UTC))
    found = reports.schedule(agency.settings)(context)
    assert isinstance(found, dg.RunRequest | dg.SkipReason)
    return found


def test_the_schedule_asks_the_database(agency: Agency, instance: dg.DagsterInstance) -> None:
    """Due, so a run; queued by it, so nothing is due; sent by the worker, so a run that tells of it; then silence."""
    asked = evaluated(agency, instance)
    assert isinstance(asked, dg.RunRequest)
    assert asked.tags["reports_due"] == "1"
    job = reports.job(agency.settings)
    assert job.execute_in_process(instance=instance).success
    assert isinstance(evaluated(agency, instance), dg.SkipReason)
    (made,) = runs.overview(agency.settings).made
    assert (made.period, made.status) == (month().text, "queued")
    assert reports.partition(made) not in instance.get_materialized_partitions(reports.KEY)
    agency.execute("update report_delivery set status = 'sent', sent_at = now()")
    assert isinstance(evaluated(agency, instance), dg.RunRequest)
    assert job.execute_in_process(instance=instance).success
    assert instance.get_materialized_partitions(reports.KEY) == {reports.partition(made)}
    assert isinstance(evaluated(agency, instance), dg.SkipReason)


def test_a_partition_of_the_past_is_made_without_mail_and_held_in_words(
    agency: Agency, instance: dg.DagsterInstance
) -> None:
    """Nothing was published, so the run fails and says so; once the report is there, the same partition is green."""
    reports.tell(instance, runs.overview(agency.settings))
    slug, client_id = runs.overview(agency.settings).clients[0]
    key = dg.MultiPartitionKey({"client": f"{slug}/{client_id}", "period": month().text})
    assert str(key) in reports.PARTITIONS.get_partition_keys(dynamic_partitions_store=instance)
    asset = reports.asset(agency.settings)
    refused = dg.materialize([asset], partition_key=key, instance=instance, raise_on_error=False)
    failures = [event for event in refused.all_node_events if event.is_step_failure]
    assert "held: No audited figures have been published yet." in str(failures[0].step_failure_data)
    (made,) = runs.overview(agency.settings).made
    assert (made.status, made.client_id) == ("held", agency.client)
    agency.execute("update report_delivery set status = 'built', held_reason = null")
    assert dg.materialize([asset], partition_key=key, instance=instance).success
    assert instance.get_materialized_partitions(reports.KEY) == {key}
    assert len(runs.overview(agency.settings).made) == 1


def test_periods_reach_back_three_years() -> None:
    found = runs.periods_until(date(2026, 11, 21))
    assert found[0] == "2026-10"
    assert found[35] == "2023-11"
    assert found[36:] == (
        "2026-Q3", "2026-Q2", "2026-Q1", "2025-Q4", "2025-Q3", "2025-Q2", "2025-Q1", "2024-Q4", "2024-Q3", "2024-Q2",
        "2024-Q1", "2023-Q4",
    )  # fmt: skip


def test_publishing_makes_no_reports(settings: Settings) -> None:
    """The asset of reports stands beside the pipeline's: a run of the pipeline has no partition."""
    defs = location.create(settings)
    assert reports.KEY in defs.resolve_asset_graph().materializable_asset_keys
    assert reports.KEY not in defs.resolve_job_def("pipeline").asset_layer.executable_asset_keys
