select
    workspace_id,
    id as service_id,
    external_id,
    coalesce(external_id, cast(id as varchar)) as service_key,
    name,
    unit_price,
    currency,
    "interval" as billing_interval,
    interval_count,
    archived_at is not null as is_archived,
    source
from {{ source('raw', 'service') }}
