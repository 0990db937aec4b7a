"""How an import's kinds, states and columns are called, and how a file may write its dates and numbers."""

from portal import lists
from portal.language import gettext as _
from portal.words import Status


def column_words(column: str) -> str:
    """A column's name; one of a kind that this portal does not know is spelt as it is."""
    return _known().get(column) or column.replace("_", " ").capitalize()


def _known() -> dict[str, str]:
    return {
        "assignee_id": _("Assignee"),
        "bill_rate": _("Bill rate"),
        "budget_minutes": _("Budget in minutes"),
        "cancelled_on": _("Cancelled on"),
        "client_id": _("Client"),
        "completed_on": _("Completed on"),
        "created_on": _("Created on"),
        "currency": _("Currency"),
        "description": _("Description"),
        "due_on": _("Due on"),
        "email": _("E-mail"),
        "ended_on": _("Ended on"),
        "ends_on": _("Ends on"),
        "estimate_minutes": _("Estimate in minutes"),
        "external_id": _("External id"),
        "first_response_at": _("First answer at"),
        "fixed_fee_minor": _("Fixed fee"),
        "friday_minutes": _("Friday in minutes"),
        "from_currency": _("From currency"),
        "interval": _("Interval"),
        "invoice_id": _("Invoice"),
        "is_billable": _("Billable"),
        "is_billable_role": _("Billable role"),
        "is_satisfied": _("Satisfied"),
        "issued_on": _("Issued on"),
        "kind": _("Kind"),
        "minutes": _("Minutes"),
        "minutes_per_day": _("Minutes per day"),
        "monday_minutes": _("Monday in minutes"),
        "name": _("Name"),
        "note": _("Note"),
        "number": _("Number"),
        "on_date": _("Day"),
        "opened_at": _("Opened at"),
        "paid_on": _("Paid on"),
        "person_id": _("Person"),
        "priority": _("Priority"),
        "project_id": _("Project"),
        "rate": _("Rate"),
        "rate_on": _("Rate of"),
        "rated_at": _("Rated at"),
        "reason": _("Reason"),
        "region": _("Region"),
        "reopened_count": _("Times opened again"),
        "resolved_at": _("Resolved at"),
        "rights": _("Rights"),
        "role": _("Role"),
        "saturday_minutes": _("Saturday in minutes"),
        "started_on": _("Started on"),
        "starts_on": _("Starts on"),
        "status": _("Status"),
        "subject": _("Subject"),
        "sunday_minutes": _("Sunday in minutes"),
        "task_id": _("Task"),
        "thursday_minutes": _("Thursday in minutes"),
        "title": _("Title"),
        "to_currency": _("To currency"),
        "trial_ends_on": _("Trial ends on"),
        "tuesday_minutes": _("Tuesday in minutes"),
        "unit_price": _("Unit price"),
        "wednesday_minutes": _("Wednesday in minutes"),
        "worked_on": _("Worked on"),
    }


def import_status(code: str, *, dry_run: bool) -> Status:
    """An import's state; what a dry run found was looked at, not written."""
    if code == "running":
        return Status(code, _("Running"), "information")
    if code == "done":
        return Status(code, _("Looked at"), "idle") if dry_run else Status(code, _("Imported"), "good")
    return Status(code, _("Needs a look") if dry_run else _("Nothing imported"), "warning" if dry_run else "bad")


def import_kind(code: str) -> str:
    """What the rows of a file are."""
    known = {
        "clients": _("Clients"),
        "invoices": _("Invoices"),
        "payments": _("Payments"),
        "credit-notes": _("Credit notes"),
        "services": _("Services"),
        "subscriptions": _("Subscriptions"),
        "people": _("People"),
        "working-hours": _("Working hours"),
        "holidays": _("Holidays"),
        "time-off": _("Time off"),
        "projects": _("Projects"),
        "milestones": _("Milestones"),
        "tasks": _("Tasks"),
        "time-entries": _("Time entries"),
        "tickets": _("Tickets"),
        "exchange-rates": _("Exchange rates"),
        "users": _("Users, each invited by mail"),
    }
    return known.get(code, code)


def import_locales() -> tuple[lists.Choice, ...]:
    """How dates and numbers may be written in a file, each with an example."""
    examples = {"de": "31.10.2026 · 1.234,50", "de_CH": "31.10.2026 · 1'234.50", "en_GB": "31/10/2026 · 1,234.50",
                "en_US": "10/31/2026 · 1,234.50", "es": "31/10/2026 · 1.234,50", "fr": "31/10/2026 · 1 234,50",
                "it": "31/10/2026 · 1.234,50", "ja": "2026/10/31 · 1,234.50", "nl": "31-10-2026 · 1.234,50",
                "pl": "31.10.2026 · 1 234,50", "pt": "31/10/2026 · 1.234,50", "sv": "2026-10-31 · 1 234,50",
    }  # fmt: skip
    return tuple(lists.Choice(name, f"{name.replace('_', '-')}: {example}") for name, example in examples.items())
