"""From a committed row to a publication, and what happens when a check fails on the way."""

import pytest

from imisofts.settings import Settings
from tests.orchestration.conftest import Agency
from warehouse import build, lake, pipeline
from warehouse.audit import expectations, reconciliation
from warehouse.publish import audits, publications


def published_total(settings: Settings) -> object:
    with lake.connect(settings) as connection:
        row = connection.execute("select sum(total) from lake.marts.fct_invoices").fetchone()
    return row[0] if row else None


def test_a_committed_invoice_is_published_and_then_nothing_runs(agency: Agency) -> None:
    settings = agency.settings
    agency.invoice(12_345)
    first = pipeline.run(settings)
    assert first.ok, [check for check in first.checks if not check.passed]
    assert first.published
    assert [step.name for step in first.steps] == ["replicate", "build", "audit", "publish"]
    assert {check.kind for check in first.checks} == {"dbt", "expectation", "reconciliation"}
    assert str(published_total(settings)) == "123.45000000"

    again = pipeline.run(settings)
    assert again.ok
    assert not again.published
    assert again.publication_id == first.publication_id
    assert [step.name for step in again.steps] == ["replicate", "build"]
    assert again.steps[-1].detail == "nothing changed"
    assert not list((settings.home / "scratch").glob("*"))


def test_only_what_depends_on_the_change_is_built(agency: Agency) -> None:
    settings = agency.settings
    agency.invoice(1_000)
    everything = pipeline.run(settings)
    agency.execute("update client set name = 'Renamed' where id = %s", agency.client)
    changed = pipeline.run(settings)
    assert changed.ok
    assert "dim_clients" in changed.built
    assert "dim_workspaces" not in changed.built, "a client's name does not move what is known of the workspace"
    assert set(changed.built) < set(everything.built)


def test_a_failing_check_leaves_the_last_publication_until_the_data_is_right(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = agency.settings
    agency.invoice(1_000)
    first = pipeline.run(settings)
    broken = reconciliation.Reconciliation(
        name="broken on purpose",
        marts=("fct_invoices",),
        raw="select workspace_id, currency, sum(total_minor) + 1 from lake.raw.invoice group by all",
        mart="select workspace_id, currency, sum(total) * 100 from scratch.marts.fct_invoices group by all",
    )
    with monkeypatch.context() as patch:
        patch.setattr(reconciliation, "RECONCILIATIONS", (broken,))
        agency.invoice(2_000)
        failed = pipeline.run(settings)
        assert not failed.ok
        assert failed.publication_id == first.publication_id
        assert [(c.name, c.detail[:17]) for c in failed.checks if not c.passed] == [
            ("broken on purpose", "mart less raw: -1")
        ]
        assert str(published_total(settings)) == "10.00000000"
        waits = pipeline.run(settings, retry_failed=False)
        assert waits.steps[-1].detail == "its audit failed; waits for new data"
        assert not waits.ok
    fixed = pipeline.run(settings)
    assert fixed.ok
    assert fixed.published
    assert str(published_total(settings)) == "30.00000000"
    with lake.connect(settings) as connection:
        assert [row.passed for row in audits(connection)] == [True, False, True]
        assert len(publications(connection)) == 2


def test_a_failing_dbt_test_is_a_check_with_a_readable_reason(agency: Agency) -> None:
    settings = agency.settings
    agency.invoice(1_000)
    first = pipeline.run(settings)
    agency.execute(
        """
        do $$ declare named text; begin
            for named in select conname from pg_constraint where conrelid = 'invoice'::regclass and contype = 'c' loop
                execute format('alter table invoice drop constraint %%I', named);
            end loop;
        end $$
        """
    )
    agency.execute("update invoice set status = 'mislaid'")
    failed = pipeline.run(settings)
    assert not failed.ok
    assert failed.publication_id == first.publication_id
    broken = next(check for check in failed.checks if not check.passed)
    assert broken.kind == "dbt"
    assert broken.table == "stg_app__invoices"
    assert "Got 1 result" in broken.detail


def test_a_fall_by_more_than_half_is_drift(agency: Agency) -> None:
    settings = agency.settings
    invoices = [agency.invoice(100) for _ in range(expectations.SMALLEST_DRIFT + 2)]
    assert pipeline.run(settings).ok
    agency.execute("delete from invoice where id = any(%s)", invoices[3:])
    result = pipeline.run(settings)
    assert not result.ok
    failed = {check.name for check in result.checks if not check.passed}
    assert "fct_invoices: rows against the last publication" in failed


def test_a_killed_build_forgets_nothing(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = agency.settings
    agency.invoice(1_000)
    with monkeypatch.context() as patch:
        patch.setattr(build, "build", lambda *_args, **_kw: (_ for _ in ()).throw(RuntimeError("killed")))
        with pytest.raises(RuntimeError, match="killed"):
            pipeline.run(settings)
    assert pipeline.run(settings).published
