"""What may be done with tickets and with what is promised: each verb locks, checks, changes and records."""

from api.support.models import Ticket, TicketEvent
from api.support.repository import findable
from api.support.service.hours import (
    business_hours,
    calendar,
    promised,
    service_levels,
    set_business_hours,
    set_service_levels,
)
from api.support.service.tickets import (
    answer,
    note,
    open_ticket,
    rate,
    reopen,
    reply,
    resolve,
    resume,
    update,
    wait,
)

__all__ = [
    "Ticket",
    "TicketEvent",
    "answer",
    "business_hours",
    "calendar",
    "findable",
    "note",
    "open_ticket",
    "promised",
    "rate",
    "reopen",
    "reply",
    "resolve",
    "resume",
    "service_levels",
    "set_business_hours",
    "set_service_levels",
    "update",
    "wait",
]
