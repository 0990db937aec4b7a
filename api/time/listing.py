"""What the lists of people and time show, and may be sorted, filtered and searched by."""

from api.kit.lists import ListSpec
from api.projects.models import Project, Task
from api.time.models import Holiday, Person, TimeEntry, TimeOff
from api.time.schemas import HolidayOut, TeamPersonOut, TimeEntryOut, TimeOffOut, TotalBy

_PERSON = {"archived": Person.archived_at.is_not(None)}
_ENTRY = {"person_name": Person.name, "project_name": Project.name, "task_title": Task.title}

PEOPLE = ListSpec(
    columns={name: _PERSON[name] if name in _PERSON else getattr(Person, name) for name in TeamPersonOut.model_fields},
    default_sort="name",
    sortable=("name", "title", "created_at"),
    filterable=("user_id", "is_billable_role", "region", "archived", "external_id", "source"),
    search=(Person.name, Person.email, Person.title, Person.external_id),
)
HOLIDAYS = ListSpec(
    columns={name: getattr(Holiday, name) for name in HolidayOut.model_fields},
    default_sort="on_date",
    sortable=("on_date", "name"),
    filterable=("on_date", "region", "external_id"),
    search=(Holiday.name,),
)
TIME_OFF = ListSpec(
    columns={
        name: Person.name if name == "person_name" else getattr(TimeOff, name) for name in TimeOffOut.model_fields
    },
    default_sort="-starts_on",
    sortable=("starts_on", "ends_on", "person_name"),
    filterable=("person_id", "starts_on", "ends_on", "kind", "external_id"),
)
TIME_ENTRIES = ListSpec(
    columns={name: _ENTRY[name] if name in _ENTRY else getattr(TimeEntry, name) for name in TimeEntryOut.model_fields},
    default_sort="-worked_on",
    sortable=("worked_on", "minutes", "person_name", "project_name", "created_at"),
    filterable=(
        "person_id",
        "project_id",
        "task_id",
        "client_id",
        "worked_on",
        "is_billable",
        "minutes",
        "external_id",
        "source",
    ),
    search=(TimeEntry.note, Project.name, Task.title),
)
TOTALS_BY = {
    TotalBy.project: TimeEntry.project_id,
    TotalBy.task: TimeEntry.task_id,
    TotalBy.person: TimeEntry.person_id,
    TotalBy.client: TimeEntry.client_id,
    TotalBy.day: TimeEntry.worked_on,
}
