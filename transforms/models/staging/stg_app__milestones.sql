select
    workspace_id,
    id as milestone_id,
    project_id,
    external_id,
    title,
    due_on,
    completed_on,
    source
from {{ source('raw', 'milestone') }}
