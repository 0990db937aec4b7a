"""What may be done with people and their time: each verb locks, checks, changes and records."""

from api.time.models import Holiday, Person, PersonRate, TimeEntry, TimeOff, WorkingHours
from api.time.repository import findable
from api.time.service.calendar import (
    create_holiday,
    create_time_off,
    delete_holiday,
    delete_time_off,
    restore_time_off,
    update_time_off,
)
from api.time.service.entries import create_entry, delete_entry, restore_entry, update_entry
from api.time.service.history import set_rate, set_working_hours
from api.time.service.people import archive, create, restore, update

__all__ = [
    "Holiday",
    "Person",
    "PersonRate",
    "TimeEntry",
    "TimeOff",
    "WorkingHours",
    "archive",
    "create",
    "create_entry",
    "create_holiday",
    "create_time_off",
    "delete_entry",
    "delete_holiday",
    "delete_time_off",
    "findable",
    "restore",
    "restore_entry",
    "restore_time_off",
    "set_rate",
    "set_working_hours",
    "update",
    "update_entry",
    "update_time_off",
]
