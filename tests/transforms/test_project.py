"""The dbt project: its unit tests pass, its switches are real, and a broken row turns the audit red."""

from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
import yaml

from imisofts.currencies import CODES, decimals
from tests.warehouse.gateway import business
from tests.warehouse.gateway.lake_fixture import ROOT, FixtureLake
from warehouse.metrics import metrics, policy
from warehouse.models import dbt

MARTS = ROOT / "transforms" / "models" / "marts"
SEED = 20261122
CHANGES = {
    "client": "name = concat(name, '!')",
    "invoice": "total_minor = total_minor + 100, subtotal_minor = subtotal_minor + 100",
    "payment": "amount_minor = amount_minor + 1",
    "exchange_rate": "rate = rate * 2",
    "time_entry": "minutes = minutes + 1",
    "ticket": "subject = concat(subject, '?')",
    "task": "title = concat(title, '.')",
}
"""Changes that leave every rule standing."""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> FixtureLake:
    lake = FixtureLake(tmp_path_factory.mktemp("transforms"))
    business.fill(lake)
    return lake


def marts() -> list[dict[str, Any]]:
    documents = (yaml.safe_load(path.read_text()) for path in sorted(MARTS.rglob("*.yml")))
    return [model for document in documents for model in document["models"]]


def built(scratch: Path) -> set[str]:
    with duckdb.connect(str(scratch), read_only=True) as connection:
        rows = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
    return {name for (name,) in rows}


def rows(scratch: Path) -> dict[str, tuple[list[tuple[object, ...]], Counter[tuple[object, ...]]]]:
    """Columns with their types, and rows, of each table that a model made."""
    with duckdb.connect(str(scratch), read_only=True) as connection:
        found = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        return {
            name: (
                [column[:2] for column in connection.execute(f"describe {schema}.{name}").fetchall()],
                Counter(connection.execute(f"select columns(*)::varchar from {schema}.{name}").fetchall()),
            )
            for schema, name in found
        }


@pytest.mark.slow
def test_dbt_and_the_product_build_the_same_and_so_do_builds_that_keep_what_no_change_reaches(tmp_path: Path) -> None:
    """dbt runs its own project, unit tests too; the product runs dbt's text, whole and change after change."""
    lake = FixtureLake(tmp_path)
    business.fill(lake)
    whole = rows(lake.build())
    assert {mart["name"] for mart in marts()} <= whole.keys()
    assert rows(lake.computed()) == whole
    stand = lake.recomputed(set(), None)
    draw = Random(SEED)
    for table in draw.sample(sorted(CHANGES), len(CHANGES)):
        lake.execute(f"update lake.raw.{table} set {CHANGES[table]} where hash(id) % 2 = {draw.randrange(2)}")
        stand = lake.recomputed({table}, stand)
    assert rows(lake.scratch) != whole
    lake.publications += 1
    assert rows(lake.scratch) == rows(lake.build("--exclude-resource-type", "unit_test", "test"))


@pytest.mark.slow
def test_part_of_the_marts_builds_alone(lake: FixtureLake) -> None:
    lake.publications += 1
    alone = lake.build(
        "-s", "@source:raw.credit_note", "--indirect-selection", "cautious", "--exclude-resource-type", "unit_test"
    )
    assert "fct_credit_notes" in built(alone)


@pytest.mark.slow
def test_a_row_told_twice_turns_the_build_red(tmp_path: Path) -> None:
    """The same payment twice: already the source's key complains, and no mart is built from it."""
    broken = FixtureLake(tmp_path)
    business.fill(broken)
    row = business.paid("northlight", "nobody", "N1", "2026-02-09", 1)
    broken.add("payment", [row, row])
    with pytest.raises(AssertionError, match="source_unique_raw_payment_id"):
        broken.build("--exclude-resource-type", "unit_test")
    assert "fct_payments" not in built(broken.folder / "scratch-0" / "imisofts.duckdb")
    with pytest.raises(AssertionError, match="source_unique_raw_payment_id") as told:
        broken.computed()
    assert "fct_payments is built: it was not built: what it reads failed" in str(told.value)


@pytest.mark.slow
def test_a_payment_of_an_unknown_client_turns_the_build_red(tmp_path: Path) -> None:
    """Unique in its source, so that the mart itself is built and its own tests have to notice."""
    broken = FixtureLake(tmp_path)
    business.fill(broken)
    broken.add("payment", [business.paid("northlight", "nobody", "N1", "2026-02-09", 1)])
    with pytest.raises(AssertionError, match="relationships_fct_payments_client_id"):
        broken.build("--exclude-resource-type", "unit_test")
    with pytest.raises(AssertionError, match="relationships_fct_payments_client_id"):
        broken.computed({"payment"})


def test_every_mart_has_a_grain_a_contract_and_its_workspace() -> None:
    assert {file.stem for file in MARTS.rglob("*.sql")} == {mart["name"] for mart in marts()}
    for mart in marts():
        assert "One row per" in mart["description"], mart["name"]
        columns = {column["name"]: column for column in mart["columns"]}
        assert columns["workspace_id"]["constraints"] == [{"type": "not_null"}]
        assert all(column["data_type"] and column["description"] for column in columns.values())


def test_money_columns_are_exact_decimals() -> None:
    money = {"subtotal", "tax", "total", "paid", "credited", "amount", "open_change"}
    columns = [column for mart in marts() for column in mart["columns"] if column["name"] in money]
    assert {column["data_type"] for column in columns} == {"decimal(24,8)"}


def test_switches_name_real_metrics_and_stand_in_the_log() -> None:
    log = (ROOT / "transforms" / "DECISIONLOG.md").read_text()
    names = {metric.name for metric in metrics()}
    for switch, entry in policy().items():
        assert entry["value"] in entry["choices"]
        assert set(entry["metrics"]) <= names
        assert f"`{switch}`" in log


def test_the_currencies_of_the_macro_are_those_of_the_product() -> None:
    text = (ROOT / "transforms" / "macros" / "money.sql").read_text()
    unusual = {code for code in CODES if decimals(code) != 2}
    assert all(f"'{code}'" in text for code in unusual)
    assert text.count("', '") + 2 == len(unusual) + text.count("join(\"', '\")")


def test_what_one_refresh_asks_is_of_one_state_of_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    before = dbt.fingerprint()
    with dbt.one_state():
        monkeypatch.setattr(dbt, "_fingerprint", lambda: "another")
        assert dbt.fingerprint() == before
    assert dbt.fingerprint() == "another"
