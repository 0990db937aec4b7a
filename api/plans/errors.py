"""What a plan does not include."""

from api.kit.errors import Conflict


class LimitReached(Conflict):
    """The plan's limit is used up; nothing was changed."""

    code = "limit_reached"
    title = "The plan's limit is reached"
