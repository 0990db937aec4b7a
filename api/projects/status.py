"""What dates say about a state. A task's and a project's state is never stored: its dates are, and it follows."""

from typing import Any

from sqlalchemy import ColumnElement, case

from api.projects.models import Project, Task


def task_status() -> ColumnElement[Any]:
    """``todo``, ``in_progress`` once started, ``done`` once completed."""
    return case((Task.completed_on.is_not(None), "done"), (Task.started_on.is_not(None), "in_progress"), else_="todo")


def project_status() -> ColumnElement[Any]:
    """``completed`` once completed, ``active`` before."""
    return case((Project.completed_on.is_not(None), "completed"), else_="active")
