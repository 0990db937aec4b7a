"""A check broken on purpose: readers keep the last publication, and every surface names what failed."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from console import access, queries
from console.access import Viewer
from imisofts.access import Role, actor_of_role
from imisofts.brand import Brand
from imisofts.cli import app as command
from imisofts.settings import Settings
from orchestration import location
from tests.api import agency as people
from tests.orchestration.conftest import Agency, break_reconciliation, drop_checks
from warehouse import lake, pipeline
from warehouse.publish import audits, publications

CONSOLE = Path(__file__).resolve().parents[2] / "console" / "app.py"


@dataclass
class House:
    """One installation as its four onlookers see it: the API's reader, the console, the command line, Dagster."""

    office: people.Agency
    agency: Agency
    instance: dg.DagsterInstance
    job: dg.JobDefinition
    patch: pytest.MonkeyPatch

    @property
    def settings(self) -> Settings:
        return self.agency.settings

    def run(self) -> bool:
        """Dagster's job `pipeline`, once; whether it ended well."""
        return self.job.execute_in_process(instance=self.instance, raise_on_error=False).success

    def asked(self, path: str) -> Any:
        """The answer of the API to the agency's owner."""
        return self.office.api.ask("GET", path, self.office.as_role[Role.owner]).body

    def invoiced(self) -> tuple[list[str], int]:
        """The invoiced figures, and the publication that they are of."""
        answer = self.asked("/metrics/invoiced?from=2026-10-01&to=2026-10-31")
        return [row["value"] for row in answer["rows"]], self.asked("/data/state")["publication"]["id"]

    def console(self) -> str:
        """The HTML of the console's page, its header first."""
        actor = actor_of_role(self.agency.workspace, Role.owner)
        viewer = Viewer(actor, "Ann", "ann@acme.example", "Acme", "acme", "EUR", "Europe/Berlin", Brand())
        st.cache_data.clear()
        self.patch.setattr(queries, "gateway", lambda: self.office.api.app.state.gateway)
        self.patch.setattr(access, "current_viewer", lambda _url: viewer)
        page = AppTest.from_file(str(CONSOLE), default_timeout=120).run()
        assert not page.exception, page.exception
        return " ".join(str(part.proto.body) for part in page.get("html"))

    def status(self, *options: str) -> str:
        """Standard output of `imisofts status` on this installation."""
        answer = CliRunner().invoke(
            command, ["status", *options], env=self.settings.environment(), catch_exceptions=False
        )
        assert answer.exit_code == 0, answer.output
        return answer.stdout

    def verdict(self, table: str, kind: str) -> str:
        """Dagster's newest word on one check of one asset."""
        key = dg.AssetCheckKey(dg.AssetKey(table.split("/")), kind)
        return self.instance.event_log_storage.get_asset_check_execution_history(key, limit=1)[0].status.value


@pytest.fixture
def house(fresh_settings: Settings) -> Iterator[House]:
    with (
        people.running(fresh_settings) as api,
        dg.DagsterInstance.ephemeral() as instance,
        pytest.MonkeyPatch.context() as patch,
    ):
        office = people.found(api)
        job = location.create(fresh_settings).resolve_job_def("pipeline")
        yield House(office, Agency(fresh_settings, office.workspace_id), instance, job, patch)


def a_defect_in_a_model(_: Agency, patch: pytest.MonkeyPatch) -> None:
    """The marts no longer agree with raw, as the reconciliation sees it."""
    break_reconciliation(patch, "invoiced with tax")


def a_row_that_no_model_knows(agency: Agency, _: pytest.MonkeyPatch) -> None:
    """`accepted_values` in staging says no, and the marts behind it are not built."""
    drop_checks(agency, "invoice")
    agency.execute("update invoice set status = 'mislaid' where total_minor = 2000")


CASES: tuple[tuple[Callable[[Agency, pytest.MonkeyPatch], None], str, str, str, str], ...] = (
    (a_defect_in_a_model, "marts/fct_invoices", "reconciliation", "invoiced with tax", "mart less raw: -7"),
    (a_row_that_no_model_knows, "staging/stg_app__invoices", "dbt", "accepted_values", "Got 1 result"),
)


@pytest.mark.slow
def test_a_broken_check_is_seen_everywhere_and_moves_no_figure(house: House) -> None:
    house.agency.invoice(1_000)
    assert house.run()
    before = house.invoiced()
    assert before == (["10.00"], 1)
    assert house.asked("/data/state")["audit_passed"]
    assert "Audit passed" in house.console()
    assert json.loads(house.status("--json"))["held_publication"] is None

    house.agency.invoice(2_000)
    for breaking, table, kind, name, reason in CASES:
        assert house.verdict(table, kind) == "SUCCEEDED"
        with pytest.MonkeyPatch.context() as patch:
            breaking(house.agency, patch)
            assert not house.run()
            waits = pipeline.run(house.settings, retry_failed=False)
        assert (waits.ok, waits.steps[-1].detail) == (False, "its audit failed; waits for new data")
        assert house.invoiced() == before
        others = house.verdict("marts/fct_invoices", "expectation")
        assert others == ("PLANNED" if kind == "dbt" else "SUCCEEDED"), "red is what failed; unbuilt is unjudged"
        assert_named_everywhere(house, table, kind, name, reason)

    house.agency.execute("update invoice set status = 'issued'")
    assert house.run()
    assert house.invoiced() == (["30.00"], 2)
    assert house.verdict("marts/fct_invoices", "reconciliation") == "SUCCEEDED"
    assert house.verdict("staging/stg_app__invoices", "dbt") == "SUCCEEDED"
    assert json.loads(house.status("--json"))["held_publication"] is None
    assert "Audit passed" in house.console()
    with lake.connect(house.settings) as connection:
        assert [audit.passed for audit in audits(connection)] == [True, False, False, True]
        assert len(publications(connection)) == 2


def assert_named_everywhere(house: House, table: str, kind: str, name: str, reason: str) -> None:
    """The failed check by its name and reason, on each of the four surfaces; publication 1 stays."""
    held = json.loads(house.status("--json"))["held_publication"]
    failed = next(check for check in held["failed"] if check["name"].startswith(name))
    assert (failed["kind"], failed["table"]) == (kind, table.rpartition("/")[2])
    assert reason in failed["detail"]
    assert held["staying_publication_id"] == 1
    unbuilt = {check["table"] for check in held["failed"] if check["name"].endswith(" is built")}
    assert ("fct_invoices" in unbuilt) == (kind == "dbt"), "no verdict is not a good verdict"
    assert "dim_workspaces" not in unbuilt
    text = house.status()
    assert "publication 1 stays" in text
    assert f"failed: {failed['name']} ({failed['table']}): {failed['detail']}" in text

    state = house.asked("/data/state")
    assert not state["audit_passed"]
    assert failed["name"] in state["failed_checks"]

    page = house.console()
    assert "Audit failed" in page
    assert failed["name"] in page
    assert "Publication <b>1</b>" in page

    assert house.verdict(table, kind) == "FAILED"
