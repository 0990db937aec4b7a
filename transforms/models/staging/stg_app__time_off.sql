select workspace_id, id as time_off_id, person_id, starts_on, ends_on, minutes_per_day, kind
from {{ source('raw', 'time_off') }}
