"""What may go wrong with a subscription; each says what would help."""

from api.kit.errors import Conflict, Malformed


class MonthClosed(Conflict):
    """A change reaches back behind the current month; only a correction may."""

    code = "month_closed"


class SubscriptionEnded(Conflict):
    """An ended subscription keeps its days and takes no change."""

    code = "subscription_ended"


class AlreadyPaused(Conflict):
    """Two pauses never share a day."""

    code = "subscription_paused"


class NotPaused(Conflict):
    """Only a paused subscription is resumed."""

    code = "subscription_not_paused"


class NotCancelled(Conflict):
    """Only an end that is agreed and still to come can be withdrawn."""

    code = "subscription_not_cancelled"


class LineConflict(Conflict):
    """The line's own days do not allow this change."""

    code = "line_conflict"


class NothingLeft(Conflict):
    """A subscription without lines is a cancelled one."""

    code = "nothing_left"


class BadDate(Malformed):
    """A date that contradicts another."""

    code = "bad_date"


class BadLine(Malformed):
    """A line that says too little, or does not belong here."""

    code = "bad_line"
