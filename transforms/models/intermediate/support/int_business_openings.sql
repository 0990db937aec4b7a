-- When support is open, in microseconds since 1970, and how much of opening time went before: the business time between
-- two instants is the difference of what went before each. A workspace without hours of its own has those of the policy.
with own_hours as (
    select distinct workspace_id from {{ ref('stg_app__business_intervals') }}
),

default_hours as (
    select * from (
        values
        {%- for weekday, opens, closes in var('policy')['default_opening_hours']['intervals'] %}
            ({{ weekday }}, {{ opens }}, {{ closes }}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as hours (weekday, opens_minute, closes_minute)
),

intervals as (
    select workspace_id, weekday, opens_minute, closes_minute
    from {{ ref('stg_app__business_intervals') }}
    union all
    select workspaces.workspace_id, default_hours.weekday, default_hours.opens_minute, default_hours.closes_minute
    from {{ ref('int_workspaces') }} as workspaces
    cross join default_hours
    where workspaces.workspace_id not in (select workspace_id from own_hours)
),

reaches as (
    select
        workspaces.workspace_id,
        workspaces.timezone,
        cast(min(tickets.opened_at) at time zone workspaces.timezone as date) as first_on,
        greatest(
            workspaces.data_on,
            cast(max(greatest(tickets.opened_at, tickets.first_response_at, tickets.resolved_at)) at time zone workspaces.timezone as date)
        ) as last_on
    from {{ ref('int_workspaces') }} as workspaces
    inner join {{ ref('stg_app__tickets') }} as tickets on workspaces.workspace_id = tickets.workspace_id
    group by workspaces.workspace_id, workspaces.timezone, workspaces.data_on
),

days as (
    select workspace_id, timezone, {{ each_day('first_on', 'last_on') }} as on_day
    from reaches
),

openings as (
    select
        days.workspace_id,
        {{ instant_of('(cast(days.on_day as timestamp) + to_minutes(intervals.opens_minute))', 'days.timezone') }} as opens_us,
        {{ instant_of('(cast(days.on_day as timestamp) + to_minutes(intervals.closes_minute))', 'days.timezone') }} as closes_us
    from days
    inner join intervals
        on days.workspace_id = intervals.workspace_id and isodow(days.on_day) - 1 = intervals.weekday
    left join {{ ref('stg_app__holidays') }} as holidays
        on days.workspace_id = holidays.workspace_id and days.on_day = holidays.on_date and holidays.region is null
    where holidays.holiday_id is null
)

select
    workspace_id,
    opens_us,
    closes_us,
    cast(coalesce(
        sum(closes_us - opens_us) over (
            partition by workspace_id order by opens_us
            rows between unbounded preceding and 1 preceding
        ), 0
    ) as bigint) as before_us
from openings
where closes_us > opens_us
