-- The share of milestones, else of tasks, that were due in 90 days and on time, from the day of each change on. What is
-- late is known to be so from the day after it was due, whenever it is done.
with promises as (
    select workspace_id, project_id, true as is_milestone, due_on, completed_on
    from {{ ref('stg_app__milestones') }}
    union all
    select workspace_id, project_id, false as is_milestone, due_on, completed_on
    from {{ ref('stg_app__tasks') }}
),

judged as (
    select
        promises.workspace_id,
        projects.client_id,
        promises.is_milestone,
        promises.due_on,
        coalesce(promises.completed_on <= promises.due_on, false) as is_on_time
    from promises
    inner join {{ ref('stg_app__projects') }} as projects
        on promises.workspace_id = projects.workspace_id and promises.project_id = projects.project_id
    where promises.due_on is not null and projects.client_id is not null
),

steps as (
    select
        workspace_id,
        client_id,
        is_milestone,
        is_on_time,
        case when is_on_time then due_on else due_on + 1 end as on_day,
        1 as turn
    from judged
    union all
    select workspace_id, client_id, is_milestone, is_on_time, due_on + 90 as on_day, -1 as turn
    from judged
),

days as (
    select
        workspace_id,
        client_id,
        on_day,
        sum(turn) filter (where is_milestone) as milestones,
        sum(turn) filter (where is_milestone and is_on_time) as milestones_on_time,
        sum(turn) filter (where not is_milestone) as tasks,
        sum(turn) filter (where not is_milestone and is_on_time) as tasks_on_time
    from steps
    group by workspace_id, client_id, on_day
),

running as (
    select
        workspace_id,
        client_id,
        on_day,
        coalesce(sum(milestones) over client_days, 0) as milestones,
        coalesce(sum(milestones_on_time) over client_days, 0) as milestones_on_time,
        coalesce(sum(tasks) over client_days, 0) as tasks,
        coalesce(sum(tasks_on_time) over client_days, 0) as tasks_on_time
    from days
    window client_days as (partition by workspace_id, client_id order by on_day)
)

select
    workspace_id,
    client_id,
    on_day,
    cast(
        case when milestones > 0 then {{ share('milestones_on_time', 'milestones') }} else {{ share('tasks_on_time', 'tasks') }} end
        as decimal(18, 8)
    ) as on_time_share
from running
