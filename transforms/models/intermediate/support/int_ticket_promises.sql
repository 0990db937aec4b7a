-- Which promises were kept, and on which day that was known: the day on which it was kept, or on which it was broken. A
-- ticket that is still open counts as soon as its promise is broken, and not before.
with dated as (
    select
        clocks.workspace_id,
        clocks.ticket_id,
        clocks.promise,
        clocks.business_us,
        coalesce(clocks.ended_us <= clocks.due_us, clocks.ended_us is not null) as is_kept,
        cast(make_timestamptz(clocks.due_us) at time zone workspaces.timezone as date) as due_on,
        cast(make_timestamptz(clocks.ended_us) at time zone workspaces.timezone as date) as done_on,
        workspaces.data_on
    from {{ ref('int_ticket_clocks') }} as clocks
    inner join {{ ref('int_workspaces') }} as workspaces on clocks.workspace_id = workspaces.workspace_id
)

select
    workspace_id,
    ticket_id,
    promise,
    business_us // 1000000 as business_seconds,
    case when done_on is not null or due_on < data_on then is_kept end as is_kept,
    case
        when is_kept then done_on
        when done_on is not null or due_on < data_on then due_on
    end as judged_on
from dated
