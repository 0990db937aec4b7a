"""What the first page tells. Everything is as of this moment, from the rows themselves; what was *published* is told by
metrics. A part that the viewer may not see is null, which is not the same as nothing."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel

from api.billing.schemas import Balance
from api.projects.schemas import Deliverable, ProjectsStanding, TasksStanding
from api.reports.schemas import ReportsStanding
from api.support.schemas import TicketsStanding
from api.time.schemas import HoursLeft


class NeedKind(StrEnum):
    """Why something waits for the viewer; the order is that of urgency."""

    report_held = "report_held"
    report_failed = "report_failed"
    invoice_overdue = "invoice_overdue"
    ticket_unanswered = "ticket_unanswered"
    answer_wanted = "answer_wanted"
    report_to_read = "report_to_read"
    task_late = "task_late"
    deliverable_late = "deliverable_late"


class Need(BaseModel):
    """Something that waits for the viewer: of what kind, how many, and which one where it is only one."""

    kind: NeedKind
    count: int
    id: UUID | None


class Home(BaseModel):
    """The first page. ``today`` is the day in the workspace's zone that "late" is measured by."""

    today: date
    balance: list[Balance] | None
    drafts: int | None
    projects: ProjectsStanding | None
    hours_left: list[HoursLeft] | None
    deliverables: list[Deliverable] | None
    tasks: TasksStanding | None
    tickets: TicketsStanding | None
    reports: ReportsStanding | None
    needs: list[Need]
