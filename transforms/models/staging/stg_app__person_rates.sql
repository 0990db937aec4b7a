select workspace_id, id as person_rate_id, person_id, kind, hourly_rate, currency, started_on, ended_on
from {{ source('raw', 'person_rate') }}
