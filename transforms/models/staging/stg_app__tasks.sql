select
    workspace_id,
    id as task_id,
    project_id,
    milestone_id,
    assignee_id,
    external_id,
    title,
    priority,
    estimate_minutes,
    started_on,
    due_on,
    completed_on,
    source
from {{ source('raw', 'task') }}
