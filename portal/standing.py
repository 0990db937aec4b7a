"""What stands open now, for the first pages: the answer of ``GET /v1/home`` in words and addresses."""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.door import Json
from portal.language import gettext as _
from portal.language import ngettext


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that waits for the viewer: a sentence, its icon, and where to do it."""

    text: str
    icon: str
    href: str


@dataclass(frozen=True, slots=True)
class HoursLeft:
    """What is left of a project's hours, in minutes; ``over`` is how far they are exceeded."""

    project_id: str
    project_name: str
    client_name: str | None
    budget_minutes: int
    used_minutes: int
    left_minutes: int

    @property
    def over(self) -> int:
        """Minutes worked beyond the budget, 0 within it."""
        return max(0, -self.left_minutes)


@dataclass(frozen=True, slots=True)
class Deliverable:
    """A milestone that is due soon, or late."""

    project_id: str
    project_name: str
    client_name: str | None
    title: str
    due_on: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """The parts of the first page. Amounts by currency in minor units; a part that the viewer may not see is None."""

    owed: tuple[tuple[str, int], ...] | None
    overdue: tuple[tuple[str, int], ...]
    hours_left: tuple[HoursLeft, ...] | None
    deliverables: tuple[Deliverable, ...] | None
    counts: Json

    @classmethod
    def of(cls, home: Json) -> "Standing":
        """From the API's answer."""
        balance, hours, promised = home["balance"], home["hours_left"], home["deliverables"]
        return cls(
            owed=None if balance is None else tuple((row["currency"], row["open_minor"]) for row in balance),
            overdue=tuple((row["currency"], row["overdue_minor"]) for row in balance or () if row["overdue_count"]),
            hours_left=None if hours is None else tuple(HoursLeft(**row) for row in hours),
            deliverables=None if promised is None else tuple(_deliverable(row) for row in promised),
            counts={name: home[name] for name in ("projects", "tasks", "tickets", "reports", "drafts")},
        )

    @property
    def minutes_left(self) -> int | None:
        """What is left of all budgets together; a project that is over takes nothing from the others."""
        return sum(max(0, row.left_minutes) for row in self.hours_left) if self.hours_left else None


def _deliverable(row: Json) -> Deliverable:
    names = ("project_id", "project_name", "client_name", "title", "due_on", "is_late")
    return Deliverable(**{name: row[name] for name in names})


def _words(kind: str, number: int) -> str:
    return {
        "report_held": ngettext("%(num)s report is held back", "%(num)s reports are held back", number),
        "report_failed": ngettext("%(num)s report was not delivered", "%(num)s reports were not delivered", number),
        "invoice_overdue": ngettext(
            "%(num)s invoice is past its due date", "%(num)s invoices are past their due date", number
        ),
        "ticket_unanswered": ngettext(
            "%(num)s ticket waits for its first answer", "%(num)s tickets wait for their first answer", number
        ),
        "answer_wanted": ngettext(
            "%(num)s ticket waits for your answer", "%(num)s tickets wait for your answer", number
        ),
        "report_to_read": ngettext(
            "%(num)s report is to be read before it leaves", "%(num)s reports are to be read before they leave", number
        ),
        "task_late": ngettext("%(num)s of your tasks is late", "%(num)s of your tasks are late", number),
        "deliverable_late": ngettext("%(num)s milestone is late", "%(num)s milestones are late", number),
    }[kind]


_PLACES = {
    "report_held": ("alert-triangle", "/reports", "/reports"),
    "report_failed": ("mail", "/reports", "/reports"),
    "invoice_overdue": ("calendar-due", "/invoices/{id}", "/invoices?status=overdue"),
    "ticket_unanswered": ("lifebuoy", "/tickets/{id}", "/tickets?show=open"),
    "answer_wanted": ("message", "/tickets/{id}", "/tickets?show=waiting"),
    "report_to_read": ("report-analytics", "/reports", "/reports"),
    "task_late": ("checklist", "/tasks?who=mine", "/tasks?who=mine"),
    "deliverable_late": ("briefcase", "/projects/{id}", "/projects"),
}


def needs(home: Json) -> Iterator[Need]:
    """What waits for the viewer, the most urgent first; straight to the thing where it is only one."""
    for need in home["needs"]:
        icon, one, many = _PLACES[need["kind"]]
        href = one.format(id=need["id"]) if need["id"] else many
        yield Need(_words(need["kind"], need["count"]), icon, href)


def with_subjects(found: Iterator[Need], waiting: tuple[tuple[str, str], ...]) -> Iterator[Need]:
    """The same, with each ticket that waits for an answer by its subject: ``waiting`` is (id, subject)."""
    for need in found:
        if need.icon != "message" or not waiting:
            yield need
            continue
        for ident, subject in waiting:
            yield Need(_("Your answer is needed: %(subject)s", subject=subject), need.icon, f"/tickets/{ident}")
