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
    cast(interval_count as integer) as interval_count,
    started_on,
    ended_on,
    committed_on,
    released_on,
    mrr,
    contract_mrr
from {{ ref('int_mrr_spans') }}
