"""What lists of events show, and may be sorted and filtered by."""

from dataclasses import replace

from api.events.models import Event, EventOrigin
from api.events.schemas import EventOut
from api.kit.lists import ListSpec

EVENTS = ListSpec(
    columns={name: getattr(Event, name) for name in EventOut.model_fields},
    default_sort="-occurred_at",
    sortable=("occurred_at",),
    filterable=("name", "actor_kind", "actor_id", "subject_kind", "subject_id", "occurred_at"),
)
ACTIVITY = replace(EVENTS, columns={**EVENTS.columns, "address": EventOrigin.address})
