select workspace_id, time_entry_id, client_id, project_id, person_id, worked_on, minutes, cost_rate, cost_currency as currency
from {{ ref('int_time_entries_rated') }}
where cost_rate is not null
