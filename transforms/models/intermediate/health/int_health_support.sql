-- The share of first answers in time in 90 days, less 5 points for each ticket reopened in them and never below 0, from
-- the day of each change on; empty without an answer to judge. A broken promise is known from the day after it broke, or
-- the day of the answer that came too late. A reopening without a day of its own counts when the ticket was resolved.
with answers as (
    select
        promises.workspace_id,
        tickets.client_id,
        promises.is_kept,
        promises.judged_on,
        case
            when promises.is_kept or cast(tickets.first_response_at at time zone workspaces.timezone as date) <= promises.judged_on
                then promises.judged_on
            else promises.judged_on + 1
        end as known_on
    from {{ ref('int_ticket_promises') }} as promises
    inner join {{ ref('stg_app__tickets') }} as tickets
        on promises.workspace_id = tickets.workspace_id and promises.ticket_id = tickets.ticket_id
    inner join {{ ref('int_workspaces') }} as workspaces on promises.workspace_id = workspaces.workspace_id
    where promises.promise = 'first_response' and promises.judged_on is not null
),

reopenings as (
    select workspace_id, ticket_id, client_id, occurred_at
    from {{ ref('stg_app__ticket_events') }}
    where kind = 'reopened'
    union all
    select workspace_id, ticket_id, client_id, coalesce(resolved_at, first_response_at, opened_at) as occurred_at
    from {{ ref('stg_app__tickets') }} as tickets
    where reopened_count > 0
      and not exists (
          select 1 from {{ ref('stg_app__ticket_events') }} as events
          where events.workspace_id = tickets.workspace_id and events.ticket_id = tickets.ticket_id and events.kind = 'reopened'
      )
),

reopened as (
    select
        reopenings.workspace_id,
        reopenings.client_id,
        reopenings.ticket_id,
        cast(reopenings.occurred_at at time zone workspaces.timezone as date) as on_day
    from reopenings
    inner join {{ ref('int_workspaces') }} as workspaces on reopenings.workspace_id = workspaces.workspace_id
    group by all
),

-- A ticket that is reopened again within 90 days counts once, until 90 days after the last time.
followed as (
    select
        *,
        coalesce(on_day - lag(on_day) over ticket_days, 90) as days_since,
        coalesce(lead(on_day) over ticket_days - on_day, 90) as days_until
    from reopened
    window ticket_days as (partition by workspace_id, ticket_id order by on_day)
),

steps as (
    select workspace_id, client_id, known_on as on_day, 1 as answers, cast(is_kept as integer) as kept, 0 as reopened
    from answers
    union all
    select workspace_id, client_id, judged_on + 90 as on_day, -1 as answers, -cast(is_kept as integer) as kept, 0 as reopened
    from answers
    union all
    select workspace_id, client_id, on_day, 0 as answers, 0 as kept, 1 as reopened
    from followed
    where days_since >= 90
    union all
    select workspace_id, client_id, on_day + 90 as on_day, 0 as answers, 0 as kept, -1 as reopened
    from followed
    where days_until >= 90
),

running as (
    select
        workspace_id,
        client_id,
        on_day,
        sum(sum(answers)) over client_days as answers,
        sum(sum(kept)) over client_days as kept,
        sum(sum(reopened)) over client_days as reopened
    from steps
    group by workspace_id, client_id, on_day
    window client_days as (partition by workspace_id, client_id order by on_day)
)

select
    workspace_id,
    client_id,
    on_day,
    cast(
        case when answers > 0 then greatest({{ share('kept', 'answers') }} - cast(0.05 as decimal(8, 8)) * cast(reopened as integer), 0) end
        as decimal(18, 8)
    ) as answered_share
from running
