"""People, their weeks and their absences from files."""

from typing import Any, Final

from api.events.schemas import EventName
from api.imports import generic, histories
from api.imports.fields import Field, Target, day, day_hours, email, key, one_of, price, yes
from api.imports.plan import Context
from api.imports.schemas import Kind
from api.imports.subject import Row, RowRefused, Subject
from api.time.models import Holiday, Person, TimeOff, WorkingHours

_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

PEOPLE: Final = Subject(
    kind=Kind.people,
    about="Who works for you, whether they sign in or not.",
    noun="person",
    fields=(
        Field("external_id", key, required=True, fallback="email", about="Default: the e-mail."),
        Field("email", email, required=True),
        Field("name", key, required=True),
        Field("title", key),
        Field("billable_role", yes, to="is_billable_role", about="Default: yes."),
        Field(
            "cost_rate",
            price,
            about="Cost of an hour in the workspace's currency. The first one counts from 1970-01-01, so that hours"
            " imported from years back have a cost; another one counts from the day of its import.",
        ),
    ),
    model=Person,
    event=EventName.PERSON_IMPORTED,
    plan=histories.plan_people,
)

WORKING_HOURS: Final = Subject(
    kind=Kind.working_hours,
    about="A person's week from a day until the person's next row.",
    noun="week",
    fields=(
        Field("external_id", key, required=True),
        Field("person", key, required=True, to="person_id", target=Target.person),
        Field("starts_on", day, required=True, to="started_on"),
        *(Field(name, day_hours, required=True, to=f"{name}_minutes") for name in _WEEKDAYS),
    ),
    model=WorkingHours,
    event=EventName.WORKING_HOURS_IMPORTED,
    plan=histories.plan_weeks,
    derived=("ended_on",),
)

HOLIDAYS: Final = Subject(
    kind=Kind.holidays,
    about="Days on which nobody works.",
    noun="holiday",
    fields=(
        Field("external_id", key, required=True),
        Field("date", day, required=True, to="on_date"),
        Field("name", key, required=True),
        Field("region", key, about="Empty: everywhere."),
    ),
    model=Holiday,
    event=EventName.HOLIDAY_IMPORTED,
    plan=generic.plan,
)


def _complete_time_off(_context: Context, row: Row, _ours: Any) -> None:
    if row["ends_on"] < row["starts_on"]:
        raise RowRefused("ends_on", "lies before starts_on; it is the last day off")
    if row.get("hours_per_day") == 0:
        raise RowRefused("hours_per_day", "is zero; leave it empty for whole days")


TIME_OFF: Final = Subject(
    kind=Kind.time_off,
    about="Days on which a person does not work.",
    noun="absence",
    fields=(
        Field("external_id", key, required=True),
        Field("person", key, required=True, to="person_id", target=Target.person),
        Field("starts_on", day, required=True),
        Field("ends_on", day, required=True, about="The last day off, included."),
        Field("hours_per_day", day_hours, to="minutes_per_day", about="Empty: whole days."),
        Field("kind", one_of("vacation", "sick", "other"), about="Default: vacation."),
    ),
    model=TimeOff,
    event=EventName.TIME_OFF_IMPORTED,
    plan=generic.plan,
    complete=_complete_time_off,
)
