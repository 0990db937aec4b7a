-- What was worked on a project on each day, and its budget on the day on which it begins: the sums up to a day are what
-- was used of what, also where nothing was. A budget begins with the project, or with its first hour if that is earlier.
with entries as (
    select
        workspace_id,
        project_id,
        worked_on as on_day,
        sum(minutes) as minutes,
        coalesce(sum(minutes) filter (where is_billable), 0) as billable_minutes
    from {{ ref('stg_app__time_entries') }}
    where project_id is not null
    group by workspace_id, project_id, worked_on
),

first_days as (
    select workspace_id, project_id, min(on_day) as first_on
    from entries
    group by workspace_id, project_id
),

budgets as (
    select
        projects.workspace_id,
        projects.project_id,
        coalesce(least(projects.started_on, first_days.first_on), projects.due_on, workspaces.data_on) as on_day,
        projects.budget_minutes
    from {{ ref('stg_app__projects') }} as projects
    inner join {{ ref('int_workspaces') }} as workspaces on projects.workspace_id = workspaces.workspace_id
    left join first_days
        on projects.workspace_id = first_days.workspace_id and projects.project_id = first_days.project_id
    where projects.budget_minutes is not null
),

days as (
    select workspace_id, project_id, on_day, minutes, billable_minutes, 0 as budget_minutes from entries
    union all
    select workspace_id, project_id, on_day, 0 as minutes, 0 as billable_minutes, budget_minutes from budgets
)

select
    workspace_id,
    project_id,
    on_day,
    cast(sum(minutes) as integer) as minutes,
    cast(sum(billable_minutes) as integer) as billable_minutes,
    cast(sum(budget_minutes) as integer) as budget_minutes
from days
group by workspace_id, project_id, on_day
