"""Clients from a file."""

from typing import Any, Final

from api.clients.models import Client
from api.events.schemas import EventName
from api.imports import generic
from api.imports.fields import Field, currency, day, email, key
from api.imports.plan import Context
from api.imports.schemas import Kind
from api.imports.subject import Row, Subject


def _complete(context: Context, row: Row, ours: Any) -> None:
    if ours is None:
        row["currency"] = row.get("currency") or context.currency
        row["created_on"] = row.get("created_on") or context.today


CLIENTS: Final = Subject(
    kind=Kind.clients,
    about="Whom you bill.",
    noun="client",
    fields=(
        Field("external_id", key, required=True),
        Field("name", key, required=True),
        Field("email", email),
        Field("currency", currency, about="Default: the workspace's."),
        Field("created_on", day, about="Client since. Default: today."),
    ),
    model=Client,
    event=EventName.CLIENT_IMPORTED,
    plan=generic.plan,
    complete=_complete,
)
