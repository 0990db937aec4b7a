select
    tasks.workspace_id,
    tasks.task_id,
    tasks.project_id,
    projects.client_id,
    tasks.milestone_id,
    tasks.assignee_id as person_id,
    tasks.external_id,
    tasks.title,
    tasks.priority,
    cast(tasks.estimate_minutes as integer) as estimate_minutes,
    tasks.started_on,
    tasks.due_on,
    tasks.completed_on,
    {{ judged_on('tasks.due_on', 'tasks.completed_on', 'workspaces.data_on') }} as judged_on,
    coalesce(tasks.completed_on <= tasks.due_on, false) as is_on_time,
    tasks.source
from {{ ref('stg_app__tasks') }} as tasks
inner join {{ ref('stg_app__projects') }} as projects
    on tasks.workspace_id = projects.workspace_id and tasks.project_id = projects.project_id
inner join {{ ref('int_workspaces') }} as workspaces on tasks.workspace_id = workspaces.workspace_id
