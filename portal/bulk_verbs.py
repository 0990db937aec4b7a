"""What may be done to many rows of each list, and what takes it back."""

from collections.abc import Callable

from imisofts.access import Action
from portal.bulk import Bulk, Row, Sure, Verb, delete, post
from portal.door import Json
from portal.language import gettext as _
from portal.language import month_name, ngettext
from portal.web import Visit


def _named(row: Json) -> str:
    return str(row["name"])


def _away_and_back(away: Callable[[int], str], back: Callable[[int], str]) -> tuple[Verb, ...]:
    """Archived and brought back: ``away`` and ``back`` say of how many."""
    return (
        Verb("archive", _("Archive"), "archive", away, delete, undo="restore"),
        Verb("restore", _("Bring back"), "arrow-back-up", back, post("restore")),
    )


def _clients() -> tuple[Verb, ...]:
    return _away_and_back(
        lambda n: ngettext("%(num)s client is archived.", "%(num)s clients are archived.", n),
        lambda n: ngettext("%(num)s client is back.", "%(num)s clients are back.", n),
    )


def _projects() -> tuple[Verb, ...]:
    return _away_and_back(
        lambda n: ngettext("%(num)s project is archived.", "%(num)s projects are archived.", n),
        lambda n: ngettext("%(num)s project is back.", "%(num)s projects are back.", n),
    )


def _services() -> tuple[Verb, ...]:
    return (
        Verb(
            "archive",
            _("Archive"),
            "archive",
            lambda n: ngettext("%(num)s service is archived.", "%(num)s services are archived.", n),
            delete,
            undo="restore",
        ),
        Verb(
            "restore",
            _("Sell again"),
            "arrow-back-up",
            lambda n: ngettext("%(num)s service is sold again.", "%(num)s services are sold again.", n),
            post("restore"),
        ),
    )


async def _complete(visit: Visit, row: Row) -> None:
    day = visit.me.today.isoformat()
    await visit.api.patch(row.path, json={"completed_on": day}, etag=await row.etag(visit))


async def _reopen(visit: Visit, row: Row) -> None:
    await visit.api.patch(row.path, json={"completed_on": None}, etag=await row.etag(visit))


def _tasks() -> tuple[Verb, ...]:
    return (
        Verb(
            "complete",
            _("Done"),
            "check",
            lambda n: ngettext("%(num)s task is done.", "%(num)s tasks are done.", n),
            _complete,
            undo="reopen",
        ),
        Verb(
            "reopen",
            _("Open again"),
            "arrow-back-up",
            lambda n: ngettext("%(num)s task is open again.", "%(num)s tasks are open again.", n),
            _reopen,
        ),
        Verb(
            "delete",
            _("Delete"),
            "trash",
            lambda n: ngettext("%(num)s task is deleted.", "%(num)s tasks are deleted.", n),
            delete,
            undo="restore",
        ),
        Verb(
            "restore",
            _("Bring back"),
            "arrow-back-up",
            lambda n: ngettext("%(num)s task is back.", "%(num)s tasks are back.", n),
            post("restore"),
        ),
    )


async def _assign(visit: Visit, row: Row) -> None:
    chosen = str(visit.sent.get("chosen", "")) or None
    await visit.api.patch(row.path, json={"assignee_id": chosen}, etag=await row.etag(visit))


def _tickets() -> tuple[Verb, ...]:
    return (
        Verb(
            "resolve",
            _("Resolve"),
            "check",
            lambda n: ngettext("%(num)s ticket is resolved.", "%(num)s tickets are resolved.", n),
            post("resolve"),
            undo="reopen",
        ),
        Verb(
            "reopen",
            _("Open again"),
            "arrow-back-up",
            lambda n: ngettext("%(num)s ticket is open again.", "%(num)s tickets are open again.", n),
            post("reopen"),
        ),
        Verb(
            "assign",
            _("Assign"),
            "users-group",
            lambda n: ngettext("%(num)s ticket is assigned.", "%(num)s tickets are assigned.", n),
            _assign,
            asks=_("Nobody"),
        ),
    )


def _invoices() -> tuple[Verb, ...]:
    return (
        Verb(
            "issue",
            _("Issue"),
            "send",
            lambda n: ngettext("%(num)s invoice is issued.", "%(num)s invoices are issued.", n),
            post("issue"),
            sure=Sure(
                _("Issue these drafts?"),
                _("Each draft gets the next number and today's date, and its client sees it."),
                _("Issued invoices are never deleted; a wrong one is voided or credited. What is no draft stays."),
            ),
        ),
        Verb(
            "void",
            _("Void"),
            "ban",
            lambda n: ngettext("%(num)s invoice is void.", "%(num)s invoices are void.", n),
            post("void"),
            sure=Sure(
                _("Void these invoices?"),
                _("Nobody owes them any more. This cannot be undone."),
                _("They keep their numbers and stay in the list. Invoices with payments or credits are left alone."),
            ),
        ),
        Verb(
            "delete",
            _("Delete drafts"),
            "trash",
            lambda n: ngettext("%(num)s draft is deleted.", "%(num)s drafts are deleted.", n),
            delete,
            undo="restore",
        ),
        Verb(
            "restore",
            _("Bring back"),
            "arrow-back-up",
            lambda n: ngettext("%(num)s draft is back.", "%(num)s drafts are back.", n),
            post("restore"),
        ),
    )


def _back(said: Callable[[int], str]) -> tuple[Verb, ...]:
    """What is deleted on pages of its own, and brought back from the sentence after it."""
    return (Verb("restore", _("Bring back"), "arrow-back-up", said, post("restore")),)


def _entries() -> tuple[Verb, ...]:
    return _back(lambda n: ngettext("%(num)s time entry is back.", "%(num)s time entries are back.", n))


def _milestones() -> tuple[Verb, ...]:
    return _back(lambda n: ngettext("%(num)s milestone is back.", "%(num)s milestones are back.", n))


def _contacts() -> tuple[Verb, ...]:
    return _back(lambda n: ngettext("%(num)s contact is back.", "%(num)s contacts are back.", n))


def _days_off() -> tuple[Verb, ...]:
    return _back(lambda n: ngettext("The days off are entered again.", "%(num)s times off are entered again.", n))


def _people() -> tuple[Verb, ...]:
    return _away_and_back(
        lambda n: ngettext("%(num)s person is archived.", "%(num)s people are archived.", n),
        lambda n: ngettext("%(num)s person is back.", "%(num)s people are back.", n),
    )


def _reports() -> tuple[Verb, ...]:
    return (
        Verb(
            "approve",
            _("Approve"),
            "check",
            lambda n: ngettext("%(num)s report is on its way.", "%(num)s reports are on their way.", n),
            post("approve"),
            sure=Sure(
                _("Approve these reports?"),
                _("Each goes to its client exactly as it was drawn. This cannot be undone."),
                _("What is no draft stays as it is."),
            ),
        ),
        Verb(
            "release",
            _("Release"),
            "send",
            lambda n: ngettext("%(num)s report is released.", "%(num)s reports are released.", n),
            post("release"),
        ),
        Verb(
            "redeliver",
            _("Try again"),
            "arrow-back-up",
            lambda n: ngettext("%(num)s report is being sent again.", "%(num)s reports are being sent again.", n),
            post("redeliver"),
        ),
    )


def _invoice_name(row: Json) -> str:
    return str(row.get("number") or row.get("external_id") or _("Draft")) + " · " + str(row.get("client_name") or "")


CLIENTS = Bulk("/clients", Action.client_write, _clients, _named)
PROJECTS = Bulk("/projects", Action.project_write, _projects, _named)
SERVICES = Bulk("/services", Action.service_write, _services, _named)
TASKS = Bulk("/tasks", Action.project_write, _tasks, lambda row: str(row["title"]))
TICKETS = Bulk("/tickets", Action.ticket_write, _tickets, lambda row: f"{row['number']} {row['subject']}")
INVOICES = Bulk("/invoices", Action.invoice_write, _invoices, _invoice_name)
PEOPLE = Bulk("/people", Action.person_write, _people, _named)
MILESTONES = Bulk("/milestones", Action.project_write, _milestones, lambda row: str(row["title"]))
CONTACTS = Bulk("/contacts", Action.client_write, _contacts, _named)
DAYS_OFF = Bulk("/time-off", Action.time_write, _days_off, lambda row: str(row["starts_on"]))
ENTRIES = Bulk("/time", Action.time_write, _entries, lambda row: str(row.get("note") or ""), api_path="/time-entries")
REPORTS = Bulk(
    "/reports",
    Action.report_manage,
    _reports,
    lambda row: f"{row['client_name']} · {month_name(row['period'])}",
    place="/reports#report-{}",
)

ROUTES = tuple(
    bulk.page()
    for bulk in (
        CLIENTS, PROJECTS, SERVICES, TASKS, TICKETS, INVOICES, ENTRIES, PEOPLE, MILESTONES, CONTACTS, DAYS_OFF, REPORTS
    )
)  # fmt: skip
