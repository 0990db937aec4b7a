{{ config(tags=['audit']) }}
-- A project's days add up to its time entries and to its budget.
with worked as (
    select workspace_id, project_id, sum(minutes) as minutes
    from {{ source('raw', 'time_entry') }}
    where project_id is not null
    group by workspace_id, project_id
),

days as (
    select workspace_id, project_id, sum(minutes) as minutes, sum(budget_minutes) as budget_minutes
    from {{ ref('fct_project_days') }}
    group by workspace_id, project_id
)

select projects.id as project_id
from {{ source('raw', 'project') }} as projects
left join worked on projects.workspace_id = worked.workspace_id and projects.id = worked.project_id
left join days on projects.workspace_id = days.workspace_id and projects.id = days.project_id
where coalesce(days.minutes, 0) <> coalesce(worked.minutes, 0)
   or coalesce(days.budget_minutes, 0) <> coalesce(projects.budget_minutes, 0)
