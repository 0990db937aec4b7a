-- When a ticket was our turn: from its opening to its resolution, without the times in which we waited for the client.
-- Instants are microseconds since 1970; ends_us is empty while it still is.
{% set counts = policy('waiting_for_the_client') == 'counts' -%}
with steps as (
    select
        workspace_id,
        ticket_id,
        ticket_event_id,
        kind,
        epoch_us(occurred_at) as at_us,
        coalesce(lag(kind) over ticket_steps, '') as kind_before,
        min(case when kind <> 'waiting' then epoch_us(occurred_at) end) over (
            partition by workspace_id, ticket_id
            order by occurred_at, ticket_event_id
            rows between 1 following and unbounded following
        ) as ends_us
    from {{ ref('stg_app__ticket_events') }}
    where kind in ('waiting', 'replied', 'resumed', 'resolved', 'reopened')
    window ticket_steps as (partition by workspace_id, ticket_id order by occurred_at, ticket_event_id)
),

waits as (
    select workspace_id, ticket_id, at_us, ends_us
    from steps
    where kind = 'waiting' and kind_before <> 'waiting' and {{ 'false' if counts else 'true' }}
),

begins as (
    select workspace_id, ticket_id, epoch_us(opened_at) as begins_us, cast(null as bigint) as waited_from_us
    from {{ ref('stg_app__tickets') }}
    union all
    select workspace_id, ticket_id, ends_us as begins_us, at_us as waited_from_us
    from waits
),

turns as (
    select
        begins.workspace_id,
        begins.ticket_id,
        begins.begins_us,
        coalesce(
            lead(begins.waited_from_us) over (
                partition by begins.workspace_id, begins.ticket_id order by begins.waited_from_us nulls first
            ),
            epoch_us(tickets.resolved_at)
        ) as ends_us
    from begins
    inner join {{ ref('stg_app__tickets') }} as tickets
        on begins.workspace_id = tickets.workspace_id and begins.ticket_id = tickets.ticket_id
)

select workspace_id, ticket_id, begins_us, ends_us
from turns
where begins_us is not null and (ends_us is null or ends_us >= begins_us)
