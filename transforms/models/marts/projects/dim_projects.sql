select
    projects.workspace_id,
    projects.project_id,
    projects.client_id,
    projects.external_id,
    projects.project_key,
    projects.name,
    cast(projects.budget_minutes as integer) as budget_minutes,
    projects.fixed_fee,
    projects.currency,
    projects.started_on,
    projects.due_on,
    projects.completed_on,
    {{ judged_on('projects.due_on', 'projects.completed_on', 'workspaces.data_on') }} as judged_on,
    coalesce(projects.completed_on <= projects.due_on, false) as is_on_time,
    projects.is_archived,
    projects.source
from {{ ref('stg_app__projects') }} as projects
inner join {{ ref('int_workspaces') }} as workspaces on projects.workspace_id = workspaces.workspace_id
