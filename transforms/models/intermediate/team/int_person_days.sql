-- A person's day: what it could have been, what holidays and time off took of it, and what was worked. Time off takes
-- only what a holiday has left, and never more than there is.
with holidays as (
    select distinct people.workspace_id, people.person_id, holidays.on_date as on_day
    from {{ ref('stg_app__people') }} as people
    inner join {{ ref('stg_app__holidays') }} as holidays
        on people.workspace_id = holidays.workspace_id
        and (holidays.region is null or holidays.region = people.region)
),

time_off_days as (
    select workspace_id, person_id, {{ each_day('starts_on', 'ends_on') }} as on_day, minutes_per_day
    from {{ ref('stg_app__time_off') }}
),

time_off as (
    select workspace_id, person_id, on_day, sum(coalesce(minutes_per_day, 1440)) as minutes
    from time_off_days
    group by workspace_id, person_id, on_day
),

worked as (
    select
        workspace_id,
        person_id,
        worked_on as on_day,
        sum(minutes) as worked_minutes,
        coalesce(sum(minutes) filter (where is_billable), 0) as billable_minutes,
        coalesce(sum(minutes) filter (where client_id is not null), 0) as client_minutes
    from {{ ref('stg_app__time_entries') }}
    group by workspace_id, person_id, worked_on
),

days as (
    select
        coalesce(capacity.workspace_id, worked.workspace_id) as workspace_id,
        coalesce(capacity.person_id, worked.person_id) as person_id,
        coalesce(capacity.on_day, worked.on_day) as on_day,
        coalesce(capacity.capacity_minutes, 0) as capacity_minutes,
        coalesce(worked.worked_minutes, 0) as worked_minutes,
        coalesce(worked.billable_minutes, 0) as billable_minutes,
        coalesce(worked.client_minutes, 0) as client_minutes
    from {{ ref('int_person_capacity') }} as capacity
    full outer join worked
        on capacity.workspace_id = worked.workspace_id
        and capacity.person_id = worked.person_id
        and capacity.on_day = worked.on_day
),

closed as (
    select
        days.*,
        case when holidays.on_day is null then 0 else days.capacity_minutes end as holiday_minutes,
        coalesce(time_off.minutes, 0) as wanted_off
    from days
    left join holidays
        on days.workspace_id = holidays.workspace_id
        and days.person_id = holidays.person_id
        and days.on_day = holidays.on_day
    left join time_off
        on days.workspace_id = time_off.workspace_id
        and days.person_id = time_off.person_id
        and days.on_day = time_off.on_day
)

select
    workspace_id,
    person_id,
    on_day,
    cast(capacity_minutes as integer) as capacity_minutes,
    cast(holiday_minutes as integer) as holiday_minutes,
    cast(least(wanted_off, capacity_minutes - holiday_minutes) as integer) as time_off_minutes,
    cast(worked_minutes as integer) as worked_minutes,
    cast(billable_minutes as integer) as billable_minutes,
    cast(client_minutes as integer) as client_minutes
from closed
where capacity_minutes > 0 or worked_minutes > 0
