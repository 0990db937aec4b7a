select
    workspace_id,
    id as ticket_id,
    client_id,
    assignee_id,
    external_id,
    number,
    priority,
    status,
    opened_at,
    first_response_at,
    resolved_at,
    reopened_count,
    is_satisfied,
    rated_at,
    source
from {{ source('raw', 'ticket') }}
