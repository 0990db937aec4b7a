select
    milestones.workspace_id,
    milestones.milestone_id,
    milestones.project_id,
    projects.client_id,
    milestones.external_id,
    milestones.title,
    milestones.due_on,
    milestones.completed_on,
    {{ judged_on('milestones.due_on', 'milestones.completed_on', 'workspaces.data_on') }} as judged_on,
    coalesce(milestones.completed_on <= milestones.due_on, false) as is_on_time,
    milestones.source
from {{ ref('stg_app__milestones') }} as milestones
inner join {{ ref('stg_app__projects') }} as projects
    on milestones.workspace_id = projects.workspace_id and milestones.project_id = projects.project_id
inner join {{ ref('int_workspaces') }} as workspaces on milestones.workspace_id = workspaces.workspace_id
