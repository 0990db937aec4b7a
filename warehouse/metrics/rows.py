"""Which columns of a mart a person sees as the rows behind a figure, read once from ``rows.yml``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from warehouse.metrics.catalogue import dimensions
from warehouse.metrics.definitions import Dimension

FILE = Path(__file__).with_name("rows.yml")


@dataclass(frozen=True, slots=True)
class FactColumn:
    """A column with the head that a person reads; ``unit`` is a metric's or empty, ``dimension`` whose words it has."""

    name: str
    label: str
    expression: str
    unit: str = ""
    dimension: Dimension | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """A mart's rows as people see them, those that meet ``condition``. ``standing`` is the condition of a stock's rows
    on a day, where the mart is asked in place of one that holds its changes."""

    mart: str
    columns: tuple[FactColumn, ...]
    standing: str | None = None
    condition: str = "true"


@cache
def ledger(mart: str) -> Ledger | None:
    """The ledger behind figures of ``mart``; ``None`` where none is listed."""
    listed: Any = _file().get(mart)
    if listed is None:
        return None
    if not isinstance(listed, Mapping):
        return Ledger(mart, _columns(listed))
    if "instead" in listed:
        columns = listed.get("columns") or _file()[listed["instead"]]
        return Ledger(listed["instead"], _columns(columns), standing=listed["standing"])
    return Ledger(mart, _columns(listed["columns"]), condition=listed["where"])


@cache
def _file() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(FILE.read_text())
    return found


def _columns(listed: Sequence[Mapping[str, str]]) -> tuple[FactColumn, ...]:
    return tuple(_column(entry) for entry in listed)


def _column(entry: Mapping[str, str]) -> FactColumn:
    dimension = dimensions()[entry["dimension"]] if "dimension" in entry else None
    own = f"facts.{entry['name']}" if dimension is None else dimension.label or dimension.expression
    return FactColumn(entry["name"], entry["label"], entry.get("expr", own), entry.get("unit", ""), dimension)
