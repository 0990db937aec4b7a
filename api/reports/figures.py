"""Freezing a report's figures: the gateway's answer as JSON that never changes again, and its hash.

A delivery keeps this JSON, so that nothing a client has been sent depends on a lake snapshot's life. Money stays
text of its decimal value ("12.40"), never a float; dates are ISO.
"""

import dataclasses
import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from warehouse.gateway import ClientReportFigures

Frozen = dict[str, Any]
"""The figures as JSON; its shape is that of :class:`ClientReportFigures`."""


def freeze(figures: ClientReportFigures) -> Frozen:
    """``figures`` as plain JSON values, with only what a report prints of each metric's definition."""
    frozen: Frozen = _plain({**_shallow(figures), "definitions": []})
    frozen["definitions"] = [
        {"name": one.name, "label": one.label, "definition": one.definition, "policy": list(one.policy)}
        for one in figures.definitions
    ]
    return frozen


def digest(frozen: Frozen) -> str:
    """SHA-256 of the canonical JSON: equal figures have equal hashes, whatever the order of their keys."""
    text = json.dumps(frozen, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _shallow(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


def _plain(value: Any) -> Any:
    """JSON values of ``value``; an unknown type fails loudly rather than being printed as its ``repr``."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _plain(_shallow(value))
    raise TypeError(f"A report's figures cannot hold a {type(value).__name__}.")
