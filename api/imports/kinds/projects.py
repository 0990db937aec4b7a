"""Projects, milestones and tasks from files."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from api.billing.service import amounts
from api.events.schemas import EventName
from api.imports import generic
from api.imports.fields import Field, Target, day, hours, key, price
from api.imports.plan import Context, Plan
from api.imports.schemas import Kind
from api.imports.subject import Row, Subject
from api.projects.models import Milestone, Project, Task

_FOLLOW: Final = text(
    "update time_entry set client_id = :client_id, version = version + 1, updated_at = now()"
    " where project_id = :project_id and client_id is distinct from :client_id"
)


async def _plan_projects(context: Context, subject: Subject, rows: list[Row]) -> Plan:
    """Where a project goes to another client, its hours go with it."""
    made = await generic.plan(context, subject, rows)
    moved: dict[UUID, UUID | None] = {
        change.id: change.values["client_id"]
        for change in made.changed
        if change.before is not None and change.before.get("client_id") != change.values["client_id"]
    }
    made.statements += [(_FOLLOW, {"project_id": project, "client_id": client}) for project, client in moved.items()]
    return made


def _complete(context: Context, row: Row, ours: Any) -> None:
    """The fee is in the client's currency; an internal project's, in the workspace's."""
    if "client" in row:
        client = row["found"]["client"]
        row["currency"] = client["currency"] if client else context.currency
    else:
        row["currency"] = ours.currency if ours is not None else context.currency
    if "fixed_fee" in row:
        fee = row["fixed_fee"]
        row["fixed_fee_minor"] = None if fee is None else amounts.to_minor(fee, row["currency"])


PROJECTS: Final = Subject(
    kind=Kind.projects,
    about="Work with a beginning and an end.",
    noun="project",
    fields=(
        Field("external_id", key, required=True),
        Field("name", key, required=True),
        Field("client", key, to="client_id", target=Target.client, about="Empty: internal."),
        Field("budget_hours", hours, to="budget_minutes"),
        Field("fixed_fee", price, about="In the client's currency."),
        Field("started_on", day),
        Field("due_on", day),
        Field("completed_on", day),
    ),
    model=Project,
    event=EventName.PROJECT_IMPORTED,
    plan=_plan_projects,
    complete=_complete,
    derived=("currency", "fixed_fee_minor"),
    dated="started_on",
)

MILESTONES: Final = Subject(
    kind=Kind.milestones,
    about="Results promised for a day.",
    noun="milestone",
    fields=(
        Field("external_id", key, required=True),
        Field("project", key, required=True, to="project_id", target=Target.project),
        Field("title", key, required=True),
        Field("due_on", day),
        Field("completed_on", day),
    ),
    model=Milestone,
    event=EventName.MILESTONE_IMPORTED,
    plan=generic.plan,
)

TASKS: Final = Subject(
    kind=Kind.tasks,
    about="Pieces of work. In progress once started, done once completed.",
    noun="task",
    fields=(
        Field("external_id", key, required=True),
        Field("project", key, required=True, to="project_id", target=Target.project),
        Field("title", key, required=True),
        Field("estimate_hours", hours, to="estimate_minutes"),
        Field("assignee", key, to="assignee_id", target=Target.person),
        Field("started_on", day),
        Field("due_on", day),
        Field("completed_on", day),
    ),
    model=Task,
    event=EventName.TASK_IMPORTED,
    plan=generic.plan,
)
