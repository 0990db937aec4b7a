"""Words for what the API calls by code: statuses with their tone, events, reasons."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from portal.language import gettext as _
from portal.lists import Choice

Tone = Literal["good", "warning", "bad", "information", "idle"]


@dataclass(frozen=True, slots=True)
class Status:
    """A state as dot + word; ``tone`` colours the dot and is never the only signal."""

    code: str
    label: str
    tone: Tone


def invoice_status(code: str, due_on: date | None, today: date) -> Status:
    """An invoice's state as people speak of it: issued and past due is *overdue*."""
    if code in {"issued", "partly_paid"} and due_on is not None and due_on < today:
        return Status("overdue", _("Overdue"), "bad")
    known: dict[str, tuple[str, Tone]] = {
        "draft": (_("Draft"), "idle"),
        "issued": (_("Open"), "information"),
        "partly_paid": (_("Partly paid"), "warning"),
        "paid": (_("Paid"), "good"),
        "void": (_("Void"), "idle"),
    }
    label, tone = known.get(code, (code.replace("_", " ").capitalize(), "idle"))
    return Status(code, label, tone)


def delivery_status(code: str) -> Status:
    """A report delivery's state."""
    known: dict[str, tuple[str, Tone]] = {
        "queued": (_("Queued"), "information"),
        "held": (_("Held back"), "warning"),
        "draft": (_("Draft, to be read"), "warning"),
        "approved": (_("Approved"), "information"),
        "withdrawn": (_("Withdrawn"), "idle"),
        "sending": (_("Sending"), "information"),
        "sent": (_("Sent"), "good"),
        "released": (_("Released"), "good"),
        "built": (_("Built"), "good"),
        "failed": (_("Failed"), "bad"),
        "unknown": (_("Unclear"), "warning"),
    }
    label, tone = known.get(code, (code.replace("_", " ").capitalize(), "idle"))
    return Status(code, label, tone)


def subscription_status(code: str) -> Status:
    """A subscription's state."""
    known: dict[str, tuple[str, Tone]] = {
        "scheduled": (_("Begins later"), "information"),
        "trial": (_("Trial"), "information"),
        "active": (_("Active"), "good"),
        "paused": (_("Paused"), "warning"),
        "cancelled": (_("Cancelled"), "warning"),
        "ended": (_("Ended"), "idle"),
    }
    label, tone = known.get(code, (code.replace("_", " ").capitalize(), "idle"))
    return Status(code, label, tone)


def ticket_status(code: str, to_client: bool) -> Status:
    """Whose turn a ticket is, told to staff or to the client."""
    waiting = _("Waiting for you") if to_client else _("Waiting for client")
    known: dict[str, tuple[str, Tone]] = {
        "open": (_("With us") if to_client else _("Open"), "information"),
        "waiting": (waiting, "warning"),
        "resolved": (_("Resolved"), "good"),
    }
    label, tone = known.get(code, (code.replace("_", " ").capitalize(), "idle"))
    return Status(code, label, tone)


def priority_choices() -> tuple[Choice, ...]:
    """How urgent something is, the least urgent first."""
    return (
        Choice("low", _("Low")),
        Choice("normal", _("Normal")),
        Choice("high", _("High")),
        Choice("urgent", _("Urgent")),
    )


def priority_words(code: str) -> str:
    """A priority in a word."""
    return next((choice.label for choice in priority_choices() if choice.value == code), code)


def every_words(interval: str, count: int) -> str:
    """How often something is charged; without an interval, once."""
    if not interval:
        return _("once")
    once = {
        "day": _("every day"),
        "week": _("every week"),
        "month": _("every month"),
        "quarter": _("every quarter"),
        "year": _("every year"),
    }
    many = {
        "day": _("every %(n)s days"),
        "week": _("every %(n)s weeks"),
        "month": _("every %(n)s months"),
        "quarter": _("every %(n)s quarters"),
        "year": _("every %(n)s years"),
    }
    return once[interval] if count == 1 else many[interval] % {"n": count}


def interval_choices(blank: str) -> tuple[Choice, ...]:
    """The intervals to choose from; ``blank`` says what it means to choose none."""
    return (
        Choice("", blank),
        Choice("day", _("Days")),
        Choice("week", _("Weeks")),
        Choice("month", _("Months")),
        Choice("quarter", _("Quarters")),
        Choice("year", _("Years")),
    )


def event_words(name: str) -> str:
    """An event's name as a short sentence."""
    return known_events().get(name, name.replace(".", " ").replace("_", " ").capitalize())


def known_events() -> dict[str, str]:
    """Every event that a history or a timeline can show."""
    return {
        "client.created": _("Client created"),
        "client.updated": _("Client changed"),
        "client.archived": _("Client archived"),
        "client.imported": _("Client imported"),
        "invoice.created": _("Draft created"),
        "invoice.updated": _("Invoice changed"),
        "invoice.deleted": _("Draft deleted"),
        "invoice.issued": _("Invoice issued"),
        "invoice.paid": _("Invoice paid in full"),
        "invoice.voided": _("Invoice voided"),
        "invoice.imported": _("Invoice imported"),
        "payment.recorded": _("Payment recorded"),
        "payment.imported": _("Payment imported"),
        "credit_note.issued": _("Credit note issued"),
        "service.created": _("Service created"),
        "service.updated": _("Service changed"),
        "service.archived": _("Service archived"),
        "service.imported": _("Service imported"),
        "subscription.created": _("Subscription started"),
        "subscription.changed": _("Lines changed"),
        "subscription.paused": _("Paused"),
        "subscription.resumed": _("Resumed"),
        "subscription.cancelled": _("Cancelled"),
        "subscription.cancellation_withdrawn": _("Cancellation withdrawn"),
        "subscription.corrected": _("Corrected"),
        "subscription.imported": _("Subscription imported"),
        "project.created": _("Project created"),
        "project.updated": _("Project changed"),
        "project.archived": _("Project archived"),
        "project.imported": _("Project imported"),
        "ticket.opened": _("Ticket opened"),
        "ticket.updated": _("Ticket changed"),
        "ticket.answered": _("Ticket answered"),
        "ticket.replied": _("Client replied"),
        "ticket.noted": _("Internal note written"),
        "ticket.waiting": _("Ticket waits for the client"),
        "ticket.resumed": _("Ticket taken up again"),
        "ticket.resolved": _("Ticket resolved"),
        "ticket.reopened": _("Ticket opened again"),
        "ticket.rated": _("Ticket rated"),
        "ticket.imported": _("Ticket imported"),
        "contact.created": _("Contact added"),
        "contact.updated": _("Contact changed"),
        "contact.deleted": _("Contact removed"),
        "client.tagged": _("Tag added"),
        "client.untagged": _("Tag removed"),
        "client.signed_in": _("Client signed in"),
        "report.requested": _("Report asked for"),
        "view.created": _("View saved"),
        "view.updated": _("View changed"),
        "view.deleted": _("View deleted"),
        "report.failed": _("Report failed"),
        "report.held": _("Report held back"),
        "report.sent": _("Report sent"),
        "report.released": _("Report released"),
        "client.restored": _("Client restored"),
        "service.restored": _("Service restored"),
        "invoice.restored": _("Draft restored"),
        "project.restored": _("Project restored"),
        "task.restored": _("Task restored"),
        "time_entry.restored": _("Time restored"),
        "milestone.restored": _("Milestone restored"),
        "contact.restored": _("Contact restored"),
        "time_off.restored": _("Days off restored"),
        "person.restored": _("Person restored"),
        "workspace.created": _("Workspace created"),
        "workspace.updated": _("Workspace changed"),
        "domain.chosen": _("Own address named"),
        "domain.verified": _("Own address proven"),
        "domain.lost": _("Own address without its record"),
        "sign_on.set": _("Single sign-on set"),
        "sign_on.checked": _("Single sign-on checked"),
        "sign_on.removed": _("Single sign-on removed"),
        "domain.removed": _("Own address given up"),
        "user.added": _("Access given"),
        "user.updated": _("Access changed"),
        "user.joined": _("Invitation accepted"),
        "user.declined": _("Invitation declined"),
        "user.removed": _("Access taken away"),
        "link.requested": _("Link asked for"),
        "session.started": _("Signed in"),
        "session.ended": _("Signed out"),
        "session.proved": _("Shown again who it is"),
        "second_factor.added": _("Second factor added"),
        "second_factor.renamed": _("Second factor renamed"),
        "second_factor.removed": _("Second factor removed"),
        "second_factors.reset": _("Second factors taken away"),
        "recovery_codes.made": _("Recovery codes made"),
        "sign_in_policy.set": _("Rules of sign-in set"),
        "brand.updated": _("Brand changed"),
        "plan.set": _("Plan set"),
        "operator.entered": _("The operator came in"),
        "role.created": _("Role created"),
        "role.updated": _("Role changed"),
        "role.deleted": _("Role deleted"),
        "network.added": _("Network allowed"),
        "network.removed": _("Network removed"),
        "profile.updated": _("Profile changed"),
        "password.set": _("Password set"),
        "email.change_requested": _("New address asked for"),
        "email.changed": _("Address changed"),
        "token.created": _("API token made"),
        "token.revoked": _("API token revoked"),
        "credit_note.imported": _("Credit note imported"),
        "exchange_rate.recorded": _("Exchange rate recorded"),
        "exchange_rate.deleted": _("Exchange rate deleted"),
        "exchange_rate.imported": _("Exchange rate imported"),
        "milestone.created": _("Milestone added"),
        "milestone.updated": _("Milestone changed"),
        "milestone.deleted": _("Milestone deleted"),
        "milestone.imported": _("Milestone imported"),
        "task.created": _("Task added"),
        "task.updated": _("Task changed"),
        "task.deleted": _("Task deleted"),
        "task.imported": _("Task imported"),
        "person.created": _("Person added"),
        "person.updated": _("Person changed"),
        "person.archived": _("Person archived"),
        "person.imported": _("Person imported"),
        "person_rate.set": _("Hourly rate set"),
        "working_hours.set": _("Working hours set"),
        "working_hours.imported": _("Working hours imported"),
        "holiday.created": _("Holiday added"),
        "holiday.deleted": _("Holiday deleted"),
        "holiday.imported": _("Holiday imported"),
        "time_off.created": _("Days off entered"),
        "time_off.updated": _("Days off changed"),
        "time_off.deleted": _("Days off deleted"),
        "time_off.imported": _("Days off imported"),
        "time_entry.created": _("Time entered"),
        "time_entry.updated": _("Time changed"),
        "time_entry.deleted": _("Time deleted"),
        "time_entry.imported": _("Time imported"),
        "business_hours.set": _("Opening hours set"),
        "sla_target.set": _("Promise set"),
        "health_weight.set": _("Weights of client health set"),
        "import.started": _("Import started"),
        "import.finished": _("Import finished"),
        "import.failed": _("Import failed"),
        "report.drafted": _("Report drafted"),
        "report.approved": _("Report approved"),
        "report.withdrawn": _("Report withdrawn"),
        "report_settings.set": _("Report settings changed"),
    }


def role_words(role: str) -> str:
    """A membership's role."""
    known = {
        "owner": _("Owner"),
        "admin": _("Administrator"),
        "member": _("Member"),
        "client": _("Client"),
        "client_team": _("Client team member"),
    }
    return known.get(role, role)
