"""What may go wrong with people and their time; each says what would help."""

from api.kit.errors import Conflict, Forbidden, Malformed


class PersonArchived(Conflict):
    """An archived person keeps the time entered and takes nothing new."""

    code = "person_archived"


class NoPerson(Conflict):
    """The one who asks works for nobody here: no person is linked with the sign-in."""

    code = "no_person"


class UserTaken(Conflict):
    """A sign-in belongs to one person."""

    code = "user_taken"


class NotYours(Forbidden):
    """One's own time is everybody's to write; another's needs the right to manage time."""

    code = "not_yours"


class ClosedMonth(Conflict):
    """A dated change may not reach into a closed month, unless it says that it corrects it."""

    code = "closed_month"


class DayFull(Conflict):
    """A day has 24 hours."""

    code = "day_full"


class HolidayExists(Conflict):
    """A day is a holiday once."""

    code = "holiday_exists"


class Overlaps(Conflict):
    """A person is off already."""

    code = "overlaps"


class BadDate(Malformed):
    """A date that contradicts another."""

    code = "bad_date"


class BadEntry(Malformed):
    """What stands in a time entry contradicts itself."""

    code = "bad_entry"
