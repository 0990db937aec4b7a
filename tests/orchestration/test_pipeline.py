"""From a committed row to a publication, and what happens when a check fails on the way.

All tests but the last work on one installation: each finds it published and whole.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import dagster as dg
import pytest

from imisofts.settings import Settings
from orchestration import location
from tests.orchestration.conftest import Agency
from warehouse import changes, lake, maintenance, pipeline, replication
from warehouse.audit import expectations, reconciliation
from warehouse.models import running
from warehouse.publish import audits, publications


@pytest.fixture(scope="module")
def first(module_settings: Settings) -> tuple[Agency, pipeline.PipelineResult]:
    """An agency with one invoice, and its first publication."""
    agency = Agency(module_settings)
    agency.invoice(12_345)
    return agency, pipeline.run(module_settings)


@pytest.fixture
def agency(first: tuple[Agency, pipeline.PipelineResult]) -> Agency:
    """That agency, whatever the test before has left: everything published, nothing held."""
    settled = pipeline.run(first[0].settings)
    assert settled.ok, [check for check in settled.checks if not check.passed]
    return first[0]


def in_lake(settings: Settings, statement: str) -> list[tuple[Any, ...]]:
    with lake.connect(settings) as connection:
        return connection.execute(statement).fetchall()


def test_a_committed_invoice_is_published_and_then_nothing_runs(
    first: tuple[Agency, pipeline.PipelineResult], agency: Agency
) -> None:
    settings, result = agency.settings, first[1]
    assert result.ok, [check for check in result.checks if not check.passed]
    assert result.published
    assert [step.name for step in result.steps] == ["replicate", "build", "audit", "publish"]
    assert {check.kind for check in result.checks} == {"dbt", "expectation", "reconciliation"}
    agency.invoice(10)
    before = in_lake(settings, "select sum(total) from lake.marts.fct_invoices")
    published = pipeline.run(settings)
    ((total,),) = in_lake(settings, "select sum(total) from lake.marts.fct_invoices")
    assert total - before[0][0] == Decimal("0.10")

    again = pipeline.run(settings)
    assert again.ok
    assert not again.published
    assert again.publication_id == published.publication_id
    assert [step.name for step in again.steps] == ["replicate", "build"]
    assert again.steps[-1].detail == "nothing changed"
    (left,) = (settings.home / "scratch").glob("*")
    assert left.name.startswith(f"kept-{published.publication_id}-"), "what the next build need not compute"


def test_only_what_depends_on_the_change_is_built(
    first: tuple[Agency, pipeline.PipelineResult], agency: Agency
) -> None:
    settings = agency.settings
    agency.execute("update client set name = 'Renamed' where id = %s", agency.client)
    changed = pipeline.run(settings)
    assert changed.ok
    assert "dim_clients" in changed.built
    assert "dim_workspaces" not in changed.built, "a client's name does not move what is known of the workspace"
    assert set(changed.built) < set(first[1].built)


def test_what_was_built_bit_by_bit_equals_what_is_built_at_once(agency: Agency) -> None:
    """Every mart, row by row: changes that were published one by one, and then everything anew."""
    settings = agency.settings
    agency.invoice(700)
    assert pipeline.run(settings).published
    agency.execute("update client set name = 'Renamed again' where id = %s", agency.client)
    assert pipeline.run(settings).published
    marts = [
        name for (name,) in in_lake(settings, "select table_name from duckdb_tables() where schema_name = 'marts'")
    ]
    assert "fct_client_mrr_months" in marts
    by_bits = {mart: in_lake(settings, f"select * from lake.marts.{mart} order by all") for mart in marts}
    assert pipeline.run(settings, full_refresh=True).published
    assert by_bits == {mart: in_lake(settings, f"select * from lake.marts.{mart} order by all") for mart in marts}


def test_a_new_day_builds_what_depends_on_it(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    """A heartbeat builds nothing; after midnight in the workspace's zone it builds what reads the data date."""
    settings = agency.settings
    replication.beat(settings)
    assert not pipeline.run(settings).published, "a heartbeat alone builds nothing"
    with monkeypatch.context() as patch:
        patch.setattr(changes, "_committed_at", lambda _: datetime.now(UTC) + timedelta(minutes=1))
        assert not changes.pending(settings).changed, "a minute later it is the same day"
        patch.setattr(changes, "_committed_at", lambda _: datetime.now(UTC) + timedelta(days=1))
        assert changes.pending(settings).changed == frozenset({changes.DATED_BY})
        moved = pipeline.run(settings)
    assert moved.published
    assert "fct_client_mrr_months" in moved.built
    assert "fct_invoices" not in moved.built


def test_a_table_that_was_never_loaded_waits_for_its_first_load(agency: Agency) -> None:
    settings = agency.settings
    with lake.writer_lock(settings), lake.connect(settings, read_only=False) as connection:
        connection.execute("drop table lake.raw.subscription_pause; drop table lake.history.subscription_pause")
        connection.execute("delete from lake.meta.replicated_table where name = 'subscription_pause'")
    waits = pipeline.refresh(settings)
    assert waits.steps[-1].detail == "waits for the first load of subscription_pause"
    assert waits.publication_id is not None
    agency.invoice(2_000)
    loaded = pipeline.run(settings)
    assert loaded.ok, [check for check in loaded.checks if not check.passed]
    assert loaded.replicated["subscription_pause"] == 0


def test_a_mart_that_dbt_says_nothing_about_is_not_published(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the models is left out in silence: the audit is red, though nothing else complains."""
    settings = agency.settings
    run = running.run

    def silent_on_payments(*asked: Any) -> running.Outcome:
        outcome = run(*asked)
        outcome.built.discard("fct_payments")
        return outcome

    agency.execute("update client set name = 'Silent' where id = %s", agency.client)
    standing = pipeline.run(settings)
    assert standing.ok, "a client's name asks nothing of the payments"
    agency.invoice(2_000)
    with monkeypatch.context() as patch:
        patch.setattr(running, "run", silent_on_payments)
        result = pipeline.run(settings, full_refresh=True)
    assert not result.ok
    assert result.publication_id == standing.publication_id
    (silent,) = [check for check in result.checks if not check.passed]
    assert (silent.name, silent.table) == ("fct_payments is built", "fct_payments")
    assert "dbt gave no verdict" in silent.detail


def test_a_mart_that_nothing_reconciles_is_not_published(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    """No verdict is not a good verdict: Dagster's job fails, too, and names the mart."""
    settings = agency.settings
    agency.invoice(1_000)
    agency.execute("update client set name = 'Judged' where id = %s", agency.client)
    with lake.connect(settings) as connection:
        before = publications(connection)
    job = location.create(settings).resolve_job_def("pipeline")
    with monkeypatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
        kept = [line for line in reconciliation.RECONCILIATIONS if "dim_clients" not in line.marts]
        patch.setattr(reconciliation, "RECONCILIATIONS", tuple(kept))
        run = job.execute_in_process(instance=instance, raise_on_error=False)
    assert not run.success
    clients = dg.AssetKey(["marts", "dim_clients"])
    red = [(check.asset_key, check.check_name) for check in run.get_asset_check_evaluations() if not check.passed]
    assert red == [(clients, "reconciliation")]
    assert not [event for event in run.get_asset_materialization_events() if event.asset_key == clients]
    with lake.connect(settings) as connection:
        assert publications(connection) == before
        audit = audits(connection)[0]
    assert [check.name for check in audit.checks if not check.passed] == ["dim_clients: judged by reconciliation"]


def test_rows_that_no_model_reads_are_no_reason_to_build(agency: Agency) -> None:
    settings = agency.settings
    agency.invoice(1_000)
    assert pipeline.run(settings).published
    agency.service("Care")
    again = pipeline.run(settings)
    assert again.replicated["service"] == 1
    assert again.steps[-1].detail == "nothing changed"
    done = maintenance.maintain(settings, grace=timedelta(0))
    assert (done.flushed_rows > 0, done.expired_versions > 0) == (True, True)
    assert changes.pending(settings).nothing, "and what maintenance moves is none either"


def test_a_fall_by_more_than_half_is_drift(fresh_settings: Settings) -> None:
    agency, settings = Agency(fresh_settings), fresh_settings
    invoices = [agency.invoice(100) for _ in range(expectations.SMALLEST_DRIFT + 2)]
    assert pipeline.run(settings).ok
    agency.execute("delete from invoice where id = any(%s)", invoices[3:])
    result = pipeline.run(settings)
    assert not result.ok
    failed = {check.name for check in result.checks if not check.passed}
    assert "fct_invoices: rows against the last publication" in failed
