"""What may be done with projects, milestones and tasks: each verb locks, checks, changes and records."""

from api.projects.models import Milestone, Project, Task
from api.projects.repository import findable_projects, findable_tasks
from api.projects.service.milestones import create_milestone, delete_milestone, restore_milestone, update_milestone
from api.projects.service.projects import archive, complete, create, reopen, restore, update, usable
from api.projects.service.tasks import create_task, delete_task, project_of_task, restore_task, update_task

__all__ = [
    "Milestone",
    "Project",
    "Task",
    "archive",
    "complete",
    "create",
    "create_milestone",
    "create_task",
    "delete_milestone",
    "delete_task",
    "findable_projects",
    "findable_tasks",
    "project_of_task",
    "reopen",
    "restore",
    "restore_milestone",
    "restore_task",
    "update",
    "update_milestone",
    "update_task",
    "usable",
]
