select
    workspace_id,
    id as time_entry_id,
    external_id,
    person_id,
    project_id,
    task_id,
    client_id,
    worked_on,
    minutes,
    is_billable,
    bill_rate,
    currency,
    source
from {{ source('raw', 'time_entry') }}
