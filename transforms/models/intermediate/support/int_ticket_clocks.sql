-- The clock of each promise of a ticket: when it stopped and the business time that went by (both empty while it runs),
-- and the instant by which the promise was due, empty where that lies beyond the data or was not reached. Microseconds.
with spans as (
    select
        workspace_id,
        ticket_id,
        'first_response' as promise,
        epoch_us(opened_at) as begins_us,
        epoch_us(first_response_at) as ends_us
    from {{ ref('stg_app__tickets') }}
    union all
    select workspace_id, ticket_id, 'resolution' as promise, begins_us, ends_us
    from {{ ref('int_ticket_turns') }}
),

instants as (
    select workspace_id, begins_us as at_us from spans
    union
    select workspace_id, ends_us as at_us from spans where ends_us is not null
),

counted as (
    select
        instants.workspace_id,
        instants.at_us,
        coalesce(openings.before_us + least(instants.at_us, openings.closes_us) - openings.opens_us, 0) as business_us
    from instants
    asof left join {{ ref('int_business_openings') }} as openings
        on instants.workspace_id = openings.workspace_id and instants.at_us >= openings.opens_us
),

measured as (
    select
        spans.*,
        begun.business_us as begins_business_us,
        ended.business_us - begun.business_us as business_us,
        coalesce(
            sum(ended.business_us - begun.business_us) over (
                partition by spans.workspace_id, spans.ticket_id, spans.promise
                order by spans.begins_us
                rows between unbounded preceding and 1 preceding
            ), 0
        ) as before_us
    from spans
    inner join counted as begun on spans.workspace_id = begun.workspace_id and spans.begins_us = begun.at_us
    left join counted as ended on spans.workspace_id = ended.workspace_id and spans.ends_us = ended.at_us
),

default_promises as (
    select * from (
        values
        {%- for priority, minutes in var('policy')['default_service_levels']['minutes'].items() %}
            ('{{ priority }}', {{ minutes[0] }}, {{ minutes[1] }}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as promises (priority, first_response_minutes, resolution_minutes)
),

promises as (
    select
        tickets.workspace_id,
        tickets.ticket_id,
        epoch_us(tickets.first_response_at) as answered_us,
        epoch_us(tickets.resolved_at) as resolved_us,
        coalesce(targets.first_response_minutes, default_promises.first_response_minutes) * cast(60000000 as bigint) as first_response_us,
        coalesce(targets.resolution_minutes, default_promises.resolution_minutes) * cast(60000000 as bigint) as resolution_us
    from {{ ref('stg_app__tickets') }} as tickets
    left join {{ ref('stg_app__sla_targets') }} as targets
        on tickets.workspace_id = targets.workspace_id and tickets.priority = targets.priority
    left join default_promises on tickets.priority = default_promises.priority
),

promised as (
    select
        measured.*,
        case measured.promise when 'first_response' then promises.answered_us else promises.resolved_us end as done_us,
        case measured.promise when 'first_response' then promises.first_response_us else promises.resolution_us end as promised_us
    from measured
    inner join promises
        on measured.workspace_id = promises.workspace_id and measured.ticket_id = promises.ticket_id
),

-- Opening time up to the instant by which the promise is due, in the span in which that comes.
breaking as (
    select
        workspace_id,
        ticket_id,
        promise,
        begins_business_us + promised_us - before_us as business_us
    from promised
    where before_us < promised_us and (ends_us is null or before_us + business_us >= promised_us)
),

due as (
    select
        breaking.workspace_id,
        breaking.ticket_id,
        breaking.promise,
        openings.opens_us + breaking.business_us - openings.before_us as due_us,
        openings.closes_us
    from breaking
    asof left join {{ ref('int_business_openings') }} as openings
        on breaking.workspace_id = openings.workspace_id and breaking.business_us > openings.before_us
),

totals as (
    select
        workspace_id,
        ticket_id,
        promise,
        any_value(done_us) as ended_us,
        case when any_value(done_us) is not null then cast(sum(business_us) as bigint) end as business_us
    from promised
    group by workspace_id, ticket_id, promise
)

select
    totals.workspace_id,
    totals.ticket_id,
    totals.promise,
    totals.ended_us,
    totals.business_us,
    cast(case when due.due_us <= due.closes_us then due.due_us end as bigint) as due_us
from totals
left join due
    on totals.workspace_id = due.workspace_id
    and totals.ticket_id = due.ticket_id
    and totals.promise = due.promise
