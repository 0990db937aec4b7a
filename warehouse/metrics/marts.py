"""The published marts, read from their contracts: which there are, and whether their rows belong to clients."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

CONTRACTS = Path(__file__).resolve().parents[2] / "transforms" / "models" / "marts"


@cache
def columns() -> Mapping[str, frozenset[str]]:
    """Every mart with the names of its columns."""
    documents = (yaml.safe_load(path.read_text()) for path in sorted(CONTRACTS.rglob("*.yml")))
    models = (model for document in documents for model in document["models"])
    return {model["name"]: frozenset(column["name"] for column in model["columns"]) for model in models}


def of_clients(mart: str) -> bool:
    """Whether the mart's rows say whose client they are. Raises LookupError for a mart that does not exist."""
    return "client_id" in _columns_of(mart)


def of_projects(mart: str) -> bool:
    """Whether the mart's rows say which project they belong to. Raises LookupError for a mart that does not exist."""
    return "project_id" in _columns_of(mart)


def _columns_of(mart: str) -> frozenset[str]:
    if mart not in columns():
        raise LookupError(f"no mart is called {mart}")
    return columns()[mart]
