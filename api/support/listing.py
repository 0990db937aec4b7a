"""What the list of tickets shows, and may be sorted, filtered and searched by."""

from typing import Any

from api.clients.models import Client
from api.kit.lists import ListSpec
from api.support.models import Ticket
from api.support.schemas import TicketListed


def _column(name: str) -> Any:
    return Client.name if name == "client_name" else getattr(Ticket, name)


TICKETS = ListSpec(
    columns={name: _column(name) for name in TicketListed.model_fields},
    default_sort="-opened_at",
    sortable=("opened_at", "updated_at", "resolved_at", "number", "client_name"),
    filterable=(
        "client_id",
        "assignee_id",
        "status",
        "priority",
        "opened_at",
        "resolved_at",
        "is_satisfied",
        "external_id",
        "source",
    ),
    search=(Ticket.number, Ticket.subject, Ticket.external_id, Client.name),
)
