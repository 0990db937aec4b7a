{{ config(tags=['audit']) }}
-- Every minute of every time entry stands in a day of its person, and no day has less than nothing available.
with worked as (
    select workspace_id, person_id, worked_on as on_day, sum(minutes) as minutes
    from {{ source('raw', 'time_entry') }}
    group by workspace_id, person_id, worked_on
)

select coalesce(days.person_id, worked.person_id) as person_id, coalesce(days.on_day, worked.on_day) as on_day
from {{ ref('fct_person_days') }} as days
full outer join worked
    on days.workspace_id = worked.workspace_id and days.person_id = worked.person_id and days.on_day = worked.on_day
where coalesce(days.worked_minutes, 0) <> coalesce(worked.minutes, 0)
   or days.available_minutes < 0
   or days.billable_minutes > days.worked_minutes
