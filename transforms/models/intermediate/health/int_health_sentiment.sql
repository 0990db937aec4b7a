-- The share of satisfied ratings, each weighing half as much every 90 days and nothing after 360, from the day of each
-- change on; empty without a rating. Between two changes all weights fall alike, so that the share stays.
with ratings as (
    select
        tickets.workspace_id,
        tickets.client_id,
        cast(coalesce(tickets.rated_at, tickets.resolved_at, tickets.opened_at) at time zone workspaces.timezone as date) as rated_on,
        tickets.is_satisfied
    from {{ ref('stg_app__tickets') }} as tickets
    inner join {{ ref('int_workspaces') }} as workspaces on tickets.workspace_id = workspaces.workspace_id
    where tickets.is_satisfied is not null
),

days as (
    select workspace_id, client_id, rated_on as on_day from ratings
    union
    select workspace_id, client_id, rated_on + 361 as on_day from ratings
),

weighed as (
    select
        days.workspace_id,
        days.client_id,
        days.on_day,
        sum(power(2.0, (ratings.rated_on - days.on_day) / 90.0)) as weight,
        sum(power(2.0, (ratings.rated_on - days.on_day) / 90.0)) filter (where ratings.is_satisfied) as satisfied
    from days
    left join ratings
        on days.workspace_id = ratings.workspace_id
        and days.client_id = ratings.client_id
        and days.on_day >= ratings.rated_on
        and days.on_day <= ratings.rated_on + 360
    group by days.workspace_id, days.client_id, days.on_day
)

select
    workspace_id,
    client_id,
    on_day,
    cast(round(coalesce(satisfied, 0) / weight, 8) as decimal(18, 8)) as satisfied_share
from weighed
