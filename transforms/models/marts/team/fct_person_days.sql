select
    days.workspace_id,
    days.person_id,
    days.on_day,
    days.capacity_minutes,
    days.holiday_minutes,
    days.time_off_minutes,
    cast(days.capacity_minutes - days.holiday_minutes - days.time_off_minutes as integer) as available_minutes,
    days.worked_minutes,
    days.billable_minutes,
    days.client_minutes,
    people.is_billable_role,
    days.on_day <= workspaces.data_on as is_over
from {{ ref('int_person_days') }} as days
inner join {{ ref('stg_app__people') }} as people
    on days.workspace_id = people.workspace_id and days.person_id = people.person_id
inner join {{ ref('int_workspaces') }} as workspaces on days.workspace_id = workspaces.workspace_id
