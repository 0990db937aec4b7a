select
    workspace_id,
    id as working_hours_id,
    person_id,
    started_on,
    ended_on,
    monday_minutes,
    tuesday_minutes,
    wednesday_minutes,
    thursday_minutes,
    friday_minutes,
    saturday_minutes,
    sunday_minutes
from {{ source('raw', 'working_hours') }}
