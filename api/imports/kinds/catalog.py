"""Services from a file."""

from typing import Any, Final

from api.catalog.models import Service
from api.events.schemas import EventName
from api.imports import generic
from api.imports.fields import Field, currency, interval, key, price
from api.imports.plan import Context
from api.imports.schemas import Kind
from api.imports.subject import Row, Subject


def _complete(context: Context, row: Row, ours: Any) -> None:
    if ours is None:
        row["currency"] = row.get("currency") or context.currency


SERVICES: Final = Subject(
    kind=Kind.services,
    about="What you sell.",
    noun="service",
    fields=(
        Field("external_id", key, required=True),
        Field("name", key, required=True),
        Field("unit_price", price),
        Field("currency", currency, about="Default: the workspace's."),
        Field("interval", interval, about="Empty: sold once."),
    ),
    model=Service,
    event=EventName.SERVICE_IMPORTED,
    plan=generic.plan,
    complete=_complete,
)
