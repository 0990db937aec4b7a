"""What may go wrong with projects; each says what would help."""

from api.kit.errors import Conflict, Malformed


class ProjectArchived(Conflict):
    """An archived project keeps its hours and takes nothing new."""

    code = "project_archived"


class ProjectCompleted(Conflict):
    """A project is completed once; reopen it first."""

    code = "project_completed"


class TaskHasTime(Conflict):
    """Time stands on the task, so that it cannot go; complete it instead."""

    code = "task_has_time"


class BadDate(Malformed):
    """A date that contradicts another."""

    code = "bad_date"


class BadFee(Malformed):
    """A fee that the currency cannot express, or that cannot be stored."""

    code = "bad_fee"


class OtherProject(Malformed):
    """A milestone or a person that this project's task cannot have."""

    code = "other_project"
