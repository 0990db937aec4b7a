"""Which events are told, to whom, and whom a telling may reach. Pure: who gets what is decided over plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from imisofts.access import Action, Actor

Audience = Literal["staff", "client", "assignee", "starter"]


class Kind(StrEnum):
    """What a member can be told, and choose not to be."""

    invoice_paid = "invoice.paid"
    invoice_issued = "invoice.issued"
    ticket_opened = "ticket.opened"
    ticket_replied = "ticket.replied"
    ticket_answered = "ticket.answered"
    ticket_assigned = "ticket.assigned"
    task_assigned = "task.assigned"
    import_finished = "import.finished"
    import_failed = "import.failed"
    report_drafted = "report.drafted"
    report_held = "report.held"
    report_failed = "report.failed"
    report_sent = "report.sent"
    user_joined = "user.joined"
    domain_lost = "domain.lost"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who is told of a kind: those on one side who may do ``action``; ``assignee`` is one person of staff, ``starter``
    the one who set going what has ended, and who may have left the page since."""

    action: Action
    audience: Audience


RULES: Mapping[Kind, Rule] = {
    Kind.invoice_paid: Rule(Action.payment_write, "staff"),
    Kind.invoice_issued: Rule(Action.invoice_read, "client"),
    Kind.ticket_opened: Rule(Action.ticket_write, "staff"),
    Kind.ticket_replied: Rule(Action.ticket_write, "staff"),
    Kind.ticket_answered: Rule(Action.ticket_read, "client"),
    Kind.ticket_assigned: Rule(Action.ticket_write, "assignee"),
    Kind.task_assigned: Rule(Action.project_write, "assignee"),
    Kind.import_finished: Rule(Action.import_run, "starter"),
    Kind.import_failed: Rule(Action.import_run, "starter"),
    Kind.report_drafted: Rule(Action.report_manage, "staff"),
    Kind.report_held: Rule(Action.report_manage, "staff"),
    Kind.report_failed: Rule(Action.report_manage, "staff"),
    Kind.report_sent: Rule(Action.report_read, "client"),
    Kind.user_joined: Rule(Action.user_manage, "staff"),
    Kind.domain_lost: Rule(Action.workspace_manage, "staff"),
}
_ASSIGNED = {
    "task.created": Kind.task_assigned,
    "task.updated": Kind.task_assigned,
    "ticket.updated": Kind.ticket_assigned,
}
TOLD = (frozenset(kind.value for kind in Kind) - set(_ASSIGNED.values())) | set(_ASSIGNED)
"""Names of the events that may be told."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about: how it is called, whose it is, and which user it is assigned to or was started by."""

    label: str
    client_id: UUID | None
    assignee: UUID | None


def kind_of(name: str, data: Mapping[str, Any]) -> Kind | None:
    """The kind that an event is told as; none where nothing of it is told."""
    if name in _ASSIGNED:
        changed = (data.get("changed") or {}).get("assignee_id") or {}
        return _ASSIGNED[name] if changed.get("after") else None
    return Kind(name) if name in set(Kind) else None


def reaches(actor: Actor, kind: Kind, subject: Subject, by: UUID | None) -> bool:
    """Whether a member is told: never of one's own act but the end of what one started, never of what one could not
    see, a reply only to the ticket's assignee where it has one."""
    rule = RULES[kind]
    if not sees(actor, kind, subject.client_id):
        return False
    if rule.audience == "starter":
        return actor.user_id == subject.assignee
    if actor.user_id == by:
        return False
    if rule.audience == "assignee":
        return actor.user_id == subject.assignee
    if rule.audience == "staff" and kind is Kind.ticket_replied and subject.assignee:
        return actor.user_id == subject.assignee
    return True


def sees(actor: Actor, kind: Kind, client_id: UUID | None) -> bool:
    """Whether a kind is meant for the actor's side, and the client is in its view."""
    rule = RULES[kind]
    if actor.is_client != (rule.audience == "client") or not actor.may(rule.action):
        return False
    return actor.client_ids is None or client_id in actor.client_ids
