-- Items that are charged again and again, from their first paid day until before their end. An end in the far future is
-- nobody's plan: it counts as none.
with items as (
    select
        items.workspace_id,
        items.item_id,
        items.client_id,
        items.subscription_id,
        items.line_id,
        items.service_id,
        items.description,
        items.currency,
        {{ monthly('items.quantity', 'items.unit_price', '1 - items.discount_rate', "'month'", '1') }} as interval_price,
        items.billing_interval,
        items.interval_count,
        greatest(items.started_on, subscriptions.started_on, subscriptions.trial_ends_on) as paid_from,
        least(items.ended_on, subscriptions.ended_on) as agreed_end,
        items.decided_on,
        coalesce(items.end_decided_on, subscriptions.cancelled_on) as end_decided_on,
        {{ monthly('items.quantity', 'items.unit_price', '1 - items.discount_rate', 'items.billing_interval', 'items.interval_count') }} as net_mrr,
        {{ monthly('items.quantity', 'items.unit_price', '1', 'items.billing_interval', 'items.interval_count') }} as contract_mrr
    from {{ ref('stg_app__subscription_items') }} as items
    inner join {{ ref('stg_app__subscriptions') }} as subscriptions
        on items.workspace_id = subscriptions.workspace_id and items.subscription_id = subscriptions.subscription_id
    where items.billing_interval is not null
),

ended as (
    select
        * exclude (agreed_end),
        {% if policy('churn_date') == 'day_of_cancellation' -%}
        least(agreed_end, end_decided_on)
        {%- else -%}
        agreed_end
        {%- endif %} as paid_until
    from items
)

select
    * exclude (paid_until),
    coalesce(case when paid_until < date '2200-01-01' then paid_until end, date '9999-12-31') as paid_until
from ended
