select
    workspace_id,
    id as item_id,
    subscription_id,
    client_id,
    line_id,
    service_id,
    description,
    quantity,
    unit_price,
    discount_rate,
    currency,
    "interval" as billing_interval,
    interval_count,
    started_on,
    ended_on,
    decided_on,
    end_decided_on
from {{ source('raw', 'subscription_item') }}
