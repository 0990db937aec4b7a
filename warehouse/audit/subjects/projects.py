"""Projects, milestones, tasks."""

from warehouse.audit.lines import Frame, Reconciliation, rows

FRAMES: dict[str, Frame] = {
    "dim_projects": Frame(key=("workspace_id", "project_id")),
    "fct_project_days": Frame(
        key=("workspace_id", "project_id", "on_day"),
        ranges=dict.fromkeys(("minutes", "billable_minutes", "budget_minutes"), (0, None)),
    ),
    "fct_milestones": Frame(key=("workspace_id", "milestone_id")),
    "fct_tasks": Frame(key=("workspace_id", "task_id"), values={"priority": ("low", "normal", "high", "urgent")}),
}


def _minutes(name: str, raw: str, column: str) -> Reconciliation:
    return Reconciliation(
        name=name,
        marts=("fct_project_days",),
        raw=f"select workspace_id, 'minutes', sum({raw} group by all",
        mart=f"select workspace_id, 'minutes', sum({column}) from scratch.marts.fct_project_days group by all",
    )


RECONCILIATIONS: tuple[Reconciliation, ...] = (
    rows("every project", "project", "dim_projects"),
    rows("every milestone", "milestone", "fct_milestones"),
    rows("every task", "task", "fct_tasks"),
    _minutes("hours on projects", "minutes) from lake.raw.time_entry where project_id is not null", "minutes"),
    _minutes("budgets of projects", "budget_minutes) from lake.raw.project", "budget_minutes"),
)
