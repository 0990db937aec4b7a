"""Refusals of views."""

from api.kit.errors import Conflict, Forbidden


class NobodyInParticular(Forbidden):
    """A view is somebody's; the operator is no person of the workspace."""

    code = "no_person"


class NotYourView(Forbidden):
    """A shared view is seen by everybody and changed by whoever saved it."""

    code = "not_your_view"


class NameTaken(Conflict):
    """One person has one view of a name for each list."""

    code = "name_taken"


class TooManyViews(Conflict):
    """A list has room for so many views of one person."""

    code = "too_many_views"
