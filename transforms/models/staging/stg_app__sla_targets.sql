select workspace_id, id as sla_target_id, priority, first_response_minutes, resolution_minutes
from {{ source('raw', 'sla_target') }}
