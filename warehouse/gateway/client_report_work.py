"""What a client report says of work and tickets: projects with their hours, what was completed, what was promised."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from uuid import UUID

from warehouse.gateway.answers import MetricRow
from warehouse.gateway.client_report_figures import DoneRow, MilestoneRow, PriorityRow, ProjectHours
from warehouse.gateway.questions import Desk
from warehouse.gateway.reader import Row

Asking = Callable[..., list[MetricRow]]
"""Rows of a metric for the report's client: name, then the fields of a :class:`MetricQuery`."""

MAX_ROWS = 5_000
_PROJECTS = "select project_id, project_key, name from {dim_projects} where client_id = cast($client_id as uuid)"
_DONE = """
    select done.project_id, projects.name, done.kind, done.title, done.completed_on from (
        select project_id, 'milestone' as kind, title, completed_on, milestone_id as id from {fct_milestones}
        where client_id = cast($client_id as uuid) and completed_on between $first and $last
        union all
        select project_id, 'task', title, completed_on, task_id from {fct_tasks}
        where client_id = cast($client_id as uuid) and completed_on between $first and $last
    ) as done
    inner join {dim_projects} as projects on done.project_id = projects.project_id
    order by projects.name, done.project_id, done.kind, done.completed_on, done.title, done.id
    limit $row_limit"""
_MILESTONES = """
    select milestones.project_id, projects.name, milestones.title, milestones.due_on,
        case when milestones.completed_on <= $last then milestones.completed_on end as completed
    from {fct_milestones} as milestones
    inner join {dim_projects} as projects on milestones.project_id = projects.project_id
    where milestones.client_id = cast($client_id as uuid)
        and (completed between $first and $last or (completed is null and milestones.due_on is not null))
        and coalesce(projects.completed_on, $last) >= $first
    order by coalesce(milestones.due_on, completed), milestones.title, milestones.milestone_id
    limit $row_limit"""


class Work:
    """One client's work in one period."""

    def __init__(self, desk: Desk, ask: Asking, client_id: UUID, first: date, last: date) -> None:
        self._desk, self._ask, self._client_id = desk, ask, client_id
        self._first, self._last = first, last

    def projects(self) -> tuple[ProjectHours, ...]:
        """Projects with hours in the period, most hours first."""
        hours = _by(self._ask("project_hours", by=("project",), first=self._first, last=self._last), "project")
        used = _by(self._ask("project_hours", by=("project",), last=self._last, grain="year"), "project")
        budgets = _by(self._ask("project_budget_hours", by=("project",), as_of=self._last), "project")
        rows = self._desk.pin.rows(self._desk.scope, _PROJECTS, {"client_id": str(self._client_id)})
        found = [
            ProjectHours(project_id, name, hours[key], used.get(key, Decimal(0)), budgets.get(key) or None)
            for project_id, key, name in rows
            if hours.get(key)
        ]
        return tuple(sorted(found, key=lambda one: (-one.hours, one.name, one.project_id)))

    def done(self) -> tuple[DoneRow, ...]:
        """Tasks and milestones completed in the period, by project."""
        return tuple(DoneRow(*row) for row in self._rows(_DONE))

    def milestones(self) -> tuple[MilestoneRow, ...]:
        """Completed in the period, late on its last day, and due later, by the day they are due."""
        return tuple(MilestoneRow(*row) for row in self._rows(_MILESTONES))

    def priorities(self) -> tuple[PriorityRow, ...]:
        """Tickets by priority, without those of which there were none."""
        during = {"by": ("priority",), "first": self._first, "last": self._last}
        opened = _by(self._ask("tickets_opened", **during), "priority")
        resolved = _by(self._ask("tickets_resolved", **during), "priority")
        in_time = _last(self._ask("sla_met", **during, grain="year"), "priority")
        return tuple(
            PriorityRow(priority, opened[priority], resolved.get(priority, Decimal(0)), in_time.get(priority))
            for priority in opened
            if opened[priority] or resolved.get(priority) or in_time.get(priority) is not None
        )

    def _rows(self, sql: str) -> list[Row]:
        known: dict[str, object] = {"client_id": str(self._client_id), "first": self._first, "last": self._last}
        return self._desk.pin.rows(self._desk.scope, sql, {**known, "row_limit": MAX_ROWS})


def _by(rows: list[MetricRow], dimension: str) -> dict[str, Decimal]:
    """Sums over the periods of an additive metric."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        key = str(row.dimensions[dimension])
        sums[key] = sums.get(key, Decimal(0)) + (row.value or Decimal(0))
    return sums


def _last(rows: list[MetricRow], dimension: str) -> dict[str, Decimal]:
    """The one value of each key."""
    return {str(row.dimensions[dimension]): row.value for row in rows if row.value is not None}
