-- What a person's week says for each of its days, from its first until a year after the data date: what lies ahead is
-- planned with it.
with weeks as (
    select
        hours.*,
        least(coalesce(hours.ended_on - 1, date '9999-12-31'), workspaces.data_on + 366) as last_on
    from {{ ref('stg_app__working_hours') }} as hours
    inner join {{ ref('int_workspaces') }} as workspaces on hours.workspace_id = workspaces.workspace_id
),

days as (
    select
        workspace_id,
        person_id,
        started_on,
        {{ each_day('started_on', 'last_on') }} as on_day,
        [
            monday_minutes, tuesday_minutes, wednesday_minutes, thursday_minutes,
            friday_minutes, saturday_minutes, sunday_minutes
        ] as week
    from weeks
)

select workspace_id, person_id, on_day, cast(week[isodow(on_day)] as integer) as capacity_minutes
from days
qualify row_number() over (partition by workspace_id, person_id, on_day order by started_on desc) = 1
