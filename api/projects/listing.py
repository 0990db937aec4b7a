"""What the lists of projects show, and may be sorted, filtered and searched by.

A client has lists of its own: the agency's own business is null there, so that neither a filter nor a sort tells it.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, cast, func, null, select
from sqlalchemy.orm import InstrumentedAttribute

from api.clients.models import Client
from api.kit.lists import ListSpec
from api.projects.models import Milestone, Project, Task
from api.projects.schemas import MilestoneOut, ProjectOut, TaskOut
from api.projects.status import project_status, task_status
from api.time.models import Person
from imisofts.access import Actor


def _count(of: type[Task] | type[Milestone], *, done: bool) -> ColumnElement[Any]:
    query = select(func.count()).where(of.project_id == Project.id)
    return (query.where(of.completed_on.is_not(None)) if done else query).correlate(Project).scalar_subquery()


def _columns(model: type[Any], shown: Any, special: dict[str, Any]) -> dict[str, Any]:
    return {name: special[name] if name in special else getattr(model, name) for name in shown.model_fields}


PROJECTS = ListSpec(
    columns=_columns(
        Project,
        ProjectOut,
        {
            "client_name": Client.name,
            "status": project_status(),
            "archived": Project.archived_at.is_not(None),
            "tasks_total": _count(Task, done=False),
            "tasks_done": _count(Task, done=True),
            "milestones_total": _count(Milestone, done=False),
            "milestones_done": _count(Milestone, done=True),
        },
    ),
    default_sort="name",
    sortable=("name", "client_name", "started_on", "due_on", "completed_on", "budget_minutes", "created_at"),
    filterable=("client_id", "status", "archived", "started_on", "due_on", "completed_on", "external_id", "source"),
    search=(Project.name, Client.name, Project.external_id),
)
MILESTONES = ListSpec(
    columns=_columns(Milestone, MilestoneOut, {}),
    default_sort="due_on",
    sortable=("due_on", "title", "created_at"),
    filterable=("due_on", "completed_on", "external_id"),
    search=(Milestone.title,),
)
TASKS = ListSpec(
    columns=_columns(
        Task, TaskOut, {"project_name": Project.name, "assignee_name": Person.name, "status": task_status()}
    ),
    default_sort="due_on",
    sortable=("due_on", "title", "priority", "project_name", "completed_on", "created_at"),
    filterable=(
        "project_id",
        "milestone_id",
        "assignee_id",
        "status",
        "priority",
        "started_on",
        "due_on",
        "completed_on",
        "external_id",
    ),
    search=(Task.title, Project.name),
)
PROJECT_TASKS = replace(TASKS, filterable=tuple(name for name in TASKS.filterable if name != "project_id"))

_HIDDEN = {
    "external_id", "budget_minutes", "fixed_fee_minor", "assignee_id", "assignee_name", "description", "priority",
    "estimate_minutes",
}  # fmt: skip


def _without(column: Any) -> Any:
    kind = column.type if isinstance(column, InstrumentedAttribute | ColumnElement) else None
    assert kind is not None
    return cast(null(), kind)


def _for_client(spec: ListSpec, search: tuple[Any, ...]) -> ListSpec:
    columns = {name: _without(column) if name in _HIDDEN else column for name, column in spec.columns.items()}
    return replace(spec, columns=columns, search=search)


_CLIENTS = {
    id(PROJECTS): _for_client(PROJECTS, (Project.name,)),
    id(MILESTONES): _for_client(MILESTONES, (Milestone.title,)),
    id(TASKS): _for_client(TASKS, (Task.title, Project.name)),
}


def shown_to(actor: Actor, spec: ListSpec) -> ListSpec:
    """``spec`` as the actor may see it."""
    return _CLIENTS[id(spec)] if actor.is_client else spec
