select
    days.workspace_id,
    days.project_id,
    projects.client_id,
    days.on_day,
    days.minutes,
    days.billable_minutes,
    projects.budget_minutes is not null as has_budget,
    days.budget_minutes
from {{ ref('int_project_days') }} as days
inner join {{ ref('stg_app__projects') }} as projects
    on days.workspace_id = projects.workspace_id and days.project_id = projects.project_id
