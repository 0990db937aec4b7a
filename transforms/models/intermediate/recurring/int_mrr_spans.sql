-- The times in which an item is paid for: its life without the pauses. committed_on is the day from which it was known
-- that the time begins, released_on that it ends; a pause, which has no day of decision, is known when it begins or ends.
with items as (
    select * from {{ ref('int_recurring_items') }}
),

beginnings as (
    select workspace_id, subscription_id, item_id, paid_from as begins_on, date '0001-01-01' as paused_on
    from items
    union all
    select items.workspace_id, items.subscription_id, items.item_id, pauses.resumed_on as begins_on, pauses.paused_on
    from items
    inner join {{ ref('int_subscription_pauses_merged') }} as pauses
        on items.workspace_id = pauses.workspace_id and items.subscription_id = pauses.subscription_id
),

followed as (
    select
        *,
        coalesce(lead(paused_on) over (partition by workspace_id, item_id order by paused_on), date '9999-12-31') as next_pause_on
    from beginnings
),

spans as (
    select
        items.*,
        greatest(followed.begins_on, items.paid_from) as started_on,
        least(followed.next_pause_on, items.paid_until) as stopped_on,
        followed.paused_on = date '0001-01-01' as is_first,
        items.paid_until <= followed.next_pause_on as stops_for_good
    from followed
    inner join items on followed.workspace_id = items.workspace_id and followed.item_id = items.item_id
    where greatest(followed.begins_on, items.paid_from) < least(followed.next_pause_on, items.paid_until)
),

known as (
    select
        *,
        case when is_first then least(decided_on, started_on) else started_on end as committed_on,
        case when stops_for_good then least(coalesce(end_decided_on, stopped_on), stopped_on) else stopped_on end as end_known_on
    from spans
)

select
    workspace_id,
    item_id,
    client_id,
    subscription_id,
    line_id,
    service_id,
    description,
    currency,
    interval_price,
    billing_interval,
    interval_count,
    started_on,
    nullif(stopped_on, date '9999-12-31') as ended_on,
    committed_on,
    case when stopped_on < date '9999-12-31' then greatest(committed_on, end_known_on) end as released_on,
    {{ 'contract_mrr' if policy('discount') == 'contract' else 'net_mrr' }} as mrr,
    contract_mrr
from known
